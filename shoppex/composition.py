"""Composition root: builds the parts of the cog and puts them together."""

from __future__ import annotations

from functools import partial
from typing import Any

import discord
from redbot.core import commands
from redbot.core.bot import Red

from .api import ClientPool, base_url_from_env
from .checkout.catalogue import Catalogue
from .checkout.flow import BuyFlow
from .checkout.service import Checkout
from .connection.api_key import ApiKeySetup
from .connection.api_key_form import ApiKeyFlow
from .connection.listener_start import ListenerStart
from .connection.secret_form import SecretFlow
from .connection.webhook_registration import WebhookSetup
from .connection.webhook_secrets import WebhookSecrets
from .domain.account import AccountKey
from .domain.policy import Terms
from .dry_run.cleanup import DryRunCleanup
from .dry_run.flow import DryRunFlow
from .dry_run.messages import DryRunMessages
from .dry_run.payment import DryRunPayment
from .dry_run.service import DryRunService
from .fulfilment.engine.discord_budget import Budget
from .fulfilment.engine.engine import Engine, Step
from .fulfilment.engine.staff_alerts import StaffAlerts
from .fulfilment.intake.recorder import Recorder
from .fulfilment.intake.shop_clients import ShopClients
from .fulfilment.intake.unknown_payments import UnknownPayments
from .fulfilment.reconcile.backfill_runner import BackfillRunner
from .fulfilment.reconcile.backups import Backups
from .fulfilment.reconcile.brake import Brake
from .fulfilment.reconcile.drift_scan import DriftScan
from .fulfilment.reconcile.membership import Membership
from .fulfilment.reconcile.rebuild import LedgerRebuild
from .fulfilment.reconcile.reconciler import Reconciler
from .fulfilment.reconcile.reminder_choice import ReminderChoice
from .fulfilment.reconcile.retention import RetentionJob
from .fulfilment.steps.api_reads import ApiReadStep
from .fulfilment.steps.key_claims import KeyClaimStep
from .fulfilment.steps.messages import MessageStep
from .fulfilment.steps.payment_polling import PaymentPolling
from .fulfilment.steps.pickups import PickupStep
from .fulfilment.steps.roles import RoleStep
from .health.checks import every_check
from .health.damage_notice import tell_damages
from .health.flow import DoctorFlow
from .health.monitor import HealthMonitor
from .health.runner import HealthCheck
from .i18n import mentions
from .licenses.flow import LicenseFlow
from .licenses.service import LicenseService
from .lifecycle import Lifecycle, Stage
from .log_channel.flow import LogChannelFlow, journal_button
from .log_channel.writer import EventLog
from .offers.listing import Listings
from .offers.power_notice import PowerNotice
from .offers.role_powers import note_powers
from .orders.actions_flow import OrderActionsFlow
from .orders.alerts import StaffAlertFlow, retry_button
from .orders.flow import OrderFlow
from .orders.held_order import held_button
from .orders.service import OrderService
from .orders.transfer import TransferService
from .orders.transfer_flow import TransferFlow
from .orders.waiting_flow import WaitingFlow
from .purchases.deletion import Deletion
from .purchases.flow import PurchaseFlow
from .purchases.key_delivery import KeyDelivery
from .purchases.pickup_view import pickup_button
from .purchases.reminders import reminder_button, reminder_buttons
from .purchases.replacement_views import ReplacementDecisions, replacement_button
from .purchases.replacements import Replacements
from .purchases.support_view import SupportFlow
from .setup.step import SetupTools
from .statistics.flow import StatisticsFlow
from .statistics.queries import LedgerQueries
from .steady_clock import SteadyClock
from .store.damage import SETTINGS
from .store.files import set_aside_unreadable
from .store.ledger import Ledger
from .store.schema import open_settings
from .store.settings import Settings
from .store.writer import Writer
from .ui.permissions import PermissionGuard
from .ui.pickup_notice import PickupNotices
from .ui.staff_channel import StaffChannel
from .webhook.listener import Listener


class Parts:
    """All that the cog consists of.

    Each builder uses what those before it built; what a part tells one that is built later goes
    by the methods at the end.

    Parameters
    ----------
    cog
        For Red's question whether it is switched off in a server, and for its commands.
    version
        Told to Shoppex.
    """

    def __init__(self, bot: Red, cog: commands.Cog, version: str) -> None:
        self.bot = bot
        self.lifecycle = Lifecycle()
        # What stands in these buttons' ids is all they need, so they outlive restarts.
        self.buttons: list[type[discord.ui.DynamicItem[Any]]] = []
        self._build_base(cog, version)
        self._build_store()
        self._build_intake()
        self._build_engine()
        self._build_reconciliation()
        self._build_checkout()
        self._build_purchases()
        self._build_offers()
        self._build_orders()
        self._build_licenses()
        self._build_statistics()
        self._build_dry_run()
        self._add_engine()
        self._build_connection()
        self._build_setup()
        self._build_health(cog)
        self._add_notices()

    # -- the lower half --------------------------------------------------------------------

    def _build_base(self, cog: commands.Cog, version: str) -> None:
        self.clock = SteadyClock()
        self.writes = Writer()
        self.lifecycle.add("writer", Stage.WRITER, close=self.writes.close)
        damage = set_aside_unreadable(SETTINGS, self.clock())
        self.settings = Settings(open_settings(), self.writes, damage)
        self.clients = ClientPool(base_url_from_env(), version, on_date=self.clock.hear)
        self.lifecycle.add("HTTP client", Stage.HTTP, close=self.clients.close)
        self.shop_clients = ShopClients(self.settings, self.clients)
        self.budget = Budget()
        self.gate = PermissionGuard(self.bot, cog, self.settings)
        self.lifecycle.add("open views", Stage.WORK, close=self.gate.close)
        self.room = StaffChannel(self.bot, self.settings, self.budget)
        self.journal = EventLog(
            self.bot, self.settings, LogChannelFlow(self.room), self._alarm, self.clock
        )
        self.lifecycle.add("log channel", Stage.LOG, close=self.journal.close)

    def _build_store(self) -> None:
        self.ledger = Ledger(self.writes, self.journal.observe, self.clock)
        self.keeper = Backups(self.ledger, self.settings, self.clock)
        self.lifecycle.add("store", Stage.STORE, load=self._load_store, close=self.keeper.close)

    async def _load_store(self) -> None:
        await self.settings.load()
        await self.ledger.load(self.settings.held, self.settings.sealed)
        if self.settings.are_lost or (self.settings.is_blank and self.ledger.held()):
            self.settings.note_lost()
            self.ledger.close()
        else:
            self.keeper.start()

    def _build_intake(self) -> None:
        board = StaffAlertFlow(self.room, self.ledger)
        self.staff_alerts = StaffAlerts(self.bot, self.ledger, self.settings, board, self.clock)
        self.brake = Brake(
            self.ledger, self.settings, self.clock, self.staff_alerts.mark, self._wake
        )
        self.recorder = Recorder(
            self.ledger, self.clock, self._mark, self.brake.observe, self._terms
        )
        self.unknown_payments = UnknownPayments(
            self.ledger, self.settings, self.recorder, self.shop_clients, self.clock
        )
        self.webhooks = Listener(self.settings, self.recorder, self.clock, self.unknown_payments)

    def _build_engine(self) -> None:
        self.pickup_notices = PickupNotices(self.budget, self.clock)
        clock, mark = self.clock, self._mark
        asking = (self.ledger, self.settings, self.recorder, self.shop_clients, clock)
        in_discord = (
            self.bot,
            self.ledger,
            self.settings,
            self.budget,
            clock,
            self.gate.asleep,
        )
        steps: list[Step] = [
            RoleStep(*in_discord),
            MessageStep(*in_discord, reminder_buttons, mark),
            KeyClaimStep(self.ledger, self.shop_clients, clock, mark),
            PickupStep(*in_discord, self.pickup_notices),
            ApiReadStep(*asking, mark),
            PaymentPolling(*asking, self._hears, mark),
        ]
        self.engine = Engine(self.ledger, steps, self.staff_alerts, self.budget, clock)
        self.buttons.append(retry_button(self.gate, self.engine))
        self.buttons.append(reminder_button(self.gate, ReminderChoice(self.ledger, mark)))

    def _build_reconciliation(self) -> None:
        clock, lives = self.clock, self.lifecycle
        self.membership = Membership(self.bot, self.ledger, self.settings, self.engine, clock)
        lives.add("members", Stage.WORK, start=self._look_for_returns, close=self.membership.close)
        self.backfills = BackfillRunner(self.ledger, self.settings, self.engine, clock)
        lives.add("backfill", Stage.WORK, close=self.backfills.close)
        self.drift_scan = DriftScan(self.ledger, self.settings, clock)
        retention_job = RetentionJob(self.ledger, self.settings, clock)
        lives.add("retention", Stage.WORK, start=retention_job.start, close=retention_job.close)
        self.reconciler = Reconciler(
            self.ledger,
            self.settings,
            self.recorder,
            self.shop_clients,
            self.brake,
            self.unknown_payments,
            clock,
            self._mark,
        )
        lives.add(
            "reconciler", Stage.WORK, start=self.reconciler.start, close=self.reconciler.close
        )
        self.ledger_rebuild = LedgerRebuild(
            self.ledger,
            self.settings,
            self.recorder,
            self.shop_clients,
            clock,
            self._roles_of,
            self._mark,
        )

    def _look_for_returns(self) -> None:
        for guild_id in self.settings.guild_ids():
            self.membership.look_for_returns(guild_id)

    def _add_engine(self) -> None:
        """Let the engine start after the powers of sold roles were noted, which it looks at."""
        self.lifecycle.add("engine", Stage.WORK, start=self._start_engine, close=self.engine.close)

    def _start_engine(self) -> None:
        self.engine.mark_unsettled()
        # What stood in the way may have been mended while the bot was away.
        self.engine.wake_all()

    # -- features --------------------------------------------------------------------------

    def _build_checkout(self) -> None:
        self.catalogue = Catalogue(self.settings, self.shop_clients, self.clock)
        self.lifecycle.add(
            "catalogue", Stage.WORK, start=self._wake_catalogue, close=self.catalogue.close
        )
        self.checkout = Checkout(
            self.ledger,
            self.catalogue,
            self.shop_clients,
            self.recorder,
            self.clock,
        )
        self.counter = BuyFlow(
            self.gate,
            self.settings,
            self.ledger,
            self.catalogue,
            self.checkout,
            self.engine,
            self.pickup_notices,
        )

    def _wake_catalogue(self) -> None:
        for guild_id in self.settings.guild_ids():
            self.catalogue.wake(guild_id)

    def _build_purchases(self) -> None:
        gate, settings, ledger, clock = self.gate, self.settings, self.ledger, self.clock
        keys = KeyDelivery(ledger, self.shop_clients, self.recorder, clock, self._mark)
        replacements = Replacements(ledger, self.shop_clients, self.recorder, clock, self._mark)
        support = SupportFlow(gate, settings, ledger, self.room, replacements, clock)
        self.purchase_flow = PurchaseFlow(
            gate, settings, ledger, keys, self.checkout, support, clock
        )
        self.deletion = Deletion(self.bot, ledger, self.pickup_notices, self.room)
        decisions = ReplacementDecisions(self.bot, replacements, self.budget)
        self.buttons.append(pickup_button(gate, keys))
        self.buttons.append(replacement_button(gate, decisions))

    def _build_offers(self) -> None:
        self.power_notice = PowerNotice(self.room)
        self.listings = Listings(self.settings, self.catalogue, self._wake)
        self.lifecycle.add("powers of sold roles", Stage.WORK, start=self._note_powers)

    async def _note_powers(self) -> None:
        for guild_id in self.settings.guild_ids():
            guild = self.bot.get_guild(guild_id)
            if guild is not None:
                await note_powers(self.settings, guild)

    def _build_orders(self) -> None:
        gate, settings, ledger, clock = self.gate, self.settings, self.ledger, self.clock
        order_service = OrderService(ledger, settings, self.journal, clock, self._mark)
        self.order_actions = OrderActionsFlow(gate, settings, ledger, order_service, clock)
        self.order_flow = OrderFlow(gate, settings, ledger, self.order_actions, clock)
        moves = TransferService(ledger, settings, self.journal, clock, self._mark)
        self.lifecycle.add("moves", Stage.WORK, close=moves.close)
        self.transfer_flow = TransferFlow(gate, moves)
        self.waiting_flow = WaitingFlow(
            gate, settings, ledger, self.staff_alerts, self.engine, self.order_flow, clock
        )
        self.buttons.append(held_button(gate, ledger, order_service))
        self.buttons.append(
            journal_button(gate, self.order_flow.show_order, self.order_flow.show_member)
        )

    def _build_licenses(self) -> None:
        desk = LicenseService(self.ledger, self.settings, self.shop_clients, self.clock)
        self.licenses = LicenseFlow(self.gate, desk, self.journal, self.clock)

    def _build_statistics(self) -> None:
        reading = LedgerQueries(self.ledger, self.settings, self.clock)
        self.statistics = StatisticsFlow(self.gate, reading)

    def _build_dry_run(self) -> None:
        ledger, settings, clock = self.ledger, self.settings, self.clock
        letters = DryRunMessages(self.bot, self.budget)
        payment = DryRunPayment(ledger, settings, self.recorder, self.webhooks, clock)
        dry_run_cleanup = DryRunCleanup(ledger, settings, self.engine, letters, clock)
        tests = DryRunService(ledger, settings, self.catalogue, payment, dry_run_cleanup, clock)
        self.lifecycle.add(
            "dry run",
            Stage.WORK,
            load=tests.revoke_leftovers,
            start=tests.resume,
            close=tests.close,
        )
        self.dry_run_flow = DryRunFlow(self.gate, tests)

    def _build_connection(self) -> None:
        settings, lives = self.settings, self.lifecycle
        secrets = WebhookSecrets(settings, self.clock, self.staff_alerts.mark)
        lives.add("webhook secrets", Stage.WORK, start=secrets.start, close=secrets.close)
        self.listening = ListenerStart(self.bot, settings, self.webhooks)
        lives.add("listener", Stage.WORK, load=self.listening.begin, close=self.webhooks.stop)
        self.registration = WebhookSetup(settings, self.shop_clients, self.webhooks, secrets)
        self.secrets = SecretFlow(self.gate, settings, secrets, self.registration)
        access = ApiKeySetup(settings, self.clients, self.brake, self._wake_shop)
        self.access = ApiKeyFlow(self.gate, access)

    def _build_setup(self) -> None:
        self.setup_tools = SetupTools(
            self.gate,
            self.settings,
            self.webhooks,
            self.access,
            self.secrets,
            self.registration,
            self.listings,
            self.dry_run_flow.press,
            self.power_notice,
            self._tell_again,
        )

    def _build_health(self, cog: commands.Cog) -> None:
        lives = self.lifecycle
        checks = every_check(
            self.bot,
            self.settings,
            self.ledger,
            self.engine,
            self.staff_alerts,
            self.webhooks,
            self.budget,
            lambda: [command.name for command in cog.get_commands()],
            self.clock,
        )
        self.doctor = HealthCheck(checks, self.settings, self.shop_clients)
        lives.add("doctor", Stage.WORK, close=self.doctor.close)
        self.monitor = HealthMonitor(
            self.bot,
            self.settings,
            self.doctor,
            self.staff_alerts,
            DoctorFlow(self.room, self.gate),
            self.gate.asleep,
            self.clock,
        )
        lives.add(
            "doctor's rounds", Stage.WORK, start=self.monitor.start, close=self.monitor.close
        )

    def _add_notices(self) -> None:
        """Tell the bot's owner last: it may take long, and nothing waits for it."""
        damages = partial(tell_damages, self.bot, self.settings, self.ledger)
        self.lifecycle.add("listener's notice", Stage.WORK, start=self.listening.tell_owner)
        self.lifecycle.add(
            "names of commands", Stage.WORK, start=partial(mentions.learn, self.bot)
        )
        self.lifecycle.add("notice of damages", Stage.WORK, start=damages)

    # -- what parts tell each other --------------------------------------------------------

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
        self.reconciler.wake(guild_id)
        self.monitor.wake(guild_id)

    def _alarm(self, guild_id: int) -> None:
        self.staff_alerts.mark(guild_id)

    def _tell_again(self, guild_id: int) -> None:
        """A guild has another log channel."""
        self.journal.try_again(guild_id)
        self.staff_alerts.mark(guild_id)

    def _hears(self, guild_id: int) -> bool:
        """Whether Shoppex's webhooks can reach a guild, as far as the bot can know."""
        reachable = self.webhooks.running and self.settings.listener.public_url is not None
        return reachable and self.settings.guild(guild_id).hears()
