"""Views of licences: a menu, and what can be done with the one that is chosen."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import discord
from redbot.core.bot import Red

from ..discord_limits import LABEL, OPTIONS
from ..domain.license import License, LicenseStatus
from ..formatting import plain, shorten
from ..i18n import _
from ..purchases.flow import key_of
from ..purchases.texts import customer_sentence
from ..ui.base_views import GuardedView
from ..ui.components import ChoiceMenu, PressButton
from ..ui.confirm_view import Act, ConfirmationView
from ..ui.permissions import PermissionGuard, say
from ..ui.text_modal import TextModal
from .service import FoundLicenses, LicenseService
from .texts import license_embed, short, status_text

_MOST_DAYS = 3650


class LicenseChanges(Protocol):
    """Where licences are looked up, and changes written down."""

    gate: PermissionGuard
    desk: LicenseService

    async def look(
        self, interaction: discord.Interaction[Red], search: str | None, start: int, nothing: str
    ) -> None:
        """Put what is found in place of the answer that is shown."""

    async def check_staff(self, interaction: discord.Interaction[Red]) -> None:
        """Look once more who presses."""

    def now(self) -> datetime:
        """The time."""

    def audit(
        self, interaction: discord.Interaction[Red], license_: License, what: str, *, staff: bool
    ) -> None:
        """Write a change into the log channel."""


class LicenseView(GuardedView):
    """A menu of licences, and what can be done with the chosen one.

    Parameters
    ----------
    search
        What staff looked for; ``None`` for one's own licences.
    number
        Which one is chosen.
    """

    def __init__(
        self,
        changes: LicenseChanges,
        user_id: int,
        found: FoundLicenses,
        search: str | None,
        number: int = 0,
    ) -> None:
        super().__init__(changes.gate, user_id)
        self._changes = changes
        self._found = found
        self._search = search
        self._number = number
        self._add_menu()
        if found.holdings:
            self._add_changes(found.holdings[number].license)
        if self._next_page() < len(found.holdings) or found.older is not None:
            self.add_item(PressButton(_("Older"), self._older))

    @property
    def _staff(self) -> bool:
        return self._search is not None

    @property
    def _license(self) -> License:
        return self._found.holdings[self._number].license

    def _next_page(self) -> int:
        return (self._number // OPTIONS + 1) * OPTIONS

    def _add_menu(self) -> None:
        end = self._next_page()
        page = self._found.holdings[end - OPTIONS : end]
        if len(page) > 1:
            options = [
                discord.SelectOption(
                    label=shorten(short(each.license), LABEL),
                    value=str(number),
                    description=status_text(each.license),
                    default=number == self._number,
                )
                for number, each in enumerate(page, end - OPTIONS)
            ]
            self.add_item(ChoiceMenu(_("Choose a licence"), options, self._choose))

    def _add_changes(self, license_: License) -> None:
        active = license_.status is LicenseStatus.ACTIVE
        if license_.hardware_id is not None and (self._staff or active):
            self.add_item(PressButton(_("Free it from its machine"), self._reset))
        if not self._staff:
            return
        expired = license_.status is LicenseStatus.EXPIRED
        if active:
            done = _("It was suspended.")
            suspend = partial(self._put, status=LicenseStatus.SUSPENDED, done=done)
            self.add_item(PressButton(_("Suspend"), suspend))
        elif not expired:
            done = _("It was reactivated.")
            reactivate = partial(self._put, status=LicenseStatus.ACTIVE, done=done)
            self.add_item(PressButton(_("Reactivate"), reactivate))
        if (expired or license_.expires_at is not None) and not license_.end_unreadable:
            self.add_item(PressButton(_("Extend"), self._extend))

    async def show(self, interaction: discord.Interaction[Red]) -> None:
        """Put it in place of the answer that is shown."""
        holdings = self._found.holdings
        embed = None
        text = _("There is no licence among these orders. There may be some among older ones.")
        if holdings:
            colour = await self.gate.colour(interaction)
            embed, text = license_embed(holdings[self._number], colour, staff=self._staff), ""
        self.message = await interaction.edit_original_response(
            content=text, embed=embed, view=self
        )

    async def _choose(self, interaction: discord.Interaction[Red], number: str) -> None:
        await interaction.response.defer()
        await self._turn_to(interaction, int(number))

    async def _older(self, interaction: discord.Interaction[Red]) -> None:
        await interaction.response.defer()
        if self._next_page() < len(self._found.holdings):
            await self._turn_to(interaction, self._next_page())
            return
        self.stop()
        nothing = _("There are no older ones.")
        await self._changes.look(interaction, self._search, self._found.older or 0, nothing)

    async def _turn_to(self, interaction: discord.Interaction[Red], number: int) -> None:
        self.stop()
        view = LicenseView(self._changes, self.user_id, self._found, self._search, number)
        await view.show(interaction)

    async def _reset(self, interaction: discord.Interaction[Red]) -> None:
        key, holding = key_of(interaction), self._found.holdings[self._number]

        async def act() -> str:
            if self._staff:
                await self._changes.desk.free(key.guild_id, holding.license.uniqid)
            else:
                await self._changes.desk.reset(key, holding)
            return _("It was freed from its machine.")

        await self._confirm(
            interaction,
            _(
                "The machine that uses it now can no longer do so. It binds itself to the next "
                "one."
            ),
            act,
        )

    async def _put(
        self, interaction: discord.Interaction[Red], status: LicenseStatus, done: str
    ) -> None:
        guild_id, license_ = key_of(interaction).guild_id, self._license

        async def act() -> str:
            await self._changes.desk.put(guild_id, license_.uniqid, status)
            return done

        question = (
            _("Its owner can no longer use it until you reactivate it.")
            if status is LicenseStatus.SUSPENDED
            else _("Its owner can use it again.")
        )
        await self._confirm(interaction, question, act)

    async def _extend(self, interaction: discord.Interaction[Red]) -> None:
        guild_id, license_ = key_of(interaction).guild_id, self._license

        async def submit(answer: discord.Interaction[Red], text: str) -> None:
            if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST_DAYS):
                await say(
                    answer,
                    _("That is no number of days from 1 to {most}. Nothing was changed.").format(
                        most=_MOST_DAYS
                    ),
                )
                return
            days = int(text)

            async def act() -> str:
                until = await self._changes.desk.extend(guild_id, license_.uniqid, days)
                return _("It lasts until {day} now.").format(
                    day=discord.utils.format_dt(until, "f")
                )

            now = self._changes.now()
            begin = max(license_.expires_at or now, now)
            until = discord.utils.format_dt(begin + timedelta(days=days), "f")
            question = _("It will last until {day}.").format(day=until)
            await self._confirm(answer, question, act)

        await interaction.response.send_modal(
            TextModal(
                self.gate,
                self.user_id,
                title=_("Extend a licence"),
                label=_("By how many days?"),
                description=_("Counted from its end, or from now if it has ended."),
                submit=submit,
            )
        )

    async def _confirm(
        self, interaction: discord.Interaction[Red], question: str, act: Act
    ) -> None:
        changes, license_ = self._changes, self._license

        async def act_and_write_down() -> str:
            if self._staff:
                await changes.check_staff(interaction)
            done = await act()
            changes.audit(interaction, license_, done, staff=self._staff)
            return f"✅ {done}"

        view = ConfirmationView(
            self.gate, self.user_id, _("Yes, do it"), act_and_write_down, customer_sentence
        )
        text = f"**{plain(short(license_))}**\n{question} " + _("Are you sure?")
        await interaction.response.send_message(text, view=view, ephemeral=True)
        view.message = await interaction.original_response()
