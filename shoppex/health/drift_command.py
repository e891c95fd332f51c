"""`[p]shoppexset drift`: whose roles and purchases disagree."""

from __future__ import annotations

from redbot.core import commands

from ..fulfilment.reconcile.drift_scan import DriftScan
from ..i18n import _
from ..offers.lists import send_list
from ..ui.settings_group import SettingsGroup
from .drift_text import drift_sentence

# Nobody mends more by hand; the rest is there when these are mended.
_MOST_LINES = 500


class DriftCommands(SettingsGroup):
    """A look that changes nothing."""

    drift_scan: DriftScan

    @SettingsGroup.shoppexset.command(name="drift")
    async def shoppexset_drift(self, ctx: commands.GuildContext) -> None:
        """Show members whose roles and purchases disagree. Nothing is changed."""
        await ctx.defer(ephemeral=True)
        lines: list[str] = []
        count = 0
        async for member, drift in self.drift_scan.drifts(ctx.guild):
            count += 1
            if count <= _MOST_LINES:
                sentence = drift_sentence(drift.kind, drift.reason)
                lines.append(f"{member.mention}, <@&{drift.role_id}>: {sentence}")
        if count > _MOST_LINES:
            lines.append(_("… and {count} more.").format(count=count - _MOST_LINES))
        empty = _("Everybody's roles and purchases agree.")
        await send_list(ctx, _("Roles and purchases that disagree"), lines, empty)
