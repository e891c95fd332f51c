"""The stand-in itself: its life, and the verbs with which tests set it up and drive it."""

from __future__ import annotations

import secrets
import socket
from contextlib import AsyncExitStack
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import aiohttp
from aiohttp import web

from .api import API_PREFIX, DevApi
from .catalogue import Coupon, Product, Variant
from .checkout import Checkout
from .errors import ApiError
from .faults import Fault, Faults, Hang, cloudflare_page, drop
from .gate import Gate, RecordedRequest
from .orders import PAID, VOIDED, Order, event_of
from .render import Render
from .state import State
from .switches import Switches
from .webhooks import ORDER_EVENTS, Answer, Delivery, Postman, WebhookEndpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime
    from types import TracebackType
    from typing import Self

    from .faults import Act

_SHUTDOWN_SECONDS = 0.5


class StandIn:
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

    def __init__(self, *, clock: Callable[[], datetime], webhook_timeout: float = 5.0) -> None:
        self._switches = Switches()
        self._api_key = f"shx_{secrets.token_hex(16)}"
        self.requests: list[RecordedRequest] = []
        self._clock = clock
        self._webhook_timeout = webhook_timeout
        self._state = State(clock)
        self._faults = Faults()
        self._running: _Running | None = None
        self._life = AsyncExitStack()

    # Life

    async def __aenter__(self) -> Self:
        """Start the server on a free port."""
        async with AsyncExitStack() as life:
            # The links in answers name the port, so it is taken before anything is built.
            server_socket = life.enter_context(socket.create_server(("127.0.0.1", 0)))
            url = f"http://127.0.0.1:{server_socket.getsockname()[1]}"
            session = await life.enter_async_context(
                aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(force_close=True),
                    timeout=aiohttp.ClientTimeout(total=self._webhook_timeout),
                )
            )
            render = Render(self._switches, url)
            postman = Postman(session, self._clock, self._switches, render)
            life.push_async_callback(postman.close)
            runner = web.AppRunner(
                self._application(render, postman),
                access_log=None,
                shutdown_timeout=_SHUTDOWN_SECONDS,
            )
            life.push_async_callback(runner.cleanup)
            await runner.setup()
            await web.SockSite(runner, server_socket).start()
            life.callback(self._faults.release_all)
            self._running = _Running(url, render, postman)
            self._life = life.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server and all that is on its way."""
        self._running = None
        await self._life.aclose()

    def _application(self, render: Render, postman: Postman) -> web.Application:
        gate = Gate(self._api_key, self._switches, render, self._faults, self.requests)
        dev_api = DevApi(self._state, self._switches, render, postman)
        application = web.Application(middlewares=[gate.middleware])
        application.add_routes(dev_api.routes())
        application.add_routes(Checkout(self._state, self._pay).routes())
        return application

    # Where it is, and what happened

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return self._alive().url

    @property
    def api_url(self) -> str:
        """The base of the Dev API: ``url`` and ``/dev/v1``."""
        return self.url + API_PREFIX

    @property
    def api_key(self) -> str:
        """The one key that opens the Dev API: ``shx_`` and 32 characters."""
        return self._api_key

    @property
    def switches(self) -> Switches:
        """How this Shoppex behaves where the contract is open; set its fields at any time."""
        return self._switches

    @property
    def products(self) -> Sequence[Product]:
        """The catalogue, oldest first."""
        return self._state.products

    @property
    def orders(self) -> Sequence[Order]:
        """All orders and payments, oldest first."""
        return self._state.orders

    def order(self, uniqid: str) -> Order:
        """The order or payment with that id or uniqid."""
        try:
            return self._state.order(uniqid)
        except ApiError:
            known = ", ".join(order.uniqid for order in self.orders) or "none"
            raise LookupError(f"there is no order {uniqid!r}; there are: {known}") from None

    @property
    def deliveries(self) -> Sequence[Delivery]:
        """The log of webhooks, oldest first."""
        return self._alive().postman.deliveries

    @property
    def pending_deliveries(self) -> Sequence[Delivery]:
        """The deliveries that failed so far and of which another attempt is due some time."""
        return self._alive().postman.pending

    # The catalogue

    def add_product(
        self,
        *,
        title: str,
        price: Decimal | str | int,
        currency: str = "EUR",
        type: str = "SERVICE",  # noqa: A002 - Shoppex's own word
        stock: int | None = None,
        serials: Iterable[str] = (),
        variants: Iterable[Variant] = (),
        quantity_min: int = 1,
        quantity_max: int = -1,
        unlisted: bool = False,
        private: bool = False,
        on_hold: bool = False,
        description: str = "",
        image_url: str | None = None,
        service_text: str = "",
        access_url: str = "",
    ) -> Product:
        """Put a product on sale; the fields are those of `Product`."""
        product = Product(
            title=title,
            price=Decimal(price),
            currency=currency,
            type=type,
            slug=self._state.free_slug(title),
            created_at=int(self._clock().timestamp()),
            stock=stock,
            serials=list(serials),
            variants=list(variants),
            quantity_min=quantity_min,
            quantity_max=quantity_max,
            unlisted=unlisted,
            private=private,
            on_hold=on_hold,
            description=description,
            image_url=image_url,
            service_text=service_text,
            access_url=access_url,
        )
        has_serials = product.serials or any(variant.serials for variant in product.variants)
        if has_serials and type != "SERIALS":
            raise ValueError(f'product {title!r} has serials: type="SERIALS" is missing')
        self._state.products.append(product)
        return product

    def add_coupon(
        self,
        code: str,
        *,
        percent: Decimal | str | int | None = None,
        amount: Decimal | str | int | None = None,
        products: Iterable[Product] = (),
    ) -> Coupon:
        """Make a coupon, bound to ``products`` or to none."""
        if (percent is None) == (amount is None):
            raise ValueError(f"coupon {code!r} needs either percent or amount")
        coupon = Coupon(
            code=code.lower(),
            percent=None if percent is None else Decimal(percent),
            amount=None if amount is None else Decimal(amount),
            products=tuple(product.uniqid for product in products),
        )
        self._state.coupons[coupon.code] = coupon
        return coupon

    # What buyers and gateways do

    async def pay(self, uniqid: str, *, silent: bool = False) -> Sequence[Delivery]:
        """Pay an order, as its checkout page does. See `set_status`."""
        if self.order(uniqid).status == PAID:
            raise ValueError(f"order {uniqid!r} is paid already")
        return await self.set_status(uniqid, PAID, silent=silent)

    async def cancel(self, uniqid: str, *, silent: bool = False) -> Sequence[Delivery]:
        """Let an order expire: ``VOIDED``. See `set_status`."""
        return await self.set_status(uniqid, VOIDED, silent=silent)

    async def set_status(
        self, uniqid: str, status: str, *, silent: bool = False
    ) -> Sequence[Delivery]:
        """Move an order to any status, and wait for the first answer of each webhook.

        The event is ``order:paid``, ``:cancelled``, ``:partial`` or ``:disputed`` where there
        is one, else ``order:updated`` (contract, section 4.7). ``silent`` sends none, as when
        webhooks are lost.
        """
        return await self._move(self.order(uniqid), status, silent=silent)

    def release_goods(self, uniqid: str) -> None:
        """Deliver what a paid order still lacks: under ``deliver_late``, or after a refill."""
        order = self.order(uniqid)
        if order.status != PAID:
            raise ValueError(f"order {uniqid!r} is {order.status}: pay it first")
        order.deliver()

    async def _pay(self, order: Order) -> None:
        await self._move(order, PAID)

    async def _move(
        self, order: Order, status: str, *, silent: bool = False
    ) -> Sequence[Delivery]:
        self._state.set_status(order, status)
        if status == PAID and not self._switches.deliver_late:
            order.deliver()
        if silent:
            return ()
        return await self._alive().postman.announce(order, event_of(status))

    # Webhooks

    def add_webhook(
        self, url: str, secret: str | None = None, events: Iterable[str] = ORDER_EVENTS
    ) -> WebhookEndpoint:
        """Register an endpoint; without ``secret`` it gets one of the form ``whsec_…``."""
        return self._alive().postman.add(url, secret, events)

    async def settle(self) -> None:
        """Wait until each webhook that an API call set off got its first answer."""
        await self._alive().postman.settle()

    async def retry_pending(self) -> Sequence[Delivery]:
        """Perform the next attempt of each pending delivery, whether due or not.

        To be true to Shoppex, move the clock to ``due_at`` first.
        """
        return await self._alive().postman.retry_pending()

    async def redeliver(self, delivery: Delivery) -> Answer:
        """Send a delivery again under the same id; ``resign_retries`` says how it is signed."""
        return await self._alive().postman.redeliver(delivery)

    async def deliver(
        self,
        endpoint: WebhookEndpoint,
        event: str,
        data: Mapping[str, object],
        *,
        delivery_id: str | None = None,
        timestamp: int | None = None,
        secret: str | None = None,
        body: bytes | None = None,
        signed_body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        omit: Collection[str] = (),
    ) -> Answer:
        """Send anything, with chosen faults; it is neither logged nor repeated.

        Parameters
        ----------
        delivery_id
            ``X-Shoppex-Delivery``; fresh by default.
        timestamp
            Unix seconds in the header and the V2 signature; the clock's by default.
        secret
            What to sign with; the endpoint's by default.
        body
            Raw bytes to send in place of the envelope of ``event`` and ``data``.
        signed_body
            What the signatures are made of, if not of what is sent: a tampered delivery.
        headers
            Added last, over what is there.
        omit
            Names of headers to leave out.
        """
        return await self._alive().postman.deliver(
            endpoint,
            event,
            data,
            delivery_id=delivery_id,
            timestamp=timestamp,
            secret=secret,
            body=body,
            signed_body=signed_body,
            headers=headers,
            omit=omit,
        )

    # Faults of the Dev API. Paths are those below /dev/v1, such as "/orders" or "/orders/*".

    def fail_next(
        self,
        method: str = "*",
        path_glob: str = "*",
        *,
        status: int = 500,
        times: int = 1,
        body: str | Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        after: bool = False,
    ) -> Fault:
        """Answer the next matching calls with an error.

        ``body`` is text or a JSON object, by default the error envelope. With ``after`` the
        call is performed first.
        """
        render = self._alive().render

        async def answer(_request: web.Request) -> web.Response:
            if isinstance(body, str):
                return web.Response(status=status, text=body, headers=headers)
            content = body or render.error(ApiError(status, "ERROR", f"Fault with {status}"))
            return web.json_response(content, status=status, headers=headers)

        return self._fault(answer, method, path_glob, times=times, after=after)

    def rate_limit_next(
        self,
        method: str = "*",
        path_glob: str = "*",
        *,
        retry_after: int | None = None,
        times: int = 1,
    ) -> Fault:
        """Answer the next matching calls with 429; ``retry_after`` is in seconds."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return self.fail_next(method, path_glob, status=429, times=times, headers=headers)

    def cloudflare_next(
        self,
        method: str = "*",
        path_glob: str = "*",
        *,
        status: int = 502,
        times: int = 1,
        after: bool = False,
    ) -> Fault:
        """Answer the next matching calls with a page of HTML from Cloudflare."""

        async def answer(_request: web.Request) -> web.Response:
            return cloudflare_page(status, f"Error {status}")

        return self._fault(answer, method, path_glob, times=times, after=after)

    def drop_next(
        self, method: str = "*", path_glob: str = "*", *, times: int = 1, after: bool = False
    ) -> Fault:
        """Cut the connection of the next matching calls."""
        return self._fault(drop, method, path_glob, times=times, after=after)

    def hang_next(
        self, method: str = "*", path_glob: str = "*", *, times: int = 1, after: bool = False
    ) -> Hang:
        """Let the next matching calls hang until the result is released."""
        hang = self._faults.hang()
        self._fault(hang.act, method, path_glob, times=times, after=after)
        return hang

    def _fault(self, act: Act, method: str, path_glob: str, *, times: int, after: bool) -> Fault:
        return self._faults.add(Fault(act, method, path_glob, times, after))

    def _alive(self) -> _Running:
        if self._running is None:
            raise RuntimeError("the stand-in is not running: use `async with StandIn(...)`")
        return self._running


class _Running(NamedTuple):
    url: str
    render: Render
    postman: Postman
