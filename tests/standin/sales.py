"""What happens to orders, and the news of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .orders import PAID, event_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from .orders import Order
    from .render.orders import OrderRender
    from .switches import Switches
    from .webhooks import News


class Sales:
    """Moves orders. Each move answers with the rounds of news that `Postman.announce` takes."""

    def __init__(
        self, clock: Callable[[], datetime], switches: Switches, render: OrderRender
    ) -> None:
        self._clock = clock
        self._switches = switches
        self._render = render

    def placed(self, order: Order) -> list[list[News]]:
        """An order or payment was made."""
        return [[self._render.news(order, "order:created")]]

    def pay(self, order: Order) -> list[list[News]]:
        """An order is paid, and delivered unless the goods are to be late."""
        self._set(order, PAID)
        if not self._switches.deliver_late:
            order.deliver()
        return [[self._render.news(order, event_of(PAID))]]

    def move(self, order: Order, status: str) -> list[list[News]]:
        """An order gets any other status; the contract forbids no step."""
        self._set(order, status)
        return [[self._render.news(order, event_of(status))]]

    def _set(self, order: Order, status: str) -> None:
        order.status = status
        order.updated_at = self._clock()
