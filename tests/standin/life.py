"""The server of the stand-in: how it is started and stopped, and where it is."""

from __future__ import annotations

import socket
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import web

from .api.calls import API_PREFIX
from .api.routes import all_routes
from .checkout import Checkout
from .endpoints import Endpoints
from .errors import ApiError
from .faults import Faults
from .gate import Gate, Keys, RecordedRequest, new_key
from .parts import put_together
from .postman import Postman
from .state import Profile, State
from .switches import Switches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime
    from types import TracebackType

    from typing_extensions import Self

    from .parts import Parts
    from .webhooks import Delivery, News

_SHUTDOWN_SECONDS = 0.5


class Life:
    """What the verbs of the stand-in share. See `StandIn` for the parameters."""

    def __init__(self, *, clock: Callable[[], datetime], webhook_timeout: float = 5.0) -> None:
        self._switches = Switches()
        self._keys = Keys()
        self.requests: list[RecordedRequest] = []
        self._clock = clock
        self._webhook_timeout = webhook_timeout
        self._state = State()
        self._faults = Faults()
        self._endpoints = Endpoints(clock, self._switches)
        self._running: Parts | None = None
        self._life = AsyncExitStack()

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
            postman = Postman(session, self._clock, self._switches, self._endpoints)
            life.push_async_callback(postman.close)
            parts = put_together(
                url, self._clock, self._state, self._switches, self._endpoints, postman
            )
            runner = web.AppRunner(
                self._application(parts), access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS
            )
            life.push_async_callback(runner.cleanup)
            await runner.setup()
            await web.SockSite(runner, server_socket).start()
            life.callback(self._faults.release_all)
            self._running = parts
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

    def _application(self, parts: Parts) -> web.Application:
        gate = Gate(self._keys, self._switches, self._faults, self.requests, self._clock)
        application = web.Application(middlewares=[gate.middleware])
        application.add_routes(all_routes(parts))
        application.add_routes(
            Checkout(self._state, parts.sales, parts.editing, parts.postman).routes()
        )
        return application

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
        """The key that opens the Dev API: ``shx_`` and 32 characters."""
        return self._keys.own

    @property
    def other_key(self) -> str:
        """The key of another shop, in which nothing of this one is; see ``other_shop``."""
        return self._keys.other

    def regenerate_key(self) -> str:
        """Make a new `api_key`; the old one is refused from now on."""
        self._keys.own = new_key()
        return self._keys.own

    @property
    def switches(self) -> Switches:
        """How this Shoppex behaves where the contract is open; set its fields at any time."""
        return self._switches

    @property
    def profile(self) -> Profile:
        """What ``GET /me`` says; set its fields at any time."""
        return self._state.profile

    @property
    def other_profile(self) -> Profile:
        """What ``GET /me`` says of the shop behind `other_key`."""
        return self._state.other_profile

    async def _tell(
        self, monitor: Iterable[Sequence[News]], *, silent: bool
    ) -> Sequence[Delivery]:
        """Send news and wait for the first answers; ``silent`` loses them all."""
        return () if silent else await self._alive().postman.announce(monitor)

    def _alive(self) -> Parts:
        if self._running is None:
            raise RuntimeError("the stand-in is not running: use `async with StandIn(...)`")
        return self._running


@contextmanager
def as_mistake() -> Iterator[None]:
    """Turn what the API would refuse into the ``ValueError`` of a test that asks for it."""
    try:
        yield
    except ApiError as error:
        raise ValueError(str(error)) from None
