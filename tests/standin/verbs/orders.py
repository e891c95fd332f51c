"""Orders and payments."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from ..editing import CheckoutEdit
from ..errors import ApiError
from ..life import Life, as_mistake
from ..orders import PAID, VOIDED, Order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..catalogue import Product
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

    def give_credit(self, email: str, amount: Decimal | str | int) -> None:
        """Give a buyer store credit, in the shop's currency."""
        credit, name = self._state.credit, email.casefold()
        credit[name] = credit.get(name, Decimal(0)) + Decimal(amount)

    def edit_checkout(
        self,
        uniqid: str,
        *,
        coupon: str | None = None,
        tip: Decimal | str | int | None = None,
        gateway: str | None = None,
        country: str | None = None,
        currency: str | None = None,
        credit: Decimal | str | int | None = None,
        quantities: Mapping[str, int] | None = None,
        remove: Sequence[str] = (),
        add: Sequence[tuple[Product, int]] = (),
        addons: Mapping[str, Sequence[str]] | None = None,
    ) -> Order:
        """Change an order on its checkout page, as its buyer may before paying (15.1).

        The fields are those of `CheckoutEdit`; lines go by their ids.
        """
        order = self.order(uniqid)
        edit = CheckoutEdit(
            coupon=coupon,
            tip=None if tip is None else Decimal(tip),
            gateway=gateway,
            country=country,
            currency=currency,
            credit=None if credit is None else Decimal(credit),
            quantities=quantities or {},
            remove=remove,
            add=add,
            addons=addons or {},
        )
        with as_mistake():
            self._alive().editing.apply(order, edit)
        return order

    async def underpay(
        self,
        uniqid: str,
        received: Decimal | str | int,
        *,
        reason: str | None = None,
        silent: bool = False,
    ) -> Sequence[Delivery]:
        """Let too little come in (15.4): ``PARTIAL``. `pay` tops it up.

        ``reason`` is why the buyer can do nothing about it; ``None`` if they can.
        """
        with as_mistake():
            news = self._alive().sales.underpay(self.order(uniqid), Decimal(received), reason)
        return await self._tell(news, silent=silent)

    def hold_line(self, uniqid: str, index: int = 0) -> None:
        """Let the seller deliver a line later by hand (15.2); do it before it is paid."""
        self.order(uniqid).items[index].held = "AWAITING_FULFILLMENT"

    async def deliver_line(
        self, uniqid: str, index: int = 0, *, silent: bool = False
    ) -> Sequence[Delivery]:
        """Deliver a line that was held: ``order:updated``."""
        order = self.order(uniqid)
        order.items[index].held = None
        return await self._tell(self._alive().sales.line_moved(order), silent=silent)

    async def fail_line(
        self, uniqid: str, index: int = 0, *, silent: bool = False
    ) -> Sequence[Delivery]:
        """Let the delivery of a line that was held fail: ``order:updated``."""
        order = self.order(uniqid)
        order.items[index].held = "FAILED"
        return await self._tell(self._alive().sales.line_moved(order), silent=silent)

    def ask_later(self, uniqid: str, *names: str, index: int = 0) -> None:
        """Let a line wait for fields that the buyer fills in after paying (15.3)."""
        self.order(uniqid).items[index].asked = names

    async def fill_fields(
        self, uniqid: str, index: int = 0, *, silent: bool = False
    ) -> Sequence[Delivery]:
        """Fill in all fields that a line waits for: it is delivered, ``order:updated``."""
        order = self.order(uniqid)
        order.items[index].asked = ()
        return await self._tell(self._alive().sales.line_moved(order), silent=silent)

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
