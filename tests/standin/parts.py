"""What a running stand-in is made of, and how it is put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .billing import Billing
from .editing import Editing
from .licensing import Licensing
from .render.catalogue import CatalogueRender
from .render.customers import CustomerRender
from .render.licenses import LicenseRender
from .render.orders import OrderRender
from .render.subscriptions import SubscriptionRender
from .render.webhooks import WebhookRender
from .sales import Sales

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from .endpoints import Endpoints
    from .postman import Postman
    from .state import State
    from .switches import Switches


@dataclass(frozen=True, slots=True)
class Renders:
    """All shapes."""

    catalogue: CatalogueRender
    orders: OrderRender
    subscriptions: SubscriptionRender
    webhooks: WebhookRender
    licenses: LicenseRender
    customers: CustomerRender


@dataclass(frozen=True, slots=True)
class Parts:
    """All that handlers and verbs share. ``url`` is ``http://127.0.0.1:PORT``."""

    url: str
    clock: Callable[[], datetime]
    state: State
    switches: Switches
    endpoints: Endpoints
    postman: Postman
    render: Renders
    billing: Billing
    licensing: Licensing
    sales: Sales
    editing: Editing


def put_together(
    url: str,
    clock: Callable[[], datetime],
    state: State,
    switches: Switches,
    endpoints: Endpoints,
    postman: Postman,
) -> Parts:
    """Build what needs to know where the server is."""
    shared = (switches, state.profile, url)
    orders = OrderRender(*shared)
    subscriptions = SubscriptionRender(*shared, orders)
    render = Renders(
        catalogue=CatalogueRender(*shared),
        orders=orders,
        subscriptions=subscriptions,
        webhooks=WebhookRender(*shared),
        licenses=LicenseRender(*shared, clock),
        customers=CustomerRender(*shared, orders, subscriptions),
    )
    billing = Billing(state, clock, switches, subscriptions)
    licensing = Licensing(state, clock, switches)
    sales = Sales(clock, switches, orders, billing, licensing)
    return Parts(
        url,
        clock,
        state,
        switches,
        endpoints,
        postman,
        render,
        billing,
        licensing,
        sales,
        Editing(state),
    )
