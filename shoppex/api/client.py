"""Client of the Dev API for one shop, and the pool of all clients."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

import aiohttp

from ..bounded_dict import BoundedDict
from ..domain.account import OfferKind
from ..domain.remote import RemoteOrder
from ..rate_limit import TokenBucket
from .fields import parse_http_url
from .resources.coupons import CouponResource
from .resources.invoices import InvoiceResource
from .resources.licenses import LicenseResource
from .resources.orders import OrderResource
from .resources.payments import PaymentResource
from .resources.products import ProductResource
from .resources.serials import SerialResource
from .resources.shop import ShopResource
from .resources.subscriptions import SubscriptionResource
from .resources.webhooks import WebhookResource
from .transport import Transport

DEFAULT_BASE_URL = "https://api.shoppex.io/dev/v1"
_BASE_URL_VARIABLE = "SHOPPEX_API_URL"
_MOST_CLIENTS = 256


def base_url_from_env(environ: Mapping[str, str] = os.environ) -> str:
    """Return the Dev API's base URL: ``SHOPPEX_API_URL`` when it is set, else Shoppex's.

    Raises
    ------
    ValueError
        When the variable is not an http or https address.
    """
    given = environ.get(_BASE_URL_VARIABLE, "").strip()
    if not given:
        return DEFAULT_BASE_URL
    url = parse_http_url(given)
    if url is None:
        raise ValueError(f"{_BASE_URL_VARIABLE} is not an http or https address")
    return url.rstrip("/")


def new_session() -> aiohttp.ClientSession:
    """Make a session that keeps no cookies: several shops share it."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())


class ShoppexClient:
    """Client of the Dev API for one shop."""

    def __init__(self, transport: Transport) -> None:
        self.shop = ShopResource(transport)
        self.products = ProductResource(transport)
        self.orders = OrderResource(transport)
        self.payments = PaymentResource(transport)
        self.invoices = InvoiceResource(transport)
        self.coupons = CouponResource(transport)
        self.subscriptions = SubscriptionResource(transport)
        self.serials = SerialResource(transport)
        self.licenses = LicenseResource(transport)
        self.webhooks = WebhookResource(transport)

    async def read(self, kind: OfferKind, uniqid: str) -> RemoteOrder:
        """Read an order, wherever its kind is kept.

        Raises
        ------
        ApiError
            When Shoppex refuses or cannot be asked.
        """
        if kind is OfferKind.ITEM:
            return await self.payments.get(uniqid)
        return await self.orders.get(uniqid)


def shop_pace() -> TokenBucket:
    """The pace at which one shop is asked.

    Shoppex does not publish its limits; this is the contract's advice (section 1).
    """
    return TokenBucket(rate=2.0, burst=5)


def background_pace() -> TokenBucket:
    """The pace of what nobody waits for, beside that of the shop."""
    return TokenBucket(rate=0.5, burst=1)


class ClientPool:
    """One client and one limiter for each API key, on one session.

    What runs in the background has clients of its own, so that no buyer waits behind it.

    Parameters
    ----------
    base_url
        Of the Dev API.
    version
        Of the cog; Shoppex sees it in the user agent.
    session_factory
        Called in the running loop, when the first client is wanted.
    limiter_factory
        Makes the pace of one shop.
    sleep
        Waits that many seconds before another try.
    on_date
        Called with the date of each good answer.
    """

    def __init__(
        self,
        base_url: str,
        version: str,
        session_factory: Callable[[], aiohttp.ClientSession] = new_session,
        *,
        limiter_factory: Callable[[], TokenBucket] = shop_pace,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        on_date: Callable[[datetime], None] = lambda _date: None,
    ) -> None:
        self._on_date = on_date
        self._base_url = base_url
        self._user_agent = f"shoppex-red/{version}"
        self._session_factory = session_factory
        self._limiter_factory = limiter_factory
        self._sleep = sleep
        self._session: aiohttp.ClientSession | None = None
        self._clients = BoundedDict[tuple[str, bool], ShoppexClient](_MOST_CLIENTS)
        self._closed = False

    def client_for(self, api_key: str, *, background: bool = False) -> ShoppexClient:
        """The client for a key: always the same one, while it is in use.

        Parameters
        ----------
        background
            Whether nobody waits for the answers.

        Raises
        ------
        RuntimeError
            When the pool is closed.
        """
        if self._closed:
            raise RuntimeError("the pool of clients is closed")
        which = (api_key, background)
        client = self._clients.get(which)
        if client is None:
            pace = background_pace if background else self._limiter_factory
            client = self._new_client(api_key, pace())
        self._clients[which] = client
        return client

    async def close(self) -> None:
        """Close the session; requests under way fail. May be called twice."""
        self._closed = True
        self._clients.clear()
        if self._session is not None:
            await self._session.close()

    def _new_client(self, api_key: str, limiter: TokenBucket) -> ShoppexClient:
        if self._session is None:
            self._session = self._session_factory()
        transport = Transport(
            self._session,
            self._base_url,
            api_key,
            limiter,
            user_agent=self._user_agent,
            sleep=self._sleep,
            on_date=self._on_date,
        )
        return ShoppexClient(transport)
