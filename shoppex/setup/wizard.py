"""`[p]shoppexset setup`: one message that leads through it, step by step."""

from __future__ import annotations

import logging
from typing import Any

import discord
from redbot.core.i18n import set_contextual_locales_from_guild

from ..connection.error_texts import trouble_sentence
from ..connection.errors import SetupError
from ..discord_limits import BODY, FIELD
from ..embed_text import edit_as
from ..formatting import plain, shorten
from ..i18n import _
from ..store.errors import StoreUnavailable
from ..store.settings_model import GuildSettings
from ..ui.admin_view import AdminView
from ..ui.common_text import not_saved
from ..ui.components import ChoiceMenu
from ..ui.permissions import say
from .connect_steps import KeyPage, WebhookChoicePage, WebhookPage
from .progress import SetupStep, StepState, first_open, standings
from .shop_steps import DryRunPage, LogPage, ProductPage
from .step import SetupTools, StepFailed, StepPage, Work

log = logging.getLogger("red.shoppex.shoppex.setup.wizard")

_PAGES: dict[SetupStep, type[StepPage]] = {
    page.step: page
    for page in (KeyPage, WebhookChoicePage, WebhookPage, ProductPage, LogPage, DryRunPage)
}


class SetupView(AdminView):
    """The message: what is done, what comes next, and what became of the last press.

    How far the setup is follows from the settings, so it can be left and begun anew.

    Parameters
    ----------
    is_owner
        Whether the bot belongs to the one who sets it up.
    """

    def __init__(
        self,
        tools: SetupTools,
        guild: discord.Guild,
        user_id: int,
        colour: discord.Colour,
        *,
        is_owner: bool,
    ) -> None:
        super().__init__(tools.gate, user_id)
        self.tools = tools
        self.guild = guild
        self.is_owner = is_owner
        self._colour = colour
        self._page = self._next_page()
        self._note = ""
        self._failed = False
        self._working = False
        self._fill()

    async def work(self, interaction: discord.Interaction[Any], do: Work) -> None:
        """Do something that may take a while, and show what became of it."""
        if self._working:
            await say(interaction, _("I am still at it. One moment, please."))
            return
        self._working = True
        try:
            await interaction.response.defer()
            await self._do(do)
        finally:
            self._working = False
        self._fill()
        # A form may come back after the buttons are gone.
        view = None if self.is_finished() else self
        form = edit_as(self.message, self.embed())
        self.message = await interaction.edit_original_response(**form, view=view)

    async def _do(self, do: Work) -> None:
        self._failed = False
        try:
            self._note = await do() or ""
        except SetupError as trouble:
            self._note, self._failed = trouble_sentence(trouble), True
        except StepFailed as failure:
            self._note, self._failed = failure.text, True
        except StoreUnavailable:
            self._note, self._failed = not_saved(), True
        else:
            if self._note:
                self._page = self._next_page()

    async def redraw(self) -> None:
        """Show how things stand now, and no more what came of an earlier press."""
        self._note, self._failed = "", False
        self._fill()
        if self.message is not None and not self.is_finished():
            await self.message.edit(**edit_as(self.message, self.embed()), view=self)

    async def on_timeout(self) -> None:
        """Take the buttons away, and say how to go on."""
        if self.message is None:
            return
        await set_contextual_locales_from_guild(self.gate.bot, self.guild)
        try:
            await self.message.edit(**edit_as(self.message, self.embed()), view=None)
        except discord.HTTPException:
            log.debug("A setup had no message left to end in")

    def embed(self) -> discord.Embed:
        """How it all stands, what became of the last press, and the step that comes next."""
        steps = self._steps()
        shop = self.tools.settings.guild(self.guild.id)
        lines = [self._line(step, standing, shop) for step, standing in steps.items()]
        if self._note:
            lines += ["", f"❌ {self._note}" if self._failed else self._note]
        embed = discord.Embed(
            title=_("Set up your shop"),
            description=shorten("\n".join(lines), BODY),
            colour=self._colour,
        )
        if self.is_finished():
            embed.set_footer(text=_("Use the command again to go on: it knows how far you are."))
            return embed
        text = shorten(self._page.text(), FIELD)
        return embed.add_field(name=_title(self._page.step), value=text, inline=False)

    def _steps(self) -> dict[SetupStep, StepState]:
        tools = self.tools
        shop = tools.settings.guild(self.guild.id)
        listening = tools.webhooks.running
        return {**standings(shop, tools.settings.listener, self.guild.id, listening=listening)}

    def _next_page(self) -> StepPage:
        return _PAGES[first_open(self._steps())](self)

    def _fill(self) -> None:
        self.clear_items()
        for item in self._page.items():
            self.add_item(item)
        options = [
            discord.SelectOption(
                label=_title(step), value=step.value, default=step is self._page.step
            )
            for step in SetupStep
        ]
        self.add_item(ChoiceMenu(_("Go to a step"), options, self._go_to))

    async def _go_to(self, interaction: discord.Interaction[Any], word: str) -> None:
        async def go() -> None:
            self._page = _PAGES[SetupStep(word)](self)

        await self.work(interaction, go)

    def _line(self, step: SetupStep, standing: StepState, shop: GuildSettings) -> str:
        mark = _MARKS[standing]
        if step is self._page.step and standing in (StepState.OPEN, StepState.BROKEN):
            mark = "❌" if self._failed or standing is StepState.BROKEN else "➡️"
        said = _said(step, standing, shop)
        title = f"**{_title(step)}**"
        return f"{mark} {title}: {said}" if said else f"{mark} {title}"


_MARKS = {
    StepState.DONE: "✅",
    StepState.PASSED: "➖",
    StepState.BROKEN: "❌",
    StepState.OPEN: "▫️",
}


def _title(step: SetupStep) -> str:
    return {
        SetupStep.KEY: _("API key"),
        SetupStep.HEARING: _("How payments are heard of"),
        SetupStep.WEBHOOK: _("Webhook"),
        SetupStep.PRODUCT: _("First product"),
        SetupStep.LOG: _("Where staff are told"),
        SetupStep.TEST: _("Test purchase"),
    }[step]


def _said(step: SetupStep, standing: StepState, shop: GuildSettings) -> str:
    """What is chosen in a step, in a few words."""
    if step is SetupStep.LOG and shop.log_channel is not None:
        return f"<#{shop.log_channel}>"
    if step is SetupStep.KEY and standing is StepState.DONE:
        return plain(shop.shop_name) or "Shoppex"
    if step is SetupStep.HEARING and standing is StepState.DONE:
        if shop.polling_only:
            return _("I ask Shoppex")
        return _("Shoppex sends payments")
    if step is SetupStep.PRODUCT and standing is StepState.DONE:
        return _("{count} for sale").format(count=len(shop.entries()))
    return {
        (SetupStep.WEBHOOK, StepState.DONE): _("Shoppex signs what it sends"),
        (SetupStep.WEBHOOK, StepState.PASSED): _("not needed"),
        (SetupStep.WEBHOOK, StepState.BROKEN): _("has to be set up once more"),
        (SetupStep.HEARING, StepState.BROKEN): _("I cannot listen"),
        (SetupStep.PRODUCT, StepState.PASSED): _("left out"),
        (SetupStep.LOG, StepState.PASSED): _("the server's owner"),
        (SetupStep.TEST, StepState.DONE): _("went well"),
    }.get((step, standing), "")
