"""The cog: builds the parts, starts and stops them, and passes on what the gateway says."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Literal

import discord
from redbot.core import commands
from redbot.core.bot import Red
from redbot.core.errors import CogLoadError
from redbot.core.i18n import cog_i18n

from .api import ClientPool, base_url_from_env
from .commands import (
    AccessCommands,
    BrakeCommands,
    BuyCommands,
    ClaimCommands,
    DriftCommands,
    HostCommands,
    ItemCommands,
    LicenseCommands,
    LicenseSettings,
    PickupCommands,
    PolicyCommands,
    PoolCommands,
    ProductCommands,
    PurchaseCommands,
    StaffCommands,
    StaffGroup,
)
from .commands.abc import CogMeta
from .customer.export import export
from .customer.key_desk import KeyDesk
from .customer.license_desk import LicenseDesk
from .customer.replacements import Replacements
from .customer.shops import Shops
from .domain.account import AccountKey
from .fulfilment.absences import Absences
from .fulfilment.alarms import Alarms
from .fulfilment.backfilling import Backfilling
from .fulfilment.brake import Brake
from .fulfilment.budget import Budget
from .fulfilment.claims import ClaimStep
from .fulfilment.engine import Engine
from .fulfilment.forgetter import Forgetter
from .fulfilment.inspection import Inspection
from .fulfilment.messages import MessageStep
from .fulfilment.pickups import PickupStep
from .fulfilment.readings import ReadStep
from .fulfilment.recorder import Recorder
from .fulfilment.reminding import Reminding
from .fulfilment.roles import RoleStep
from .fulfilment.sweeps import Sweeps
from .fulfilment.watching import Watch
from .i18n import _
from .selling.catalogue import Catalogue
from .selling.checkout import Checkout
from .store.errors import NewerLedger, StoreUnavailable
from .store.ledger import Ledger
from .store.schema import open_settings
from .store.settings import Settings
from .store.writes import Writes
from .views.alarm import AlarmBoard, retry_button
from .views.counter import Counter
from .views.deletion import Deletion
from .views.gate import Gate
from .views.help_desk import HelpDesk
from .views.licenses import Licenses
from .views.pickup import Doors, pickup_button
from .views.purchases import Purchases
from .views.reminders import reminder_button, reminder_buttons
from .views.replacement import Decisions, replacement_button
from .views.staff_room import StaffRoom
from .webhook.listener import Listener

log = logging.getLogger("red.shoppex")


@cog_i18n(_)
class Shoppex(
    BuyCommands,
    PurchaseCommands,
    AccessCommands,
    ProductCommands,
    ItemCommands,
    PolicyCommands,
    PickupCommands,
    StaffCommands,
    BrakeCommands,
    DriftCommands,
    PoolCommands,
    StaffGroup,
    ClaimCommands,
    LicenseCommands,
    LicenseSettings,
    HostCommands,
    commands.Cog,
    metaclass=CogMeta,
):
    """Sell roles and keys in your server. A member types `/buy`, pays, and it arrives."""

    __author__ = "the shoppex authors"
    __version__ = "0.1.0"

    def __init__(self, bot: Red, *, clock: Callable[[], datetime] = discord.utils.utcnow) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.bot = bot
        self.gate = Gate(bot, self)
        self._writes = Writes()
        self.settings = Settings(open_settings(), self._writes)
        self.ledger = Ledger(self._writes)
        self.clients = ClientPool(base_url_from_env(), self.__version__)
        budget = Budget()
        room = StaffRoom(bot, self.settings, budget)
        board = AlarmBoard(room)
        self.alarms = Alarms(bot, self.ledger, self.settings, board, clock)
        self.brake = Brake(self.ledger, self.settings, clock, self.alarms.mark, self._wake)
        self.recorder = Recorder(self.ledger, clock, self._mark, self.brake.observe)
        asking = (self.ledger, self.settings, self.recorder, self.clients, clock)
        self._doors = Doors(budget, clock)
        in_discord = (bot, self.ledger, self.settings, budget, clock, self.gate.asleep)
        self.engine = Engine(
            self.ledger,
            [
                RoleStep(*in_discord),
                MessageStep(*in_discord, reminder_buttons, self._mark),
                ClaimStep(self.ledger, self.settings, self.clients, clock, self._mark),
                PickupStep(*in_discord, self._doors),
                ReadStep(*asking, self._mark),
                Watch(*asking, self._hears, self._mark),
            ],
            self.alarms,
            budget,
            clock,
        )
        self.absences = Absences(bot, self.ledger, self.settings, self.engine, clock)
        self.backfilling = Backfilling(self.ledger, self.settings, self.engine, clock)
        self.inspection = Inspection(self.ledger, self.settings, clock)
        self._forgetter = Forgetter(self.ledger, self.settings, clock)
        self.sweeps = Sweeps(
            self.ledger,
            self.settings,
            self.recorder,
            self.clients,
            self.brake,
            clock,
            self._mark,
        )
        self.catalogue = Catalogue(self.settings, self.clients, clock)
        checkout = Checkout(
            self.ledger, self.settings, self.catalogue, self.clients, self.recorder, clock
        )
        self.counter = Counter(
            self.gate,
            self.settings,
            self.ledger,
            self.catalogue,
            checkout,
            self.engine,
            self._doors,
        )
        shops = Shops(self.settings, self.clients)
        keys = KeyDesk(self.ledger, shops, self.recorder, clock, self._mark)
        replacements = Replacements(self.ledger, shops, self.recorder, clock, self._mark)
        self.member_area = Purchases(
            self.gate,
            self.settings,
            self.ledger,
            keys,
            checkout,
            HelpDesk(self.gate, self.settings, self.ledger, room, replacements, clock),
            clock,
        )
        # What stands in these buttons' ids is all they need, so they outlive restarts.
        self._buttons = (
            retry_button(self.gate, self.engine),
            reminder_button(self.gate, Reminding(self.ledger, self._mark)),
            pickup_button(self.gate, keys),
            replacement_button(Decisions(self.gate, replacements, budget)),
        )
        self.licenses = Licenses(
            self.gate,
            LicenseDesk(self.ledger, self.settings, shops, clock),
            room,
            clock,
        )
        self._deletion = Deletion(bot, self.ledger, self._doors, room)
        self.webhooks = Listener(self.settings, self.recorder, clock)
        self._starting: asyncio.Task[None] | None = None

    def _mark(self, key: AccountKey) -> None:
        self.engine.mark(key)

    def _wake(self, guild_id: int) -> None:
        self.engine.wake(guild_id)

    def _hears(self, guild_id: int) -> bool:
        """Whether Shoppex's webhooks can reach a guild, as far as the bot can know."""
        reachable = self.webhooks.running and self.settings.listener.public_url is not None
        return reachable and self.settings.guild(guild_id).secret is not None

    # -- life ----------------------------------------------------------------------------

    async def cog_load(self) -> None:
        """Start everything that needs no gateway, and leave the rest to a task."""
        try:
            await self.settings.load()
            await self.ledger.load()
            problem = await self._listen()
        except BaseException as error:
            # Red does not call cog_unload after a failed load.
            await self.cog_unload()
            if isinstance(error, NewerLedger):
                raise CogLoadError(await self._update_first()) from error
            raise
        self.bot.add_dynamic_items(*self._buttons)
        self._starting = asyncio.create_task(self._start(problem), name="shoppex start")

    async def cog_unload(self) -> None:
        """Stop taking, finish what is under way, close everything."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        self.bot.remove_dynamic_items(*self._buttons)
        # Each takes its time at the most; one after another they would take too long.
        await asyncio.gather(
            self.gate.close(),
            self.webhooks.stop(),
            self.engine.close(),
            self.absences.close(),
            self.backfilling.close(),
            self._forgetter.close(),
            self.sweeps.close(),
            self.catalogue.close(),
        )
        await self.clients.close()
        await self._writes.close()

    async def _listen(self) -> OSError | None:
        where = self.settings.listener
        try:
            await self.webhooks.start(where.host, where.port)
        except OSError as error:
            log.error("Cannot listen on %s, port %s: %s", where.host, where.port, error.strerror)
            return error
        return None

    async def _start(self, problem: OSError | None) -> None:
        await self.bot.wait_until_red_ready()
        for guild_id in self.settings.guild_ids():
            self.catalogue.wake(guild_id)
            self.absences.look_for_returns(guild_id)
        self.engine.mark_unsettled()
        # What stood in the way may have been mended while the bot was away.
        self.engine.wake_all()
        self._forgetter.start()
        self.sweeps.start()
        if problem is not None:
            await self._tell_owner(problem)

    async def _update_first(self) -> str:
        return _(
            "A newer version of Shoppex has written the orders, and this one would misread "
            "them. Nothing was changed. Update with `{prefix}cog update shoppex`, then load it "
            "again."
        ).format(prefix=(await self.bot.get_valid_prefixes())[0])

    async def _tell_owner(self, problem: OSError) -> None:
        where = self.settings.listener
        await self.bot.send_to_owners(
            _(
                "Shoppex cannot listen on {host}, port {port}: {error}. Another program may be "
                "using it. The shop sells, but payments do not arrive by webhook until you "
                "choose another port with `{prefix}shoppexset listener`."
            ).format(
                host=where.host,
                port=where.port,
                error=problem.strerror,
                prefix=(await self.bot.get_valid_prefixes())[0],
            )
        )

    # -- what the gateway says -----------------------------------------------------------

    @commands.Cog.listener()
    async def on_member_join(self, member: discord.Member) -> None:
        """Somebody may be here again."""
        self.absences.joined(member)

    @commands.Cog.listener()
    async def on_member_ban(
        self, guild: discord.Guild, user: discord.User | discord.Member
    ) -> None:
        """Somebody was banned."""
        self.absences.banned(AccountKey(guild.id, user.id))

    @commands.Cog.listener()
    async def on_member_unban(self, guild: discord.Guild, user: discord.User) -> None:
        """A ban was lifted."""
        self.absences.unbanned(AccountKey(guild.id, user.id))

    @commands.Cog.listener()
    async def on_guild_role_update(self, before: discord.Role, after: discord.Role) -> None:
        """A role was moved, or its permissions changed."""
        if before.position != after.position or before.permissions != after.permissions:
            self.engine.wake(after.guild.id)

    @commands.Cog.listener()
    async def on_member_update(self, before: discord.Member, after: discord.Member) -> None:
        """The bot itself was given another role, or somebody passed the server's screening."""
        if after.id == after.guild.me.id and before.roles != after.roles:
            self.engine.wake(after.guild.id)
        if before.pending and not after.pending:
            await self._retry(AccountKey(after.guild.id, after.id))

    @commands.Cog.listener()
    async def on_message_without_command(self, message: discord.Message) -> None:
        """Who writes to the bot in private can be written to."""
        if message.guild is None and not message.author.bot:
            for key in self.ledger.keys_of(message.author.id):
                await self._retry(key)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server came back."""
        self.engine.mark_unsettled(guild.id)
        self.absences.look_for_returns(guild.id)

    async def _retry(self, key: AccountKey) -> None:
        try:
            await self.engine.retry(key)
        except StoreUnavailable as error:
            log.error("Nothing can be kept: %s", error)

    # -- Red's own -----------------------------------------------------------------------

    def format_help_for_context(self, ctx: commands.Context) -> str:
        """Help, with author and version below it."""
        text = super().format_help_for_context(ctx)
        return f"{text}\n\nAuthor: {self.__author__}\nVersion: {self.__version__}"

    async def cog_check(  # type: ignore[override] # Red hands its own Context
        self, ctx: commands.Context
    ) -> bool:
        """What a group asks for holds for its commands in slash form as well.

        Discord lets a server open them to anybody, and Red then looks at the command alone.
        """
        parents = () if ctx.interaction is None else ctx.command.parents
        for parent in reversed(parents):
            if not await parent.can_run(ctx):
                return False
        return True

    async def cog_command_error(  # type: ignore[override] # Red hands its own Context
        self, ctx: commands.Context, error: Exception
    ) -> None:
        """Answer what Red leaves without an answer, and hand on the rest."""
        if ctx.interaction is not None:
            if not ctx.interaction.response.is_done():
                await ctx.defer(ephemeral=True)
            sentence = _refusal_by_red(ctx, error)
            if sentence is not None:
                await ctx.send(sentence, ephemeral=True)
                return
        cause = getattr(error, "original", None)
        if isinstance(cause, StoreUnavailable):
            await ctx.send(
                _("The bot cannot save anything right now. Please try again later."),
                ephemeral=True,
            )
            return
        # `unhandled_by_cog` is Red's own; discord.py's signature lacks it.
        await self.bot.on_command_error(ctx, error, unhandled_by_cog=True)  # type: ignore[call-arg, arg-type]

    async def red_delete_data_for_user(
        self,
        *,
        requester: Literal["discord_deleted_user", "owner", "user", "user_strict"],
        user_id: int,
    ) -> None:
        """Forget a user: wholly, or all but what their paid orders still need."""
        keep_paid = requester not in ("discord_deleted_user", "owner")
        await self._deletion.forget(user_id, keep_paid=keep_paid)

    async def red_get_data_for_user(self, *, user_id: int) -> dict[str, io.BytesIO]:
        """All that is kept of a user, as readable text and as JSON."""
        return export(self.ledger.get(key) for key in self.ledger.keys_of(user_id))


def _refusal_by_red(ctx: commands.Context, error: Exception) -> str | None:
    """Why Red's own checks refused, for a slash user whom Red would leave waiting."""
    if isinstance(error, commands.DisabledCommand):
        return _("This command is switched off in this server. Its staff can switch it on again.")
    if isinstance(error, commands.UserFeedbackCheckFailure) and error.message:
        return str(error.message)
    if isinstance(error, (commands.BotMissingPermissions, commands.NoPrivateMessage)):
        return None
    if not isinstance(error, commands.CheckFailure):
        return None
    if ctx.command is not None and ctx.command.root_parent is None:
        return _("You are not allowed to use this command here. Ask the server's staff about it.")
    return _(
        "You are not allowed to use this command. It needs the permission Manage Server, the "
        "server's admin role, or the bot's owner."
    )
