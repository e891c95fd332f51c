"""The handlers of the API: users, guilds, channels, messages.

https://discord.com/developers/docs/reference. What is not here is answered with 404, and
stands among the recorded requests.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from aiohttp import web

from .actions import Draft
from .errors import DiscordError, invalid, missing_permissions
from .gate import API_PREFIX
from .render import channel_json, guild_json, member_json, message_json, user_json
from .state import member_of, message_of, role_of, snowflake

if TYPE_CHECKING:
    from collections.abc import Callable

    from .actions import Actions
    from .gate import Call, Gate
    from .model import Channel, Json, Message
    from .state import State

_MOST_MESSAGES = 100
_MOST_MEMBERS = 1000
_MESSAGE = "/channels/{channel_id}/messages/{message_id}"
_REACTION = _MESSAGE + "/reactions/{emoji}/@me"
_MEMBER = "/guilds/{guild_id}/members/{user_id}"
_ROLE = _MEMBER + "/roles/{role_id}"


class RestApi:
    """The calls of the API, but for those that answer interactions.

    Parameters
    ----------
    gateway_url
        Gives the address of the gateway.
    """

    def __init__(
        self, state: State, actions: Actions, gate: Gate, gateway_url: Callable[[], str]
    ) -> None:
        self._state = state
        self._actions = actions
        self._gate = gate
        self._gateway_url = gateway_url

    def routes(self) -> list[web.RouteDef]:
        """All routes; the last takes what no other does."""
        return [
            self._route("GET", "/gateway/bot", self._gateway_bot, "gateway"),
            self._route("GET", "/oauth2/applications/@me", self._application, "application"),
            self._route("GET", "/users/@me", self._me, "users"),
            self._route("GET", "/users/{user_id}", self._user, "users"),
            self._route("POST", "/users/@me/channels", self._open_conversation, "conversations"),
            self._route("GET", "/applications/{id}/commands", self._commands, "commands"),
            self._route("PUT", "/applications/{id}/commands", self._set_commands, "commands"),
            self._route("GET", "/guilds/{guild_id}", self._guild, "guilds"),
            self._route("GET", "/guilds/{guild_id}/members", self._members, "member list"),
            self._route("GET", _MEMBER, self._member, "members"),
            self._route("PUT", _ROLE, self._give_role, "member roles"),
            self._route("DELETE", _ROLE, self._take_role, "member roles"),
            self._route("GET", "/channels/{channel_id}", self._channel, "channels"),
            self._route("POST", "/channels/{channel_id}/typing", self._type, "typing"),
            self._route("GET", "/channels/{channel_id}/messages", self._history, "history"),
            self._route("POST", "/channels/{channel_id}/messages", self._post, "messages"),
            self._route("GET", _MESSAGE, self._message, "history"),
            self._route("PATCH", _MESSAGE, self._edit, "edits"),
            self._route("DELETE", _MESSAGE, self._delete, "deletions"),
            self._route("PUT", _REACTION, self._react, "reactions"),
            self._route("DELETE", _REACTION, self._unreact, "reactions"),
            self._route("*", "/{tail:.*}", _nothing, "nothing"),
        ]

    def _route(
        self, method: str, path: str, handler: Callable[[Call], object], bucket: str
    ) -> web.RouteDef:
        return web.route(method, API_PREFIX + path, self._gate.guard(handler, bucket))

    # The bot and its application

    def _gateway_bot(self, _call: Call) -> Json:
        starts = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        return {"url": self._gateway_url(), "shards": 1, "session_start_limit": starts}

    def _application(self, _call: Call) -> Json:
        bot = self._state.bot
        return {
            "id": str(bot.id),
            "name": bot.name,
            "icon": None,
            "description": "",
            "type": None,
            "bot_public": False,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "flags": 0,
            "redirect_uris": [],
            "owner": user_json(self._state.owner),
            "team": None,
        }

    def _me(self, _call: Call) -> Json:
        return {**user_json(self._state.bot), "mfa_enabled": False, "verified": True}

    def _user(self, call: Call) -> Json:
        return user_json(self._state.user(call.ids["user_id"]))

    def _open_conversation(self, call: Call) -> Json:
        return channel_json(self._state.conversation(self._state.user(call.body["recipient_id"])))

    def _commands(self, _call: Call) -> list[Json]:
        return self._state.commands

    def _set_commands(self, call: Call) -> list[Json]:
        ids = {command["name"]: command["id"] for command in self._state.commands}
        self._state.commands = [
            {
                "description": "",
                "type": 1,
                "default_member_permissions": None,
                **command,
                "id": ids.get(command["name"]) or str(self._state.new_id()),
                "application_id": str(self._state.bot.id),
                "version": str(self._state.new_id()),
            }
            for command in call.body
        ]
        return self._state.commands

    # Guilds

    def _guild(self, call: Call) -> Json:
        return guild_json(self._state.guild(call.ids["guild_id"]), self._state.bot)

    def _members(self, call: Call) -> list[Json]:
        guild = self._state.guild(call.ids["guild_id"])
        limit = _limit(call, 1, _MOST_MEMBERS)
        after = snowflake(call.query.get("after", "0"))
        found = (guild.members[i] for i in sorted(guild.members) if i > after)
        return [member_json(member) for member in islice(found, limit)]

    def _member(self, call: Call) -> Json:
        guild = self._state.guild(call.ids["guild_id"])
        return member_json(member_of(guild, call.ids["user_id"]))

    def _give_role(self, call: Call) -> None:
        guild = self._state.guild(call.ids["guild_id"])
        member = member_of(guild, call.ids["user_id"])
        self._actions.give_role(member, role_of(guild, call.ids["role_id"]))

    def _take_role(self, call: Call) -> None:
        guild = self._state.guild(call.ids["guild_id"])
        member = member_of(guild, call.ids["user_id"])
        self._actions.take_role(member, role_of(guild, call.ids["role_id"]))

    # Channels and messages

    def _channel(self, call: Call) -> Json:
        return channel_json(self._called(call))

    def _type(self, call: Call) -> None:
        self._called(call)

    def _history(self, call: Call) -> list[Json]:
        """Newest first. ``around`` is not known here."""
        messages = self._called(call).messages
        limit = _limit(call, 50, _MOST_MESSAGES)
        after, before = call.query.get("after"), call.query.get("before")
        if after is not None:
            # Those that follow next, not the newest of all.
            later = (each for i, each in messages.items() if i > snowflake(after))
            return [message_json(each) for each in reversed(list(islice(later, limit)))]
        earlier = (
            each
            for i, each in reversed(messages.items())
            if before is None or i < snowflake(before)
        )
        return [message_json(each) for each in islice(earlier, limit)]

    def _post(self, call: Call) -> Json:
        draft = Draft(call.body or {}, call.files)
        return message_json(self._actions.post(self._called(call), self._state.bot, draft))

    def _message(self, call: Call) -> Json:
        return message_json(self._named(call))

    def _edit(self, call: Call) -> Json:
        message = self._named(call)
        if message.author is not self._state.bot:
            raise DiscordError(403, 50005, "Cannot edit a message authored by another user")
        self._actions.edit(message, Draft(call.body or {}, call.files))
        return message_json(message)

    def _delete(self, call: Call) -> None:
        message = self._named(call)
        if message.author is not self._state.bot:
            raise missing_permissions()
        self._actions.delete(message)

    def _react(self, call: Call) -> None:
        message, emoji = self._named(call), call.ids["emoji"]
        if emoji not in message.reactions:
            message.reactions.append(emoji)

    def _unreact(self, call: Call) -> None:
        message, emoji = self._named(call), call.ids["emoji"]
        if emoji in message.reactions:
            message.reactions.remove(emoji)

    def _called(self, call: Call) -> Channel:
        return self._state.channel(call.ids["channel_id"])

    def _named(self, call: Call) -> Message:
        return message_of(self._called(call), call.ids["message_id"])


def _nothing(_call: Call) -> None:
    raise DiscordError(404, 0, "404: Not Found")


def _limit(call: Call, default: int, most: int) -> int:
    text = call.query.get("limit", str(default))
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise invalid("limit", f"int value should be 1 to {most}.")
    return int(text)
