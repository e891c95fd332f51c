"""`/license`, `[p]shoppex license`, and `[p]shoppexset licenses`."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import timedelta
from functools import partial

import discord
from discord import app_commands
from redbot.core import commands

from ..i18n import _, ngettext
from ..store.settings_model import LicensePolicy
from ..ui.command_base import CommandBase
from ..ui.private_replies import answer_privately
from ..ui.settings_group import SettingsGroup
from ..ui.staff_group import StaffGroup
from .flow import LicenseFlow


class LicenseCommands(CommandBase):
    """For members, and for staff."""

    licenses: LicenseFlow

    @commands.hybrid_command(name="license")  # type: ignore[arg-type] # Red leaves it untyped
    @commands.guild_only()
    async def license(self, ctx: commands.GuildContext) -> None:
        """See your licences, and free one from its machine.

        What you see is private. Looking counts no use and binds no machine.
        """
        await answer_privately(ctx, self.gate, self.licenses.serve)

    @StaffGroup.shoppex.command(name="license")
    @app_commands.describe(search="A member, an order's number, or a key; leave out for a form")
    async def shoppex_license(
        self, ctx: commands.GuildContext, *, search: str | None = None
    ) -> None:
        """Look up licences; reset, suspend, reactivate or extend them.

        Every change is confirmed first and written into the log channel. Never type a key where
        others read: leave the search out, and a private form asks for it.

        **Arguments**

        - `[search]` A member, the number of an order, or a key.
        """
        if ctx.interaction is None and search is not None:
            # It may be a key.
            with contextlib.suppress(discord.HTTPException):
                await ctx.message.delete()
        await answer_privately(ctx, self.gate, partial(self.licenses.serve_staff, search=search))


class LicenseSettings(SettingsGroup):
    """What buyers may do by themselves."""

    @SettingsGroup.shoppexset.command(name="licenses")
    @app_commands.describe(
        cooldown_hours="So many hours from one reset of a licence to the next",
        per_month="So many resets a member has in thirty days; 0 for none",
    )
    async def shoppexset_licenses(
        self,
        ctx: commands.GuildContext,
        cooldown_hours: commands.Range[int, 0, 2160],
        per_month: commands.Range[int, 0, 100],
    ) -> None:
        """Choose how often buyers may free their licences from a machine.

        **Arguments**

        - `<cooldown_hours>` From one reset of a licence to the next. At first 24.
        - `<per_month>` For all of a member's licences together, in thirty days. At first 3.
        """
        policy = LicensePolicy(timedelta(hours=cooldown_hours), per_month)
        await self.settings.update_guild(ctx.guild.id, lambda shop: replace(shop, licenses=policy))
        if per_month:
            often = ngettext("once an hour", "once every {hours} hours", cooldown_hours)
            if not cooldown_hours:
                often = _("as often as they like")
            times = ngettext("once", "{count} times", per_month)
            text = _(
                "✅ Buyers can reset each licence {often}, and all their licences together "
                "{times} in 30 days."
            ).format(often=often.format(hours=cooldown_hours), times=times.format(count=per_month))
        else:
            text = _("✅ Only staff can free a licence from its machine, by `/shoppex license`.")
        await ctx.send(text, ephemeral=True)
