"""The asyncio client of the Shoppex Dev API. It knows nothing of Discord."""

from .client import DEFAULT_BASE_URL, ClientPool, ShoppexClient, base_url_from_env
from .errors import (
    ApiError,
    Blocked,
    Detail,
    Forbidden,
    NotFound,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
)
from .json_codec import MalformedJson, decode_json
from .payloads.custom_fields import normalise
from .payloads.order import MalformedOrder, parse_order, parse_payment, with_goods_of
from .payloads.product import MalformedProduct, parse_product, parse_stock
from .payloads.subscription import MalformedSubscription, parse_subscription
from .payloads.webhook import LogStatus, NewWebhook, Webhook, WebhookLog
from .resources.coupons import Coupon, CouponKind
from .resources.licenses import UNCHANGED, Unchanged
from .resources.orders import OrderLine
from .resources.serials import MOST_CLAIMED, ClaimedSerials, Serial
from .resources.shop import ShopInfo
from .resources.webhooks import MOST_WEBHOOK_EVENTS
from .transport import Transport

__all__ = [
    "DEFAULT_BASE_URL",
    "MOST_CLAIMED",
    "MOST_WEBHOOK_EVENTS",
    "UNCHANGED",
    "ApiError",
    "Blocked",
    "ClaimedSerials",
    "ClientPool",
    "Coupon",
    "CouponKind",
    "Detail",
    "Forbidden",
    "LogStatus",
    "MalformedJson",
    "MalformedOrder",
    "MalformedProduct",
    "MalformedSubscription",
    "NewWebhook",
    "NotFound",
    "OrderLine",
    "RateLimited",
    "Rejected",
    "Serial",
    "ShopInfo",
    "ShoppexClient",
    "Transport",
    "Unauthorized",
    "Unavailable",
    "Unchanged",
    "Webhook",
    "WebhookLog",
    "base_url_from_env",
    "decode_json",
    "normalise",
    "parse_order",
    "parse_payment",
    "parse_product",
    "parse_stock",
    "parse_subscription",
    "with_goods_of",
]
