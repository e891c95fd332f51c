"""The points in which the contract is open or contradicts itself, as switches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

FieldsShape = Literal["as_sent", "map", "list", "json", "wrapped", "null", "missing"]
GoodsShape = Literal["object", "list", "text", "null", "serials", "summary"]
PageModel = Literal["limit", "per_page"]
LogRows = Literal["delivery", "attempt"]
Quiet = Literal["updated", "none"]
RefundedField = Literal[
    "refunded_amount", "amount_refunded", "refund_amount", "total_refunded", "refunds"
]
Moment = Literal["at_request", "at_end"]
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
    other_shop
        The key opens another shop, as `StandIn.other_key` always does: ``/me`` names that one,
        and nothing of this one is found.
    other_shop_lists
        Whether lists of the other shop are empty, or 404 like all else.
    custom_fields_in_api, custom_fields_in_webhooks, custom_fields_when_completed
        Shape of ``custom_fields`` (section 4.6, C7): exactly as the order was made with, a map,
        a list of ``{name, value}``, the map as JSON text, a list wrapped in ``customFields``,
        null, or no such key. The last is for the answers of ``complete`` and ``fulfill``.
    money
        Amounts as JSON numbers or as text (section 1, *Money*).
    webhook_goods
        Where a webhook carries keys (section 4.5): nowhere (``"absent"``), in a list
        ``data.serials``, or in ``data.items[].delivered_items``.
    delivered_items
        Shape of ``items[].delivered_items`` once delivered (section 4.5): an object such as
        ``{"serials": [...]}``, a plain list, text with one line per piece, always null, an
        object of serials each with ``is_replacement`` and ``is_replaced``, or the shape of
        ``delivery_summary`` (15.2).
    replaced_serials
        Whether a replaced serial stands beside its replacement in the last two of these, or is
        gone (section 15.2).
    delivery_summary, delivery_info
        Whether lines, and invoices, carry their goods under these names as well (15.2).
    camel_case
        Whether orders are spelt as the customer portal does: ``lineItems``, ``totalDisplay``.
        The names inside ``custom_fields`` stay (15.1).
    signed_links
        Whether the link to a file is signed anew, in its query, each time that it is shown.
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
    discord_fields
        Whether products show what Shoppex's own bot does for them: the fields are known as
        writable only (section 8).
    clock_ahead
        How far Shoppex's clock, as its answers tell it, is ahead of that of everybody else.
    create_status
        HTTP status of each ``POST`` that makes a record: 200 or 201 (section 2.1).
    validation_status
        HTTP status of validation errors: 422 or 400 (C11).
    error_shape
        The documented envelope, ``{"message", "code"}``, or ``{"error": "text"}`` (section 1).
    refer_by
        Whether products, variants, orders and subscriptions are named in other records by
        ``uniqid`` or by ``id`` (section 1, *Ids*).
    webhook_times
        Times inside ``data`` of webhooks: Unix seconds or ISO text (C5).
    sign_v2, sign_legacy
        Which signatures deliveries carry (C2).
    resign_retries
        Whether a repeated delivery gets a new timestamp and signature (section 4.2, open trap).
    twins
        Who gets the ``:product`` twin of an event: those that name it (``"asked"``), or those
        that name the plain event too (``"always"``; section 4.3).
    refund_status, partial_refund_status
        What an order is when all of it, or a part, went back (section 4.7).
    refund_event, dispute_outcome_event
        Whether a refund, and a dispute that is won or lost, is told by ``order:updated`` or
        not at all (section 4.7).
    refunded_field
        Under which name orders show what went back; ``None`` is nowhere, ``"refunds"`` is a
        list (section 4.7; no sample has any).
    dispute_status
        What a disputed order is (section 2.2).
    paid_event
        Whether ``order:paid`` comes before the subscription events of the same payment, after
        them, or at the same time (section 5).
    subscription_id_in_webhooks
        Whether order events name the subscription (section 4.4, *more fields*).
    pending_subscriptions
        Whether an order that is not paid yet shows as a ``PENDING`` subscription (section 5,
        the status is in the filter's enum).
    trial_is_free
        Whether the first order of a subscription with a trial costs nothing (section 5).
    fields_on_subscription, fields_on_renewal
        Whether the custom fields of the first order are copied to the subscription, and to
        the invoices that renew it (section 5).
    custom_fields_in_subscription_webhooks
        Their shape in subscription events (section 0, fact 4).
    subscription_product, subscription_customer, subscription_invoice
        Whether subscription events have ``product_id`` and ``product``, ``customer_id``, and
        ``invoice_id`` of the newest invoice (section 4.4; the sample is cut).
    cancelled_spelling, past_due_spelling, paused_spelling
        How these states are spelt (section 5, C6).
    cancelled_filter
        Whether ``status=CANCELED`` and ``status=CANCELLED`` find the same subscriptions, or
        only those spelt like that: the enum has both (section 5).
    cancelled_event, cancelled_status
        When ``subscription:cancelled`` is sent and when the status changes, if access goes on
        to the end of the period: at the request, or at the end (section 5).
    end_at_once_cuts_period
        Whether ``current_period_end`` is moved to now by an end at once (section 5, C15).
    grace
        Status while a failed renewal can be made good (section 5, C14).
    upgrade_invoice
        Whether the proration of an upgrade is an order of its own, paid at once (section 5).
    claim_short
        Whether a claim of more serials than there are is refused, or gets what there is
        (section 3).
    claim_repeats
        Whether a claim with a known ``Idempotency-Key`` claims again (section 3).
    renewal_license
        Whether the renewal of a licensed subscription extends its licence, brings a new one,
        or does nothing to it (section 6).
    license_in_delivered_items
        Whether a licence shows in ``delivered_items`` where nothing else was delivered (4.5).
    license_filters
        Whether ``GET /licenses`` has filters, or ignores them (section 6).
    license_read_wrapped, license_write_wrapped
        Whether answers with one licence have it in ``data.productLicense`` or in ``data``,
        to reads and to writes (C25).
    license_error_status
        HTTP status of refused validations but for ``LICENSE_NOT_FOUND`` (section 6).
    expired_shows
        Whether a licence whose time is over reads ``EXPIRED``, or ``ACTIVE`` still (section 6).
    null_hwid_rearms
        Whether ``hardware_id: null`` sets ``hwid_pending`` again (section 6).
    validation_counts
        Whether a validation counts as a use (section 6).
    customer_times
        Times of a customer's subscriptions, which are text: ISO, or digits (section 7).
    page_model
        How lists with page numbers are: with ``limit`` and ``has_more``, or with ``per_page``
        and without (section 1, *Pagination*, C12).
    webhook_create_answer
        Whether the creation of a webhook answers all and the secret, or its id only (C18).
    secret_field
        The name of the secret in answers (section 4.8).
    secret_overlap
        How long after a rotation the secret before still signs (section 4.8).
    events_shape
        ``GET /webhooks/events`` as names, as objects with a ``name``, or by family (4.3).
    log_rows
        Whether the log has a row for each delivery or for each attempt (section 4.8).
    log_uniqid
        Whether ``uniqid`` of a row is the delivery id, or one of its own (section 4.8).
    log_payload, log_times
        How the log shows the body and times (section 4.8, C5).
    log_filters
        Whether ``status`` and ``event`` filter the log, or are ignored (section 4.8).
    retry_keeps_id
        Whether a retry from the log has the delivery id of before (section 4.8).
    """

    # The key, and the shop behind it
    scopes: AbstractSet[str] = frozenset({"*"})
    suspended: bool = False
    other_shop: bool = False
    other_shop_lists: Literal["empty", "not_found"] = "not_found"
    # Orders, and how everything is written
    custom_fields_in_api: FieldsShape = "as_sent"
    custom_fields_in_webhooks: FieldsShape = "as_sent"
    custom_fields_when_completed: FieldsShape = "wrapped"
    money: Literal["number", "text"] = "number"
    webhook_goods: Literal["absent", "serials", "items"] = "absent"
    delivered_items: GoodsShape = "object"
    replaced_serials: Literal["beside", "gone"] = "beside"
    delivery_summary: bool = False
    delivery_info: bool = False
    camel_case: bool = False
    signed_links: bool = False
    deliver_late: bool = False
    order_email_field: Literal["email", "customer_email"] = "email"
    checkout_url: Literal["normal", "null", "long"] = "normal"
    variants_in_list: bool = False
    discord_fields: bool = True
    clock_ahead: timedelta = timedelta(0)
    create_status: Literal[200, 201] = 201
    validation_status: Literal[422, 400] = 422
    error_shape: ErrorShape = "nested"
    refer_by: Literal["uniqid", "id"] = "uniqid"
    # Deliveries
    webhook_times: Literal["unix", "iso"] = "unix"
    sign_v2: bool = True
    sign_legacy: bool = True
    resign_retries: bool = True
    twins: Literal["asked", "always"] = "asked"
    # Refunds and disputes
    refund_status: Literal["REFUNDED", "REVERSED"] = "REFUNDED"
    partial_refund_status: Literal["COMPLETED", "PARTIALLY_REFUNDED"] = "COMPLETED"
    refund_event: Quiet = "updated"
    dispute_outcome_event: Quiet = "updated"
    refunded_field: RefundedField | None = None
    dispute_status: Literal["CUSTOMER_DISPUTE_ONGOING", "DISPUTED"] = "CUSTOMER_DISPUTE_ONGOING"
    # Subscriptions
    paid_event: Literal["first", "last", "together"] = "first"
    subscription_id_in_webhooks: bool = True
    pending_subscriptions: bool = False
    trial_is_free: bool = True
    fields_on_subscription: bool = True
    fields_on_renewal: bool = True
    custom_fields_in_subscription_webhooks: FieldsShape = "as_sent"
    subscription_product: bool = False
    subscription_customer: bool = True
    subscription_invoice: bool = False
    cancelled_spelling: Literal["CANCELED", "CANCELLED"] = "CANCELED"
    past_due_spelling: str = "PAST_DUE"
    paused_spelling: str = "PAUSED"
    cancelled_filter: Literal["either", "exact"] = "either"
    cancelled_event: Moment = "at_request"
    cancelled_status: Moment = "at_request"
    end_at_once_cuts_period: bool = False
    grace: Literal["active", "past_due"] = "active"
    upgrade_invoice: bool = False
    # Serials, licences, customers
    claim_short: Literal["refuse", "partial"] = "refuse"
    claim_repeats: bool = False
    renewal_license: Literal["extend", "new", "none"] = "extend"
    license_in_delivered_items: bool = False
    license_filters: bool = True
    license_read_wrapped: bool = False
    license_write_wrapped: bool = True
    license_error_status: Literal[400, 403, 422] = 403
    expired_shows: bool = True
    null_hwid_rearms: bool = True
    validation_counts: bool = True
    customer_times: Literal["iso", "digits"] = "iso"
    # Webhooks over the API
    page_model: PageModel = "limit"
    webhook_create_answer: Literal["secret", "id_only"] = "secret"
    secret_field: str = "secret"  # noqa: S105 - the name of a field
    secret_overlap: timedelta = timedelta(0)
    events_shape: Literal["names", "objects", "families"] = "names"
    log_rows: LogRows = "delivery"
    log_uniqid: Literal["delivery", "own"] = "delivery"
    log_payload: Literal["object", "text"] = "object"
    log_times: Literal["unix", "iso"] = "unix"
    log_filters: bool = True
    retry_keeps_id: bool = True
