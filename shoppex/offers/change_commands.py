"""Changing what is sold, with a look at those who have bought it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import discord
from redbot.core import commands

from ..formatting import plain
from ..fulfilment.engine.engine import Engine
from ..fulfilment.engine.role_checks import powers_of
from ..fulfilment.reconcile.backfill_runner import BackfillRunner
from ..fulfilment.reconcile.role_backfill import RoleChange
from ..i18n import _, ngettext
from ..store.settings_model import GuildSettings, ItemEntry, ProductEntry
from ..ui.responses import send_embed
from ..ui.settings_group import SettingsGroup
from .backfill_views import BackfillView, ProgressMessage, preview_embed
from .offer_text import gives
from .power_notice import PowerNotice
from .rights_prompt import may_sell

E = TypeVar("E", ProductEntry, ItemEntry)


class EntryChanges(SettingsGroup):
    """What products and items have in common."""

    engine: Engine
    backfills: BackfillRunner
    power_notice: PowerNotice

    async def change_roles(
        self, ctx: commands.GuildContext, entry: E, roles: tuple[discord.Role, ...]
    ) -> None:
        """Give other roles from now on; where that would concern earlier buyers, ask first."""
        await ctx.defer(ephemeral=True)
        if not await may_sell(ctx, self.gate, self.power_notice, roles):
            return
        guild_id = ctx.guild.id
        change = RoleChange(entry.ref, tuple(role.id for role in roles))
        done = _("✅ **{title}**: {gives}").format(title=plain(entry.title), gives=gives(roles))

        def changed(shop: GuildSettings) -> GuildSettings:
            sold = next((e for e in shop.entries() if e.ref == entry.ref), entry)
            powers = {role.id: powers_of(role) for role in roles}
            return shop.with_entry(replace(sold, roles=change.roles)).with_powers(powers)

        async def apply() -> None:
            await self.settings.update_guild(guild_id, changed)
            self.engine.wake(guild_id)

        async def apply_to_all(progress: ProgressMessage) -> None:
            await apply()
            self.backfills.begin(guild_id, change, progress)

        preview = await self.backfills.preview(guild_id, change)
        if not preview.effects:
            await apply()
            await ctx.send(done, ephemeral=True)
            return
        view = BackfillView(
            self.gate, ctx.author.id, done=done, apply=apply, apply_to_all=apply_to_all
        )
        embed = preview_embed(ctx.guild, entry.title, preview, await ctx.embed_colour())
        view.message = await send_embed(ctx, embed, view)

    async def change_days(self, ctx: commands.GuildContext, entry: E, days: int) -> None:
        """Let the roles last longer or shorter for those who buy from now on.

        Parameters
        ----------
        days
            0 for ever.
        """
        lasts = timedelta(days=days) if days else None
        await self.settings.update_guild(
            ctx.guild.id, lambda shop: shop.with_entry(replace(entry, lasts=lasts))
        )
        if days:
            text = ngettext(
                "✅ **{title}**: who buys it from now on has its roles for {days} day; bought "
                "again while it lasts, the days are added. Those who have bought it keep what "
                "they agreed to.",
                "✅ **{title}**: who buys it from now on has its roles for {days} days; bought "
                "again while they last, the days are added. Those who have bought it keep what "
                "they agreed to.",
                days,
            ).format(title=plain(entry.title), days=days)
        else:
            text = _(
                "✅ **{title}**: who buys it from now on has its roles for ever. Those who have "
                "bought it keep what they agreed to."
            ).format(title=plain(entry.title))
        await ctx.send(text, ephemeral=True)
