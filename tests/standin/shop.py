"""The stand-in itself, put together from its verbs."""

from __future__ import annotations

from .verbs.catalogue import CatalogueVerbs
from .verbs.customers import CustomerVerbs
from .verbs.faults import FaultVerbs
from .verbs.orders import OrderVerbs
from .verbs.subscriptions import SubscriptionVerbs
from .verbs.webhooks import WebhookVerbs


class StandIn(
    CatalogueVerbs, OrderVerbs, SubscriptionVerbs, CustomerVerbs, WebhookVerbs, FaultVerbs
):
    """A Shoppex of our own on 127.0.0.1, alive within ``async with``.

    Parameters
    ----------
    clock
        The only source of time; gives aware UTC.
    webhook_timeout
        Real seconds after which a webhook without an answer counts as failed. Shoppex's own
        limit is unknown (contract, section 4.8).

    Attributes
    ----------
    requests
        Each call of the Dev API so far.
    """
