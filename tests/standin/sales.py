"""What happens to orders, and the news of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import Problem, invalid, refused
from .orders import (
    PAID,
    PARTIALLY_REFUNDED,
    REVERSED,
    UPDATED,
    VOIDED,
    Refund,
    Underpayment,
    event_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from decimal import Decimal

    from .billing import Billing
    from .catalogue import Product
    from .licensing import Licensing
    from .orders import LineItem, Order
    from .render.orders import OrderRender
    from .subscriptions import Subscription
    from .switches import Switches
    from .webhooks import News

    Rounds = list[list[News]]


class Sales:
    """Moves orders, and what subscriptions cost.

    Each move answers with the rounds of news that `Postman.announce` takes.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        switches: Switches,
        render: OrderRender,
        billing: Billing,
        licensing: Licensing,
    ) -> None:
        self._clock = clock
        self._switches = switches
        self._render = render
        self._billing = billing
        self._licensing = licensing

    def placed(self, order: Order) -> Rounds:
        """An order or payment was made."""
        self._billing.placed(order)
        return [[self._render.news(order, "order:created")]]

    def pay(self, order: Order, gateway: str | None = None) -> Rounds:
        """An order is paid, and delivered unless the goods are to be late.

        ``gateway`` is where the money came in; by default what the order says, or Stripe.
        """
        is_free = order.price.edited and not order.total and order.subscription is None
        order.gateway = None if is_free else gateway or order.gateway or "STRIPE"
        self._set(order, PAID)
        order.paid_at = order.updated_at
        others = self._billing.paid(order)
        if not self._switches.deliver_late:
            self.deliver(order)
        paid = self._render.news(order, event_of(PAID))
        if self._switches.paid_event == "together":
            return [[paid, *(news for batch in others for news in batch)]]
        return [*others, [paid]] if self._switches.paid_event == "last" else [[paid], *others]

    def deliver(self, order: Order) -> None:
        """What is not delivered yet is, licences included."""
        order.deliver()
        for line in order.items:
            if line.delivered_at is None and not line.lacks_goods:
                line.delivered_at = self._clock()
        self._licensing.grant(order)

    def move(self, order: Order, status: str) -> Rounds:
        """An order gets any other status; the contract forbids no step."""
        self._set(order, status)
        return [[self._render.news(order, event_of(status))]]

    def refund(self, order: Order, amount: Decimal | None = None) -> Rounds:
        """Money goes back, by default all that is left. Nothing that was delivered does."""
        if order.status not in (PAID, PARTIALLY_REFUNDED):
            raise refused(f"An order that is {order.status} cannot be refunded")
        left = order.total - order.refunded
        amount = left if amount is None else amount
        if amount > left:
            raise invalid(Problem("amount", f"must be at most {left:.2f}"))
        is_full = amount == left
        switches = self._switches
        self._set(order, switches.refund_status if is_full else switches.partial_refund_status)
        order.refunds.append(Refund(amount, order.updated_at))
        return self._quietly(order, switches.refund_event)

    def replace(self, order: Order, line: LineItem, quantity: int) -> Rounds:
        """New serials are handed out for the oldest ones of a line, which are dead from now on."""
        if not line.replace(quantity):
            raise refused(f"{line.title} is out of stock: no replacement is left")
        order.updated_at = self._clock()
        return [[self._render.news(order, UPDATED)]]

    def underpay(self, order: Order, received: Decimal, reason: str | None) -> Rounds:
        """Too little comes in, in crypto."""
        if not order.payable or not 0 < received < order.remaining:
            raise refused("Only a part of what is still to be paid can be underpaid")
        order.underpayment = Underpayment(received, reason)
        return self.move(order, "PARTIAL")

    def line_moved(self, order: Order) -> Rounds:
        """Something changed about the delivery of a line; what can be delivered now is."""
        if order.status == PAID:
            self.deliver(order)
        order.updated_at = self._clock()
        return [[self._render.news(order, UPDATED)]]

    def dispute(self, order: Order) -> Rounds:
        """A gateway reports a dispute."""
        return self.move(order, self._switches.dispute_status)

    def settle_dispute(self, order: Order, *, won: bool) -> Rounds:
        """A dispute is over: won, the order is as it was; lost, the money is gone."""
        if order.status != self._switches.dispute_status:
            raise refused("The order is not disputed")
        self._set(order, PAID if won else REVERSED)
        return self._quietly(order, self._switches.dispute_outcome_event)

    def renew(self, subscription: Subscription) -> Rounds:
        """A subscription is paid for another period."""
        return self.pay(self._billing.open_invoice(subscription))

    def change_plan(self, subscription: Subscription, product: Product) -> Rounds:
        """A subscription is for another product, now or from its next renewal on."""
        old_price = subscription.product.price
        news = self._billing.plan_changed(subscription, product)
        if self._switches.upgrade_invoice and subscription.product is product:
            news += self.pay(self._billing.proration(subscription, old_price))
        return news

    def end(self, subscription: Subscription) -> Rounds:
        """A subscription is over, and a renewal that was not paid is void."""
        news = self._billing.ended(subscription)
        invoice, subscription.open_invoice = subscription.open_invoice, None
        return news + self.move(invoice, VOIDED) if invoice is not None else news

    def _quietly(self, order: Order, event: str) -> Rounds:
        """What no event of its own tells: ``order:updated`` or none (section 4.7)."""
        return [[self._render.news(order, UPDATED)]] if event == "updated" else []

    def _set(self, order: Order, status: str) -> None:
        is_news = order.status != status
        order.status = status
        order.updated_at = self._clock()
        if is_news:
            order.history.append((status, order.updated_at))
