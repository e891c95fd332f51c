"""All routes of the Dev API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .catalogue import CatalogueCalls
from .customers import CustomerCalls
from .licenses import LicenseCalls
from .orders import OrderCalls
from .replacements import ReplacementCalls
from .serials import SerialCalls
from .subscriptions import SubscriptionCalls
from .webhooks import WebhookCalls

if TYPE_CHECKING:
    from aiohttp import web

    from ..parts import Parts


def all_routes(parts: Parts) -> list[web.RouteDef]:
    """The routes of each family."""
    clock, state, switches, render = parts.clock, parts.state, parts.switches, parts.render
    postman, endpoints, sales = parts.postman, parts.endpoints, parts.sales
    families = (
        CatalogueCalls(state, switches, render.catalogue),
        SerialCalls(state, switches, render.catalogue),
        OrderCalls(state, clock, switches, render.orders, sales, endpoints, postman),
        ReplacementCalls(state, switches, render.orders, sales, postman),
        SubscriptionCalls(state, switches, render.subscriptions, parts.billing, sales, postman),
        LicenseCalls(state, clock, switches, render.licenses, parts.licensing),
        CustomerCalls(state, switches, render.customers),
        WebhookCalls(
            clock,
            switches,
            endpoints,
            postman,
            render.webhooks,
            render.orders,
            render.subscriptions,
        ),
    )
    return [route for family in families for route in family.routes()]
