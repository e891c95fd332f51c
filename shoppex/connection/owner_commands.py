"""`[p]shoppexset listener`, `publicurl` and `retention`: the bot owner's part."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from datetime import timedelta

from discord import app_commands
from redbot.core import commands

from ..i18n import _
from ..store.errors import StoreUnavailable
from ..store.settings_model import ListenerSettings, Retention
from ..ui.settings_group import SettingsGroup
from ..webhook.listener import Listener
from .address_text import webhook_address_text
from .addresses import parse_public_url

_LAST_PORT = 65535


class OwnerCommands(SettingsGroup):
    """Where webhooks arrive, and how long things are kept."""

    webhooks: Listener

    @SettingsGroup.shoppexset.command(name="listener")
    @commands.is_owner()
    @app_commands.describe(host="The address to listen on, such as 127.0.0.1", port="The port")
    async def shoppexset_listener(self, ctx: commands.GuildContext, host: str, port: int) -> None:
        """Choose where the bot listens for Shoppex's webhooks.

        Keep 127.0.0.1 and put a reverse proxy with TLS, or a tunnel, in front of it.

        **Arguments**

        - `<host>` An IP address of this machine.
        - `<port>` From 1 to 65535.
        """
        if not _is_ip(host) or not 1 <= port <= _LAST_PORT:
            raise commands.BadArgument(
                _(
                    "The host must be an IP address such as 127.0.0.1, and the port a number "
                    "from 1 to 65535. Nothing was changed."
                )
            )
        await ctx.defer(ephemeral=True)
        before = self.settings.listener
        await self.webhooks.stop()
        try:
            await self.webhooks.start(host, port)
        except OSError as error:
            text = _(
                "I cannot listen on {host}, port {port}: {error}. Another program may be using "
                "it. Choose another port."
            ).format(host=host, port=port, error=error.strerror)
            await ctx.send(text + " " + await self._listen_as_before(before), ephemeral=True)
            return
        try:
            await self.settings.set_listener(replace(before, host=host, port=port))
        except StoreUnavailable:
            await self.webhooks.stop()
            await self._listen_as_before(before)
            raise
        text = _("✅ I listen on {host}, port {port}.").format(host=host, port=port)
        if not ipaddress.ip_address(host).is_loopback:
            text += "\n" + _(
                "⚠️ Other machines can reach this address, and without TLS what Shoppex sends can "
                "be read on its way. Better listen on 127.0.0.1 and put a reverse proxy with TLS, "
                "or a tunnel, in front of it."
            )
        await ctx.send(text, ephemeral=True)

    async def _listen_as_before(self, before: ListenerSettings) -> str:
        try:
            await self.webhooks.start(before.host, before.port)
        except OSError:
            return _("I listen nowhere now.")
        return _("I listen on {host}, port {port} as before.").format(
            host=before.host, port=before.port
        )

    @SettingsGroup.shoppexset.command(name="publicurl")
    @commands.is_owner()
    @app_commands.describe(url="Such as https://shop.example.com; leave out to remove it")
    async def shoppexset_publicurl(
        self, ctx: commands.GuildContext, url: str | None = None
    ) -> None:
        """Say under which address the world reaches the listener.

        **Arguments**

        - `[url]` Such as https://shop.example.com, without the part after it. Leave it out to
          remove it.
        """
        cleaned = None if url is None else parse_public_url(url)
        if url is not None and cleaned is None:
            raise commands.BadArgument(
                _("That is not an address such as https://shop.example.com. Nothing was changed.")
            )
        await self.settings.set_listener(replace(self.settings.listener, public_url=cleaned))
        if cleaned is None:
            await ctx.send(_("✅ The public address is removed."), ephemeral=True)
            return
        text = _("✅ The webhook address of this server is now {url}").format(
            url=webhook_address_text(self.settings.listener, ctx.guild.id)
        )
        if not cleaned.startswith("https://"):
            text += "\n" + _("⚠️ Without https, what Shoppex sends can be read on its way.")
        await ctx.send(text, ephemeral=True)

    @SettingsGroup.shoppexset.command(name="retention")
    @commands.is_owner()
    @app_commands.describe(
        unpaid_days="After so many days an order that nobody paid is forgotten",
        details_days="After so many days a finished order keeps only what is still needed",
    )
    async def shoppexset_retention(
        self,
        ctx: commands.GuildContext,
        unpaid_days: commands.Range[int, 1, 3650],
        details_days: commands.Range[int, 1, 3650],
    ) -> None:
        """Choose how long the bot remembers what it no longer needs, in all servers.

        A paid order is never forgotten: what it gave, and when, stays known. A payment for an
        order that was forgotten cannot be recognised any more, so keep unpaid ones for as long
        as Shoppex takes money for them.

        **Arguments**

        - `<unpaid_days>` For orders that nobody paid. At first 14.
        - `<details_days>` For the link, the coupon and the webhooks of finished ones. At first 90.
        """
        await self.settings.set_retention(
            Retention(timedelta(days=unpaid_days), timedelta(days=details_days))
        )
        await ctx.send(
            _(
                "✅ Unpaid orders are forgotten after {unpaid} days, details of finished ones "
                "after {details} days."
            ).format(unpaid=unpaid_days, details=details_days),
            ephemeral=True,
        )


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
