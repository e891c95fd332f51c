"""What the command groups may use of the cog that they are part of."""

from __future__ import annotations

from abc import ABC

from redbot.core import commands
from redbot.core.bot import Red

from ..api import ClientPool
from ..fulfilment.absences import Absences
from ..fulfilment.alarms import Alarms
from ..fulfilment.backfilling import Backfilling
from ..fulfilment.brake import Brake
from ..fulfilment.engine import Engine
from ..fulfilment.inspection import Inspection
from ..fulfilment.rebuilding import Rebuilding
from ..fulfilment.sweeps import Sweeps
from ..seller.doctor import Doctor
from ..seller.journal import Journal
from ..seller.rounds import Rounds
from ..seller.shelves import Shelves
from ..selling.catalogue import Catalogue
from ..store.ledger import Ledger
from ..store.settings import Settings
from ..views.access import AccessDesk
from ..views.case_acts import CaseActs
from ..views.casework import Casebook
from ..views.counter import Counter
from ..views.gate import Gate
from ..views.licenses import Licenses
from ..views.moving import MovingDesk
from ..views.power_notice import PowerNotice
from ..views.purchases import Purchases
from ..views.secrets import SecretDesk
from ..views.setup_page import SetupTools
from ..views.statistics import StatisticsDesk
from ..views.test_sale import TestDesk
from ..views.waiting import WaitingBoard
from ..webhook.listener import Listener


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
