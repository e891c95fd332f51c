"""Base class of all command groups, with the parts that every group uses."""

from __future__ import annotations

from redbot.core.bot import Red

from ..store.ledger import Ledger
from ..store.settings import Settings
from .permissions import PermissionGuard


class CommandBase:
    """A class of commands that becomes part of the cog; each declares what else it uses."""

    bot: Red
    gate: PermissionGuard
    settings: Settings
    ledger: Ledger
