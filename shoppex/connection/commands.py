"""`[p]shoppexset secret`, `rotate` and `legacysignature`: how webhooks are signed."""

from __future__ import annotations

from dataclasses import replace

from discord import app_commands
from redbot.core import commands

from ..i18n import _
from ..ui.settings_group import SettingsGroup
from .address_text import webhook_address_text
from .error_texts import codes
from .pasted_secrets import take_back_a_pasted_secret
from .scopes import EVENTS
from .secret_form import SecretFlow


class SecretCommands(SettingsGroup):
    """The secrets behind the signatures."""

    secrets: SecretFlow

    @SettingsGroup.shoppexset.command(name="secret")
    async def shoppexset_secret(self, ctx: commands.GuildContext) -> None:
        """Give the bot the secret that Shoppex signs its webhooks with.

        You get a button that opens a form, so that nobody reads the secret. Shoppex shows it
        once, when you create the webhook under Settings → Developer → Webhooks. A secret that
        you entered before is taken for two more days, unless you end it.
        """
        await take_back_a_pasted_secret(ctx)
        view = self.secrets.asking_view(ctx.author.id)
        view.message = await ctx.send(
            _(
                "Create a webhook at Shoppex under Settings → Developer → Webhooks.\n"
                "Address: {url}\nEvents: {events}\n"
                "Then press the button and paste the secret that Shoppex shows once. Never post "
                "it in a channel."
            ).format(
                url=webhook_address_text(self.settings.listener, ctx.guild.id),
                events=codes(EVENTS),
            ),
            view=view,
            ephemeral=True,
        )

    @SettingsGroup.shoppexset.command(name="rotate")
    async def shoppexset_rotate(self, ctx: commands.GuildContext) -> None:
        """Have Shoppex sign with a new secret, which nobody sees.

        The former secret is taken for two more days, so that nothing is lost that is on its way.
        """
        view = self.secrets.rotating_view(ctx.author.id)
        view.message = await ctx.send(
            _(
                "Shoppex makes a new secret for the webhook that leads here, and tells it to me "
                "alone. The former one is taken for two more days, so that nothing is lost that "
                "is on its way; if it has leaked, you can end it at once afterwards."
            ),
            view=view,
            ephemeral=True,
        )

    @SettingsGroup.shoppexset.command(name="legacysignature")
    @app_commands.describe(allowed="Whether the old signature is taken too")
    async def shoppexset_legacysignature(self, ctx: commands.GuildContext, allowed: bool) -> None:
        """Take webhooks of an old Shoppex shop that signs with SHA-512 only.

        Leave this off unless your shop sends no V2 signature. The old one cannot show that a
        message is fresh, so with it each payment is read from Shoppex before it counts.
        """
        await self.settings.update_guild(
            ctx.guild.id, lambda shop: replace(shop, legacy_signatures=allowed)
        )
        text = (
            _("Old signatures are taken now.") if allowed else _("Only V2 signatures are taken.")
        )
        await ctx.send(text, ephemeral=True)
