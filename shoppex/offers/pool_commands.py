"""`[p]shoppexset item pool`: keys for items of the bot's own."""

from __future__ import annotations

from dataclasses import replace

import discord
from discord import app_commands
from redbot.core import commands
from redbot.core.bot import Red

from ..checkout.catalogue import Catalogue
from ..checkout.texts import refusal_sentence
from ..domain.account import OfferKind
from ..errors import Refusal
from ..formatting import plain
from ..i18n import _
from ..store.settings_model import ProductEntry
from ..ui.settings_group import SettingsGroup
from .item_commands import ItemCommands
from .lists import choices, complete, named


class PoolCommands(SettingsGroup):
    """Which product's pool of keys an item draws from."""

    catalogue: Catalogue

    @ItemCommands.shoppexset_item.command(name="pool")
    @app_commands.describe(
        item="An item of yours",
        product="A product at Shoppex with serials and no variants; leave out for none",
    )
    async def shoppexset_item_pool(
        self, ctx: commands.GuildContext, item: str, *, product: str | None = None
    ) -> None:
        """Give buyers of an item a key out of the pool of a product.

        Each buyer gets one key, taken from the product's serials when they have paid. The API
        key needs the permission `products.write` for that.

        **Arguments**

        - `<item>` Its title or id. Put quotes around it if it has spaces.
        - `[product]` The title or id of the product. Leave it out to give no key any more.
        """
        entry = named(self.settings.guild(ctx.guild.id).items.values(), item)
        if entry is None:
            await ctx.send(
                _("There is no item of that name. Nothing was changed."), ephemeral=True
            )
            return
        await ctx.defer(ephemeral=True)
        pool = None
        if product is not None:
            try:
                found = await self.catalogue.product(ctx.guild.id, product)
            except Refusal as refusal:
                await ctx.send(refusal_sentence(refusal), ephemeral=True)
                return
            if found.variants:
                text = _(
                    "**{title}** comes in variants, and Shoppex hands out the keys of products "
                    "without variants only. Nothing was changed."
                )
                await ctx.send(text.format(title=plain(found.title)), ephemeral=True)
                return
            pool = found.uniqid
        changed = replace(entry, pool=pool)
        await self.settings.update_guild(ctx.guild.id, lambda shop: shop.with_item(changed))
        if pool is None:
            text = _("✅ Buyers of **{title}** get no key with it from now on.")
        else:
            text = _("✅ Each buyer of **{title}** gets a key out of that product's pool.")
        await ctx.send(text.format(title=plain(entry.title)), ephemeral=True)

    @shoppexset_item_pool.autocomplete("item")
    async def _complete_pool_item(
        self, interaction: discord.Interaction[Red], current: str
    ) -> list[app_commands.Choice[str]]:
        return await complete(self, interaction, current, OfferKind.ITEM)

    @shoppexset_item_pool.autocomplete("product")
    async def _complete_pool(
        self, interaction: discord.Interaction[Red], current: str
    ) -> list[app_commands.Choice[str]]:
        """Products that can be a pool: those without variants."""
        if not await self.may_set_up(interaction):
            return []
        products = self.catalogue.products(interaction.guild_id or 0)
        pools = [ProductEntry(p.uniqid, p.title) for p in products if not p.variants]
        return choices(pools, current)
