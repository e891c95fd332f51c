"""List of what waits for staff: by cause, each with how to mend it, and who waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

import discord
from redbot.core.bot import Red
from redbot.core.i18n import set_contextual_locales_from_guild

from ..discord_limits import BODY, LABEL, OPTIONS
from ..formatting import plain, shorten
from ..fulfilment.engine.engine import Engine
from ..fulfilment.engine.staff_alerts import StaffAlerts
from ..fulfilment.entitlement.staff_causes import Cause
from ..i18n import _, ngettext
from ..purchases.texts import title_of
from ..store.errors import StoreUnavailable
from ..store.ledger import Ledger
from ..store.settings import Settings
from ..ui.common_text import not_saved
from ..ui.components import ChoiceMenu, PressButton
from ..ui.members import name_of_user
from ..ui.pager import Pager
from ..ui.permissions import PermissionGuard, say
from ..ui.reason_text import cause_line, waiting_sentence
from ..ui.responses import show, take_time
from ..ui.staff_view import StaffView, admit_staff
from .flow import OrderFlow
from .lookup import name_of, number_of
from .waiting_orders import WaitingMember, who_waits


class WaitingFlow:
    """Shows staff what waits, and tries it again."""

    def __init__(
        self,
        gate: PermissionGuard,
        settings: Settings,
        ledger: Ledger,
        staff_alerts: StaffAlerts,
        engine: Engine,
        order_flow: OrderFlow,
        clock: Callable[[], datetime],
    ) -> None:
        self.gate = gate
        self._settings = settings
        self._ledger = ledger
        self._staff_alerts = staff_alerts
        self._engine = engine
        self.order_flow = order_flow
        self._clock = clock

    async def show(self, interaction: discord.Interaction[Red], guild_id: int) -> None:
        """Every cause, with how many wait for it."""
        guild = self.gate.bot.get_guild(guild_id)
        await set_contextual_locales_from_guild(self.gate.bot, guild)
        if guild is None or not await admit_staff(interaction, self.gate, guild):
            return
        await take_time(interaction)
        causes = (await self._staff_alerts.waiting(guild_id)).most_common()
        lines = [cause_line(cause, count) for cause, count in causes]
        embed = discord.Embed(
            title=_("What waits for you"),
            description=shorten("\n".join(lines), BODY) or _("Nothing waits for you."),
            colour=await self.gate.colour(interaction),
        )
        shown = [cause for cause, _count in causes[:OPTIONS]]
        await show(interaction, embed, CausesView(self, interaction.user.id, guild, shown))

    async def show_cause(
        self,
        interaction: discord.Interaction[Red],
        guild: discord.Guild,
        cause: Cause,
        start: int = 0,
    ) -> None:
        """A page of who waits because of one cause."""
        await take_time(interaction)
        waiting = await who_waits(self._ledger, self._settings, guild.id, cause, self._clock)
        pager = Pager(start, len(waiting))
        page = pager.cut(waiting)
        lines = [cause_line(cause, len(waiting)), "", *(self._line(each) for each in page)]
        embed = discord.Embed(
            title=_("Who waits"),
            description=shorten("\n".join(lines), BODY),
            colour=await self.gate.colour(interaction),
        )
        options = [
            discord.SelectOption(
                label=shorten(title_of(matter) or "…", LABEL),
                value=f"{each.key.user_id}:{number_of(matter)}"[:LABEL],
                description=shorten(name_of_user(self.gate.bot, guild, each.key.user_id), LABEL),
            )
            for each in page
            for matter in each.matters
            if number_of(matter)
        ][:OPTIONS]
        people = [
            discord.SelectOption(
                label=shorten(name_of_user(self.gate.bot, guild, each.key.user_id), LABEL),
                value=str(each.key.user_id),
                description=shorten(", ".join(map(title_of, each.matters)), LABEL) or None,
            )
            for each in page
        ]
        view = CauseView(self, interaction.user.id, guild, cause, options, people, pager)
        await show(interaction, embed, view)

    async def retry(
        self,
        interaction: discord.Interaction[Red],
        guild: discord.Guild,
        cause: Cause,
        user_id: int | None = None,
    ) -> None:
        """Try one cause again, for everybody or for one member."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            count = await self._engine.retry_cause(guild.id, cause, user_id)
        except StoreUnavailable:
            await say(interaction, not_saved())
            return
        if count:
            text = ngettext(
                "I am trying again for {count} member. What still cannot be delivered goes on "
                "waiting.",
                "I am trying again for {count} members. What still cannot be delivered goes on "
                "waiting.",
                count,
            ).format(count=count)
        else:
            text = _(
                "Trying again does not help here; somebody has to decide or mend it: {why}."
            ).format(why=waiting_sentence(cause.reason))
        await say(interaction, text)

    async def retry_all(self, interaction: discord.Interaction[Red], guild: discord.Guild) -> None:
        """Try everything again."""
        self._engine.wake(guild.id)
        await say(
            interaction,
            _("I am trying everything again. What still cannot be delivered goes on waiting."),
        )

    def _line(self, waiting: WaitingMember) -> str:
        numbers = ", ".join(
            f"{plain(title_of(matter), 60)} `{number_of(matter) or name_of(matter)[:8]}`"
            for matter in waiting.matters
        )
        return f"<@{waiting.key.user_id}> {numbers}"


class CausesView(StaffView):
    """A menu of causes, and the button that tries all of them again."""

    def __init__(
        self, board: WaitingFlow, user_id: int, guild: discord.Guild, causes: list[Cause]
    ) -> None:
        super().__init__(board.gate, user_id, guild)
        self._flow = board
        self._causes = causes
        if not causes:
            return
        options = [
            discord.SelectOption(
                label=shorten(waiting_sentence(cause.reason), LABEL),
                value=str(number),
                description=shorten(_about(cause, guild), LABEL) or None,
            )
            for number, cause in enumerate(causes)
        ]
        self.add_item(ChoiceMenu(_("Choose one to see who waits"), options, self._choose))
        self.add_item(PressButton(_("Try all again"), partial(board.retry_all, guild=guild)))

    async def _choose(self, interaction: discord.Interaction[Red], number: str) -> None:
        await self._flow.show_cause(interaction, self.guild, self._causes[int(number)])
        self.stop()


class CauseView(StaffView):
    """Who waits because of one cause: one can be looked at or tried again, or all tried again."""

    def __init__(
        self,
        board: WaitingFlow,
        user_id: int,
        guild: discord.Guild,
        cause: Cause,
        options: list[discord.SelectOption],
        people: list[discord.SelectOption],
        pager: Pager,
    ) -> None:
        super().__init__(board.gate, user_id, guild)
        self._flow = board
        self._cause = cause
        if options:
            self.add_item(ChoiceMenu(_("Choose one to see more"), options, self._choose))
        if people:
            self.add_item(ChoiceMenu(_("Choose one to try again"), people, self._retry_one))
            retry = partial(board.retry, guild=guild, cause=cause)
            self.add_item(
                PressButton(_("Try these again"), retry, style=discord.ButtonStyle.primary)
            )
        turn = partial(board.show_cause, guild=guild, cause=cause)
        for button in pager.buttons(_("Back"), _("More"), turn):
            self.add_item(button)
        show_all = partial(board.show, guild_id=guild.id)
        self.add_item(PressButton(_("All causes"), show_all, ends=True))

    async def _choose(self, interaction: discord.Interaction[Red], value: str) -> None:
        number = value.partition(":")[2]
        await self._flow.order_flow.show_order(interaction, self.guild.id, number)
        self.stop()

    async def _retry_one(self, interaction: discord.Interaction[Red], user_id: str) -> None:
        await self._flow.retry(interaction, self.guild, self._cause, int(user_id))


def _about(cause: Cause, guild: discord.Guild) -> str:
    role = guild.get_role(cause.role_id)
    if role is not None:
        return role.name
    return str(cause.role_id) if cause.role_id else cause.order
