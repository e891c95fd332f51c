"""`[p]shoppex stats`: how the shop does, in words, as a picture and as a table."""

from __future__ import annotations

import asyncio
import io
import logging
from functools import partial

import discord
from redbot.core.bot import Red

from ..discord_limits import OPTIONS
from ..i18n import _, ngettext
from ..ui.components import ChoiceMenu, PressButton
from ..ui.permissions import PermissionGuard
from ..ui.staff_view import StaffView, admit_staff
from .csv_export import SheetFile
from .fold import Report
from .periods import Period
from .queries import LedgerQueries
from .texts import no_picture_text, period_name, statistics_embed

log = logging.getLogger("red.shoppex.shoppex.statistics.flow")

_PICTURE = "statistics.png"


class StatisticsFlow:
    """Shows staff how their shop does. Everything is private, and names no buyer.

    Pictures are drawn one at a time, in a thread: drawing and looking for fonts take some time,
    and a picture some megabytes.
    """

    def __init__(self, gate: PermissionGuard, reading: LedgerQueries) -> None:
        self.gate = gate
        self._reading = reading
        self._pen = asyncio.Lock()

    async def serve(self, interaction: discord.Interaction[Red], period: Period) -> None:
        """Answer the command."""
        if not await admit_staff(interaction, self.gate, interaction.guild):
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show(interaction, period, None)

    async def change(
        self, interaction: discord.Interaction[Red], period: Period, currency: str | None
    ) -> None:
        """Show another period or currency in place of what was clicked."""
        await interaction.response.defer()
        await self._show(interaction, period, currency)

    async def send_sheet(self, interaction: discord.Interaction[Red], period: Period) -> None:
        """The orders of a period, as a file."""
        guild = _guild(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        sheet = await self._reading.sheet(guild.id, period)
        if not sheet.rows:
            await interaction.edit_original_response(
                content=_("There is no order in this time, so there is nothing to export.")
            )
            return
        name = f"orders-{period.value}.{sheet.extension}"
        await interaction.edit_original_response(
            content=_sheet_text(sheet, period),
            attachments=[discord.File(io.BytesIO(sheet.data), name)],
        )

    async def _show(
        self, interaction: discord.Interaction[Red], period: Period, currency: str | None
    ) -> None:
        guild = _guild(interaction)
        report = await self._reading.report(guild.id, period)
        currencies = report.currencies
        if currency not in currencies:
            currency = next(iter(currencies), None)
        colour = await self.gate.colour(interaction)
        embed = statistics_embed(report, currency, colour)
        picture = await self._picture(report, currency, guild.name)
        if picture is None:
            prefix = (await self.gate.bot.get_valid_prefixes(guild))[0]
            embed.description = f"{embed.description}\n{no_picture_text(prefix)}"
        else:
            embed.set_image(url=f"attachment://{_PICTURE}")
        view = StatisticsView(self, interaction.user.id, guild, report, currency)
        view.message = await interaction.edit_original_response(
            embed=embed, attachments=[] if picture is None else [picture], view=view
        )

    async def _picture(
        self, report: Report, currency: str | None, title: str
    ) -> discord.File | None:
        """The picture; ``None`` without Pillow, for the figures are worth more than it."""
        async with self._pen:
            try:
                data, told = await asyncio.to_thread(_paint, report, currency, title)
            except (ImportError, OSError) as error:
                log.warning("The picture of the statistics was not drawn: %r", error)
                return None
        return discord.File(io.BytesIO(data), _PICTURE, description=told)


class StatisticsView(StaffView):
    """Another period, another currency, or a table."""

    def __init__(
        self,
        flow: StatisticsFlow,
        user_id: int,
        guild: discord.Guild,
        report: Report,
        currency: str | None,
    ) -> None:
        super().__init__(flow.gate, user_id, guild)
        self._flow = flow
        self._period = report.period
        self._currency = currency
        periods = [
            discord.SelectOption(
                label=period_name(period), value=period.value, default=period is report.period
            )
            for period in Period
        ]
        self.add_item(ChoiceMenu(_("Period"), periods, self._choose_period))
        codes = report.currencies[:OPTIONS]
        if len(codes) > 1:
            options = [
                discord.SelectOption(label=code, value=code, default=code == currency)
                for code in codes
            ]
            self.add_item(ChoiceMenu(_("Currency"), options, self._choose_currency))
        export = partial(flow.send_sheet, period=report.period)
        self.add_item(PressButton(_("Orders as a table (CSV)"), export))

    async def _choose_period(self, interaction: discord.Interaction[Red], value: str) -> None:
        await self._flow.change(interaction, Period(value), self._currency)
        self.stop()

    async def _choose_currency(self, interaction: discord.Interaction[Red], value: str) -> None:
        await self._flow.change(interaction, self._period, value)
        self.stop()


def _paint(report: Report, currency: str | None, title: str) -> tuple[bytes, str]:
    # Only now: everything else works without Pillow.
    from .poster import paint  # noqa: PLC0415

    return paint(report, currency, title)


def _guild(interaction: discord.Interaction[Red]) -> discord.Guild:
    if interaction.guild is None:
        raise RuntimeError("The command is for servers only.")
    return interaction.guild


def _sheet_text(sheet: SheetFile, period: Period) -> str:
    sentences = [
        ngettext(
            "{period}: {count} order that was paid, given, refunded or disputed.",
            "{period}: {count} orders that were paid, given, refunded or disputed.",
            sheet.rows,
        ).format(period=period_name(period), count=sheet.rows),
        _(
            "Times are in UTC. Buyers are named by their Discord id only; keys and e-mail "
            "addresses are not in it."
        ),
    ]
    if sheet.left_out:
        sentences.append(
            ngettext(
                "⚠️ The oldest order was left out, because the file would be too large for "
                "Discord. Choose a shorter period to get them all.",
                "⚠️ The {count} oldest orders were left out, because the file would be too large "
                "for Discord. Choose a shorter period to get them all.",
                sheet.left_out,
            ).format(count=sheet.left_out)
        )
    if sheet.extension == "zip":
        sentences.append(_("The table is large, so it is packed: open the ZIP file first."))
    return " ".join(sentences)
