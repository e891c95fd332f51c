"""The cog: builds the parts, starts and stops them, and answers for them to Red."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from redbot.core import commands
from redbot.core.bot import Red
from redbot.core.errors import CogLoadError
from redbot.core.i18n import cog_i18n

from .api import ClientPool, base_url_from_env
from .checkout.catalogue import Catalogue
from .checkout.flow import Counter
from .checkout.service import Checkout
from .command_groups import (
    AccessCommands,
    Answers,
    BrakeCommands,
    BuyCommands,
    CaseCommands,
    ClaimCommands,
    DoctorCommands,
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
    RecoveryCommands,
    SecretCommands,
    SetupCommands,
    StaffCommands,
    StatisticsCommands,
    TestSaleCommands,
)
from .connection.api_key import ShopAccess
from .connection.api_key_form import AccessDesk
from .connection.secret_form import SecretDesk
from .connection.webhook_registration import WebhookSetup
from .connection.webhook_secrets import WebhookSecrets
from .domain.account import AccountKey
from .domain.policy import Terms
from .dry_run.cleanup import TestUndoing
from .dry_run.flow import TestDesk
from .dry_run.messages import TestLetters
from .dry_run.payment import TestPayment
from .dry_run.service import TestPurchases
from .fulfilment.engine.discord_budget import Budget
from .fulfilment.engine.engine import Engine
from .fulfilment.engine.staff_alerts import Alarms
from .fulfilment.intake.recorder import Recorder
from .fulfilment.intake.unknown_payments import Strays
from .fulfilment.reconcile.backfill_runner import Backfilling
from .fulfilment.reconcile.backups import Keeper
from .fulfilment.reconcile.brake import Brake
from .fulfilment.reconcile.drift_scan import Inspection
from .fulfilment.reconcile.membership import Absences
from .fulfilment.reconcile.rebuild import Rebuilding
from .fulfilment.reconcile.reconciler import Sweeps
from .fulfilment.reconcile.reminder_choice import Reminding
from .fulfilment.reconcile.retention import Forgetter
from .fulfilment.steps.api_reads import ReadStep
from .fulfilment.steps.key_claims import ClaimStep
from .fulfilment.steps.messages import MessageStep
from .fulfilment.steps.payment_polling import Watch
from .fulfilment.steps.pickups import PickupStep
from .fulfilment.steps.roles import RoleStep
from .gateway_events import Gateway
from .health.checks import every_check
from .health.damage_texts import describe_damages, restore_hint
from .health.flow import DoctorBoard
from .health.monitor import Rounds
from .health.runner import Doctor
from .i18n import _
from .licenses.flow import Licenses
from .licenses.service import LicenseDesk
from .log_channel.flow import JournalBoard, journal_button
from .log_channel.writer import Journal
from .offers.listing import Shelves
from .offers.power_notice import PowerNotice
from .offers.role_powers import note_powers
from .orders.actions_flow import CaseActs
from .orders.alerts import AlarmBoard, retry_button
from .orders.flow import Casebook
from .orders.held_order import held_button
from .orders.service import Casework
from .orders.transfer import Moves
from .orders.transfer_flow import MovingDesk
from .orders.waiting_flow import WaitingBoard
from .purchases.data_export import export
from .purchases.deletion import Deletion
from .purchases.flow import Purchases
from .purchases.key_delivery import KeyDesk
from .purchases.pickup_view import pickup_button
from .purchases.reminders import reminder_button, reminder_buttons
from .purchases.replacement_views import Decisions, replacement_button
from .purchases.replacements import Replacements
from .purchases.shop_clients import Shops
from .purchases.support_view import HelpDesk
from .setup.step import SetupTools
from .statistics.flow import StatisticsDesk
from .statistics.queries import LedgerReading
from .steady_clock import SteadyClock
from .store.damage import SETTINGS
from .store.errors import NewerLedger
from .store.files import set_aside_unreadable
from .store.ledger import Ledger
from .store.schema import open_settings
from .store.settings import Settings
from .store.writer import Writes
from .ui.permissions import Gate
from .ui.pickup_notice import PickupNotices
from .ui.staff_channel import StaffRoom
from .webhook.listener import Listener

log = logging.getLogger("red.shoppex")


@cog_i18n(_)
class Shoppex(  # type: ignore[misc] # Red hands `Answers` its own Context
    BuyCommands,
    PurchaseCommands,
    SetupCommands,
    AccessCommands,
    SecretCommands,
    ProductCommands,
    ItemCommands,
    PolicyCommands,
    PickupCommands,
    StaffCommands,
    BrakeCommands,
    DoctorCommands,
    DriftCommands,
    PoolCommands,
    CaseCommands,
    ClaimCommands,
    StatisticsCommands,
    LicenseCommands,
    LicenseSettings,
    TestSaleCommands,
    HostCommands,
    RecoveryCommands,
    Gateway,
    Answers,
    commands.Cog,
):
    """Sell roles and keys in your server. A member types `/buy`, pays, and it arrives."""

    __author__ = "the shoppex authors"
    __version__ = "0.1.0"

    def __init__(self, bot: Red) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.bot = bot
        self.clock = clock = SteadyClock()
        self._writes = Writes()
        damage = set_aside_unreadable(SETTINGS, clock())
        self.settings = Settings(open_settings(), self._writes, damage)
        self.gate = Gate(bot, self, self.settings)
        self.clients = ClientPool(base_url_from_env(), self.__version__, on_date=clock.hear)
        budget = Budget()
        room = StaffRoom(bot, self.settings, budget)
        self.power_notice = PowerNotice(room)
        self.journal = Journal(bot, self.settings, JournalBoard(room), self._alarm, clock)
        self.ledger = Ledger(self._writes, self.journal.observe, clock)
        self.alarms = Alarms(bot, self.ledger, self.settings, AlarmBoard(room, self.ledger), clock)
        self.brake = Brake(self.ledger, self.settings, clock, self.alarms.mark, self._wake)
        self.recorder = Recorder(self.ledger, clock, self._mark, self.brake.observe, self._terms)
        asking = (self.ledger, self.settings, self.recorder, self.clients, clock)
        self._pickup_notices = PickupNotices(budget, clock)
        in_discord = (bot, self.ledger, self.settings, budget, clock, self.gate.asleep)
        self.engine = Engine(
            self.ledger,
            [
                RoleStep(*in_discord),
                MessageStep(*in_discord, reminder_buttons, self._mark),
                ClaimStep(self.ledger, self.settings, self.clients, clock, self._mark),
                PickupStep(*in_discord, self._pickup_notices),
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
        self._keeper = Keeper(self.ledger, self.settings, clock)
        strays = Strays(*asking)
        self.sweeps = Sweeps(
            self.ledger,
            self.settings,
            self.recorder,
            self.clients,
            self.brake,
            strays,
            clock,
            self._mark,
        )
        self.rebuilding = Rebuilding(
            self.ledger,
            self.settings,
            self.recorder,
            self.clients,
            clock,
            self._roles_of,
            self._mark,
        )
        self.webhooks = Listener(self.settings, self.recorder, clock, strays)
        self.catalogue = Catalogue(self.settings, self.clients, clock)
        self.shelves = Shelves(self.settings, self.catalogue, self._wake)
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
            self._pickup_notices,
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
        self._serve_staff(room, budget, clock)
        # What stands in these buttons' ids is all they need, so they outlive restarts.
        self._buttons = (
            retry_button(self.gate, self.engine),
            reminder_button(self.gate, Reminding(self.ledger, self._mark)),
            pickup_button(self.gate, keys),
            journal_button(self.gate, self.casebook.show_order, self.casebook.show_member),
            replacement_button(self.gate, Decisions(bot, replacements, budget)),
            held_button(self.gate, self.ledger, self._casework),
        )
        self.licenses = Licenses(
            self.gate,
            LicenseDesk(self.ledger, self.settings, shops, clock),
            self.journal,
            clock,
        )
        self._deletion = Deletion(bot, self.ledger, self._pickup_notices, room)
        self._starting: asyncio.Task[None] | None = None

    def _serve_staff(self, room: StaffRoom, budget: Budget, clock: Callable[[], datetime]) -> None:
        """Build what the people who run a shop see and do."""
        self._casework = Casework(self.ledger, self.settings, self.journal, clock, self._mark)
        self.case_acts = CaseActs(self.gate, self.settings, self.ledger, self._casework, clock)
        self.casebook = Casebook(self.gate, self.settings, self.ledger, self.case_acts, clock)
        self._moves = Moves(self.ledger, self.settings, self.journal, clock, self._mark)
        self.moving_desk = MovingDesk(self.gate, self._moves)
        self.waiting_board = WaitingBoard(
            self.gate,
            self.settings,
            self.ledger,
            self.alarms,
            self.engine,
            self.casebook,
            clock,
        )
        self.statistics = StatisticsDesk(
            self.gate, LedgerReading(self.ledger, self.settings, clock)
        )
        letters = TestLetters(self.bot, budget)
        self.test_purchases = TestPurchases(
            self.ledger,
            self.settings,
            self.catalogue,
            TestPayment(self.ledger, self.settings, self.recorder, self.webhooks, clock),
            TestUndoing(self.ledger, self.settings, self.engine, letters, clock),
            clock,
        )
        self.test_desk = TestDesk(self.gate, self.test_purchases)
        self._secrets = WebhookSecrets(self.settings, clock, self.alarms.mark)
        hooks = WebhookSetup(self.settings, self.clients, self.webhooks, self._secrets)
        self.secrets = SecretDesk(self.gate, self.settings, self._secrets, hooks)
        access = ShopAccess(self.settings, self.clients, self.brake, self._wake_shop)
        self.access = AccessDesk(self.gate, access)
        self.setup_tools = SetupTools(
            self.gate,
            self.settings,
            self.webhooks,
            self.access,
            self.secrets,
            hooks,
            self.shelves,
            self.test_desk.press,
            self.power_notice,
            self._tell_again,
        )
        checks = every_check(
            self.bot,
            self.settings,
            self.ledger,
            self.engine,
            self.alarms,
            self.webhooks,
            budget,
            lambda: [command.name for command in self.get_commands()],
            clock,
        )
        self.doctor = Doctor(checks, self.settings, self.clients)
        self.rounds = Rounds(
            self.bot,
            self.settings,
            self.doctor,
            self.alarms,
            DoctorBoard(room, self.gate),
            self.gate.asleep,
            clock,
        )

    def _terms(self, guild_id: int) -> Terms:
        return self.settings.guild(guild_id).terms()

    def _mark(self, key: AccountKey) -> None:
        self.engine.mark(key)

    def _roles_of(self, key: AccountKey) -> tuple[int, ...]:
        guild = self.bot.get_guild(key.guild_id)
        member = None if guild is None else guild.get_member(key.user_id)
        return () if member is None else tuple(role.id for role in member.roles)

    def _wake(self, guild_id: int) -> None:
        self.engine.wake(guild_id)

    def _wake_shop(self, guild_id: int) -> None:
        """A guild has another key: all that asks its shop may go on."""
        self.catalogue.wake(guild_id)
        self.engine.wake(guild_id)
        self.sweeps.wake(guild_id)
        self.rounds.wake(guild_id)

    def _alarm(self, guild_id: int) -> None:
        self.alarms.mark(guild_id)

    def _tell_again(self, guild_id: int) -> None:
        """A guild has another log channel."""
        self.journal.try_again(guild_id)
        self.alarms.mark(guild_id)

    def _hears(self, guild_id: int) -> bool:
        """Whether Shoppex's webhooks can reach a guild, as far as the bot can know."""
        reachable = self.webhooks.running and self.settings.listener.public_url is not None
        return reachable and self.settings.guild(guild_id).hears()

    # -- life ----------------------------------------------------------------------------

    async def cog_load(self) -> None:
        """Start everything that needs no gateway, and leave the rest to a task."""
        try:
            await self.settings.load()
            await self.ledger.load(self.settings.held, self.settings.sealed)
            if self.settings.are_lost or (self.settings.is_blank and self.ledger.held()):
                self.settings.note_lost()
                self.ledger.close()
            else:
                self._keeper.start()
            await self.test_purchases.revoke_leftovers()
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
        await self.journal.close()
        # Each takes its time at the most; one after another they would take too long.
        await asyncio.gather(
            self.gate.close(),
            self.webhooks.stop(),
            self.test_purchases.close(),
            self.engine.close(),
            self.absences.close(),
            self.backfilling.close(),
            self._forgetter.close(),
            self._moves.close(),
            self.sweeps.close(),
            self._secrets.close(),
            self.catalogue.close(),
            self.rounds.close(),
            self.doctor.close(),
        )
        await self.clients.close()
        await self._keeper.close()
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
            guild = self.bot.get_guild(guild_id)
            if guild is not None:
                await note_powers(self.settings, guild)
        self.test_purchases.resume()
        self.engine.mark_unsettled()
        # What stood in the way may have been mended while the bot was away.
        self.engine.wake_all()
        self._forgetter.start()
        self.sweeps.start()
        self._secrets.start()
        self.rounds.start()
        if problem is not None:
            await self._tell_owner(problem)
        damages = (*self.settings.damages, *self.ledger.damages)
        if damages:
            prefix = (await self.bot.get_valid_prefixes())[0]
            await self.bot.send_to_owners(f"{describe_damages(damages)} {restore_hint(prefix)}")

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

    # -- Red's own -----------------------------------------------------------------------

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
        self.journal.forget(user_id)
        keep_paid = requester not in ("discord_deleted_user", "owner")
        await self._deletion.forget(user_id, keep_paid=keep_paid)

    async def red_get_data_for_user(self, *, user_id: int) -> dict[str, io.BytesIO]:
        """All that is kept of a user, as readable text and as JSON."""
        return export(self.ledger.get(key) for key in self.ledger.keys_of(user_id))
