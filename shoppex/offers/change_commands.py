"""Base class of the product and item commands: listing and changing what is sold."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import discord
from redbot.core import commands

from ..checkout.catalogue import Catalogue
from ..domain.account import OfferKind
from ..domain.policy import Policy
from ..formatting import format_money, plain
from ..fulfilment.engine.engine import Engine
from ..fulfilment.engine.role_checks import powers_of
from ..fulfilment.reconcile.backfill_runner import BackfillRunner
from ..fulfilment.reconcile.role_backfill import RoleChange
from ..i18n import _, ngettext
from ..store.settings_model import GuildSettings, ItemEntry, SoldEntry
from ..ui.responses import send_embed
from ..ui.settings_group import SettingsGroup
from .backfill_views import BackfillView, ProgressMessage, preview_embed
from .lists import mentions, named, send_list
from .offer_text import gives
from .policy_text import entry_notes
from .power_notice import PowerNotice
from .rights_prompt import may_sell


class EntryChanges(SettingsGroup):
    """Lists and changes what is sold, with a look at those who have bought it."""

    engine: Engine
    backfills: BackfillRunner
    catalogue: Catalogue
    power_notice: PowerNotice

    async def find_entry(
        self, ctx: commands.GuildContext, kind: OfferKind, text: str
    ) -> SoldEntry | None:
        """What is sold under an id or a title. Answers when there is no such thing."""
        if kind is OfferKind.PRODUCT:
            # It may have been given another title at Shoppex.
            await self.catalogue.freshen(ctx.guild.id)
        entry = named(self.settings.guild(ctx.guild.id).entries(kind), text)
        if entry is None:
            await ctx.send(_unknown(kind), ephemeral=True)
        return entry

    async def list_entries(self, ctx: commands.GuildContext, kind: OfferKind) -> None:
        """Show what is sold, and what it gives."""
        shop = self.settings.guild(ctx.guild.id)
        lines = [
            _line(entry, shop.policy)
            for entry in sorted(shop.entries(kind), key=lambda entry: entry.title.casefold())
        ]
        if kind is OfferKind.PRODUCT:
            title = _("Products sold here")
            empty = _("No product is sold here yet. Add one with `/shoppexset product add`.")
        else:
            title = _("Items sold here")
            empty = _("There is no item yet. Add one with `/shoppexset item add`.")
        await send_list(ctx, title, lines, empty)

    async def remove_entry(self, ctx: commands.GuildContext, kind: OfferKind, text: str) -> None:
        """Stop selling something."""
        entry = await self.find_entry(ctx, kind, text)
        if entry is None:
            return
        await self.settings.update_guild(ctx.guild.id, lambda shop: shop.without_entry(entry.ref))
        await ctx.send(
            _(
                "✅ **{title}** is no longer for sale here. Those who bought it keep what they "
                "have, and orders that are still open are delivered."
            ).format(title=plain(entry.title)),
            ephemeral=True,
        )

    async def change_roles(
        self,
        ctx: commands.GuildContext,
        kind: OfferKind,
        text: str,
        roles: tuple[discord.Role, ...],
    ) -> None:
        """Give other roles from now on; where that would concern earlier buyers, ask first."""
        entry = await self.find_entry(ctx, kind, text)
        if entry is None:
            return
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

    async def change_days(
        self, ctx: commands.GuildContext, kind: OfferKind, text: str, days: int
    ) -> None:
        """Let the roles last longer or shorter for those who buy from now on.

        Parameters
        ----------
        days
            0 for ever.
        """
        entry = await self.find_entry(ctx, kind, text)
        if entry is None:
            return
        lasts = timedelta(days=days) if days else None
        await self.settings.update_guild(
            ctx.guild.id, lambda shop: shop.with_entry(replace(entry, lasts=lasts))
        )
        if days:
            text = ngettext(
                "✅ Anyone who buys **{title}** from now on gets its roles for {days} day. Buying "
                "again before it runs out adds the days. Earlier buyers keep what they bought.",
                "✅ Anyone who buys **{title}** from now on gets its roles for {days} days. "
                "Buying again before they run out adds the days. Earlier buyers keep what they "
                "bought.",
                days,
            ).format(title=plain(entry.title), days=days)
        else:
            text = _(
                "✅ Anyone who buys **{title}** from now on keeps its roles for ever. Earlier "
                "buyers keep what they bought."
            ).format(title=plain(entry.title))
        await ctx.send(text, ephemeral=True)


def _line(entry: SoldEntry, policy: Policy) -> str:
    price = f", {format_money(entry.price)}" if isinstance(entry, ItemEntry) else ""
    notes = entry_notes(entry.lasts, entry.policy, policy)
    return f"**{plain(entry.title)}** (`{entry.id}`){price}: {mentions(entry.roles)}{notes}"


def _unknown(kind: OfferKind) -> str:
    if kind is OfferKind.PRODUCT:
        return _(
            "No product of that name is sold here. Nothing was changed. `/shoppexset product "
            "list` shows those that are."
        )
    return _(
        "There is no item of that name. Nothing was changed. `/shoppexset item list` shows yours."
    )
