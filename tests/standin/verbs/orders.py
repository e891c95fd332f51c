"""Orders and payments."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from ..errors import ApiError
from ..life import Life, as_mistake
from ..orders import PAID, VOIDED, Order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..webhooks import Delivery


class OrderVerbs(Life):
    """What buyers and gateways do to orders."""

    @property
    def orders(self) -> Sequence[Order]:
        """All orders and payments, oldest first."""
        return self._state.orders

    def order(self, uniqid: str) -> Order:
        """The order or payment with that id or uniqid."""
        try:
            return self._state.order(uniqid)
        except ApiError:
            known = ", ".join(order.uniqid for order in self.orders) or "none"
            raise LookupError(f"there is no order {uniqid!r}; there are: {known}") from None

    async def pay(
        self, uniqid: str, *, gateway: str | None = None, silent: bool = False
    ) -> Sequence[Delivery]:
        """Pay an order, as its checkout page does. See `set_status`.

        ``gateway`` is ``STRIPE``, ``PAYPAL``, …; by default what the order asked for, or Stripe.
        """
        order = self.order(uniqid)
        if order.status == PAID:
            raise ValueError(f"order {uniqid!r} is paid already")
        return await self._tell(self._alive().sales.pay(order, gateway), silent=silent)

    async def cancel(self, uniqid: str, *, silent: bool = False) -> Sequence[Delivery]:
        """Let an order expire: ``VOIDED``. See `set_status`."""
        return await self.set_status(uniqid, VOIDED, silent=silent)

    async def set_status(
        self, uniqid: str, status: str, *, silent: bool = False
    ) -> Sequence[Delivery]:
        """Move an order to any status, and wait for the first answer of each webhook.

        The event is ``order:paid``, ``:cancelled``, ``:partial`` or ``:disputed`` where there
        is one, else ``order:updated`` (contract, section 4.7). ``silent`` sends none, as when
        webhooks are lost.
        """
        sales = self._alive().sales
        order = self.order(uniqid)
        news = sales.pay(order) if status == PAID else sales.move(order, status)
        return await self._tell(news, silent=silent)

    async def refund(
        self,
        uniqid: str,
        amount: Decimal | str | int | None = None,
        *,
        silent: bool = False,
    ) -> Sequence[Delivery]:
        """Give money back, by default all that is left; what was delivered stays.

        ``refund_status``, ``partial_refund_status``, ``refund_event`` and ``refunded_field``
        say how it shows.
        """
        with as_mistake():
            news = self._alive().sales.refund(
                self.order(uniqid), None if amount is None else Decimal(amount)
            )
        return await self._tell(news, silent=silent)

    async def dispute(self, uniqid: str, *, silent: bool = False) -> Sequence[Delivery]:
        """Let a gateway report a dispute: ``order:disputed``."""
        return await self._tell(self._alive().sales.dispute(self.order(uniqid)), silent=silent)

    async def win_dispute(self, uniqid: str, *, silent: bool = False) -> Sequence[Delivery]:
        """The order is ``COMPLETED`` again; ``dispute_outcome_event`` says how it is told."""
        return await self._settle_dispute(uniqid, won=True, silent=silent)

    async def lose_dispute(self, uniqid: str, *, silent: bool = False) -> Sequence[Delivery]:
        """The order is ``REVERSED``; ``dispute_outcome_event`` says how it is told."""
        return await self._settle_dispute(uniqid, won=False, silent=silent)

    async def _settle_dispute(self, uniqid: str, *, won: bool, silent: bool) -> Sequence[Delivery]:
        with as_mistake():
            news = self._alive().sales.settle_dispute(self.order(uniqid), won=won)
        return await self._tell(news, silent=silent)

    def release_goods(self, uniqid: str) -> None:
        """Deliver what a paid order still lacks: under ``deliver_late``, or after a refill."""
        order = self.order(uniqid)
        if order.status != PAID:
            raise ValueError(f"order {uniqid!r} is {order.status}: pay it first")
        self._alive().sales.deliver(order)
