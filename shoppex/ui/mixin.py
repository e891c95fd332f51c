"""What the command groups may use of the cog that they are part of."""

from __future__ import annotations

from abc import ABC

from redbot.core import commands
from redbot.core.bot import Red

from ..api import ClientPool
from ..checkout.catalogue import Catalogue
from ..checkout.flow import Counter
from ..connection.api_key_form import AccessDesk
from ..connection.secret_form import SecretDesk
from ..dry_run.flow import TestDesk
from ..fulfilment.engine.engine import Engine
from ..fulfilment.engine.staff_alerts import Alarms
from ..fulfilment.reconcile.backfill_runner import Backfilling
from ..fulfilment.reconcile.brake import Brake
from ..fulfilment.reconcile.drift_scan import Inspection
from ..fulfilment.reconcile.membership import Absences
from ..fulfilment.reconcile.rebuild import Rebuilding
from ..fulfilment.reconcile.reconciler import Sweeps
from ..health.monitor import Rounds
from ..health.runner import Doctor
from ..licenses.flow import Licenses
from ..log_channel.writer import Journal
from ..offers.listing import Shelves
from ..offers.power_notice import PowerNotice
from ..orders.actions_flow import CaseActs
from ..orders.flow import Casebook
from ..orders.transfer_flow import MovingDesk
from ..orders.waiting_flow import WaitingBoard
from ..purchases.flow import Purchases
from ..setup.step import SetupTools
from ..statistics.flow import StatisticsDesk
from ..store.ledger import Ledger
from ..store.settings import Settings
from ..webhook.listener import Listener
from .permissions import Gate


class CommandsMixin(ABC):
    """The parts that the cog builds."""

    bot: Red
    gate: Gate
    settings: Settings
    ledger: Ledger
    clients: ClientPool
    catalogue: Catalogue
    shelves: Shelves
    engine: Engine
    inspection: Inspection
    alarms: Alarms
    journal: Journal
    doctor: Doctor
    rounds: Rounds
    brake: Brake
    sweeps: Sweeps
    rebuilding: Rebuilding
    absences: Absences
    backfilling: Backfilling
    counter: Counter
    member_area: Purchases
    case_acts: CaseActs
    casebook: Casebook
    power_notice: PowerNotice
    waiting_board: WaitingBoard
    moving_desk: MovingDesk
    licenses: Licenses
    statistics: StatisticsDesk
    webhooks: Listener
    test_desk: TestDesk
    access: AccessDesk
    secrets: SecretDesk
    setup_tools: SetupTools


class CogMeta(type(commands.Cog), type(ABC)):  # type: ignore[misc]
    """Lets a cog be composed of abstract groups of commands."""
