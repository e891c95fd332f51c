"""`[p]shoppexset testsale`: the whole path of a purchase, with no money."""

from __future__ import annotations

from typing import cast

import discord
from discord import app_commands
from redbot.core import commands
from redbot.core.bot import Red

from ..formatting import plain, shorten
from ..i18n import _
from ..offers.lists import complete, named
from ..store.settings_model import SoldEntry
from ..ui.responses import send_embed
from ..ui.settings_group import SettingsGroup
from .flow import DryRunFlow

_NAMES = 1000


class DryRunCommands(SettingsGroup):
    """Trying out what is sold."""

    dry_run_flow: DryRunFlow

    @SettingsGroup.shoppexset.command(name="testsale")
    @app_commands.describe(product="What to try out; leave it out for the first that gives a role")
    async def shoppexset_testsale(
        self, ctx: commands.GuildContext, *, product: str | None = None
    ) -> None:
        """Buy something of yours without money, to see that everything works.

        You get its roles and its message for a moment, and a report of each step. No money
        moves, Shoppex is not asked, and everything is undone by itself.

        **Arguments**

        - `[product]` The title or id of what is sold here. Leave it out for the first that gives
          a role.
        """
        await ctx.defer(ephemeral=True)
        entries = sorted(
            self.settings.guild(ctx.guild.id).entries(), key=lambda e: e.title.casefold()
        )
        entry = _chosen(entries) if product is None else named(entries, product)
        if entry is None:
            await ctx.send(_which(entries, product), ephemeral=True)
            return

        async def send(
            text: str | None = None, *, embed: discord.Embed | None = None
        ) -> discord.Message:
            if embed is not None:
                return await send_embed(ctx, embed)
            return cast("discord.Message", await ctx.send(text, ephemeral=True))

        colour = await ctx.embed_colour()
        await self.dry_run_flow.test(ctx.guild, ctx.author, entry.ref, send, colour)

    @shoppexset_testsale.autocomplete("product")
    async def _complete_test(
        self, interaction: discord.Interaction[Red], current: str
    ) -> list[app_commands.Choice[str]]:
        return await complete(self, interaction, current)


def _chosen(entries: list[SoldEntry]) -> SoldEntry | None:
    """What is tried out where nothing was named: the only one, or the first that gives a role."""
    if len(entries) == 1:
        return entries[0]
    return next((entry for entry in entries if entry.roles), None)


def _which(entries: list[SoldEntry], product: str | None) -> str:
    if not entries:
        return _(
            "Nothing is for sale here yet, so there is nothing to test. Add something with "
            "`/shoppexset product add` or `/shoppexset item add` first."
        )
    names = shorten(", ".join(plain(entry.title, 60) for entry in entries), _NAMES)
    if product is None:
        return _("Which one shall I test? Name one of these: {names}.").format(names=names)
    return _(
        "There is nothing of that name for sale here, so nothing was tested. Name one of these: "
        "{names}."
    ).format(names=names)
