"""Required scopes of an API key, and the webhook events that the cog listens to."""

from __future__ import annotations

from collections.abc import Collection

# Contract, section 1, *Scopes*. Without these nothing can be sold.
NEEDED_SCOPES = ("products.read", "orders.read", "orders.write", "subscriptions.read")
# Without these something is missing: receipts, licences, pools of keys, webhooks that the bot
# sets up by itself.
USEFUL_SCOPES = (
    "invoices.read",
    "invoices.write",
    "licenses.read",
    "licenses.write",
    "products.write",
    "webhooks.read",
    "webhooks.write",
)

# Contract, section 4.3: at most twelve for one webhook.
EVENTS = (
    "order:paid",
    "order:updated",
    "order:partial",
    "order:cancelled",
    "order:disputed",
    "subscription:created",
    "subscription:updated",
    "subscription:renewed",
    "subscription:cancelled",
    "subscription:upcoming",
    "subscription:trial:started",
    "subscription:trial:ended",
)

# What each kind of these tells is learnt later, by asking, where Shoppex has no such event.
NEEDED_EVENTS = (
    "order:paid",
    "order:updated",
    "order:disputed",
    "subscription:created",
    "subscription:renewed",
    "subscription:cancelled",
)
# Without this one a webhook would be of no use.
PAID_EVENT = "order:paid"


def missing_scopes(wanted: Collection[str], granted: Collection[str]) -> tuple[str, ...]:
    """Which permissions a key lacks."""
    return tuple(scope for scope in wanted if not {scope, "*"} & {*granted})
