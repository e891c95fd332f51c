"""Start of the webhook listener with the cog."""

from __future__ import annotations

import logging

from redbot.core.bot import Red

from ..i18n import _
from ..store.settings import Settings
from ..webhook.listener import Listener

log = logging.getLogger("red.shoppex.shoppex.connection.listener_start")


class ListenerStart:
    """Starts the listener where the settings say; the shop sells without it, too."""

    def __init__(self, bot: Red, settings: Settings, listener: Listener) -> None:
        self._bot = bot
        self._settings = settings
        self._listener = listener
        self._problem: OSError | None = None

    async def begin(self) -> None:
        """Listen; what stands in the way is kept for the bot's owner."""
        where = self._settings.listener
        try:
            await self._listener.start(where.host, where.port)
        except OSError as error:
            log.error("Cannot listen on %s, port %s: %s", where.host, where.port, error.strerror)
            self._problem = error

    async def tell_owner(self) -> None:
        """Tell the bot's owner what stood in the way."""
        if self._problem is None:
            return
        where = self._settings.listener
        await self._bot.send_to_owners(
            _(
                "Shoppex cannot listen on {host}, port {port}: {error}. Another program may be "
                "using it. The shop sells, but payments do not arrive by webhook until you "
                "choose another port with `{prefix}shoppexset listener`."
            ).format(
                host=where.host,
                port=where.port,
                error=self._problem.strerror,
                prefix=(await self._bot.get_valid_prefixes())[0],
            )
        )
