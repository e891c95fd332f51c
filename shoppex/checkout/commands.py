"""Command `/buy`."""

from __future__ import annotations

from functools import partial

import discord
from discord import app_commands
from redbot.core import commands
from redbot.core.bot import Red

from ..discord_limits import CHOICE_NAME, CHOICES
from ..domain.offer import Offer
from ..formatting import shorten
from ..ui.command_base import CommandBase
from ..ui.converters import Quantity, words_after_command
from ..ui.private_replies import answer_privately
from .catalogue import Catalogue
from .flow import BuyFlow, Request
from .views import offer_line, variant_line

# https://discord.com/developers/docs/interactions/application-commands#autocomplete


class BuyCommands(CommandBase):
    """The buyer's commands."""

    catalogue: Catalogue
    counter: BuyFlow

    @commands.hybrid_command(name="buy")  # type: ignore[arg-type] # Red leaves it untyped
    @commands.guild_only()
    @app_commands.describe(
        product="What you would like to buy; leave it out to see everything",
        variant="Which variant of it",
        quantity="How many",
        coupon="A coupon code, if you have one",
    )
    async def buy(
        self,
        ctx: commands.GuildContext,
        product: str | None = None,
        variant: str | None = None,
        quantity: Quantity = 1,
        coupon: str | None = None,
    ) -> None:
        """Buy something in this server.

        Without a product you see everything that is for sale. What you see is private: the
        link to pay is for you alone, and what you bought arrives by itself.

        **Arguments**

        - `[product]` The title of what you want.
        - `[variant]` Which variant, if it comes in several.
        - `[quantity]` How many. Defaults to 1.
        - `[coupon]` A coupon code, if you have one.
        """
        request = Request(product, variant, quantity, coupon)
        if ctx.interaction is None:
            request = Request(typed=words_after_command(ctx))
        await answer_privately(ctx, self.gate, partial(self.counter.serve, request=request))

    @buy.autocomplete("product")
    async def _complete_product(
        self, interaction: discord.Interaction[Red], current: str
    ) -> list[app_commands.Choice[str]]:
        """Titles with price and stock. From memory: three seconds are all there is."""
        if interaction.guild_id is None:
            return []
        wanted = current.strip().casefold()
        return [
            app_commands.Choice(name=_choice_name(offer), value=offer.ref)
            for offer in self.catalogue.offers(interaction.guild_id)
            if wanted in offer.title.casefold()
        ][:CHOICES]

    @buy.autocomplete("variant")
    async def _complete_variant(
        self, interaction: discord.Interaction[Red], current: str
    ) -> list[app_commands.Choice[str]]:
        """The variants of the product that was chosen."""
        chosen = interaction.namespace.product
        wanted = current.strip().casefold()
        return [
            app_commands.Choice(
                name=shorten(f"{variant.title} · {variant_line(variant)}", CHOICE_NAME),
                value=variant.id,
            )
            for offer in self.catalogue.offers(interaction.guild_id or 0)
            if chosen in (offer.ref, offer.title)
            for variant in offer.variants
            if wanted in variant.title.casefold()
        ][:CHOICES]


def _choice_name(offer: Offer) -> str:
    line = offer_line(offer)
    return f"{shorten(offer.title, CHOICE_NAME - len(line) - 3)} · {line}"
