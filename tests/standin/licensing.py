"""How licences come about, change and are validated (contract, section 6)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from .errors import ApiError
from .licenses import REVOKED, SUSPENDED, License, new_license_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from .catalogue import Product
    from .forms.licenses import ChangeForm, ValidationForm
    from .orders import LineItem, Order
    from .state import State
    from .switches import Switches


class Licensing:
    """Gives licences to those who paid, and validates them."""

    def __init__(self, state: State, clock: Callable[[], datetime], switches: Switches) -> None:
        self._state = state
        self._clock = clock
        self._switches = switches

    def grant(self, order: Order) -> None:
        """Give the licences of an order that has been delivered, once."""
        known = self._renewed_by(order)
        for item in order.items:
            product = item.product
            if product is None or not product.licensing_enabled or item.license_keys:
                continue
            if known and self._switches.renewal_license == "extend":
                for license_ in known:
                    self._extend(license_)
                item.license_keys = tuple(license_.license_key for license_ in known)
            elif not known or self._switches.renewal_license == "new":
                item.license_keys = _keys(item)
                for key in item.license_keys:
                    self.add(product, order, key)

    def add(self, product: Product, order: Order, key: str) -> License:
        """Make one."""
        now = self._clock()
        license_ = License(product, order, key, created_at=now, updated_at=now)
        if product.license_period:
            license_.expires_at = now + timedelta(days=product.license_period)
        self._state.licenses.append(license_)
        return license_

    def change(self, license_: License, form: ChangeForm) -> None:
        """Change what was sent."""
        license_.updated_at = self._clock()
        if "status" in form.sent and form.status is not None:
            license_.status = form.status
        if "expires_at" in form.sent:
            license_.expires_at = form.expires_at
        if "hardware_id" in form.sent:
            license_.hardware_id = form.hardware_id
            if form.hardware_id is not None:
                license_.hwid_pending = False
            elif self._switches.null_hwid_rearms:
                license_.hwid_pending = True

    def validate(self, form: ValidationForm, caller_ip: str) -> License:
        """Check a licence for a caller: it may bind the machine, and counts."""
        license_ = self._found(form)
        self._check_status(license_)
        ip = form.ip or caller_ip
        if license_.allowed_ips and ip not in license_.allowed_ips:
            raise self._refusal("IP_BLOCKED")
        machine = form.hardware_id
        binds = license_.hwid_pending and machine is not None
        if machine is not None and not binds and machine != license_.hardware_id:
            raise self._refusal("HWID_MISMATCH")
        if license_.max_uses is not None and license_.uses >= license_.max_uses:
            raise self._refusal("MAX_USES_REACHED")
        if binds:
            license_.hardware_id, license_.hwid_pending = machine, False
        if self._switches.validation_counts:
            license_.uses += 1
        license_.updated_at = self._clock()
        return license_

    def _found(self, form: ValidationForm) -> License:
        for license_ in self._state.licenses:
            if license_.license_key == form.key and license_.product.is_named(form.product_id):
                return license_
        raise ApiError(404, "LICENSE_NOT_FOUND", "License not found")

    def _check_status(self, license_: License) -> None:
        if license_.status in (SUSPENDED, REVOKED):
            raise self._refusal(license_.status)
        if license_.is_expired(self._clock()):
            raise self._refusal("EXPIRED")

    def _refusal(self, reason: str) -> ApiError:
        text = f"The license was refused: {reason.replace('_', ' ').lower()}"
        return ApiError(self._switches.license_error_status, f"LICENSE_{reason}", text)

    def _renewed_by(self, order: Order) -> list[License]:
        """The licences of a subscription that began with another order."""
        subscription = order.subscription
        if subscription is None or subscription.invoices[0] is order:
            return []
        return [each for each in self._state.licenses if each.order.subscription is subscription]

    def _extend(self, license_: License) -> None:
        now = self._clock()
        license_.updated_at = now
        if license_.expires_at is not None and license_.product.license_period:
            start = max(now, license_.expires_at)
            license_.expires_at = start + timedelta(days=license_.product.license_period)


def _keys(item: LineItem) -> tuple[str, ...]:
    """One for each piece; those of a pool are the serials themselves, once they are there."""
    if item.product is not None and item.product.delivers_serials:
        return item.goods.pieces if item.goods is not None else ()
    return tuple(new_license_key() for _ in range(item.quantity))
