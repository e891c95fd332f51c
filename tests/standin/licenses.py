"""Licences (contract, section 6)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .catalogue import new_id

if TYPE_CHECKING:
    from datetime import datetime

    from .catalogue import Product
    from .orders import Order

ACTIVE = "ACTIVE"
SUSPENDED = "SUSPENDED"
REVOKED = "REVOKED"
EXPIRED = "EXPIRED"
STATUSES = (ACTIVE, SUSPENDED, REVOKED, EXPIRED)


def new_license_key() -> str:
    """A fresh key, such as ``3F2A-…-09BC``."""
    return "-".join(secrets.token_hex(2).upper() for _ in range(4))


@dataclass(slots=True, eq=False)
class License:
    """The right to use a product on a machine. Change its fields at any time.

    Parameters
    ----------
    order
        The first purchase that it came with.
    hardware_id
        The machine that it is bound to.
    hwid_pending
        The next validation that names a machine binds it.
    max_uses
        How many validations may succeed; ``None`` is no limit.
    allowed_ips
        Empty is any.
    """

    product: Product
    order: Order
    license_key: str
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None = None
    hardware_id: str | None = None
    hwid_pending: bool = True
    uses: int = 0
    max_uses: int | None = None
    status: str = ACTIVE
    allowed_ips: list[str] = field(default_factory=list)
    id: str = field(default_factory=new_id)
    uniqid: str = field(default_factory=new_id)

    def is_named(self, name: str) -> bool:
        """Whether ``name`` is its id or uniqid."""
        return name in (self.id, self.uniqid)

    def is_expired(self, now: datetime) -> bool:
        """Whether it was active until a time that is over."""
        over = self.expires_at is not None and self.expires_at <= now
        return self.status == EXPIRED or (self.status == ACTIVE and over)
