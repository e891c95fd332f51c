"""A local stand-in of Shoppex: Dev API, hosted checkout and signed webhooks over real sockets.

It is written from the contract alone and shares no code with the cog, so that a
misreading on one side does not hide the same misreading on the other.

::

    async with StandIn(clock=clock) as shop:
        product = shop.add_product(title="VIP", price="9.99", serials=["AAA-1"], type="SERIALS")
        hook = shop.add_webhook("http://127.0.0.1:8080/hook")
        ...  # the program under test orders at shop.api_url with shop.api_key
        await shop.pay(shop.orders[-1].uniqid)

`StandIn` is what tests use: its verbs (in ``verbs``) are what people, gateways and time do, its
``switches`` decide where the contract is open. Below them, ``sales``, ``billing`` and
``licensing`` move the records, ``api`` answers the Dev API with the shapes of ``render``, and
``postman`` sends the webhooks.
"""

from .catalogue import Addon, Coupon, Product, Variant
from .customers import Customer
from .events import ALL_EVENTS, ORDER_EVENTS, SUBSCRIPTION_EVENTS, SUGGESTED_EVENTS
from .faults import ALWAYS, Fault, Hang
from .gate import RecordedRequest
from .licenses import License
from .orders import Goods, LineItem, Order
from .shop import StandIn
from .signing import sign_legacy, sign_v2, v2_header
from .state import Profile
from .subscriptions import Subscription
from .switches import Switches
from .webhooks import Answer, Delivery, WebhookEndpoint

__all__ = [
    "ALL_EVENTS",
    "ALWAYS",
    "ORDER_EVENTS",
    "SUBSCRIPTION_EVENTS",
    "SUGGESTED_EVENTS",
    "Addon",
    "Answer",
    "Coupon",
    "Customer",
    "Delivery",
    "Fault",
    "Goods",
    "Hang",
    "License",
    "LineItem",
    "Order",
    "Product",
    "Profile",
    "RecordedRequest",
    "StandIn",
    "Subscription",
    "Switches",
    "Variant",
    "WebhookEndpoint",
    "sign_legacy",
    "sign_v2",
    "v2_header",
]
