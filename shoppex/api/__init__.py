"""The asyncio client of the Shoppex Dev API. It knows nothing of Discord."""

from .client import DEFAULT_BASE_URL, ClientPool, ShoppexClient, base_url_from_env
from .coupons import Coupon, CouponKind
from .custom_fields import normalise
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
from .goods import extract_goods
from .json_codec import MalformedJson, decode_json
from .licenses import UNCHANGED, Unchanged
from .order_reading import MalformedOrder, parse_order, parse_payment
from .orders import OrderLine
from .product_reading import MalformedProduct, StockLevels, parse_product, parse_stock
from .serials import MOST_CLAIMED, Claim, Serial
from .shop import ShopInfo
from .subscription_reading import MalformedSubscription, parse_subscription
from .transport import Transport
from .webhook_reading import LogStatus, NewWebhook, Webhook, WebhookLog
from .webhooks import MOST_WEBHOOK_EVENTS

__all__ = [
    "DEFAULT_BASE_URL",
    "MOST_CLAIMED",
    "MOST_WEBHOOK_EVENTS",
    "UNCHANGED",
    "ApiError",
    "Blocked",
    "Claim",
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
    "StockLevels",
    "Transport",
    "Unauthorized",
    "Unavailable",
    "Unchanged",
    "Webhook",
    "WebhookLog",
    "base_url_from_env",
    "decode_json",
    "extract_goods",
    "normalise",
    "parse_order",
    "parse_payment",
    "parse_product",
    "parse_stock",
    "parse_subscription",
]
