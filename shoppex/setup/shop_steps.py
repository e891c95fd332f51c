"""Last steps of the setup: the first product, the log channel, and a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import discord

from ..discord_limits import LABEL, OPTIONS
from ..domain.product import Product
from ..formatting import format_price, plain, shorten
from ..fulfilment.engine.channel_checks import writable_channel
from ..i18n import _
from ..log_channel.texts import cannot_write, told_owner, told_there
from ..offers.offer_text import gives, hidden_warning, power_warning, selling_problems
from ..store.errors import StoreUnavailable
from ..ui.common_text import not_saved
from ..ui.components import ChannelMenu, ChoiceMenu, FieldModal, FormText, PressButton, RoleMenu
from ..ui.pager import Pager
from ..ui.permissions import say
from .progress import SetupStep
from .step import Item, StepFailed, StepPage, Wizard

_PRIMARY = discord.ButtonStyle.primary


class ProductPage(StepPage):
    """The first product: chosen from the catalogue, then given its roles."""

    step = SetupStep.PRODUCT

    def __init__(self, wizard: Wizard) -> None:
        super().__init__(wizard)
        self._products: tuple[Product, ...] | None = None
        self._search = ""
        self._first = 0
        self._chosen: Product | None = None
        self._roles: list[discord.Role] = []
        self._warning: str | None = None

    def text(self) -> str:
        """What is to be chosen now."""
        if self._warning is not None:
            return self._warning
        if self._chosen is not None:
            return _("Which roles does a buyer of **{title}** get?").format(
                title=plain(self._chosen.title)
            )
        if self._products is None:
            return _(
                "Choose a product of your Shoppex shop and the roles that its buyers get. You can "
                "add more at any time with `/shoppexset product add`."
            )
        if not self._found():
            return _(
                "There is no such product, or all of them are on sale here already. New ones are "
                "made at Shoppex."
            )
        return _("Which product is to be sold here? To choose from: {count}.").format(
            count=len(self._found())
        )

    def items(self) -> Sequence[Item]:
        """The buttons and menus of where one is."""
        back = PressButton(_("Back"), self._back)
        if self._warning is not None:
            sure = PressButton(_("Yes, sell it"), self._sell, style=discord.ButtonStyle.danger)
            return [sure, back]
        if self._chosen is not None:
            menu = RoleMenu(_("Choose the roles"), self._take_roles)
            return [menu, PressButton(_("No role"), self._take_no_role), back]
        if self._products is None:
            choose = PressButton(_("Choose a product"), self._read, style=_PRIMARY)
            return [choose, PressButton(_("Leave this out"), self._leave_out)]
        return [*self._catalogue_items(), PressButton(_("Search"), self._ask_search), back]

    def _catalogue_items(self) -> Sequence[Item]:
        found = self._found()
        if not found:
            return []
        pager = Pager(self._first, len(found), OPTIONS)
        options = [
            discord.SelectOption(
                label=shorten(product.title, LABEL) or product.uniqid,
                value=product.uniqid,
                description=shorten(format_price(product.price), LABEL),
            )
            for product in pager.cut(found)
        ]
        menu = ChoiceMenu(_("Choose a product"), options, self._choose)
        turn = partial(self._look_at, search=self._search)
        return [menu, *pager.buttons("◀", "▶", turn, ends=False)]

    def _found(self) -> list[Product]:
        wanted = self._search.casefold()
        return [
            product
            for product in self._products or ()
            if wanted in product.title.casefold() and len(product.uniqid) <= LABEL
        ]

    async def _read(self, interaction: discord.Interaction[Any]) -> None:
        async def read() -> None:
            await self.tools.listings.read(self.guild_id)
            self._products = self.tools.listings.unsold(self.guild_id)

        await self.wizard.work(interaction, read)

    async def _leave_out(self, interaction: discord.Interaction[Any]) -> None:
        async def leave_out() -> str:
            await self.pass_on()
            return _("Nothing was put on sale. `/shoppexset product add` does it at any time.")

        await self.wizard.work(interaction, leave_out)

    async def _ask_search(self, interaction: discord.Interaction[Any]) -> None:
        async def search(sent: discord.Interaction[Any], wanted: str) -> None:
            await self._look_at(sent, 0, wanted)

        text = FormText(_("Search"), _("A part of the title"), _("empty for all of them"))
        await interaction.response.send_modal(
            FieldModal(self.tools.gate, self.wizard.user_id, text, search, required=False)
        )

    async def _look_at(
        self, interaction: discord.Interaction[Any], start: int, search: str
    ) -> None:
        async def look() -> None:
            self._first, self._search = start, search

        await self.wizard.work(interaction, look)

    async def _choose(self, interaction: discord.Interaction[Any], uniqid: str) -> None:
        async def choose() -> None:
            self._chosen = next((p for p in self._products or () if p.uniqid == uniqid), None)

        await self.wizard.work(interaction, choose)

    async def _back(self, interaction: discord.Interaction[Any]) -> None:
        async def back() -> None:
            if self._warning is not None:
                self._warning = None
            elif self._chosen is not None:
                self._chosen = None
            else:
                self._products = None

        await self.wizard.work(interaction, back)

    async def _take_roles(
        self, interaction: discord.Interaction[Any], roles: list[discord.Role]
    ) -> None:
        async def check() -> str | None:
            author = interaction.user
            if not isinstance(author, discord.Member):
                return None
            problems = selling_problems(roles, author, self.wizard.guild.me)
            if problems:
                raise StepFailed("\n".join(problems))
            self._roles, self._warning = roles, power_warning(roles)
            return await self._put() if self._warning is None else None

        await self.wizard.work(interaction, check)

    async def _take_no_role(self, interaction: discord.Interaction[Any]) -> None:
        self._roles = []
        await self._sell(interaction)

    async def _sell(self, interaction: discord.Interaction[Any]) -> None:
        async def sell() -> str | None:
            author = interaction.user
            if self._warning is None or not isinstance(author, discord.Member):
                return await self._put()
            # Somebody may have lost the right while the question stood there.
            problems = selling_problems(self._roles, author, self.wizard.guild.me)
            if problems:
                raise StepFailed("\n".join(problems))
            await self.tools.power_notice.tell(self.wizard.guild, author, self._roles)
            return await self._put()

        await self.wizard.work(interaction, sell)

    async def _put(self) -> str | None:
        product, roles = self._chosen, self._roles
        if product is None:
            return None
        await self.tools.listings.put(self.guild_id, product, roles)
        text = _("✅ **{title}** is for sale here. {gives}").format(
            title=plain(product.title), gives=gives(roles)
        )
        return f"{text}\n{hidden_warning()}" if product.hidden else text


class LogPage(StepPage):
    """Where staff are told what waits for them."""

    step = SetupStep.LOG

    def text(self) -> str:
        """Who is told, and where."""
        return _(
            "When a paid order waits for you, I say so: in a channel that only staff can read, or "
            "to the server's owner by direct message."
        )

    def items(self) -> Sequence[Item]:
        """A channel, or the owner."""
        return [
            ChannelMenu(_("Choose a channel"), self._take),
            PressButton(_("Tell the server's owner"), self._tell_owner),
        ]

    async def _take(self, interaction: discord.Interaction[Any], channel_id: int) -> None:
        async def take() -> str:
            channel = self.wizard.guild.get_channel(channel_id)
            if not isinstance(channel, discord.TextChannel):
                raise StepFailed(_("There is no such channel any more. Choose another one."))
            if writable_channel(self.wizard.guild, channel_id) is None:
                raise StepFailed(cannot_write(channel))
            await self.update(lambda shop: replace(shop, log_channel=channel_id))
            self.tools.tell_again(self.wizard.guild.id)
            return told_there(channel, self.shop.log_level)

        await self.wizard.work(interaction, take)

    async def _tell_owner(self, interaction: discord.Interaction[Any]) -> None:
        async def tell_owner() -> str:
            await self.update(lambda shop: replace(shop, log_channel=None))
            await self.pass_on()
            self.tools.tell_again(self.wizard.guild.id)
            return told_owner()

        await self.wizard.work(interaction, tell_owner)


class DryRunPage(StepPage):
    """The end: what happens from now on, and a test of all of it."""

    step = SetupStep.TEST

    def text(self) -> str:
        """What buyers do, and how staff can be sure."""
        lines = [
            _(
                "Buyers type `/buy` and pay, and what they bought arrives by itself. With "
                "`/purchases` they see what they own."
            )
        ]
        if self.shop.entries():
            lines.append(_("Test it here: it goes the whole way of a purchase, without money."))
        lines.append(
            _("`/shoppexset doctor` checks everything. You can close this message at any time.")
        )
        return "\n".join(lines)

    def items(self) -> Sequence[Item]:
        """A menu of what can be tested."""
        entries = sorted(self.shop.entries(), key=lambda entry: entry.title.casefold())
        if not entries:
            return []
        options = [
            discord.SelectOption(label=shorten(entry.title, LABEL), value=entry.ref)
            for entry in entries[:OPTIONS]
        ]
        return [ChoiceMenu(_("Make a test purchase of…"), options, self._test)]

    async def _test(self, interaction: discord.Interaction[Any], offer_ref: str) -> None:
        if not await self.tools.test(interaction, offer_ref):
            return
        try:
            await self.pass_on()
        except StoreUnavailable:
            await say(interaction, not_saved())
        await self.wizard.redraw()
