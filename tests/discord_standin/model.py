"""Who and what there is: users, guilds, channels, messages. Nothing here knows of HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

Json = dict[str, Any]

# https://discord.com/developers/docs/topics/permissions#permissions-bitwise-permission-flags
ADMINISTRATOR = 1 << 3
MANAGE_ROLES = 1 << 28
ALL_PERMISSIONS = (1 << 53) - 1
# What everybody may do in a new guild: see, write, embed, attach, read back, react, use commands.
EVERYBODY_MAY = 1 << 6 | 1 << 10 | 1 << 11 | 1 << 14 | 1 << 15 | 1 << 16 | 1 << 31

# https://discord.com/developers/docs/resources/message#message-object-message-flags
EPHEMERAL = 1 << 6
LOADING = 1 << 7

_BUTTON = 2


@dataclass(slots=True, eq=False)
class User:
    """An account."""

    id: int
    name: str
    bot: bool = False


@dataclass(slots=True, eq=False)
class Role:
    """A role of one guild.

    Parameters
    ----------
    position
        The higher, the mightier; they need not follow one another.
    managed
        It belongs to an integration, and nobody can give it.
    """

    id: int
    name: str
    permissions: int
    position: int
    managed: bool = False

    @property
    def rank(self) -> tuple[int, int]:
        """Orders roles: of two at the same position the older one is higher."""
        return self.position, -self.id


@dataclass(slots=True, eq=False)
class Guild:
    """A server, as people say."""

    id: int
    name: str
    owner: User
    joined_at: datetime
    roles: dict[int, Role] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)

    @property
    def everyone(self) -> Role:
        """The role that all have."""
        return self.roles[self.id]


@dataclass(slots=True, eq=False)
class Member:
    """A user in one guild."""

    guild: Guild = field(repr=False)
    user: User
    joined_at: datetime
    roles: list[Role] = field(default_factory=list)

    @property
    def permissions(self) -> int:
        """What the member may do anywhere in the guild. There are no overwrites here."""
        held = self.guild.everyone.permissions
        for role in self.roles:
            held |= role.permissions
        almighty = self.guild.owner is self.user or held & ADMINISTRATOR
        return ALL_PERMISSIONS if almighty else held

    @property
    def rank(self) -> tuple[int, int]:
        """That of the highest role."""
        return max((role.rank for role in self.roles), default=self.guild.everyone.rank)

    @property
    def role_names(self) -> set[str]:
        """The names of the roles, without the one that all have."""
        return {role.name for role in self.roles}


@dataclass(slots=True, eq=False)
class Channel:
    """A text channel of a guild, or the conversation of the bot with one user.

    Parameters
    ----------
    guild, recipient
        One of them is set.
    messages
        What can be read in it, oldest first, by id.
    """

    id: int
    name: str
    guild: Guild | None = field(default=None, repr=False)
    recipient: User | None = None
    messages: dict[int, Message] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message."""

    id: int
    filename: str
    data: bytes


@dataclass(slots=True, eq=False)
class Message:
    """Something that was written.

    Parameters
    ----------
    embeds, components
        As they were sent.
    reactions
        The bot's own.
    """

    id: int
    channel: Channel = field(repr=False)
    author: User
    created_at: datetime
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    nonce: str | int | None = None
    edited_at: datetime | None = None
    reactions: list[str] = field(default_factory=list)

    @property
    def ephemeral(self) -> bool:
        """Whether one person alone sees it."""
        return bool(self.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Whether it only says that the bot is thinking."""
        return bool(self.flags & LOADING)

    @property
    def text(self) -> str:
        """All that can be read in it, files too."""
        parts = [self.content]
        for embed in self.embeds:
            parts += [embed.get("title", ""), embed.get("description", "")]
            parts += [f"{f['name']}: {f['value']}" for f in embed.get("fields", ())]
            parts.append(embed.get("footer", {}).get("text", ""))
        parts += [attachment.data.decode(errors="replace") for attachment in self.attachments]
        return "\n".join(part for part in parts if part)

    @property
    def links(self) -> list[str]:
        """Where its buttons lead."""
        return [button["url"] for button in self._buttons() if button.get("url")]

    def button(self, label: str) -> str:
        """The custom id of the button with that label.

        Raises
        ------
        LookupError
            When there is none that can be pressed.
        """
        ids = {b.get("label"): b["custom_id"] for b in self._buttons() if b.get("custom_id")}
        if label not in ids:
            known = ", ".join(str(each) for each in ids) or "none"
            raise LookupError(f"there is no button {label!r}; there are: {known}")
        return str(ids[label])

    def _buttons(self) -> Iterator[Json]:
        return (each for each in flatten(self.components) if each["type"] == _BUTTON)


def flatten(components: list[Json]) -> Iterator[Json]:
    """All components, rows and what is in them."""
    for component in components:
        yield component
        yield from flatten(component.get("components", []))
