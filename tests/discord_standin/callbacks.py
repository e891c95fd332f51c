"""The handlers with which the bot answers interactions.

https://discord.com/developers/docs/interactions/receiving-and-responding#responding-to-an-interaction
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from .actions import Draft
from .errors import DiscordError, invalid, unknown
from .gate import API_PREFIX
from .interactions import form_from
from .model import EPHEMERAL, LOADING
from .render import message_json
from .state import snowflake

if TYPE_CHECKING:
    from collections.abc import Callable

    from .actions import Actions
    from .gate import Call, Gate
    from .interactions import Interaction
    from .model import Json, Message
    from .state import State

_MESSAGE, _LATER, _LATER_UPDATE, _UPDATE, _FORM = 4, 5, 6, 7, 9
_FOLLOWUP = "/webhooks/{webhook_id}/{token}"
_NAMED = _FOLLOWUP + "/messages/{message_id}"


class Callbacks:
    """First answers, edits of them, and what follows."""

    def __init__(self, state: State, actions: Actions, gate: Gate) -> None:
        self._state = state
        self._actions = actions
        self._gate = gate

    def routes(self) -> list[web.RouteDef]:
        """All routes."""
        return [
            self._route("POST", "/interactions/{id}/{token}/callback", self._respond),
            self._route("POST", _FOLLOWUP, self._follow_up),
            self._route("GET", _NAMED, self._read),
            self._route("PATCH", _NAMED, self._edit),
            self._route("DELETE", _NAMED, self._delete),
        ]

    def _route(self, method: str, path: str, handler: Callable[[Call], object]) -> web.RouteDef:
        return web.route(
            method, API_PREFIX + path, self._gate.guard(handler, "interactions", public=True)
        )

    def _respond(self, call: Call) -> Json | None:
        interaction = self._state.interactions.get(call.ids["token"])
        if interaction is None or str(interaction.id) != call.ids["id"]:
            raise unknown("Interaction")
        if interaction.response is not None:
            raise DiscordError(400, 40060, "Interaction has already been acknowledged.")
        kind, draft = call.body["type"], Draft(call.body.get("data") or {}, call.files)
        if kind == _MESSAGE:
            self._add(interaction, draft)
        elif kind == _LATER:
            flags = LOADING | (draft.fields.get("flags") or 0)
            self._add(interaction, Draft({"content": "…", "flags": flags}))
        elif kind in (_LATER_UPDATE, _UPDATE) and interaction.source is not None:
            interaction.original = interaction.source
            if kind == _UPDATE:
                self._change(interaction, interaction.source, draft)
        elif kind == _FORM:
            interaction.shown_form = form_from(draft.fields)
        else:
            raise invalid("type", f"{kind} is no answer to this interaction here.")
        interaction.response = kind
        return _callback_json(interaction) if call.query.get("with_response") else None

    def _follow_up(self, call: Call) -> Json:
        interaction = self._by_token(call)
        draft = Draft(call.body or {}, call.files)
        original = interaction.original
        if original is not None and original.loading:
            # It takes the place of "the bot is thinking", and is seen by whom that was.
            self._change(interaction, original, draft)
            return message_json(original)
        return message_json(self._add(interaction, draft))

    def _read(self, call: Call) -> Json:
        return message_json(self._named(call))

    def _edit(self, call: Call) -> Json:
        message = self._named(call)
        self._change(self._by_token(call), message, Draft(call.body or {}, call.files))
        return message_json(message)

    def _delete(self, call: Call) -> None:
        message = self._named(call)
        self._by_token(call).messages.remove(message)
        self._actions.delete(message)

    def _add(self, interaction: Interaction, draft: Draft) -> Message:
        write = self._actions.post
        if (draft.fields.get("flags") or 0) & EPHEMERAL:
            write = self._actions.write
        message = write(interaction.channel, self._state.bot, draft)
        interaction.messages.append(message)
        if interaction.original is None:
            interaction.original = message
        return message

    def _change(self, interaction: Interaction, message: Message, draft: Draft) -> None:
        if message.loading:
            message.flags &= ~LOADING
            message.content = ""
        self._actions.edit(message, draft)
        if message not in interaction.messages:
            interaction.messages.append(message)

    def _by_token(self, call: Call) -> Interaction:
        interaction = self._state.interactions.get(call.ids["token"])
        if interaction is None or call.ids["webhook_id"] != str(self._state.bot.id):
            raise unknown("Webhook")
        return interaction

    def _named(self, call: Call) -> Message:
        interaction, name = self._by_token(call), call.ids["message_id"]
        if name == "@original":
            found = interaction.original
        else:
            wanted = snowflake(name)
            found = next((each for each in interaction.messages if each.id == wanted), None)
        if found is None:
            raise unknown("Message")
        return found


def _callback_json(interaction: Interaction) -> Json:
    """https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-callback-interaction-callback-response-object."""
    told: Json = {"id": str(interaction.id), "type": interaction.kind}
    original = interaction.original
    if original is None:
        return {"interaction": told}
    told |= {
        "response_message_id": str(original.id),
        "response_message_loading": original.loading,
        "response_message_ephemeral": original.ephemeral,
    }
    resource = {"type": interaction.response, "message": message_json(original)}
    return {"interaction": told, "resource": resource}
