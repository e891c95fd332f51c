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
from ..fulfilment.sweeps import Sweeps
from ..seller.doctor import Doctor
from ..seller.journal import Journal
from ..selling.catalogue import Catalogue
from ..store.ledger import Ledger
from ..store.settings import Settings
from ..views.counter import Counter
from ..views.gate import Gate
from ..views.licenses import Licenses
from ..views.purchases import Purchases
from ..webhook.listener import Listener


class CommandsMixin(ABC):
    """The parts that the cog builds."""

    bot: Red
    gate: Gate
    settings: Settings
    ledger: Ledger
    clients: ClientPool
    catalogue: Catalogue
    engine: Engine
    inspection: Inspection
    alarms: Alarms
    journal: Journal
    doctor: Doctor
    brake: Brake
    sweeps: Sweeps
    absences: Absences
    backfilling: Backfilling
    counter: Counter
    member_area: Purchases
    licenses: Licenses
    webhooks: Listener


class CogMeta(type(commands.Cog), type(ABC)):  # type: ignore[misc]
    """Lets a cog be composed of abstract groups of commands."""
