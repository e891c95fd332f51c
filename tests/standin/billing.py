"""What happens to subscriptions, and the news of it (contract, section 5)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from .catalogue import to_cents
from .errors import refused
from .orders import LineItem, Order
from .subscriptions import ACTIVE, CANCELED, PAST_DUE, PAUSED, PENDING, TRIALING, Subscription

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from .catalogue import Product
    from .render.subscriptions import SubscriptionRender
    from .state import State
    from .switches import Switches
    from .webhooks import News

    Rounds = list[list[News]]


class Billing:
    """Moves subscriptions; money is taken by `Sales`, which calls `paid`.

    Each move answers with the rounds of news that `Postman.announce` takes. The contract
    knows no event for a failed renewal, a pause or a change of plan: all of these, and each
    end that is not told by ``subscription:cancelled``, are told by ``subscription:updated``.
    """

    def __init__(
        self,
        state: State,
        clock: Callable[[], datetime],
        switches: Switches,
        render: SubscriptionRender,
    ) -> None:
        self._state = state
        self._clock = clock
        self._switches = switches
        self._render = render

    # What payments do

    def placed(self, order: Order) -> None:
        """An order was made, of which subscriptions may become."""
        if self._switches.pending_subscriptions:
            self._open(order)

    def paid(self, order: Order) -> Rounds:
        """An order was paid: its subscriptions begin, or the one that it renews goes on."""
        subscription = order.subscription
        if subscription is not None and order is subscription.open_invoice:
            return self._renewed(subscription)
        begun = [sub for sub in self._open(order) if sub.status == PENDING]
        return [news for sub in begun for news in self._begun(sub, order)]

    def _open(self, order: Order) -> list[Subscription]:
        """The subscriptions that an order is the first invoice of; made when there are none."""
        known = [sub for sub in self._state.subscriptions if sub.invoices[0] is order]
        if known or order.subscription is not None or order.is_payment:
            return known
        opened = [
            self._opened(order, item, item.product)
            for item in order.items
            if item.product is not None and item.product.is_subscription
        ]
        self._state.subscriptions += opened
        order.subscription = opened[0] if opened else None
        return opened

    def _opened(self, order: Order, item: LineItem, product: Product) -> Subscription:
        now = self._clock()
        return Subscription(
            product=product,
            variant=item.variant,
            customer=self._state.customer_of(order.email, now),
            quantity=item.quantity,
            gateway=order.gateway,
            custom_fields=order.custom_fields if self._switches.fields_on_subscription else None,
            coupon=order.coupon,
            period_start=now,
            period_end=now,
            created_at=now,
            updated_at=now,
            invoices=[order],
        )

    def _begun(self, subscription: Subscription, order: Order) -> Rounds:
        now = self._touch(subscription)
        subscription.gateway = order.gateway
        subscription.status = ACTIVE
        subscription.start_period(now)
        if not subscription.product.trial_period:
            return self._tell(subscription, "subscription:created")
        subscription.start_trial(now, subscription.product.trial_period)
        return self._tell(subscription, "subscription:created", "subscription:trial:started")

    def _renewed(self, subscription: Subscription) -> Rounds:
        self._touch(subscription)
        subscription.open_invoice = None
        subscription.failed_attempts = 0
        subscription.upcoming_told = False
        if subscription.canceled_at is None:
            subscription.status = ACTIVE
        subscription.start_period(subscription.period_end)
        return self._tell(subscription, "subscription:renewed")

    # Renewals

    def open_invoice(self, subscription: Subscription) -> Order:
        """The renewal that is to be paid; made when there is none."""
        if not subscription.renews:
            raise refused("The subscription does not renew: it is cancelled or paused")
        if subscription.open_invoice is not None:
            return subscription.open_invoice
        self._touch(subscription)
        if subscription.next_product is not None:
            subscription.product, subscription.next_product = subscription.next_product, None
            subscription.variant = None
        price = (subscription.variant or subscription.product).price
        subscription.open_invoice = self._invoice(subscription, price, subscription.quantity)
        return subscription.open_invoice

    def upcoming(self, subscription: Subscription) -> Rounds:
        """The buyer is reminded that it will renew."""
        self._touch(subscription)
        subscription.upcoming_told = True
        return self._tell(subscription, "subscription:upcoming")

    def failed(self, subscription: Subscription) -> Rounds:
        """A renewal was not paid: its invoice stays open, and the days of grace begin (C14)."""
        self.open_invoice(subscription)
        subscription.failed_attempts += 1
        subscription.status = PAST_DUE if self._switches.grace == "past_due" else ACTIVE
        return self._tell(subscription, "subscription:updated")

    # Trials

    def trial_started(self, subscription: Subscription, days: int) -> Rounds:
        """A trial begins now."""
        subscription.start_trial(self._touch(subscription), days)
        return self._tell(subscription, "subscription:trial:started")

    def trial_ended(self, subscription: Subscription) -> Rounds:
        """The trial is over, whatever comes after it."""
        if subscription.status != TRIALING:
            raise refused("The subscription is not in a trial")
        self._touch(subscription)
        subscription.status = ACTIVE
        return self._tell(subscription, "subscription:trial:ended")

    # Ends

    def cancelled(
        self,
        subscription: Subscription,
        *,
        at_once: bool | None = None,
        comment: str | None = None,
    ) -> Rounds:
        """It will not renew. By default PayPal ends at once, others with the period (C15)."""
        if subscription.canceled_at is not None or subscription.ended:
            raise refused("The subscription is cancelled already")
        now = self._touch(subscription)
        subscription.canceled_at = now
        subscription.cancel_comment = comment
        if at_once is None:
            at_once = subscription.gateway == "PAYPAL"
        if at_once:
            if self._switches.end_at_once_cuts_period:
                subscription.period_end = now
            return self.ended(subscription)
        if self._switches.cancelled_status == "at_request":
            subscription.status = CANCELED
        if self._switches.cancelled_event == "at_request":
            return self._tell_cancelled(subscription)
        return self._tell(subscription, "subscription:updated")

    def ended(self, subscription: Subscription) -> Rounds:
        """It is over."""
        if subscription.ended:
            raise refused("The subscription has ended already")
        now = self._touch(subscription)
        subscription.canceled_at = subscription.canceled_at or now
        is_news = subscription.status != CANCELED
        subscription.status = CANCELED
        subscription.ended = True
        if not subscription.cancelled_told:
            return self._tell_cancelled(subscription)
        return self._tell(subscription, "subscription:updated") if is_news else []

    def _tell_cancelled(self, subscription: Subscription) -> Rounds:
        subscription.cancelled_told = True
        return self._tell(subscription, "subscription:cancelled")

    # Pauses and plans

    def paused(self, subscription: Subscription) -> Rounds:
        """It stands still; its period does not move."""
        if subscription.status != ACTIVE:
            raise refused("Only an active subscription can be paused")
        self._touch(subscription)
        subscription.status = PAUSED
        return self._tell(subscription, "subscription:updated")

    def resumed(self, subscription: Subscription) -> Rounds:
        """A pause is over, or a cancellation is taken back before the end."""
        waits_for_its_end = subscription.canceled_at is not None and not subscription.ended
        if subscription.status != PAUSED and not waits_for_its_end:
            raise refused("Only a paused subscription can be resumed")
        self._touch(subscription)
        subscription.status = ACTIVE
        subscription.canceled_at = subscription.cancel_comment = None
        subscription.cancelled_told = False
        return self._tell(subscription, "subscription:updated")

    def plan_changed(self, subscription: Subscription, product: Product) -> Rounds:
        """A dearer plan holds at once, a cheaper one from the next renewal on."""
        if subscription.ended or subscription.status == PENDING:
            raise refused("Only a running subscription can change its plan")
        if not product.is_subscription or product is subscription.product:
            raise refused("The subscription cannot change to this product")
        self._touch(subscription)
        if product.price <= subscription.product.price:
            subscription.next_product = product
        else:
            subscription.product, subscription.variant = product, None
            subscription.next_product = None
        return self._tell(subscription, "subscription:updated")

    def proration(self, subscription: Subscription, old_price: Decimal) -> Order:
        """The invoice of what an upgrade costs for the rest of the period."""
        second = timedelta(seconds=1)
        left = max(timedelta(0), subscription.period_end - self._clock()) // second
        period = (subscription.period_end - subscription.period_start) // second
        missing = subscription.product.price - old_price
        return self._invoice(subscription, to_cents(missing * Decimal(left) / period), 1)

    # Helpers

    def _invoice(self, subscription: Subscription, price: Decimal, quantity: int) -> Order:
        now = self._clock()
        product, variant = subscription.product, subscription.variant
        order = Order(
            email=subscription.customer.email,
            currency=product.currency,
            items=[LineItem(product.title, quantity, price, product, variant)],
            created_at=now,
            updated_at=now,
            custom_fields=(
                subscription.invoices[0].custom_fields
                if self._switches.fields_on_renewal
                else None
            ),
            gateway=subscription.gateway,
            customer_id=subscription.customer.id,
            subscription=subscription,
        )
        subscription.invoices.append(order)
        self._state.orders.append(order)
        return order

    def _touch(self, subscription: Subscription) -> datetime:
        subscription.updated_at = self._clock()
        return subscription.updated_at

    def _tell(self, subscription: Subscription, *events: str) -> Rounds:
        return [[self._render.news(subscription, event)] for event in events]
