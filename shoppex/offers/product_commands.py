"""`[p]shoppexset product`: which products of the shop are sold here."""

from __future__ import annotations

from datetime import timedelta

import discord
from discord import app_commands
from redbot.core import commands
from redbot.core.bot import Red

from ..checkout.catalogue import Catalogue, is_subscription
from ..checkout.errors import NotForSale, NotSetUp
from ..checkout.texts import refusal_sentence
from ..errors import Refusal
from ..formatting import plain
from ..i18n import _
from ..store.settings_model import ProductEntry
from ..ui.converters import LONGEST_DAYS, Days, Roles
from ..ui.settings_group import SettingsGroup
from .change_commands import EntryChanges
from .listing import Listings
from .lists import choices, mentions, named, send_list
from .offer_text import gives, hidden_warning
from .policy_text import entry_notes
from .rights_prompt import may_sell


class ProductCommands(EntryChanges):
    """Products of Shoppex's catalogue."""

    catalogue: Catalogue
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
        entry = await self._sold_product(ctx, product)
        if entry is None:
            await ctx.send(_unknown_product(), ephemeral=True)
            return
        await self.change_roles(ctx, entry, roles)

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
        entry = await self._sold_product(ctx, product)
        if entry is None:
            await ctx.send(_unknown_product(), ephemeral=True)
            return
        await self.change_days(ctx, entry, days)

    @shoppexset_product.command(name="remove")
    @app_commands.describe(product="A product that is sold here")
    async def shoppexset_product_remove(self, ctx: commands.GuildContext, *, product: str) -> None:
        """Stop selling a product here.

        Those who bought it keep what they have, and open orders are still delivered.

        **Arguments**

        - `<product>` Its title or id.
        """
        entry = await self._sold_product(ctx, product)
        if entry is None:
            await ctx.send(_unknown_product(), ephemeral=True)
            return
        await self.settings.update_guild(ctx.guild.id, lambda shop: shop.without_product(entry.id))
        await ctx.send(
            _(
                "✅ **{title}** is no longer for sale here. Those who bought it keep what they "
                "have, and orders that are still open are delivered."
            ).format(title=plain(entry.title)),
            ephemeral=True,
        )

    @shoppexset_product.command(name="list")
    async def shoppexset_product_list(self, ctx: commands.GuildContext) -> None:
        """Show which products of your shop are sold here, and what they give."""
        await ctx.defer(ephemeral=True)
        await self.catalogue.freshen(ctx.guild.id)
        shop = self.settings.guild(ctx.guild.id)
        entries = shop.products.values()
        lines = [
            f"**{plain(entry.title)}** (`{entry.id}`): {mentions(entry.roles)}"
            + entry_notes(entry.lasts, entry.policy, shop.policy)
            for entry in sorted(entries, key=lambda entry: entry.title.casefold())
        ]
        empty = _("No product is sold here yet. Add one with `/shoppexset product add`.")
        await send_list(ctx, _("Products sold here"), lines, empty)

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
        entries = self.settings.guild(interaction.guild_id or 0).products.values()
        return choices(entries, current)

    async def _sold_product(self, ctx: commands.GuildContext, text: str) -> ProductEntry | None:
        # It may have been given another title at Shoppex.
        await self.catalogue.freshen(ctx.guild.id)
        return named(self.settings.guild(ctx.guild.id).products.values(), text)


def _about_product(refusal: Refusal) -> str:
    if isinstance(refusal, NotForSale):
        return _(
            "There is no product of that name in your Shoppex shop. Nothing was changed. Use its "
            "exact title, its slug or its id."
        )
    if isinstance(refusal, NotSetUp):
        return _("First give me access to your shop with `/shoppexset apikey`.")
    return refusal_sentence(refusal)


def _unknown_product() -> str:
    return _(
        "No product of that name is sold here. Nothing was changed. `/shoppexset product list` "
        "shows those that are."
    )
