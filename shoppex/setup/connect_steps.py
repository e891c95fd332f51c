"""First steps of the setup: the API key, how payments are heard of, and the webhook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import discord

from ..connection.addresses import parse_public_url
from ..connection.error_texts import codes
from ..connection.errors import SetupError, SetupErrorKind
from ..connection.scopes import EVENTS, NEEDED_SCOPES, USEFUL_SCOPES
from ..formatting import plain
from ..i18n import _
from ..ui.components import FieldModal, FormText, PressButton
from .progress import SetupStep, has_moved
from .step import Item, StepPage

_PRIMARY = discord.ButtonStyle.primary


class KeyPage(StepPage):
    """Access to the shop."""

    step = SetupStep.KEY

    def text(self) -> str:
        """Where the key comes from, and what it has to be allowed."""
        how = _(
            "At Shoppex, under Settings → Developer → API Keys, create a key. It needs the "
            "permissions {needed}. For receipts, licences, keys out of a pool, and a webhook that "
            "I set up by myself, give it {useful} too.\n"
            "Then press the button and paste it. Nobody else sees it."
        ).format(needed=codes(NEEDED_SCOPES), useful=codes(USEFUL_SCOPES))
        if self.shop.api_key is None:
            return how
        now = _("A key is set, and opens **{name}**. A new one takes its place.").format(
            name=plain(self.shop.shop_name) or "Shoppex"
        )
        return f"{now}\n{how}"

    def items(self) -> Sequence[Item]:
        """The button that opens the form."""
        return [PressButton(_("Enter the API key"), self._ask, style=_PRIMARY)]

    async def _ask(self, interaction: discord.Interaction[Any]) -> None:
        modal = self.tools.access.modal(self.wizard.user_id, self._take)
        await interaction.response.send_modal(modal)

    async def _take(self, interaction: discord.Interaction[Any], key: str) -> None:
        await self.wizard.work(interaction, lambda: self.tools.access.take(self.guild_id, key))


class WebhookChoicePage(StepPage):
    """Whether Shoppex sends what happens, or is asked."""

    step = SetupStep.HEARING

    def text(self) -> str:
        """What either choice means."""
        lines = [
            _(
                "**Shoppex sends payments**: roles and keys arrive within seconds. For that, the "
                "bot needs an address that the whole internet can reach."
            ),
            _(
                "**I ask Shoppex**: nothing else is needed. Roles and keys arrive about a minute "
                "after the payment, refunds and cancellations are noticed within hours."
            ),
        ]
        if self.address is not None:
            lines.append(_("Shoppex can send to {url}").format(url=f"<{self.address}>"))
        elif self.wizard.is_owner:
            lines.append(_("The bot has no public address yet. You can enter one here."))
        else:
            lines.append(
                _(
                    "The bot has no public address yet. Only the bot's owner can set it, with "
                    "`/shoppexset publicurl`; ask them, or choose that I ask Shoppex."
                )
            )
        return "\n".join(lines)

    def items(self) -> Sequence[Item]:
        """The two choices, and for the bot's owner the address."""
        items = [
            PressButton(_("Shoppex sends payments"), self._listen, style=_PRIMARY),
            PressButton(_("I ask Shoppex"), self._poll),
        ]
        if self.wizard.is_owner:
            items.append(PressButton(_("Enter the public address"), self._ask_address))
        return [*items]

    async def _listen(self, interaction: discord.Interaction[Any]) -> None:
        if self.address is None and self.wizard.is_owner:
            await self._ask_address(interaction)
            return
        await self.wizard.work(interaction, self._choose_listener)

    async def _choose_listener(self) -> str:
        await self.update(lambda shop: replace(shop, polling_only=False))
        if self.address is None:
            raise SetupError(SetupErrorKind.NO_ADDRESS)
        if not self.tools.webhooks.running:
            raise SetupError(SetupErrorKind.NOT_LISTENING)
        return _("✅ Shoppex is to send payments to {url}").format(url=f"<{self.address}>")

    async def _poll(self, interaction: discord.Interaction[Any]) -> None:
        async def choose() -> str:
            await self.update(lambda shop: replace(shop, polling_only=True))
            return _("✅ I ask Shoppex for payments. You can choose otherwise here at any time.")

        await self.wizard.work(interaction, choose)

    async def _ask_address(self, interaction: discord.Interaction[Any]) -> None:
        text = FormText(
            _("Public address"), _("How the internet reaches me"), "https://shop.example.com"
        )
        await interaction.response.send_modal(
            FieldModal(self.tools.gate, self.wizard.user_id, text, self._take_address)
        )

    async def _take_address(self, interaction: discord.Interaction[Any], url: str) -> None:
        async def take() -> str:
            cleaned = parse_public_url(url)
            # The address is every server's, so it is the owner's alone to choose.
            if cleaned is None or not await self.tools.gate.bot.is_owner(interaction.user):
                raise SetupError(SetupErrorKind.NOT_AN_ADDRESS)
            settings = self.tools.settings
            await settings.set_listener(replace(settings.listener, public_url=cleaned))
            text = await self._choose_listener()
            if not cleaned.startswith("https://"):
                text += "\n" + _("⚠️ Without https, what Shoppex sends can be read on its way.")
            return text

        await self.wizard.work(interaction, take)


class WebhookPage(StepPage):
    """The webhook at Shoppex, and the secret that signs it."""

    step = SetupStep.WEBHOOK

    def text(self) -> str:
        """How it stands, and how to mend it."""
        if self.shop.polling_only:
            return _("Not needed, because I ask Shoppex for payments.")
        if self.address is None:
            return _("First the step before: the bot has no public address yet.")
        lines = [self._now()] if self.shop.secret is not None else []
        lines.append(
            _(
                "I can set up the webhook at Shoppex by myself, and nobody sees its secret. Or "
                "you do it at Shoppex under Settings → Developer → Webhooks, and paste the secret "
                "here.\nAddress: {url}\nEvents: {events}"
            ).format(url=f"<{self.address}>", events=codes(EVENTS))
        )
        return "\n".join(lines)

    def _now(self) -> str:
        if has_moved(self.shop, self.tools.settings.listener, self.guild_id):
            return _(
                "⚠️ The public address has changed, and Shoppex still sends to {url}. Let me set "
                "it up once more: the webhook and its secret stay."
            ).format(url=f"<{self.shop.webhook_url}>")
        if self.shop.secret_doubtful:
            return _(
                "⚠️ Shoppex may sign with a secret that I do not know. Let me set it up once more, "
                "or paste the secret."
            )
        return _("A secret is set. Set up again, the webhook gets the events that I use today.")

    def items(self) -> Sequence[Item]:
        """The two ways."""
        if self.shop.polling_only or self.address is None:
            return []
        return [
            PressButton(_("Set it up for me"), self._register, style=_PRIMARY),
            PressButton(_("Paste the secret"), self._ask),
        ]

    async def _register(self, interaction: discord.Interaction[Any]) -> None:
        async def register() -> str:
            missing = await self.tools.hooks.register(self.guild_id)
            text = _("✅ The webhook is set up, and nobody has seen its secret.")
            if missing:
                text += "\n" + _(
                    "⚠️ Shoppex does not send these events: {events}. What they would tell, I "
                    "find when I ask Shoppex, which takes longer."
                ).format(events=codes(missing))
            return text

        await self.wizard.work(interaction, register)

    async def _ask(self, interaction: discord.Interaction[Any]) -> None:
        modal = self.tools.secrets.modal(self.wizard.user_id, self._take)
        await interaction.response.send_modal(modal)

    async def _take(self, interaction: discord.Interaction[Any], secret: str) -> None:
        await self.wizard.work(interaction, lambda: self.tools.secrets.keep(self.guild_id, secret))
