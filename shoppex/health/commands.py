"""`[p]shoppexset doctor`: everything that could be wrong, looked at."""

from __future__ import annotations

from redbot.core import commands

from ..ui.settings_group import SettingsGroup
from .flow import DoctorPage
from .runner import HealthCheck


class DoctorCommands(SettingsGroup):
    """A look at everything."""

    doctor: HealthCheck

    @SettingsGroup.shoppexset.command(name="doctor")
    async def shoppexset_doctor(self, ctx: commands.GuildContext) -> None:
        """Check everything that your shop needs, and show what is wrong and how to mend it.

        A test event is sent through Shoppex to see whether it arrives, which takes some seconds.
        """
        async with ctx.typing(ephemeral=True):
            await DoctorPage(self.gate, self.doctor, ctx.guild, ctx.author.id).send(ctx)
