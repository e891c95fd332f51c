"""`[p]shoppexset`: access to Shoppex, and how things stand."""

from __future__ import annotations

from dataclasses import replace

import discord
from discord import app_commands
from redbot.core import commands
from redbot.core.bot import Red

from ..api import ApiError, Forbidden, ShopInfo, Unauthorized
from ..i18n import _
from ..selling.requirements import EVENTS, NEEDED_SCOPES, missing_scopes
from ..store.errors import StoreUnavailable
from ..text import plain, shorten
from ..views.alarm import cause_line
from ..views.gate import say
from ..views.journal_text import level_text
from ..views.rules import policy_lines, rejoin_text, reminders_text
from ..views.secrets import SecretView
from .group import SettingsGroup

_SHORTEST_SECRET = 16


class AccessCommands(SettingsGroup):
    """The shop's key and secret."""

    @SettingsGroup.shoppexset.command(name="apikey")
    async def shoppexset_apikey(self, ctx: commands.GuildContext) -> None:
        """Give the bot access to your Shoppex shop.

        You get a button that opens a form, so that nobody reads the key. Create the key at
        Shoppex under Settings → Developer → API Keys.
        """
        await _take_back_a_pasted_secret(ctx)
        view = SecretView(
            self.gate,
            ctx.author.id,
            button=_("Enter the API key"),
            title=_("Shoppex API key"),
            label=_("API key"),
            hint="shx_…",
            submit=self._take_api_key,
        )
        view.message = await ctx.send(
            _(
                "Press the button and paste your Shoppex API key. Never post it in a channel. It "
                "needs the permissions {scopes}."
            ).format(scopes=", ".join(f"`{scope}`" for scope in NEEDED_SCOPES)),
            view=view,
            ephemeral=True,
        )

    async def _take_api_key(self, interaction: discord.Interaction[Red], key: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(
            content=await self._save_api_key(interaction, key)
        )

    async def _save_api_key(self, interaction: discord.Interaction[Red], key: str) -> str:
        guild_id = interaction.guild_id
        if guild_id is None or not (
            key.isascii() and key.isprintable() and " " not in key and key
        ):
            return _("That is not an API key; it would begin with `shx_`. Nothing was changed.")
        client = self.clients.client_for(key)
        try:
            scopes = await client.shop.capabilities()
            info = await client.shop.me()
        except Unauthorized:
            return _(
                "Shoppex does not know this key, so it was not saved. Copy it once more, whole, "
                "or create a new one under Settings → Developer → API Keys."
            )
        except Forbidden as error:
            return _("Shoppex refused this key, so it was not saved. It says: “{said}”.").format(
                said=plain(error.message)
            )
        except ApiError:
            return _(
                "Shoppex cannot be reached right now, so the key could not be checked and was "
                "not saved. Please try again in a few minutes."
            )
        missing = missing_scopes(NEEDED_SCOPES, scopes)
        if missing:
            return _(
                "The key works, but it lacks these permissions, so it was not saved: {scopes}. "
                "Add them at Shoppex under Settings → Developer → API Keys, then try again."
            ).format(scopes=", ".join(f"`{scope}`" for scope in missing))
        try:
            same_shop = await self._keep_api_key(guild_id, key, info)
        except StoreUnavailable:
            return _not_saved()
        self.catalogue.wake(guild_id)
        self.engine.wake(guild_id)
        self.sweeps.wake(guild_id)
        text = _("✅ The key works and is saved. Your shop: **{name}**.").format(
            name=plain(info.name or "") or "Shoppex"
        )
        if not same_shop:
            text += "\n" + _(
                "⚠️ This is another shop than before, and members of this server have bought in "
                "that one. Until you have looked at `/shoppexset brake`, nobody loses a role. "
                "If this was a mistake, enter the former shop's key again."
            )
        return text

    async def _keep_api_key(self, guild_id: int, key: str, info: ShopInfo) -> bool:
        """Keep an accepted key; whether it opens the shop in which was sold before.

        Raises
        ------
        StoreUnavailable
            When it could not be kept.
        """
        # First, so that nothing is concluded from what the key of another shop does not find.
        same_shop = await self.brake.is_the_same_shop(guild_id, info.id)
        await self.settings.update_guild(
            guild_id, lambda shop: replace(shop, api_key=key, shop_name=info.name or "")
        )
        return same_shop

    @SettingsGroup.shoppexset.command(name="secret")
    async def shoppexset_secret(self, ctx: commands.GuildContext) -> None:
        """Give the bot the secret that Shoppex signs its webhooks with.

        You get a button that opens a form, so that nobody reads the secret. Shoppex shows it
        once, when you create the webhook under Settings → Developer → Webhooks.
        """
        await _take_back_a_pasted_secret(ctx)
        view = SecretView(
            self.gate,
            ctx.author.id,
            button=_("Enter the webhook secret"),
            title=_("Shoppex webhook secret"),
            label=_("Webhook secret"),
            hint="whsec_…",
            submit=self._take_secret,
        )
        view.message = await ctx.send(
            _(
                "Create a webhook at Shoppex under Settings → Developer → Webhooks.\n"
                "Address: {url}\nEvents: {events}\n"
                "Then press the button and paste the secret that Shoppex shows once. Never post "
                "it in a channel."
            ).format(
                url=self.webhook_url(ctx.guild.id),
                events=", ".join(f"`{event}`" for event in EVENTS),
            ),
            view=view,
            ephemeral=True,
        )

    async def _take_secret(self, interaction: discord.Interaction[Red], secret: str) -> None:
        guild_id = interaction.guild_id
        readable = secret.isascii() and secret.isprintable() and " " not in secret
        if guild_id is None or not readable or len(secret) < _SHORTEST_SECRET:
            await say(
                interaction,
                _(
                    "That is not a webhook secret: it is at least {least} characters long and "
                    "has no spaces. Nothing was changed. Copy it once more, whole."
                ).format(least=_SHORTEST_SECRET),
            )
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            await self.settings.update_guild(guild_id, lambda shop: replace(shop, secret=secret))
        except StoreUnavailable:
            await interaction.edit_original_response(content=_not_saved())
            return
        await interaction.edit_original_response(
            content=_("✅ The secret is saved. From now on signed webhooks are taken.")
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
            value=_("✅ set") if shop.secret else _("❌ missing: `/shoppexset secret`"),
        )
        embed.add_field(
            name=_("For sale"),
            value=_("{products} products, {items} items").format(
                products=len(shop.products), items=len(shop.items)
            ),
        )
        embed.add_field(
            name=_("Webhook address"), value=self.webhook_url(ctx.guild.id), inline=False
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
            value=shorten("\n".join(waiting), 1024) or _("nothing"),
            inline=False,
        )
        await ctx.send(embed=embed, ephemeral=True)

    async def _waiting(self, guild_id: int) -> list[str]:
        """Paid things that staff must see to, by cause."""
        causes = await self.alarms.waiting(guild_id)
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


async def _take_back_a_pasted_secret(ctx: commands.GuildContext) -> None:
    """Delete what was typed after a command that takes nothing: it can only be the secret."""
    if ctx.interaction is not None or not ctx.view.read_rest().strip():
        return
    try:
        await ctx.message.delete()
    except discord.HTTPException:
        deleted = _("I could not delete your message: delete it yourself, now.")
    else:
        deleted = _("I deleted your message.")
    await ctx.send(
        _(
            "⚠️ Never type it in a channel. {deleted} Others may have read it: replace it at "
            "Shoppex by a new one, and enter that with the button."
        ).format(deleted=deleted)
    )


def _set_text(api_key: str, *, private: bool) -> str:
    if private:
        return _("✅ set, ends in `{end}`").format(end=api_key[-4:])
    return _("✅ set")


def _not_saved() -> str:
    return _("The bot cannot save anything right now, so nothing was changed. Try again later.")
