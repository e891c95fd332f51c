"""Licences: keys that Shoppex manages."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from .status_words import fold_word


class LicenseStatus(str, Enum):
    """State of a licence; ``UNKNOWN`` is what was not said, or in another word."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


def parse_license_status(word: object) -> LicenseStatus:
    """Read Shoppex's word for a state; anything unheard of is ``UNKNOWN``."""
    folded = fold_word(word).lower()
    return next(
        (status for status in LicenseStatus if status.value == folded), LicenseStatus.UNKNOWN
    )


@dataclass(frozen=True, slots=True)
class License:
    """A licence (contract, section 6). Its ``repr`` may be logged.

    Parameters
    ----------
    uniqid, id
        Shoppex's public and internal id; the same where it named only one.
    key
        What the buyer types; ``None`` when Shoppex did not say.
    product_ids, invoice_ids
        Every id that the licence gives for its product and its order, public ones first.
    hardware_id
        The machine it is bound to; ``None`` when there is none.
    hwid_pending
        Whether the next machine that uses it is bound to it.
    address_bound
        Whether it works from certain internet addresses only.
    uses, max_uses
        How often it was used, and may be; ``None`` when not said, or without a limit.
    expires_at
        ``None`` when it does not expire.
    end_unreadable
        Whether it expires at a time that cannot be read; it may be any, and is not never.
    """

    uniqid: str
    id: str
    status: LicenseStatus
    key: str | None = field(default=None, repr=False)
    product_ids: tuple[str, ...] = ()
    product_title: str = ""
    invoice_ids: tuple[str, ...] = ()
    customer_id: str | None = None
    hardware_id: str | None = field(default=None, repr=False)
    hwid_pending: bool = False
    address_bound: bool = False
    uses: int | None = None
    max_uses: int | None = None
    expires_at: datetime | None = None
    end_unreadable: bool = False
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def used_up(self) -> bool:
        """Whether it may not be used once more."""
        return self.uses is not None and self.max_uses is not None and self.uses >= self.max_uses

    def as_of(self, now: datetime) -> License:
        """Return the licence as of ``now``: Shoppex may still call active what has ended."""
        ended = self.expires_at is not None and self.expires_at <= now
        if self.status is not LicenseStatus.ACTIVE or not ended:
            return self
        return replace(self, status=LicenseStatus.EXPIRED)
