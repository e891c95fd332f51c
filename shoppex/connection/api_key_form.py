"""Form for an API key, and the result of its check."""

from __future__ import annotations

import discord
from redbot.core.bot import Red

from ..formatting import plain
from ..i18n import _
from ..store.errors import StoreUnavailable
from ..ui.common_text import not_saved
from ..ui.components import FieldModal, FormText, OnChoice
from ..ui.permissions import PermissionGuard
from .api_key import AcceptedKey, ApiKeySetup
from .error_texts import trouble_sentence
from .errors import SetupError
from .secret_form import SecretView


class ApiKeyFlow:
    """Takes API keys by a form that nobody else reads."""

    def __init__(self, gate: PermissionGuard, access: ApiKeySetup) -> None:
        self.gate = gate
        self._access = access

    def modal(self, user_id: int, submit: OnChoice) -> FieldModal:
        """The form."""
        return FieldModal(self.gate, user_id, _form(), submit)

    def asking_view(self, user_id: int) -> SecretView:
        """The button that opens the form."""
        button = _("Enter the API key")
        return SecretView(self.gate, user_id, button, _form(), self._take)

    async def take(self, guild_id: int, key: str) -> str:
        """Take a key; what it opens.

        Raises
        ------
        SetupError, StoreUnavailable
            As `ApiKeySetup.take`.
        """
        return accepted_text(await self._access.take(guild_id, key))

    async def _take(self, interaction: discord.Interaction[Red], key: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            text = await self.take(interaction.guild_id or 0, key)
        except SetupError as trouble:
            text = "❌ " + trouble_sentence(trouble)
        except StoreUnavailable:
            text = "❌ " + not_saved()
        await interaction.edit_original_response(content=text)


def accepted_text(accepted: AcceptedKey) -> str:
    """What a key that was kept opens, and what it cannot do."""
    lines = [
        _("✅ The key works and is saved. Your shop: **{name}**.").format(
            name=plain(accepted.shop_name) or "Shoppex"
        )
    ]
    if not accepted.same_shop:
        lines.append(
            _(
                "⚠️ This is another shop than before, and members of this server have bought in "
                "that one. Until you have looked at `/shoppexset brake`, nobody loses a role. "
                "If this was a mistake, enter the former shop's key again."
            )
        )
    if accepted.lacking:
        lines.append(_("⚠️ It lacks some permissions. Without them, this does not work:"))
        lines += [f"- `{scope}`: {_missed(scope)}" for scope in accepted.lacking]
        lines.append(
            _(
                "If you need it, add them at Shoppex under Settings → Developer → API Keys, and "
                "enter the key again."
            )
        )
    return "\n".join(lines)


def _missed(scope: str) -> str:
    """What does not work without a permission."""
    sentences = {
        "invoices.read": _("showing buyers their receipts, and finding keys only named there"),
        "invoices.write": _("giving a buyer another key in place of one that does not work"),
        "licenses.read": _("showing buyers their licences"),
        "licenses.write": _("freeing a licence from its machine, for buyers and staff"),
        "products.write": _("giving keys out of a pool with items of the bot's own"),
        "webhooks.read": _("finding the webhook that leads here"),
        "webhooks.write": _("making that webhook and replacing its secret by itself"),
    }
    return sentences.get(scope, _("a part of what the bot can do"))


def _form() -> FormText:
    return FormText(_("Shoppex API key"), _("API key"), "shx_…")
