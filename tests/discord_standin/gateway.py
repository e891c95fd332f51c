"""The gateway: one websocket through which the bot hears of everything.

https://discord.com/developers/docs/events/gateway. Nothing is compressed, whatever the client
asks for: Discord's own clients take plain text as well.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from .model import Member
from .render import guild_json, member_json, user_json
from .state import snowflake

if TYPE_CHECKING:
    from collections.abc import Callable

    from .model import Json
    from .news import News
    from .state import State

GATEWAY_PATH = "/gateway"

_DISPATCH, _HEARTBEAT, _IDENTIFY, _RESUME, _REQUEST_MEMBERS = 0, 1, 2, 6, 8
_INVALID_SESSION, _HELLO, _HEARTBEAT_ACK = 9, 10, 11
_HEARTBEAT_MILLISECONDS = 41_250
_REPLAYABLE = 1000
_CHUNK = 1000
_AUTHENTICATION_FAILED = 4004
_UNKNOWN_ERROR = 4000
_GOING_AWAY = 1001
_TURNS = 5


class Session:
    """What one IDENTIFY began; a RESUME goes on with it over another connection."""

    def __init__(self) -> None:
        self.id = secrets.token_hex(16)
        self.outbox: asyncio.Queue[str] | None = None
        self._sequence = 0
        self._sent: deque[tuple[int, str]] = deque(maxlen=_REPLAYABLE)

    def dispatch(self, event: str, data: Json) -> None:
        """Send an event, or keep it for the connection to come."""
        self._sequence += 1
        text = json.dumps({"op": _DISPATCH, "t": event, "s": self._sequence, "d": data})
        self._sent.append((self._sequence, text))
        if self.outbox is not None:
            self.outbox.put_nowait(text)

    def replay(self, outbox: asyncio.Queue[str], since: int) -> None:
        """Send over a new connection what the old one did not bring."""
        self.outbox = outbox
        for sequence, text in self._sent:
            if sequence > since:
                outbox.put_nowait(text)


class Gateway:
    """Takes connections and tells them of events.

    Parameters
    ----------
    url
        Gives the address that a client resumes at.

    Attributes
    ----------
    identified, resumed
        How many sessions were begun, and how many were gone on with.
    """

    def __init__(self, state: State, news: News, url: Callable[[], str]) -> None:
        self._state = state
        self._news = news
        self._url = url
        self._sessions: dict[str, Session] = {}
        self._sockets: set[web.WebSocketResponse] = set()
        self._pings = 0
        self._pongs = 0
        self.identified = 0
        self.resumed = 0

    @property
    def connected(self) -> bool:
        """Whether the bot is there."""
        return any(session.outbox is not None for session in self._sessions.values())

    def dispatch(self, event: str, data: Json) -> None:
        """Tell the bot of something."""
        for session in self._sessions.values():
            session.dispatch(event, data)

    async def settle(self) -> None:
        """Wait until the bot has dealt with all answers and events that were sent so far.

        Whoever waits for an answer of the bot's sees it before the bot knows that it was
        taken, and only then does the bot know its own buttons. A ping comes back from the
        bot's own loop, and so tells that this has gone round once more.
        """
        for _ in range(_TURNS):
            for socket in tuple(self._sockets):
                await self._round_trip(socket)

    async def _round_trip(self, socket: web.WebSocketResponse) -> None:
        self._pings += 1
        number = self._pings
        with suppress(ConnectionResetError):
            await socket.ping()
            await self._news.until(lambda: self._pongs >= number, "pong from the bot")

    async def disconnect(self) -> None:
        """Cut every connection, in a way that lets the client resume."""
        for socket in tuple(self._sockets):
            await socket.close(code=_UNKNOWN_ERROR)

    async def close(self) -> None:
        """Send everybody away."""
        for socket in tuple(self._sockets):
            await socket.close(code=_GOING_AWAY)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, from its beginning to its end."""
        socket = web.WebSocketResponse(max_msg_size=0, timeout=1.0, autoping=False)
        await socket.prepare(request)
        self._sockets.add(socket)
        outbox: asyncio.Queue[str] = asyncio.Queue()
        writer = asyncio.create_task(_write(socket, outbox))
        session: Session | None = None
        try:
            _put(outbox, _HELLO, data={"heartbeat_interval": _HEARTBEAT_MILLISECONDS})
            async for frame in socket:
                if frame.type is WSMsgType.PONG:
                    self._pongs += 1
                    self._news.tell()
                    continue
                if frame.type is not WSMsgType.TEXT:
                    break
                heard = json.loads(frame.data)
                session = self._hear(outbox, session, heard["op"], heard["d"])
                if session is None and heard["op"] == _IDENTIFY:
                    await socket.close(code=_AUTHENTICATION_FAILED)
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            self._sockets.discard(socket)
            # Nobody will answer what was asked over it.
            self._pongs = self._pings
            if session is not None and session.outbox is outbox:
                session.outbox = None
            self._news.tell()
        return socket

    def _hear(
        self, outbox: asyncio.Queue[str], session: Session | None, op: int, data: Any
    ) -> Session | None:
        if op == _HEARTBEAT:
            _put(outbox, _HEARTBEAT_ACK, data=None)
        elif op == _IDENTIFY:
            return self._identify(outbox, data)
        elif op == _RESUME:
            return self._resume(outbox, data)
        elif op == _REQUEST_MEMBERS and session is not None:
            self._send_members(session, data)
        return session

    def _identify(self, outbox: asyncio.Queue[str], data: Json) -> Session | None:
        if data["token"] != self._state.token:
            return None
        # What another process left behind will not be resumed any more.
        self._sessions = {s.id: s for s in self._sessions.values() if s.outbox is not None}
        session = Session()
        session.outbox = outbox
        self._sessions[session.id] = session
        bot = self._state.bot
        guilds = self._state.guilds.values()
        ready = {
            "v": 10,
            "user": user_json(bot),
            "session_id": session.id,
            "resume_gateway_url": self._url(),
            "shard": data.get("shard", [0, 1]),
            "application": {"id": str(bot.id), "flags": 0},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
        }
        session.dispatch("READY", ready)
        for guild in guilds:
            session.dispatch("GUILD_CREATE", guild_json(guild, bot))
        self.identified += 1
        self._news.tell()
        return session

    def _resume(self, outbox: asyncio.Queue[str], data: Json) -> Session | None:
        session = self._sessions.get(data["session_id"])
        if session is None or data["token"] != self._state.token:
            _put(outbox, _INVALID_SESSION, data=False)
            return None
        session.replay(outbox, data["seq"])
        session.dispatch("RESUMED", {})
        self.resumed += 1
        self._news.tell()
        return session

    def _send_members(self, session: Session, asked: Json) -> None:
        guild = self._state.guild(asked["guild_id"])
        members, missing = _asked_for(list(guild.members.values()), asked)
        chunks = [members[at : at + _CHUNK] for at in range(0, len(members), _CHUNK)] or [[]]
        for index, chunk in enumerate(chunks):
            told = {
                "guild_id": str(guild.id),
                "members": [member_json(member) for member in chunk],
                "chunk_index": index,
                "chunk_count": len(chunks),
                "not_found": [str(user_id) for user_id in missing],
            }
            nonce = {"nonce": asked["nonce"]} if asked.get("nonce") else {}
            session.dispatch("GUILD_MEMBERS_CHUNK", {**told, **nonce})


def _asked_for(members: list[Member], asked: Json) -> tuple[list[Member], list[int]]:
    """The members that were asked for, by ids or by the beginning of a name; and who is not."""
    named = asked.get("user_ids")
    if named is not None:
        ids = [snowflake(each) for each in (named if isinstance(named, list) else [named])]
        by_id = {member.user.id: member for member in members}
        return [by_id[i] for i in ids if i in by_id], [i for i in ids if i not in by_id]
    query = asked.get("query", "").casefold()
    found = [member for member in members if member.user.name.casefold().startswith(query)]
    return found[: asked.get("limit") or None], []


def _put(outbox: asyncio.Queue[str], op: int, *, data: object) -> None:
    outbox.put_nowait(json.dumps({"op": op, "d": data, "s": None, "t": None}))


async def _write(socket: web.WebSocketResponse, outbox: asyncio.Queue[str]) -> None:
    """One writer for each connection, so that everything arrives in its order."""
    while not socket.closed:
        await socket.send_str(await outbox.get())
