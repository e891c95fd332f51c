"""`[p]shoppexset product`: which products of the shop are sold here."""

from __future__ import annotations

from datetime import timedelta

import discord
from discord import app_commands
from redbot.core import commands
from redbot.core.bot import Red

from ..checkout.catalogue import is_subscription
from ..checkout.errors import NotForSale
from ..checkout.texts import refusal_sentence
from ..domain.account import OfferKind
from ..errors import NotSetUp, Refusal
from ..formatting import plain
from ..i18n import _
from ..store.settings_model import ProductEntry
from ..ui.converters import LONGEST_DAYS, Days, Roles
from ..ui.settings_group import SettingsGroup
from .change_commands import EntryChanges
from .listing import Listings
from .lists import choices, complete
from .offer_text import gives, hidden_warning
from .rights_prompt import may_sell


class ProductCommands(EntryChanges):
    """Products of Shoppex's catalogue."""

    listings: Listings

    @SettingsGroup.shoppexset.group(name="product")
    async def shoppexset_product(self, ctx: commands.GuildContext) -> None:
        """Choose which products of your Shoppex shop are sold here."""

    @shoppexset_product.command(name="add")
    @app_commands.describe(
        product="A product of your shop: its title, slug or id",
        days="For how many days the roles last; leave out for ever",
        roles="The roles a buyer gets; may be left out",
    )
    async def shoppexset_product_add(
        self,
        ctx: commands.GuildContext,
        product: str,
        days: Days | None = None,
        *,
        roles: Roles = (),
    ) -> None:
        """Sell a product of your shop here.

        **Arguments**

        - `<product>` Its title, slug or id. Put quotes around it if it has spaces.
        - `[days]` For how long a buyer has the roles, with a d, such as 30d; for ever without it.
        - `[roles...]` The roles a buyer gets. None is fine for a product that is just a key.
        """
        await ctx.defer(ephemeral=True)
        try:
            found = await self.catalogue.product(ctx.guild.id, product)
        except Refusal as refusal:
            await ctx.send(_about_product(refusal), ephemeral=True)
            return
        if not await may_sell(ctx, self.gate, self.power_notice, roles):
            return
        lasts = None if days is None else timedelta(days=days)
        await self.listings.put(ctx.guild.id, found, roles, lasts)
        text = _("✅ **{title}** is for sale here. {gives}").format(
            title=plain(found.title), gives=gives(roles, days)
        )
        if days is not None and is_subscription(found):
            text += "\n" + _(
                "⚠️ It is a subscription: its roles last as long as it runs, whatever the days."
            )
        if found.hidden:
            text += "\n" + hidden_warning()
        await ctx.send(text, ephemeral=True)

    @shoppexset_product.command(name="roles")
    @app_commands.describe(
        product="A product that is sold here", roles="The roles a buyer gets from now on"
    )
    async def shoppexset_product_roles(
        self, ctx: commands.GuildContext, product: str, *, roles: Roles = ()
    ) -> None:
        """Change which roles a product gives.

        **Arguments**

        - `<product>` Its title or id. Put quotes around it if it has spaces.
        - `[roles...]` The roles a buyer gets from now on, in place of those until now.
        """
        await self.change_roles(ctx, OfferKind.PRODUCT, product, roles)

    @shoppexset_product.command(name="days")
    @app_commands.describe(
        product="A product that is sold here",
        days="For how many days the roles last; 0 for ever",
    )
    async def shoppexset_product_days(
        self, ctx: commands.GuildContext, product: str, days: commands.Range[int, 0, LONGEST_DAYS]
    ) -> None:
        """Change how long the roles of a product last, for those who buy it later.

        **Arguments**

        - `<product>` Its title or id. Put quotes around it if it has spaces.
        - `<days>` From 1 to 3650, or 0 for ever.
        """
        await self.change_days(ctx, OfferKind.PRODUCT, product, days)

    @shoppexset_product.command(name="remove")
    @app_commands.describe(product="A product that is sold here")
    async def shoppexset_product_remove(self, ctx: commands.GuildContext, *, product: str) -> None:
        """Stop selling a product here.

        Those who bought it keep what they have, and open orders are still delivered.

        **Arguments**

        - `<product>` Its title or id.
        """
        await self.remove_entry(ctx, OfferKind.PRODUCT, product)

    @shoppexset_product.command(name="list")
    async def shoppexset_product_list(self, ctx: commands.GuildContext) -> None:
        """Show which products of your shop are sold here, and what they give."""
        await ctx.defer(ephemeral=True)
        await self.catalogue.freshen(ctx.guild.id)
        await self.list_entries(ctx, OfferKind.PRODUCT)

    @shoppexset_product_add.autocomplete("product")
    async def _complete_catalogue(
        self, interaction: discord.Interaction[Red], current: str
    ) -> list[app_commands.Choice[str]]:
        if not await self.may_set_up(interaction):
            return []
        products = self.catalogue.products(interaction.guild_id or 0)
        return choices([ProductEntry(p.uniqid, p.title) for p in products], current)

    @shoppexset_product_roles.autocomplete("product")
    @shoppexset_product_days.autocomplete("product")
    @shoppexset_product_remove.autocomplete("product")
    async def _complete_sold_product(
        self, interaction: discord.Interaction[Red], current: str
    ) -> list[app_commands.Choice[str]]:
        if not await self.may_set_up(interaction):
            return []
        self.catalogue.wake(interaction.guild_id or 0)
        return await complete(self, interaction, current, OfferKind.PRODUCT)


def _about_product(refusal: Refusal) -> str:
    if isinstance(refusal, NotForSale):
        return _(
            "There is no product of that name in your Shoppex shop. Nothing was changed. Use its "
            "exact title, its slug or its id."
        )
    if isinstance(refusal, NotSetUp):
        return _("First give me access to your shop with `/shoppexset apikey`.")
    return refusal_sentence(refusal)
