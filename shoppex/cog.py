"""The cog class, as Red loads and unloads it."""

from __future__ import annotations

import asyncio
import io
from typing import Literal

from redbot.core import commands
from redbot.core.bot import Red
from redbot.core.errors import CogLoadError
from redbot.core.i18n import cog_i18n

from .api import ClientPool
from .command_groups import CommandGroups
from .composition import Parts
from .fulfilment.intake.recorder import Recorder
from .i18n import _
from .purchases.data_export import export
from .store.errors import NewerLedger


@cog_i18n(_)
class Shoppex(CommandGroups, commands.Cog):  # type: ignore[misc] # Red hands its own Context
    """Sell roles and keys in your server. A member types `/buy`, pays, and it arrives."""

    __author__ = "the shoppex authors"
    __version__ = "0.1.0"

    clients: ClientPool
    recorder: Recorder

    def __init__(self, bot: Red) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._parts = Parts(bot, self, self.__version__)
        # The command groups find the parts that they declare as attributes of the cog.
        vars(self).update(vars(self._parts))
        self._starting: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        """Load what needs no gateway, and leave the rest to a task."""
        try:
            await self._parts.lifecycle.load()
        except BaseException as error:
            # Red does not call cog_unload after a failed load.
            await self.cog_unload()
            if isinstance(error, NewerLedger):
                raise CogLoadError(await self._update_first()) from error
            raise
        self.bot.add_dynamic_items(*self._parts.buttons)
        self._starting = asyncio.create_task(self._start(), name="shoppex start")

    async def _start(self) -> None:
        await self.bot.wait_until_red_ready()
        await self._parts.lifecycle.start()

    async def cog_unload(self) -> None:
        """Stop taking, finish what is under way, close everything."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        self.bot.remove_dynamic_items(*self._parts.buttons)
        await self._parts.lifecycle.close()

    async def _update_first(self) -> str:
        return _(
            "A newer version of Shoppex has written the orders, and this one would misread "
            "them. Nothing was changed. Update with `{prefix}cog update shoppex`, then load it "
            "again."
        ).format(prefix=(await self.bot.get_valid_prefixes())[0])

    def format_help_for_context(self, ctx: commands.Context) -> str:
        """Help, with author and version below it."""
        text = super().format_help_for_context(ctx)
        return f"{text}\n\nAuthor: {self.__author__}\nVersion: {self.__version__}"

    async def red_delete_data_for_user(
        self,
        *,
        requester: Literal["discord_deleted_user", "owner", "user", "user_strict"],
        user_id: int,
    ) -> None:
        """Forget a user: wholly, or all but what their paid orders still need."""
        self._parts.journal.forget(user_id)
        keep_paid = requester not in ("discord_deleted_user", "owner")
        await self._parts.deletion.forget(user_id, keep_paid=keep_paid)

    async def red_get_data_for_user(self, *, user_id: int) -> dict[str, io.BytesIO]:
        """All that is kept of a user, as readable text and as JSON."""
        return export(self.ledger.get(key) for key in self.ledger.keys_of(user_id))
