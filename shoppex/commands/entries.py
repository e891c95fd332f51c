"""What lists of products and of items have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

import discord
from discord import app_commands
from redbot.core import commands
from redbot.core.utils.chat_formatting import pagify
from redbot.core.utils.views import SimpleMenu

from ..i18n import _
from ..text import shorten

_CHOICES = 25
_CHOICE_NAME = 100
_PAGE = 2000


class Entry(Protocol):
    """Something that is sold, by id and title."""

    @property
    def id(self) -> str:
        """Its id within the server."""

    @property
    def title(self) -> str:
        """What people call it."""


E = TypeVar("E", bound=Entry)


def named(entries: Iterable[E], text: str) -> E | None:
    """The entry with that id or title."""
    wanted = text.strip().casefold()
    return next((e for e in entries if wanted in (e.id.casefold(), e.title.casefold())), None)


def choices(entries: Iterable[Entry], current: str) -> list[app_commands.Choice[str]]:
    """Autocomplete choices by title."""
    wanted = current.strip().casefold()
    return [
        app_commands.Choice(name=shorten(entry.title, _CHOICE_NAME), value=entry.id)
        for entry in sorted(entries, key=lambda entry: entry.title.casefold())
        if wanted in entry.title.casefold()
    ][:_CHOICES]


def mentions(role_ids: tuple[int, ...]) -> str:
    """Roles as mentions, which an embed shows without calling anybody."""
    return ", ".join(f"<@&{role_id}>" for role_id in role_ids) or _("no role")


async def send_list(ctx: commands.GuildContext, title: str, lines: list[str], empty: str) -> None:
    """Show lines on as many pages as they need."""
    if not lines:
        await ctx.send(empty, ephemeral=True)
        return
    colour = await ctx.embed_colour()
    pages = [
        discord.Embed(title=title, description=page, colour=colour)
        for page in pagify("\n".join(lines), page_length=_PAGE)
    ]
    if len(pages) == 1:
        await ctx.send(embed=pages[0], ephemeral=True)
    else:
        await SimpleMenu(list(pages)).start(ctx, ephemeral=True)
