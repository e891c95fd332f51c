"""Taking a secret without anyone reading along, and replacing one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord.utils import format_dt
from redbot.core.bot import Red

from ..i18n import _
from ..seller.errors import SetupTrouble, Trouble
from ..seller.webhook_secrets import WebhookSecrets
from ..seller.webhook_setup import WebhookSetup
from ..store.errors import StoreUnavailable
from ..store.settings import Settings
from ..store.shop_settings import GuildSettings
from .gate import Gate, GuardedModal, GuardedView, say
from .setup_sentences import not_saved, trouble_sentence
from .widgets import PressButton

_SHORTEST_SECRET = 16

Submit = Callable[[discord.Interaction[Red], str], Awaitable[None]]


class SecretModal(GuardedModal):
    """Asks for one secret."""

    def __init__(
        self, gate: Gate, user_id: int, *, title: str, label: str, hint: str, submit: Submit
    ) -> None:
        super().__init__(gate, user_id, title=title)
        self._submit = submit
        self.field: discord.ui.TextInput[SecretModal] = discord.ui.TextInput(
            placeholder=hint, max_length=512
        )
        self.add_item(discord.ui.Label(text=label, component=self.field))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Hand the secret on; nothing here keeps it."""
        await self._submit(interaction, self.field.value.strip())


class SecretView(GuardedView):
    """The one button that opens the form."""

    def __init__(
        self,
        gate: Gate,
        user_id: int,
        *,
        button: str,
        title: str,
        label: str,
        hint: str,
        submit: Submit,
    ) -> None:
        super().__init__(gate, user_id, timeout=300.0)
        self._form = {"title": title, "label": label, "hint": hint}
        self._submit = submit
        self.add_item(PressButton(button, self._open, style=discord.ButtonStyle.primary))

    async def _open(self, interaction: discord.Interaction[Red]) -> None:
        await interaction.response.send_modal(
            SecretModal(self.gate, self.user_id, submit=self._submit, **self._form)
        )


class SecretDesk:
    """Takes the secrets that webhooks are signed with, and has them replaced."""

    def __init__(
        self, gate: Gate, settings: Settings, secrets: WebhookSecrets, hooks: WebhookSetup
    ) -> None:
        self.gate = gate
        self._settings = settings
        self._secrets = secrets
        self._hooks = hooks

    def modal(self, user_id: int, submit: Submit | None = None) -> SecretModal:
        """The form; what is entered is kept, or handed to ``submit``."""
        return SecretModal(self.gate, user_id, submit=submit or self._take, **_form())

    def asking_view(self, user_id: int) -> SecretView:
        """The button that opens the form."""
        return SecretView(self.gate, user_id, button=_button(), submit=self._take, **_form())

    def rotating_view(self, user_id: int) -> RotateView:
        """The buttons that replace the secret, or leave it."""
        return RotateView(self.gate, user_id, self)

    async def keep(self, guild_id: int, secret: str) -> str:
        """Keep what was entered; what became of it."""
        if not _is_secret(secret):
            return _(
                "That is not a webhook secret: it is at least {least} characters long and "
                "has no spaces. Nothing was changed. Copy it once more, whole."
            ).format(least=_SHORTEST_SECRET)
        try:
            shop = await self._secrets.keep(guild_id, secret)
        except StoreUnavailable:
            return not_saved()
        saved = _("✅ The secret is saved. From now on signed webhooks are taken.")
        return "\n".join((saved, *former_lines(shop)))

    async def _take(self, interaction: discord.Interaction[Red], secret: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild_id = interaction.guild_id or 0
        text = await self.keep(guild_id, secret)
        await self._show(interaction, text, self._ending_view(guild_id, interaction.user.id))

    async def rotate(self, interaction: discord.Interaction[Red]) -> None:
        """Replace the secret, and say what became of it."""
        await interaction.response.edit_message(
            content=_("Shoppex is making a new secret…"), view=None
        )
        guild_id = interaction.guild_id or 0
        view: GuardedView | None = None
        try:
            await self._hooks.rotate(guild_id)
        except SetupTrouble as trouble:
            text = "❌ " + trouble_sentence(trouble)
            if trouble.trouble is Trouble.SECRET_UNTOLD:
                view = self.asking_view(interaction.user.id)
        except StoreUnavailable:
            text = "❌ " + not_saved()
        else:
            saved = _("✅ Shoppex signs with a new secret now, and nobody has seen it.")
            text = "\n".join((saved, *former_lines(self._settings.guild(guild_id))))
            view = self._ending_view(guild_id, interaction.user.id)
        await self._show(interaction, text, view)

    async def end_former(self, interaction: discord.Interaction[Red]) -> None:
        """Take the current secret alone from now on."""
        await interaction.response.defer()
        try:
            await self._secrets.end_former(interaction.guild_id or 0)
        except StoreUnavailable:
            await say(interaction, not_saved())
            return
        await interaction.edit_original_response(
            content=_(
                "✅ The former secret is no longer taken. A payment that was still on its way "
                "with it is found when I ask Shoppex, a little later."
            ),
            view=None,
        )

    def _ending_view(self, guild_id: int, user_id: int) -> GuardedView | None:
        if not self._settings.guild(guild_id).former_secrets:
            return None
        view = GuardedView(self.gate, user_id)
        view.add_item(
            PressButton(
                _("It has leaked: end the former one now"),
                self.end_former,
                style=discord.ButtonStyle.danger,
            )
        )
        return view

    @staticmethod
    async def _show(
        interaction: discord.Interaction[Red], text: str, view: GuardedView | None
    ) -> None:
        shown = await interaction.edit_original_response(content=text, view=view)
        if view is not None:
            view.message = shown


class RotateView(GuardedView):
    """Replace the secret, or leave it."""

    def __init__(self, gate: Gate, user_id: int, desk: SecretDesk) -> None:
        super().__init__(gate, user_id)
        self._desk = desk
        self.add_item(
            PressButton(_("Replace the secret"), self._rotate, style=discord.ButtonStyle.primary)
        )
        self.add_item(PressButton(_("Cancel"), self._cancel))

    async def _rotate(self, interaction: discord.Interaction[Red]) -> None:
        # Two presses may come before the buttons are gone.
        first = not self.is_finished()
        self.stop()
        if first:
            await self._desk.rotate(interaction)

    async def _cancel(self, interaction: discord.Interaction[Red]) -> None:
        self.stop()
        await interaction.response.edit_message(content=_("Nothing was changed."), view=None)


def former_lines(shop: GuildSettings) -> list[str]:
    """Until when the secret before is taken, if there is one."""
    if not shop.former_secrets:
        return []
    return [
        _(
            "The former one is taken until {when}, so that nothing is lost that is on its way."
        ).format(when=format_dt(shop.former_secrets[0].ends_at, "f"))
    ]


def _is_secret(text: str) -> bool:
    readable = text.isascii() and text.isprintable() and " " not in text
    return readable and len(text) >= _SHORTEST_SECRET


def _button() -> str:
    return _("Enter the webhook secret")


def _form() -> dict[str, str]:
    return {
        "title": _("Shoppex webhook secret"),
        "label": _("Webhook secret"),
        "hint": "whsec_…",
    }
