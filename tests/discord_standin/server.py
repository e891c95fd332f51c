"""The stand-in itself: its life, and the verbs with which tests set it up and drive it."""

from __future__ import annotations

import socket
from contextlib import AsyncExitStack
from datetime import datetime, timezone
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, TypeVar

from aiohttp import web

from standin.faults import Fault, Faults, Hang, drop

from .actions import Actions, Draft
from .callbacks import Callbacks
from .commands import typed
from .gate import API_PREFIX, Gate, RecordedRequest, answer
from .gateway import GATEWAY_PATH, Gateway
from .interactions import COMMAND, COMPONENT, FORM, Form, Interaction, Value
from .news import News
from .rate_limits import Buckets, RateLimits
from .rest import RestApi
from .state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from types import TracebackType

    from typing_extensions import Self

    from standin.faults import Act

    from .model import Channel, Guild, Json, Member, Message, Role, User

T = TypeVar("T")

_SHUTDOWN_SECONDS = 0.5
_BUTTON = 2
_LAST = 12
_SHOWN = 200


def _now() -> datetime:
    return datetime.now(timezone.utc)


class DiscordStandIn:
    """A Discord of our own on 127.0.0.1 with one bot, alive within ``async with``.

    Parameters
    ----------
    rate_limits
        What the bot may ask, or ``None`` for as much as it likes.
    clock
        Gives aware UTC, for ids and times. Rate limits go by the machine's own.

    Attributes
    ----------
    requests
        Each call of the API so far.
    """

    def __init__(
        self,
        *,
        rate_limits: RateLimits | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.requests: list[RecordedRequest] = []
        self._state = State(clock)
        self._news = News(self._history)
        self._gateway = Gateway(self._state, self._news, lambda: self.gateway_url)
        self._actions = Actions(self._state, self._gateway)
        self._faults = Faults()
        self._buckets = (
            None if rate_limits is None else Buckets(rate_limits, lambda: clock().timestamp())
        )
        self._address: str | None = None
        self._life = AsyncExitStack()

    # Life

    async def __aenter__(self) -> Self:
        """Start the server on a free port."""
        async with AsyncExitStack() as life:
            server_socket = life.enter_context(socket.create_server(("127.0.0.1", 0)))
            runner = web.AppRunner(
                self._application(), access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS
            )
            life.push_async_callback(runner.cleanup)
            await runner.setup()
            await web.SockSite(runner, server_socket).start()
            life.push_async_callback(self._gateway.close)
            life.callback(self._faults.release_all)
            self._address = f"127.0.0.1:{server_socket.getsockname()[1]}"
            self._life = life.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server and cut all connections."""
        self._address = None
        await self._life.aclose()

    def _application(self) -> web.Application:
        gate = Gate(self.token, self._faults, self._buckets, self.requests, self._news)
        application = web.Application(client_max_size=32 * 1024 * 1024)
        application.router.add_get(GATEWAY_PATH, self._gateway.serve)
        application.add_routes(Callbacks(self._state, self._actions, gate).routes())
        rest = RestApi(self._state, self._actions, gate, lambda: self.gateway_url)
        application.add_routes(rest.routes())
        return application

    # Where it is, and what happened

    @property
    def api_url(self) -> str:
        """The base of the API: ``http://127.0.0.1:PORT/api/v10``."""
        return f"http://{self._alive()}{API_PREFIX}"

    @property
    def gateway_url(self) -> str:
        """``ws://127.0.0.1:PORT/gateway``."""
        return f"ws://{self._alive()}{GATEWAY_PATH}"

    @property
    def token(self) -> str:
        """The bot's token."""
        return self._state.token

    @property
    def bot(self) -> User:
        """The bot."""
        return self._state.bot

    @property
    def owner(self) -> User:
        """The user to whom the bot's application belongs."""
        return self._state.owner

    @property
    def commands(self) -> Sequence[Json]:
        """The slash commands that the bot registered."""
        return self._state.commands

    @property
    def connected(self) -> bool:
        """Whether the bot is connected to the gateway."""
        return self._gateway.connected

    @property
    def identified(self) -> int:
        """How many sessions of the gateway the bot has begun."""
        return self._gateway.identified

    @property
    def resumed(self) -> int:
        """How many times the bot has gone on with a session over a new connection."""
        return self._gateway.resumed

    @property
    def rate_limited(self) -> int:
        """How many requests were answered with 429 because of the rate limits."""
        return 0 if self._buckets is None else self._buckets.refused

    def calls(self, method: str = "*", path_glob: str = "*") -> list[RecordedRequest]:
        """The recorded requests that match, oldest first."""
        return [
            each
            for each in self.requests
            if method in ("*", each.method) and fnmatchcase(each.path, path_glob)
        ]

    def messages(self) -> Iterator[Message]:
        """Every message there is, those that one person alone can see included."""
        return self._state.messages()

    def conversation(self, user: User) -> Channel:
        """The direct messages between the bot and a user."""
        return self._state.conversation(user)

    def dms(self, user: User) -> list[Message]:
        """What the bot wrote to a user privately, oldest first."""
        written = self.conversation(user).messages.values()
        return [each for each in written if each.author is self.bot]

    async def until(self, look: Callable[[], T | None], what: str, *, seconds: float = 60.0) -> T:
        """Wait until ``look`` finds something true; it is asked after each request.

        Raises
        ------
        TimeoutError
            Names ``what``, and the last requests.
        """
        return await self._news.until(look, what, seconds=seconds)

    async def settle(self) -> None:
        """Wait until the bot has dealt with all answers and events that were sent so far."""
        await self._gateway.settle()

    def _history(self) -> str:
        last = self.requests[-_LAST:]
        lines = [
            f"{r.method} {r.path} {str(r.body)[:_SHOWN]} → {r.status or 'no answer yet'}"
            for r in last
        ]
        return "The last requests:\n" + ("\n".join(lines) or "none")

    # What there is

    def add_user(self, name: str, user_id: int | None = None) -> User:
        """Make an account, with an id that nobody has yet."""
        return self._state.add_user(name, user_id=user_id)

    def add_guild(self, name: str, *, owner: User | None = None) -> Guild:
        """Make a guild that the bot is in, with a high role that may manage roles.

        It belongs to ``owner``, by default to the bot's.
        """
        return self._actions.add_guild(name, owner or self.owner)

    def add_role(
        self, guild: Guild, name: str, *, permissions: int = 0, position: int | None = None
    ) -> Role:
        """Make a role, by default above those that exist and below the bot's."""
        return self._actions.add_role(guild, name, permissions, position)

    def add_channel(self, guild: Guild, name: str) -> Channel:
        """Make a text channel."""
        return self._actions.add_channel(guild, name)

    # What people do

    def join(self, guild: Guild, user: User, roles: Iterable[Role] = ()) -> Member:
        """A user becomes a member."""
        return self._actions.add_member(guild, user, roles)

    def leave(self, member: Member) -> None:
        """A member leaves."""
        self._actions.remove_member(member)

    def say(self, author: User, channel: Channel, text: str) -> Message:
        """A user writes a message."""
        return self._actions.post(channel, author, Draft({"content": text}))

    def slash(
        self, member: Member, channel: Channel, command: str, **options: object
    ) -> Interaction:
        """A member uses a slash command, such as ``"shoppexset product add"``.

        Raises
        ------
        LookupError
            When the bot registered no such command or option.
        """
        data = typed(self.commands, command, options)
        return self._interact(COMMAND, member, channel, data)

    async def click(self, member: Member, message: Message, label: str) -> Interaction:
        """A member presses a button, once the bot can know of it.

        Raises
        ------
        LookupError
            When the message has no such button.
        """
        data = {"component_type": _BUTTON, "custom_id": message.button(label)}
        await self.settle()
        return self._interact(COMPONENT, member, message.channel, data, message)

    async def submit(
        self, asked: Interaction, form: Form, values: Mapping[str, Value]
    ) -> Interaction:
        """The member who was shown a form in answer to ``asked`` sends it in.

        As with `click`, once the bot can know of it.

        Parameters
        ----------
        values
            By label; a field that is left out keeps what stands in it.

        Raises
        ------
        LookupError
            When the form has no such field.
        """
        data = form.filled(values)
        await self.settle()
        return self._interact(FORM, asked.member, asked.channel, data, asked.source)

    def _interact(
        self,
        kind: int,
        member: Member,
        channel: Channel,
        data: Json,
        source: Message | None = None,
    ) -> Interaction:
        interaction = Interaction(self._state.new_id(), kind, member, channel, source, self._news)
        self._state.interactions[interaction.token] = interaction
        self._gateway.dispatch("INTERACTION_CREATE", interaction.to_event(self.bot.id, data))
        return interaction

    # What goes wrong. Paths are those below /api/v10, such as "/channels/*/messages".

    async def disconnect(self) -> None:
        """Cut the connection to the gateway; the bot may resume."""
        await self._gateway.disconnect()

    def fail_next(
        self,
        method: str = "*",
        path_glob: str = "*",
        *,
        status: int = 500,
        code: int = 0,
        message: str = "An error that was asked for",
        times: int = 1,
        performed: bool = False,
    ) -> Fault:
        """Answer the next matching requests with an error.

        Parameters
        ----------
        code
            Discord's own code.
        performed
            Whether what was asked is done all the same.
        """

        async def act(
            _request: web.Request, _performed: web.StreamResponse | None
        ) -> web.Response:
            return answer({"message": message, "code": code}, status)

        return self._fault(act, method, path_glob, times, performed=performed)

    def drop_next(
        self,
        method: str = "*",
        path_glob: str = "*",
        *,
        times: int = 1,
        performed: bool = False,
    ) -> Fault:
        """Cut the connection of the next matching requests."""
        return self._fault(drop, method, path_glob, times, performed=performed)

    def hold_next(
        self,
        method: str = "*",
        path_glob: str = "*",
        *,
        times: int = 1,
        performed: bool = False,
    ) -> Hang:
        """Let the next matching requests wait until the result is released.

        Parameters
        ----------
        performed
            Whether they are performed before they wait. If not they are when they are
            released, even if whoever sent them is gone: they were on their way.
        """
        hang = self._faults.hang()
        self._fault(hang.act, method, path_glob, times, performed=performed)
        return hang

    def _fault(
        self, act: Act, method: str, path_glob: str, times: int, *, performed: bool
    ) -> Fault:
        return self._faults.add(Fault(act, method, path_glob, times, performed))

    def _alive(self) -> str:
        if self._address is None:
            raise RuntimeError("the stand-in is not running: use `async with DiscordStandIn()`")
        return self._address
