"""What can be done here, by whomever: change what there is, and let the bot hear of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

from .errors import DiscordError, invalid, missing_permissions
from .model import EVERYBODY_MAY, MANAGE_ROLES, Attachment, Channel, Guild, Member, Message, Role
from .render import (
    channel_json,
    guild_json,
    member_event,
    message_event,
    role_json,
    user_json,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .gateway import Gateway
    from .model import Json, User
    from .state import State

# https://discord.com/developers/docs/resources/message#create-message: a repeated nonce is
# recognised for "the past few minutes".
_NONCE_IS_REMEMBERED = timedelta(minutes=5)
_LONGEST_NONCE = 25
_LONGEST_CONTENT = 2000
_BOTS_POSITION = 1_000_000


@dataclass(slots=True)
class Draft:
    """What somebody wants to write, or to change about a message.

    Parameters
    ----------
    fields
        Those of Discord's form; what is missing is left as it is.
    files
        Name and content of each.
    """

    fields: Json = field(default_factory=dict)
    files: list[tuple[str, bytes]] = field(default_factory=list)


class Actions:
    """Everything that changes something."""

    def __init__(self, state: State, gateway: Gateway) -> None:
        self._state = state
        self._gateway = gateway
        self._nonces: dict[tuple[User, str | int], tuple[Message, datetime]] = {}

    # Guilds

    def add_guild(self, name: str, owner: User) -> Guild:
        """A guild in which the bot has a role above all others, and may manage them."""
        state = self._state
        guild = Guild(state.new_id(), name, owner, state.clock())
        guild.roles[guild.id] = Role(guild.id, "@everyone", EVERYBODY_MAY, 0)
        bots = Role(state.new_id(), state.bot.name, MANAGE_ROLES, _BOTS_POSITION, managed=True)
        guild.roles[bots.id] = bots
        for user, roles in ((owner, []), (state.bot, [bots])):
            guild.members[user.id] = Member(guild, user, state.clock(), roles)
        state.guilds[guild.id] = guild
        self._gateway.dispatch("GUILD_CREATE", guild_json(guild, state.bot))
        return guild

    def add_role(self, guild: Guild, name: str, permissions: int, position: int | None) -> Role:
        """A role above those that exist, but for the bot's."""
        above = 1 + max(role.position for role in guild.roles.values() if not role.managed)
        role = Role(
            self._state.new_id(), name, permissions, above if position is None else position
        )
        guild.roles[role.id] = role
        told = {"guild_id": str(guild.id), "role": role_json(role)}
        self._gateway.dispatch("GUILD_ROLE_CREATE", told)
        return role

    def add_channel(self, guild: Guild, name: str) -> Channel:
        """A text channel that everybody sees."""
        channel = Channel(self._state.new_id(), name, guild)
        guild.channels[channel.id] = self._state.channels[channel.id] = channel
        self._gateway.dispatch("CHANNEL_CREATE", channel_json(channel))
        return channel

    def add_member(self, guild: Guild, user: User, roles: Iterable[Role]) -> Member:
        """Somebody joins."""
        member = Member(guild, user, self._state.clock(), list(roles))
        guild.members[user.id] = member
        self._gateway.dispatch("GUILD_MEMBER_ADD", member_event(member))
        return member

    def remove_member(self, member: Member) -> None:
        """Somebody leaves."""
        del member.guild.members[member.user.id]
        told = {"guild_id": str(member.guild.id), "user": user_json(member.user)}
        self._gateway.dispatch("GUILD_MEMBER_REMOVE", told)

    # Roles

    def give_role(self, member: Member, role: Role) -> None:
        """The bot gives a role. One that the member has is given again without a trace."""
        self._check_rank(member.guild, role)
        if role not in member.roles:
            member.roles.append(role)
            self._gateway.dispatch("GUILD_MEMBER_UPDATE", member_event(member))

    def take_role(self, member: Member, role: Role) -> None:
        """The bot takes a role away."""
        self._check_rank(member.guild, role)
        if role in member.roles:
            member.roles.remove(role)
            self._gateway.dispatch("GUILD_MEMBER_UPDATE", member_event(member))

    def _check_rank(self, guild: Guild, role: Role) -> None:
        """https://discord.com/developers/docs/topics/permissions#permission-hierarchy."""
        me = guild.members[self._state.bot.id]
        if not me.permissions & MANAGE_ROLES:
            raise missing_permissions()
        if role.managed or role is guild.everyone:
            raise DiscordError(400, 50028, "Invalid Role")
        if role.rank >= me.rank:
            raise missing_permissions()

    # Messages

    def post(self, channel: Channel, author: User, draft: Draft) -> Message:
        """Write a message. An enforced nonce of a moment ago gives back the message of then."""
        nonce = draft.fields.get("nonce") if draft.fields.get("enforce_nonce") else None
        if nonce is not None and (known := self._repeated(author, nonce)) is not None:
            return known
        message = self.write(channel, author, draft)
        channel.messages[message.id] = message
        if nonce is not None:
            self._nonces[author, nonce] = message, message.created_at
        self._gateway.dispatch("MESSAGE_CREATE", message_event(message))
        return message

    def write(self, channel: Channel, author: User, draft: Draft) -> Message:
        """A message that is in no channel yet."""
        message = Message(self._state.new_id(), channel, author, self._state.clock())
        self.revise(message, draft)
        message.nonce = draft.fields.get("nonce")
        message.flags = draft.fields.get("flags") or 0
        if not (message.content or message.embeds or message.attachments or message.components):
            raise DiscordError(400, 50006, "Cannot send an empty message")
        return message

    def edit(self, message: Message, draft: Draft) -> None:
        """Change a message for all to see."""
        self.revise(message, draft)
        message.edited_at = self._state.clock()
        if message.id in message.channel.messages:
            self._gateway.dispatch("MESSAGE_UPDATE", message_event(message))

    def revise(self, message: Message, draft: Draft) -> None:
        """Put the fields of a draft into a message."""
        fields = draft.fields
        if len(fields.get("content") or "") > _LONGEST_CONTENT:
            raise invalid("content", f"Must be {_LONGEST_CONTENT} or fewer in length.")
        if len(str(fields.get("nonce") or "")) > _LONGEST_NONCE:
            raise invalid("nonce", f"Must be {_LONGEST_NONCE} or fewer in length.")
        if "content" in fields:
            message.content = fields["content"] or ""
        if "embeds" in fields:
            message.embeds = [{"type": "rich", **embed} for embed in fields["embeds"] or []]
        if "components" in fields:
            message.components = _numbered(fields["components"] or [], count(1))
        message.attachments += [
            Attachment(self._state.new_id(), name, data) for name, data in draft.files
        ]

    def delete(self, message: Message) -> None:
        """Take a message away."""
        if message.channel.messages.pop(message.id, None) is not None:
            guild = message.channel.guild
            told = {"id": str(message.id), "channel_id": str(message.channel.id)}
            where = {} if guild is None else {"guild_id": str(guild.id)}
            self._gateway.dispatch("MESSAGE_DELETE", {**told, **where})

    def _repeated(self, author: User, nonce: str | int) -> Message | None:
        now = self._state.clock()
        while self._nonces:
            oldest = next(iter(self._nonces))
            if now - self._nonces[oldest][1] < _NONCE_IS_REMEMBERED:
                break
            del self._nonces[oldest]
        known = self._nonces.get((author, nonce))
        return None if known is None else known[0]


def _numbered(components: list[Json], ids: Iterator[int]) -> list[Json]:
    """Components with an id each, which Discord gives to those that come without."""
    numbered = []
    for component in components:
        own = {"id": next(ids), **component}
        if "components" in own:
            own["components"] = _numbered(own["components"], ids)
        numbered.append(own)
    return numbered
