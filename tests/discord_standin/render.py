"""Everything as Discord writes it down.

https://discord.com/developers/docs/reference, and the page of each resource below it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from .model import Attachment, Channel, Guild, Json, Member, Message, Role, User

_TEXT_CHANNEL = 0
_CONVERSATION = 1
_LARGE = 250


def user_json(user: User) -> Json:
    """A user."""
    return {
        "id": str(user.id),
        "username": user.name,
        "discriminator": "0000" if user.bot else "0",
        "global_name": None,
        "avatar": None,
        "primary_guild": None,
        "bot": user.bot,
        "flags": 0,
        "public_flags": 0,
    }


def role_json(role: Role) -> Json:
    """A role."""
    return {
        "id": str(role.id),
        "name": role.name,
        "permissions": str(role.permissions),
        "position": role.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": role.managed,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def member_json(member: Member) -> Json:
    """A member, with the user in it."""
    return {
        "user": user_json(member.user),
        "nick": None,
        "avatar": None,
        "banner": None,
        "roles": [str(role.id) for role in member.roles],
        "joined_at": _time(member.joined_at),
        "premium_since": None,
        "communication_disabled_until": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
    }


def channel_json(channel: Channel) -> Json:
    """A text channel, or a conversation."""
    if channel.recipient is not None:
        return {
            "id": str(channel.id),
            "type": _CONVERSATION,
            "recipients": [user_json(channel.recipient)],
            "last_message_id": None,
            "flags": 0,
        }
    return {
        "id": str(channel.id),
        "type": _TEXT_CHANNEL,
        "guild_id": None if channel.guild is None else str(channel.guild.id),
        "name": channel.name,
        "position": 0,
        "permission_overwrites": [],
        "parent_id": None,
        "topic": None,
        "nsfw": False,
        "rate_limit_per_user": 0,
        "last_message_id": None,
        "flags": 0,
    }


def guild_json(guild: Guild, bot: User) -> Json:
    """A guild as the bot is told of it; a large one comes without its members."""
    large = len(guild.members) >= _LARGE
    members = [guild.members[bot.id]] if large else list(guild.members.values())
    return {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner.id),
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "description": None,
        "afk_channel_id": None,
        "afk_timeout": 300,
        "application_id": None,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "safety_alerts_channel_id": None,
        "vanity_url_code": None,
        "verification_level": 0,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "premium_progress_bar_enabled": False,
        "preferred_locale": "en-US",
        "features": [],
        "emojis": [],
        "stickers": [],
        "roles": [role_json(role) for role in guild.roles.values()],
        "joined_at": _time(guild.joined_at),
        "large": large,
        "unavailable": False,
        "member_count": len(guild.members),
        "members": [member_json(member) for member in members],
        "channels": [channel_json(channel) for channel in guild.channels.values()],
        "threads": [],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def message_json(message: Message) -> Json:
    """A message as the API answers with it."""
    rendered: Json = {
        "id": str(message.id),
        "channel_id": str(message.channel.id),
        "type": 0,
        "author": user_json(message.author),
        "content": message.content,
        "timestamp": _time(message.created_at),
        "edited_timestamp": None if message.edited_at is None else _time(message.edited_at),
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [_attachment_json(each) for each in message.attachments],
        "embeds": message.embeds,
        "components": message.components,
        "reactions": [_reaction_json(emoji) for emoji in message.reactions],
        "pinned": False,
        "flags": message.flags,
    }
    return rendered if message.nonce is None else {**rendered, "nonce": message.nonce}


def message_event(message: Message) -> Json:
    """A message as the gateway tells of it: with the guild, and who wrote it there."""
    guild = message.channel.guild
    if guild is None:
        return message_json(message)
    member = guild.members.get(message.author.id)
    told = {**message_json(message), "guild_id": str(guild.id)}
    return told if member is None else {**told, "member": _without_user(member)}


def member_event(member: Member) -> Json:
    """A member as the gateway tells of it."""
    return {**member_json(member), "guild_id": str(member.guild.id)}


def _without_user(member: Member) -> Json:
    rendered = member_json(member)
    del rendered["user"]
    return rendered


def _attachment_json(attachment: Attachment) -> Json:
    url = f"https://cdn.discordapp.com/attachments/{attachment.id}/{attachment.filename}"
    return {
        "id": str(attachment.id),
        "filename": attachment.filename,
        "size": len(attachment.data),
        "url": url,
        "proxy_url": url,
    }


def _reaction_json(emoji: str) -> Json:
    name, _, emoji_id = emoji.rpartition(":") if ":" in emoji else (emoji, "", "")
    return {
        "emoji": {"id": emoji_id or None, "name": name},
        "count": 1,
        "count_details": {"burst": 0, "normal": 1},
        "me": True,
        "me_burst": False,
        "burst_colors": [],
    }


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
