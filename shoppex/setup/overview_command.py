"""`[p]shoppexset`: overview of the settings and of the access to Shoppex."""

from __future__ import annotations

import discord
from redbot.core import commands

from ..connection.address_text import webhook_address_text
from ..connection.api_key_form import ApiKeyFlow
from ..connection.error_texts import codes
from ..connection.pasted_secrets import take_back_a_pasted_secret
from ..connection.scopes import NEEDED_SCOPES, USEFUL_SCOPES
from ..connection.secret_form import former_lines
from ..discord_limits import FIELD
from ..formatting import plain, shorten
from ..fulfilment.engine.staff_alerts import StaffAlerts
from ..i18n import _
from ..log_channel.texts import level_text
from ..offers.policy_text import policy_lines, rejoin_text, reminders_text
from ..store.settings_model import GuildSettings
from ..ui.reason_text import cause_line
from ..ui.responses import send_embed
from ..ui.settings_group import SettingsGroup
from ..webhook.listener import Listener


class AccessCommands(SettingsGroup):
    """The shop's key, and how things stand."""

    staff_alerts: StaffAlerts
    webhooks: Listener
    access: ApiKeyFlow

    @SettingsGroup.shoppexset.command(name="apikey")
    async def shoppexset_apikey(self, ctx: commands.GuildContext) -> None:
        """Give the bot access to your Shoppex shop.

        You get a button that opens a form, so that nobody reads the key. Create the key at
        Shoppex under Settings → Developer → API Keys.
        """
        await take_back_a_pasted_secret(ctx)
        view = self.access.asking_view(ctx.author.id)
        view.message = await ctx.send(
            _(
                "Press the button and paste your Shoppex API key. Never post it in a channel. It "
                "needs the permissions {scopes}, and can use {more}."
            ).format(scopes=codes(NEEDED_SCOPES), more=codes(USEFUL_SCOPES)),
            view=view,
            ephemeral=True,
        )

    @SettingsGroup.shoppexset.command(name="show")
    async def shoppexset_show(self, ctx: commands.GuildContext) -> None:
        """Show how this server's shop is set up, and what waits for you."""
        shop = self.settings.guild(ctx.guild.id)
        embed = discord.Embed(
            title=plain(shop.shop_name) or _("Your shop"), colour=await ctx.embed_colour()
        )
        embed.add_field(
            name=_("API key"),
            value=_set_text(shop.api_key, private=ctx.interaction is not None)
            if shop.api_key
            else _("❌ missing: `/shoppexset apikey`"),
        )
        embed.add_field(
            name=_("Webhook secret"),
            value=_secret_text(shop),
        )
        embed.add_field(
            name=_("For sale"),
            value=_("{products} products, {items} items").format(
                products=len(shop.products), items=len(shop.items)
            ),
        )
        embed.add_field(
            name=_("Webhook address"),
            value=webhook_address_text(self.settings.listener, ctx.guild.id),
            inline=False,
        )
        embed.add_field(name=_("Listener"), value=self._listener_text(), inline=False)
        embed.add_field(
            name=_("Staff are told"),
            value=f"<#{shop.log_channel}>: {level_text(shop.log_level)}"
            if shop.log_channel
            else _("by direct message to the server's owner (`/shoppexset logchannel`)"),
            inline=False,
        )
        embed.add_field(
            name=_("Staff role"),
            value=f"<@&{shop.staff_role}>"
            if shop.staff_role
            else _("none: only admins may use `/shoppex` (`/shoppexset staffrole`)"),
            inline=False,
        )
        embed.add_field(
            name=_("What becomes of roles"),
            value="\n".join(policy_lines(shop.policy)),
            inline=False,
        )
        embed.add_field(name=_("Who comes back"), value=rejoin_text(rejoin=shop.rejoin))
        embed.add_field(name=_("Reminders"), value=reminders_text(shop.remind_days))
        if shop.legacy_signatures:
            embed.add_field(name=_("Signatures"), value=_("⚠️ old ones are taken too"))
        waiting = await self._waiting(ctx.guild.id)
        embed.add_field(
            name=_("Waits for you"),
            value=shorten("\n".join(waiting), FIELD) or _("nothing"),
            inline=False,
        )
        await send_embed(ctx, embed)

    async def _waiting(self, guild_id: int) -> list[str]:
        """Paid things that staff must see to, by cause."""
        causes = await self.staff_alerts.waiting(guild_id)
        return [cause_line(cause, count) for cause, count in causes.most_common()]

    def _listener_text(self) -> str:
        where = self.settings.listener
        if self.webhooks.running:
            return _("✅ listening on {host}, port {port}").format(
                host=where.host, port=where.port
            )
        return _(
            "❌ not listening: {host}, port {port} could not be taken. The bot's owner can choose "
            "another with `/shoppexset listener`."
        ).format(host=where.host, port=where.port)


def _secret_text(shop: GuildSettings) -> str:
    if shop.secret is None:
        if shop.polling_only:
            return _("not needed: Shoppex is asked for payments")
        return _("❌ missing: `/shoppexset setup`")
    if shop.secret_doubtful:
        return _("⚠️ Shoppex may use another one: `/shoppexset rotate`")
    return "\n".join((_("✅ set"), *former_lines(shop)))


def _set_text(api_key: str, *, private: bool) -> str:
    if private:
        return _("✅ set, ends in `{end}`").format(end=api_key[-4:])
    return _("✅ set")
