"""`[p]shoppexset item`: roles at a price of the server's own."""

from __future__ import annotations

import secrets
from datetime import timedelta

import discord
from discord import app_commands
from redbot.core import commands
from redbot.core.bot import Red

from ..domain.account import OfferKind
from ..domain.text_cleaning import clean_typed
from ..formatting import format_money, plain
from ..fulfilment.engine.role_checks import powers_of
from ..i18n import _
from ..store.settings_model import ItemEntry
from ..ui.converters import LONGEST_DAYS, Days, Roles, read_price
from ..ui.settings_group import SettingsGroup
from .change_commands import EntryChanges
from .lists import complete, named
from .offer_text import gives
from .rights_prompt import may_sell

_TITLE = 100


class ItemCommands(EntryChanges):
    """Items of the bot's own."""

    @SettingsGroup.shoppexset.group(name="item")
    async def shoppexset_item(self, ctx: commands.GuildContext) -> None:
        """Sell roles at a price of your own, without a product at Shoppex."""

    @shoppexset_item.command(name="add")
    @app_commands.describe(
        title="What buyers see",
        price="Such as 9.99",
        currency="Three letters, such as EUR",
        days="For how many days the roles last; leave out for ever",
        roles="The roles a buyer gets",
    )
    async def shoppexset_item_add(
        self,
        ctx: commands.GuildContext,
        title: str,
        price: str,
        currency: str,
        days: Days | None = None,
        *,
        roles: Roles = (),
    ) -> None:
        """Sell roles at a price of your own.

        **Arguments**

        - `<title>` What buyers see. Put quotes around it if it has spaces.
        - `<price>` Such as 9.99.
        - `<currency>` Three letters, such as EUR.
        - `[days]` For how long a buyer has the roles, with a d, such as 30d; for ever without it.
        - `[roles...]` The roles a buyer gets.
        """
        money = read_price(price, currency)
        title = clean_typed(title)
        if not 1 <= len(title) <= _TITLE:
            raise commands.BadArgument(
                _("The title must have from 1 to {limit} characters.").format(limit=_TITLE)
            )
        if named(self.settings.guild(ctx.guild.id).items.values(), title) is not None:
            raise commands.BadArgument(
                _("There is an item of that title already. Choose another title.")
            )
        await ctx.defer(ephemeral=True)
        if not await may_sell(ctx, self.gate, self.power_notice, roles):
            return
        entry = ItemEntry(
            secrets.token_hex(4),
            title,
            money,
            tuple(role.id for role in roles),
            None if days is None else timedelta(days=days),
        )
        powers = {role.id: powers_of(role) for role in roles}
        await self.settings.update_guild(
            ctx.guild.id, lambda shop: shop.with_item(entry).with_powers(powers)
        )
        await ctx.send(
            _("✅ **{title}** is for sale here for {price}. {gives}").format(
                title=plain(title), price=format_money(money), gives=gives(roles, days)
            ),
            ephemeral=True,
        )

    @shoppexset_item.command(name="roles")
    @app_commands.describe(item="An item of yours", roles="The roles a buyer gets from now on")
    async def shoppexset_item_roles(
        self, ctx: commands.GuildContext, item: str, *, roles: Roles = ()
    ) -> None:
        """Change which roles an item gives.

        **Arguments**

        - `<item>` Its title or id. Put quotes around it if it has spaces.
        - `[roles...]` The roles a buyer gets from now on, in place of those until now.
        """
        await self.change_roles(ctx, OfferKind.ITEM, item, roles)

    @shoppexset_item.command(name="days")
    @app_commands.describe(
        item="An item of yours",
        days="For how many days the roles last; 0 for ever",
    )
    async def shoppexset_item_days(
        self, ctx: commands.GuildContext, item: str, days: commands.Range[int, 0, LONGEST_DAYS]
    ) -> None:
        """Change how long the roles of an item last, for those who buy it later.

        **Arguments**

        - `<item>` Its title or id. Put quotes around it if it has spaces.
        - `<days>` From 1 to 3650, or 0 for ever.
        """
        await self.change_days(ctx, OfferKind.ITEM, item, days)

    @shoppexset_item.command(name="remove")
    @app_commands.describe(item="An item of yours")
    async def shoppexset_item_remove(self, ctx: commands.GuildContext, *, item: str) -> None:
        """Stop selling an item.

        Those who bought it keep what they have, and open orders are still delivered.

        **Arguments**

        - `<item>` Its title or id.
        """
        await self.remove_entry(ctx, OfferKind.ITEM, item)

    @shoppexset_item.command(name="list")
    async def shoppexset_item_list(self, ctx: commands.GuildContext) -> None:
        """Show your own items, their prices, and what they give."""
        await self.list_entries(ctx, OfferKind.ITEM)

    @shoppexset_item_roles.autocomplete("item")
    @shoppexset_item_days.autocomplete("item")
    @shoppexset_item_remove.autocomplete("item")
    async def _complete_item(
        self, interaction: discord.Interaction[Red], current: str
    ) -> list[app_commands.Choice[str]]:
        return await complete(self, interaction, current, OfferKind.ITEM)
