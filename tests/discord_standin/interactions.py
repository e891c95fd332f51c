"""What somebody did that the bot has to answer: a slash command, a press, a form.

https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .render import channel_json, member_json, message_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .model import Channel, Json, Member, Message
    from .news import News

# What people put into a field.
Value = str | bool

COMMAND, COMPONENT, FORM = 2, 3, 5

_LABEL, _TEXT_INPUT, _CHECKBOX = 18, 4, 23
_ATTACHMENT_LIMIT = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Form:
    """A form that somebody sees.

    Parameters
    ----------
    components
        As the bot sent them.
    """

    custom_id: str
    title: str
    components: list[Json]

    @property
    def labels(self) -> list[str]:
        """What its fields are called, from top to bottom."""
        return [each["label"] for each in self.components if each["type"] == _LABEL]

    def filled(self, values: Mapping[str, Value]) -> Json:
        """The ``data`` of the interaction that sends it in.

        Parameters
        ----------
        values
            By label; a field that is left out keeps what stands in it.

        Raises
        ------
        LookupError
            When there is no field with such a label.
        """
        unknown = set(values) - set(self.labels)
        if unknown:
            known = ", ".join(self.labels) or "none"
            raise LookupError(f"there is no field {min(unknown)!r}; there are: {known}")
        fields = [
            {
                "type": _LABEL,
                "id": number,
                "component": _filled(each["component"], values.get(each["label"])),
            }
            for number, each in enumerate(self.components, 1)
            if each["type"] == _LABEL
        ]
        return {"custom_id": self.custom_id, "components": fields}


def _filled(field: Json, value: Value | None) -> Json:
    written: Value
    if field["type"] == _TEXT_INPUT:
        written = field.get("value") or "" if value is None else value
    elif field["type"] == _CHECKBOX:
        written = bool(field.get("default")) if value is None else value
    else:
        raise LookupError(f"a field of type {field['type']} is not known here")
    return {"type": field["type"], "custom_id": field["custom_id"], "value": written}


class Interaction:
    """One interaction, and all that the bot answers to it.

    Parameters
    ----------
    kind
        ``COMMAND``, ``COMPONENT`` or ``FORM``.
    source
        The message that was clicked.

    Attributes
    ----------
    response
        The type of the bot's first answer; ``None`` until then.
    original
        The message that ``@original`` stands for.
    messages
        All messages that answer it.
    shown_form
        The form that was shown.
    """

    def __init__(
        self,
        interaction_id: int,
        kind: int,
        member: Member,
        channel: Channel,
        source: Message | None,
        news: News,
    ) -> None:
        self.id = interaction_id
        self.token = secrets.token_hex(32)
        self.kind = kind
        self.member = member
        self.channel = channel
        self.source = source
        self.response: int | None = None
        self.original: Message | None = None
        self.messages: list[Message] = []
        self.shown_form: Form | None = None
        self._news = news

    async def answer(self) -> Message:
        """Wait for the first message that says something.

        Raises
        ------
        LookupError
            When the bot shows a form instead.
        TimeoutError
            When nothing comes.
        """

        def look() -> Message | None:
            if self.shown_form is not None:
                raise LookupError(f"no message, but the form {self.shown_form.title!r}")
            return next((each for each in self.messages if not each.loading), None)

        return await self._news.until(look, "answer to an interaction")

    async def form(self) -> Form:
        """Wait for a form.

        Raises
        ------
        LookupError
            When the bot answers with a message instead.
        TimeoutError
            When nothing comes.
        """

        def look() -> Form | None:
            for message in self.messages:
                if not message.loading:
                    raise LookupError(f"no form, but the message {message.text!r}")
            return self.shown_form

        return await self._news.until(look, "form in answer to an interaction")

    def to_event(self, application_id: int, data: Json) -> Json:
        """``INTERACTION_CREATE``."""
        guild = self.member.guild
        told: Json = {
            "id": str(self.id),
            "application_id": str(application_id),
            "type": self.kind,
            "token": self.token,
            "version": 1,
            "data": data,
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": "en-US", "features": []},
            "guild_locale": "en-US",
            "locale": "en-US",
            "channel_id": str(self.channel.id),
            "channel": channel_json(self.channel),
            "member": {
                **member_json(self.member),
                "permissions": str(self.member.permissions),
            },
            "app_permissions": str(guild.members[application_id].permissions),
            "entitlements": [],
            "authorizing_integration_owners": {"0": str(guild.id)},
            "context": 0,
            "attachment_size_limit": _ATTACHMENT_LIMIT,
        }
        return told if self.source is None else {**told, "message": message_json(self.source)}


def form_from(data: Json) -> Form:
    """The form that a callback shows."""
    return Form(data["custom_id"], data["title"], list(data["components"]))
