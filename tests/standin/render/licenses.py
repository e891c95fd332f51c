"""Licences, with their times in ISO 8601 (contract, section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..licenses import EXPIRED
from .base import Json, Render, iso

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ..licenses import License
    from ..state import Profile
    from ..switches import Switches


class LicenseRender(Render):
    """Licences as JSON."""

    def __init__(
        self,
        switches: Switches,
        profile: Profile,
        base_url: str,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(switches, profile, base_url)
        self._clock = clock

    def license(self, license_: License) -> Json:
        """A licence as lists and validations have it."""
        return {
            "id": license_.id,
            "uniqid": license_.uniqid,
            "shop_id": self._profile.id,
            "product_id": self._reference(license_.product),
            "invoice_id": self._reference(license_.order),
            "license_key": license_.license_key,
            "hardware_id": license_.hardware_id,
            "uses": license_.uses,
            "max_uses": license_.max_uses,
            "status": self.status(license_),
            "hwid_pending": license_.hwid_pending,
            "allowed_ips": list(license_.allowed_ips),
            "expires_at": iso(license_.expires_at) if license_.expires_at else None,
            "created_at": iso(license_.created_at),
            "updated_at": iso(license_.updated_at),
        }

    def status(self, license_: License) -> str:
        """The status; whether time alone makes it ``EXPIRED`` is a switch."""
        if self._switches.expired_shows and license_.is_expired(self._clock()):
            return EXPIRED
        return license_.status

    def read(self, license_: License) -> Json:
        """The answer to a read of one."""
        return self._wrapped(license_, is_wrapped=self._switches.license_read_wrapped)

    def written(self, license_: License) -> Json:
        """The answer to a write (C25)."""
        return self._wrapped(license_, is_wrapped=self._switches.license_write_wrapped)

    def _wrapped(self, license_: License, *, is_wrapped: bool) -> Json:
        content = self.license(license_)
        return {"productLicense": content} if is_wrapped else content
