"""Forms to enter and to replace a webhook secret, without anyone reading along."""

from __future__ import annotations

import discord
from discord.utils import format_dt
from redbot.core.bot import Red

from ..i18n import _
from ..store.errors import StoreUnavailable
from ..store.settings import Settings
from ..store.settings_model import GuildSettings
from ..ui.admin_view import AdminView
from ..ui.base_views import GuardedView
from ..ui.common_text import not_saved
from ..ui.components import FieldModal, FormText, OnChoice, PressButton
from ..ui.permissions import PermissionGuard, say
from .error_texts import trouble_sentence
from .errors import SetupError, SetupErrorKind
from .webhook_registration import WebhookSetup
from .webhook_secrets import WebhookSecrets, is_secret


class SecretView(AdminView):
    """The one button that opens the form."""

    def __init__(
        self, gate: PermissionGuard, user_id: int, button: str, text: FormText, submit: OnChoice
    ) -> None:
        super().__init__(gate, user_id, timeout=300.0)
        self._text = text
        self._submit = submit
        self.add_item(PressButton(button, self._open, style=discord.ButtonStyle.primary))

    async def _open(self, interaction: discord.Interaction[Red]) -> None:
        modal = FieldModal(self.gate, self.user_id, self._text, self._submit)
        await interaction.response.send_modal(modal)


class SecretFlow:
    """Takes the secrets that webhooks are signed with, and has them replaced."""

    def __init__(
        self,
        gate: PermissionGuard,
        settings: Settings,
        secrets: WebhookSecrets,
        hooks: WebhookSetup,
    ) -> None:
        self.gate = gate
        self._settings = settings
        self._secrets = secrets
        self._hooks = hooks

    def modal(self, user_id: int, submit: OnChoice) -> FieldModal:
        """The form."""
        return FieldModal(self.gate, user_id, _form(), submit)

    def asking_view(self, user_id: int) -> SecretView:
        """The button that opens the form."""
        button = _("Enter the webhook secret")
        return SecretView(self.gate, user_id, button, _form(), self._take)

    def rotating_view(self, user_id: int) -> RotateView:
        """The buttons that replace the secret, or leave it."""
        return RotateView(self.gate, user_id, self)

    async def keep(self, guild_id: int, secret: str) -> str:
        """Keep a secret that was entered; what follows from it.

        Raises
        ------
        SetupError
            When it is none.
        StoreUnavailable
            When it could not be kept.
        """
        if not is_secret(secret):
            raise SetupError(SetupErrorKind.NOT_A_SECRET)
        shop = await self._secrets.keep(guild_id, secret)
        saved = _("✅ The secret is saved. From now on signed webhooks are taken.")
        return "\n".join((saved, *former_lines(shop)))

    async def _take(self, interaction: discord.Interaction[Red], secret: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild_id, view = interaction.guild_id or 0, None
        try:
            text = await self.keep(guild_id, secret)
        except SetupError as trouble:
            text = "❌ " + trouble_sentence(trouble)
        except StoreUnavailable:
            text = "❌ " + not_saved()
        else:
            view = self._ending_view(guild_id, interaction.user.id)
        await self._show(interaction, text, view)

    async def rotate(self, interaction: discord.Interaction[Red]) -> None:
        """Replace the secret, and say what became of it."""
        await interaction.response.edit_message(
            content=_("Shoppex is making a new secret…"), view=None
        )
        guild_id = interaction.guild_id or 0
        view: GuardedView | None = None
        try:
            await self._hooks.rotate(guild_id)
        except SetupError as trouble:
            text = "❌ " + trouble_sentence(trouble)
            if trouble.trouble is SetupErrorKind.SECRET_UNTOLD:
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
        view = AdminView(self.gate, user_id)
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


class RotateView(AdminView):
    """Replace the secret, or leave it."""

    def __init__(self, gate: PermissionGuard, user_id: int, flow: SecretFlow) -> None:
        super().__init__(gate, user_id)
        self._flow = flow
        self.add_item(
            PressButton(_("Replace the secret"), self._rotate, style=discord.ButtonStyle.primary)
        )
        self.add_item(PressButton(_("Cancel"), self._cancel))

    async def _rotate(self, interaction: discord.Interaction[Red]) -> None:
        # Two presses may come before the buttons are gone.
        first = not self.is_finished()
        self.stop()
        if first:
            await self._flow.rotate(interaction)

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


def _form() -> FormText:
    return FormText(_("Shoppex webhook secret"), _("Webhook secret"), "whsec_…")
