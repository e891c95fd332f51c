"""All that this Discord knows, and how to find it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, TypeVar

from .errors import invalid, unknown
from .model import Channel, Guild, Member, Message, Role, User
from .snowflakes import Snowflakes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from .interactions import Interaction
    from .model import Json

T = TypeVar("T")


class State:
    """The whole of it.

    Parameters
    ----------
    clock
        Gives aware UTC.

    Attributes
    ----------
    bot, owner
        The one bot there is, and the user to whom its application belongs.
    commands
        The slash commands that the bot registered last.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.new_id = Snowflakes(clock)
        self.token = f"standin.{secrets.token_hex(24)}"
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.conversations: dict[int, Channel] = {}
        self.commands: list[Json] = []
        self.interactions: dict[str, Interaction] = {}
        self.owner = self.add_user("olga")
        self.bot = self.add_user("redbot", bot=True)

    def add_user(self, name: str, *, bot: bool = False, user_id: int | None = None) -> User:
        """Make an account."""
        user = User(self.new_id() if user_id is None else user_id, name, bot)
        self.users[user.id] = user
        return user

    def conversation(self, user: User) -> Channel:
        """The direct messages between the bot and a user; begun if need be."""
        if user.id not in self.conversations:
            channel = Channel(self.new_id(), user.name, recipient=user)
            self.conversations[user.id] = self.channels[channel.id] = channel
        return self.conversations[user.id]

    def messages(self) -> Iterator[Message]:
        """Every message there is, those that one person alone can see included."""
        for channel in self.channels.values():
            yield from channel.messages.values()
        for interaction in self.interactions.values():
            yield from (each for each in interaction.messages if each.ephemeral)

    # By id, as it stands in a path or in a body

    def user(self, text: object) -> User:
        """Raises `DiscordError`, as all of these do."""
        return _found(self.users, text, "User")

    def guild(self, text: object) -> Guild:
        """A guild."""
        return _found(self.guilds, text, "Guild")

    def channel(self, text: object) -> Channel:
        """A channel of a guild, or a conversation."""
        return _found(self.channels, text, "Channel")


def member_of(guild: Guild, text: object) -> Member:
    """A member of a guild, by the user's id."""
    return _found(guild.members, text, "Member")


def role_of(guild: Guild, text: object) -> Role:
    """A role of a guild."""
    return _found(guild.roles, text, "Role")


def message_of(channel: Channel, text: object) -> Message:
    """A message of a channel."""
    return _found(channel.messages, text, "Message")


def snowflake(text: object) -> int:
    """An id as text, as a number."""
    try:
        return int(str(text))
    except ValueError:
        raise invalid("id", f"Value {text!r} is not snowflake.") from None


def _found(things: Mapping[int, T], text: object, kind: str) -> T:
    thing = things.get(snowflake(text))
    if thing is None:
        raise unknown(kind)
    return thing
