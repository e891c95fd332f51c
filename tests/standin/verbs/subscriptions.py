"""Subscriptions.

Each verb waits for the first answer of each webhook. ``silent`` sends none, as when webhooks
are lost; to lose one of several events, take its name out of ``events`` of the endpoint. A
step that is against the rules is a ``ValueError``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..life import Life, as_mistake

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..catalogue import Product
    from ..subscriptions import Subscription
    from ..webhooks import Delivery


class SubscriptionVerbs(Life):
    """What time, gateways and buyers do to subscriptions."""

    @property
    def subscriptions(self) -> Sequence[Subscription]:
        """All subscriptions, oldest first."""
        return self._state.subscriptions

    async def renew(
        self, subscription: Subscription, *, silent: bool = False
    ) -> Sequence[Delivery]:
        """Take the money for another period: a new order, the last of ``invoices``.

        It fires ``order:paid`` and ``subscription:renewed``; ``paid_event`` is their order.
        """
        with as_mistake():
            news = self._alive().sales.renew(subscription)
        return await self._tell(news, silent=silent)

    async def fail_renewal(
        self, subscription: Subscription, *, silent: bool = False
    ) -> Sequence[Delivery]:
        """Fail to take the money: ``open_invoice`` waits, ``grace_until`` says how long."""
        with as_mistake():
            news = self._alive().billing.failed(subscription)
        return await self._tell(news, silent=silent)

    async def recover(
        self, subscription: Subscription, *, silent: bool = False
    ) -> Sequence[Delivery]:
        """Get the money after all; the period goes on from where it had ended."""
        if subscription.open_invoice is None:
            raise ValueError("no renewal has failed: call fail_renewal first")
        return await self.renew(subscription, silent=silent)

    async def announce_upcoming(
        self, subscription: Subscription, *, silent: bool = False
    ) -> Sequence[Delivery]:
        """Remind of the renewal: ``subscription:upcoming``."""
        return await self._tell(self._alive().billing.upcoming(subscription), silent=silent)

    async def cancel_subscription(
        self, subscription: Subscription, *, at_once: bool | None = None, silent: bool = False
    ) -> Sequence[Delivery]:
        """Let it renew no more; by default PayPal ends at once, others with the period (C15).

        The end of a period needs `end_subscription`.
        """
        with as_mistake():
            news = self._alive().billing.cancelled(subscription, at_once=at_once)
        return await self._tell(news, silent=silent)

    async def end_subscription(
        self, subscription: Subscription, *, silent: bool = False
    ) -> Sequence[Delivery]:
        """Let it be over: a period or the days of grace have run out.

        A renewal that was not paid becomes void, which fires ``order:cancelled``.
        """
        with as_mistake():
            news = self._alive().sales.end(subscription)
        return await self._tell(news, silent=silent)

    async def pause_subscription(
        self, subscription: Subscription, *, silent: bool = False
    ) -> Sequence[Delivery]:
        """Pause it."""
        with as_mistake():
            news = self._alive().billing.paused(subscription)
        return await self._tell(news, silent=silent)

    async def resume_subscription(
        self, subscription: Subscription, *, silent: bool = False
    ) -> Sequence[Delivery]:
        """End a pause, or take back a cancellation before the period is over."""
        with as_mistake():
            news = self._alive().billing.resumed(subscription)
        return await self._tell(news, silent=silent)

    async def change_plan(
        self, subscription: Subscription, product: Product, *, silent: bool = False
    ) -> Sequence[Delivery]:
        """Change to a dearer product now, or to a cheaper one with the next renewal."""
        with as_mistake():
            news = self._alive().sales.change_plan(subscription, product)
        return await self._tell(news, silent=silent)

    async def start_trial(
        self, subscription: Subscription, *, days: int | None = None, silent: bool = False
    ) -> Sequence[Delivery]:
        """Begin a trial now, by default as long as the product's.

        A product with ``trial_period`` begins with one by itself.
        """
        length = days or subscription.product.trial_period
        if not length:
            raise ValueError("the product has no trial_period: pass days")
        news = self._alive().billing.trial_started(subscription, length)
        return await self._tell(news, silent=silent)

    async def end_trial(
        self, subscription: Subscription, *, paid: bool = True, silent: bool = False
    ) -> Sequence[Delivery]:
        """End a trial: ``subscription:trial:ended``, then a renewal, or the end of it all."""
        parts = self._alive()
        with as_mistake():
            ended = parts.billing.trial_ended(subscription)
            then = parts.sales.renew(subscription) if paid else parts.sales.end(subscription)
        return await self._tell(ended + then, silent=silent)
