"""Page with the results of the doctor, and the message when something turns bad."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import discord
from redbot.core import commands

from ..discord_limits import FIELD, FIELD_NAME
from ..embed_text import edit_as
from ..formatting import plain, shorten
from ..i18n import _
from ..ui.admin_view import AdminView
from ..ui.components import PressButton
from ..ui.permissions import PermissionGuard
from ..ui.responses import send_embed
from ..ui.staff_channel import StaffChannel
from .check_context import Depth
from .findings import Finding, Problem, Verdict
from .runner import HealthCheck
from .texts import ailment_text, good_text, problem_text, title_of

# Of 6000 and 25; the rest is for the title, the line of what is good, and that there is more.
_MOST_TEXT = 4600
_MOST_FIELDS = 20

_MARKS = {Verdict.BAD: "❌", Verdict.WARN: "⚠️", Verdict.UNKNOWN: "❔"}
_Fields = Iterator[tuple[str, str]]


class DoctorPage(AdminView):
    """Findings, and the button that looks again."""

    def __init__(
        self, gate: PermissionGuard, doctor: HealthCheck, guild: discord.Guild, user_id: int
    ) -> None:
        super().__init__(gate, user_id)
        self._doctor = doctor
        self._guild = guild
        self._colour: discord.Colour | None = None
        self._button = PressButton(
            _("Check again"), self._again, style=discord.ButtonStyle.primary
        )
        self.add_item(self._button)

    async def send(self, ctx: commands.GuildContext) -> None:
        """Look, and answer a command."""
        self._colour = await ctx.embed_colour()
        embed = await self._look()
        self.message = await send_embed(ctx, embed, self)

    async def _again(self, interaction: discord.Interaction[Any]) -> None:
        self._button.disabled = True
        await interaction.response.edit_message(view=self)
        embed = await self._look()
        self._button.disabled = False
        await interaction.edit_original_response(**edit_as(interaction.message, embed), view=self)

    async def _look(self) -> discord.Embed:
        findings = await self._doctor.examine(self._guild, Depth.VISIT)
        prefix = (await self.gate.bot.get_valid_prefixes(self._guild))[0]
        embed = findings_embed(findings, prefix)
        embed.colour = self._colour
        return embed


class DoctorFlow:
    """Tells staff of what turned bad, and what no longer is."""

    def __init__(self, room: StaffChannel, gate: PermissionGuard) -> None:
        self._room = room
        self._gate = gate

    async def tell(
        self, guild: discord.Guild, news: Sequence[Finding], mended: Sequence[Problem]
    ) -> None:
        """Show both.

        Raises
        ------
        discord.HTTPException
            When Discord did not take it.
        """
        await self._room.speak(guild)
        prefix = (await self._gate.bot.get_valid_prefixes(guild))[0]
        await self._room.send(guild, news_embed(guild, news, mended, prefix))


def findings_embed(findings: Sequence[Finding], prefix: str) -> discord.Embed:
    """All findings, the worst first, within Discord's limits."""
    counts = [
        (mark, sum(f.verdict is verdict for f in findings)) for verdict, mark in _MARKS.items()
    ]
    embed = discord.Embed(
        title=_("How your shop is doing"),
        description=" · ".join(f"{mark} {count}" for mark, count in counts if count)
        or _("Everything is in order."),
    )
    _add_fields(embed, _problems(findings, prefix))
    good = [good_text(finding) for finding in findings if finding.verdict is Verdict.GOOD]
    if good:
        line = shorten(", ".join(good), FIELD)
        embed.add_field(name=_("✅ In order"), value=line, inline=False)
    return embed


def news_embed(
    guild: discord.Guild, news: Sequence[Finding], mended: Sequence[Problem], prefix: str
) -> discord.Embed:
    """What turned bad, and what no longer is."""
    embed = discord.Embed(
        title=_("Your shop needs you") if news else _("Your shop is better"),
        description=_(
            "You are told once, and again if it comes back. `/shoppexset doctor` looks at "
            "everything."
        ),
    )
    _add_fields(embed, _problems(news, prefix))
    if mended:
        line = shorten(", ".join(ailment_text(ailment) for ailment in mended), FIELD)
        embed.add_field(name=_("✅ No longer a problem"), value=line, inline=False)
    embed.set_footer(text=plain(guild.name))
    return embed


def _problems(findings: Sequence[Finding], prefix: str) -> _Fields:
    for verdict, mark in _MARKS.items():
        for finding in findings:
            if finding.verdict is verdict:
                text = shorten(problem_text(finding, prefix), FIELD)
                yield shorten(f"{mark} {title_of(finding.name)}", FIELD_NAME), text


def _add_fields(embed: discord.Embed, fields: _Fields) -> None:
    """Add as many whole fields as there is room for, and say when there are more."""
    for name, value in fields:
        if len(embed) + len(name) + len(value) > _MOST_TEXT or len(embed.fields) >= _MOST_FIELDS:
            embed.add_field(
                name="…",
                value=_("There is more. Mend these first, then check again."),
                inline=False,
            )
            return
        embed.add_field(name=name, value=value, inline=False)
