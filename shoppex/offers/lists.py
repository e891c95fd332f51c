"""Lookup and autocompletion of products and items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Protocol, TypeVar

import discord
from discord import app_commands
from redbot.core import commands
from redbot.core.bot import Red
from redbot.core.utils.chat_formatting import pagify
from redbot.core.utils.views import SimpleMenu

from ..discord_limits import CHOICE_NAME, CHOICES
from ..domain.account import OfferKind
from ..domain.text_cleaning import clean_typed
from ..embed_text import embed_text
from ..formatting import plain, shorten
from ..i18n import _
from ..ui.responses import send_embed
from ..ui.settings_group import SettingsGroup

# As text, its title stands above it.
_PAGE = 1800
_ID = 36
_QUOTES = '"“”„«»'


class Entry(Protocol):
    """Something that is sold, by id and title."""

    @property
    def id(self) -> str:
        """Its id within the server."""

    @property
    def title(self) -> str:
        """What people call it."""

    @property
    def roles(self) -> tuple[int, ...]:
        """Ids of the roles that it gives."""


E = TypeVar("E", bound=Entry)


def named(entries: Iterable[E], text: str) -> E | None:
    """The entry with that id, or the one of that title.

    Raises
    ------
    BadArgument
        When several have that title, with their ids: a title is not a name.
    """
    # Where a title is the rest of what was typed, its quotes are still around it.
    wanted, entries = clean_typed(text).strip(_QUOTES).casefold(), list(entries)
    by_id = next((entry for entry in entries if entry.id.casefold() == wanted), None)
    if by_id is not None:
        return by_id
    found = [entry for entry in entries if entry.title.casefold() == wanted]
    if len(found) > 1:
        each = ", ".join(f"`{entry.id}` ({mentions(entry.roles)})" for entry in found)
        raise commands.BadArgument(
            _(
                "Several things are called “{title}”: {each}. Nothing was changed. Name the one "
                "you mean by its id."
            ).format(title=plain(found[0].title), each=each)
        )
    return found[0] if found else None


def choices(entries: Iterable[Entry], current: str) -> list[app_commands.Choice[str]]:
    """Autocomplete choices by title; those of one title have their ids beside it."""
    wanted, entries = current.strip().casefold(), list(entries)
    titles = Counter(entry.title.casefold() for entry in entries)
    return [
        app_commands.Choice(
            name=_choice_name(entry, alone=titles[entry.title.casefold()] == 1), value=entry.id
        )
        for entry in sorted(entries, key=lambda entry: entry.title.casefold())
        if wanted in entry.title.casefold()
    ][:CHOICES]


def _choice_name(entry: Entry, *, alone: bool) -> str:
    if alone:
        return shorten(entry.title, CHOICE_NAME)
    end = f" · {shorten(entry.id, _ID)}"
    return shorten(entry.title, CHOICE_NAME - len(end)) + end


async def complete(
    group: SettingsGroup,
    interaction: discord.Interaction[Red],
    current: str,
    kind: OfferKind | None = None,
) -> list[app_commands.Choice[str]]:
    """Autocomplete choices out of what is sold, for those who set up the shop."""
    if not await group.may_set_up(interaction):
        return []
    return choices(group.settings.guild(interaction.guild_id or 0).entries(kind), current)


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
        await send_embed(ctx, pages[0])
    elif ctx.interaction is None and not await ctx.embed_requested():
        await SimpleMenu([embed_text(page) for page in pages]).start(ctx, ephemeral=True)
    else:
        await SimpleMenu(list(pages)).start(ctx, ephemeral=True)
