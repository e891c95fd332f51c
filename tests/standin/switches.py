"""The points in which the contract is open or contradicts itself, as switches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

FieldsShape = Literal["as_sent", "map", "list", "json", "wrapped", "null", "missing"]
GoodsShape = Literal["object", "list", "text", "null"]
ErrorShape = Literal["nested", "flat", "text"]


@dataclass(slots=True)
class Switches:
    """How this Shoppex behaves where the real one may behave either way.

    The switches are read at each answer and each delivery: set them at any time.

    Parameters
    ----------
    scopes
        What the key may do; ``"*"`` is all (C13).
    suspended
        Each call is refused with 403, as for a suspended shop (C19).
    custom_fields_in_api, custom_fields_in_webhooks
        Shape of ``custom_fields`` (section 4.6, C7): exactly as the order was made with, a map,
        a list of ``{name, value}``, the map as JSON text, a list wrapped in ``customFields``,
        null, or no such key.
    money
        Amounts as JSON numbers or as text (section 1, *Money*).
    webhook_goods
        Where a webhook carries keys (section 4.5): nowhere (``"absent"``), in a list
        ``data.serials``, or in ``data.items[].delivered_items``.
    delivered_items
        Shape of ``items[].delivered_items`` once delivered (section 4.5): an object such as
        ``{"serials": [...]}``, a plain list, text with one line per piece, or always null.
    deliver_late
        Paid orders stay without goods until ``release_goods`` (section 4.5).
    order_email_field
        Which field ``POST /orders`` wants the address in (C8).
    checkout_url
        Link of orders and payments: normal, null (orders only; section 2.1), or longer than
        512 characters. The long one opens like the normal one.
    variants_in_list
        ``GET /products`` gives the variants too; otherwise only ``GET /products/{id}`` does,
        when asked by ``include_variants``.
    create_status
        HTTP status of ``POST /orders`` and ``POST /payments``: 200 or 201 (section 2.1).
    validation_status
        HTTP status of validation errors: 422 or 400 (C11).
    error_shape
        The documented envelope, ``{"message", "code"}``, or ``{"error": "text"}`` (section 1).
    webhook_times
        Times inside ``data`` of webhooks: Unix seconds or ISO text (C5).
    sign_v2, sign_legacy
        Which signatures deliveries carry (C2).
    resign_retries
        Whether a repeated delivery gets a new timestamp and signature (section 4.2, open trap).
    """

    scopes: AbstractSet[str] = frozenset({"*"})
    suspended: bool = False
    custom_fields_in_api: FieldsShape = "as_sent"
    custom_fields_in_webhooks: FieldsShape = "as_sent"
    money: Literal["number", "text"] = "number"
    webhook_goods: Literal["absent", "serials", "items"] = "absent"
    delivered_items: GoodsShape = "object"
    deliver_late: bool = False
    order_email_field: Literal["email", "customer_email"] = "email"
    checkout_url: Literal["normal", "null", "long"] = "normal"
    variants_in_list: bool = False
    create_status: Literal[200, 201] = 201
    validation_status: Literal[422, 400] = 422
    error_shape: ErrorShape = "nested"
    webhook_times: Literal["unix", "iso"] = "unix"
    sign_v2: bool = True
    sign_legacy: bool = True
    resign_retries: bool = True
