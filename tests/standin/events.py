"""The names of the events (contract, section 4.3)."""

from __future__ import annotations

TWIN = ":product"

ORDER_EVENTS = (
    "order:created",
    "order:updated",
    "order:partial",
    "order:paid",
    "order:cancelled",
    "order:disputed",
)
SUBSCRIPTION_EVENTS = (
    "subscription:created",
    "subscription:updated",
    "subscription:renewed",
    "subscription:cancelled",
    "subscription:upcoming",
    "subscription:trial:started",
    "subscription:trial:ended",
)
_TWINS = tuple(event + TWIN for event in (*ORDER_EVENTS, *SUBSCRIPTION_EVENTS))
_OTHERS = (
    "order:manual_payment_pending",
    "product:created",
    "product:edited",
    "product:stock",
    "product:dynamic",
    "query:created",
    "query:replied",
    "feedback:received",
)
ALL_EVENTS = (*ORDER_EVENTS, *SUBSCRIPTION_EVENTS, *_TWINS, *_OTHERS)
MOST_EVENTS = 12
"""How many events one webhook may name."""

SUGGESTED_EVENTS = (
    "order:paid",
    "order:cancelled",
    "order:disputed",
    "order:updated",
    "order:partial",
    "subscription:created",
    "subscription:updated",
    "subscription:renewed",
    "subscription:cancelled",
    "subscription:trial:started",
    "subscription:trial:ended",
    "product:stock",
)
"""The set of 12 that the contract suggests."""
