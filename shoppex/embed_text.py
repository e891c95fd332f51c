"""Embeds as plain text, for places where the bot may not show embeds, or is asked not to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from .discord_limits import CONTENT
from .formatting import shorten


def embed_text(*embeds: discord.Embed) -> str:
    """What embeds say, in one message; the last line, such as the number of an order, stays."""
    return _fitted("", embeds)


def beside(text: str | None, embed: discord.Embed) -> str:
    """The text of a message and what its embed says, which makes room for it."""
    return _fitted(text or "", (embed,))


def edit_as(message: discord.Message | None, embed: discord.Embed) -> dict[str, Any]:
    """The arguments of an edit that keeps the form that a message has."""
    if message is None or message.embeds or not message.content:
        return {"embed": embed}
    return {"content": embed_text(embed), "embed": None}


def with_line(message: discord.Message, name: str, value: str) -> dict[str, Any]:
    """The arguments of an edit that adds a line to a message."""
    if not message.embeds:
        return {"content": shorten(f"{message.content}\n**{name}**: {value}", CONTENT)}
    embed = message.embeds[0]
    return {"embed": embed.add_field(name=name, value=value, inline=False)}


def _fitted(text: str, embeds: Sequence[discord.Embed]) -> str:
    footer = next((f"-# {e.footer.text}" for e in reversed(embeds) if e.footer.text), "")
    room = CONTENT - len(text) - bool(text) - len(footer) - 1
    said = shorten("\n\n".join(map(_body, embeds)), room) if room > 0 else ""
    return "\n".join(part for part in (said, text, footer) if part)


def _body(embed: discord.Embed) -> str:
    lines = [f"**{embed.title}**"] if embed.title else []
    if embed.description:
        lines.append(embed.description)
    lines += [f"**{field.name}**: {field.value}" for field in embed.fields]
    return "\n".join(lines)
