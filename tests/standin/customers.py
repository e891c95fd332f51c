"""Buyers, as the shop knows them (contract, section 7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .catalogue import new_id

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(slots=True, eq=False)
class Customer:
    """Everybody who ever placed an order: one for each e-mail address, in any case."""

    email: str
    created_at: datetime
    name: str | None = None
    id: str = field(default_factory=new_id)
    uniqid: str = field(default_factory=new_id)

    def is_named(self, name: str) -> bool:
        """Whether ``name`` is its id or uniqid."""
        return name in (self.id, self.uniqid)
