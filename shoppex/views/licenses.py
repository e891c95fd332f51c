"""`/license` and `[p]shoppex license`: what is shown, and what can be pressed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import discord
from redbot.core.bot import Red

from ..customer.errors import NotTheirs
from ..customer.license_desk import LicenseDesk
from ..domain.account import AccountKey
from ..domain.happening import Happened, Happening
from ..domain.license import License, LicenseStatus
from ..i18n import _
from ..seller.journal import Journal
from ..selling.errors import Refusal
from ..store.errors import StoreUnavailable
from ..store.settings import Settings
from ..text import plain, shorten
from .gate import Gate, GuardedView, say
from .license_text import license_embed, short, status_text
from .purchase_text import customer_sentence, not_saved
from .purchases import key_of
from .widgets import ChoiceMenu, PressButton
from .words import WordsModal

_LABEL = 100
_MOST_DAYS = 3650

Act = Callable[[], Awaitable[str]]


class Licenses:
    """Shows licences to their owners and to staff; keeps nothing between them."""

    def __init__(
        self,
        gate: Gate,
        settings: Settings,
        desk: LicenseDesk,
        journal: Journal,
        clock: Callable[[], datetime],
    ) -> None:
        self.gate = gate
        self._settings = settings
        self.desk = desk
        self._journal = journal
        self._clock = clock

    async def serve(self, interaction: discord.Interaction[Red]) -> None:
        """Answer `/license`."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            found = await self.desk.of_member(key_of(interaction))
        except Refusal as refusal:
            await interaction.edit_original_response(content=customer_sentence(refusal))
            return
        nothing = _(
            "You have no licence from this server. If you bought one a moment ago, wait a minute; "
            "`/purchases` shows your orders."
        )
        await self._show(interaction, found, nothing, staff=False)

    async def serve_staff(
        self, interaction: discord.Interaction[Red], search: str | None = None
    ) -> None:
        """Answer `[p]shoppex license`, asking what for when that was not said."""
        if search is None:
            await interaction.response.send_modal(
                WordsModal(
                    self.gate,
                    interaction.user.id,
                    title=_("Look up licences"),
                    label=_("A member's id, an order's number, or a key"),
                    description=_("Nobody else sees what you type here."),
                    submit=self._search,
                )
            )
            return
        await self._search(interaction, search)

    async def _search(self, interaction: discord.Interaction[Red], search: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            found = await self.desk.find(key_of(interaction).guild_id, search)
        except Refusal as refusal:
            await interaction.edit_original_response(content=customer_sentence(refusal))
            return
        nothing = _(
            "No licence was found. Search by member, by order number, or by the whole key."
        )
        await self._show(interaction, found, nothing, staff=True)

    async def _show(
        self,
        interaction: discord.Interaction[Red],
        found: list[License],
        nothing: str,
        *,
        staff: bool,
    ) -> None:
        if not found:
            await interaction.edit_original_response(content=nothing)
            return
        view = LicenseView(self, interaction.user.id, found, found[0], staff=staff)
        embed = license_embed(found[0], await self.colour(interaction))
        view.message = await interaction.edit_original_response(embed=embed, view=view)

    async def colour(self, interaction: discord.Interaction[Red]) -> discord.Colour:
        """The colour of what is shown here."""
        return await self.gate.bot.get_embed_color(interaction.channel)  # type: ignore[arg-type]

    def now(self) -> datetime:
        """The time."""
        return self._clock()

    def audit(
        self, interaction: discord.Interaction[Red], license_: License, what: str, *, staff: bool
    ) -> None:
        """Write a change into the log channel, without the key."""
        key = key_of(interaction)
        owner = self.desk.owner_of(key.guild_id, license_) if staff else key
        self._journal.note(
            Happening(
                Happened.LICENSE_CHANGED,
                owner or AccountKey(key.guild_id, 0),
                subject=license_.product_title,
                by=key.user_id,
                detail=_("Licence {id}: {what}").format(id=license_.uniqid, what=what),
            )
        )


class LicenseView(GuardedView):
    """A menu of licences, and what can be done with the chosen one."""

    def __init__(
        self,
        licenses: Licenses,
        user_id: int,
        found: list[License],
        chosen: License,
        *,
        staff: bool,
    ) -> None:
        super().__init__(licenses.gate, user_id)
        self._licenses = licenses
        self._found = found
        self._chosen = chosen
        self._staff = staff
        if len(found) > 1:
            options = [
                discord.SelectOption(
                    label=shorten(short(each), _LABEL),
                    value=str(number),
                    description=status_text(each),
                    default=each is chosen,
                )
                for number, each in enumerate(found)
            ]
            self.add_item(ChoiceMenu(_("Choose a licence"), options, self._choose))
        if chosen.hardware_id is not None and (staff or chosen.status is LicenseStatus.ACTIVE):
            self.add_item(PressButton(_("Free it from its machine"), self._reset))
        if staff:
            if chosen.status is LicenseStatus.ACTIVE:
                self.add_item(PressButton(_("Suspend"), self._suspend))
            else:
                self.add_item(PressButton(_("Reactivate"), self._reactivate))
            self.add_item(PressButton(_("Extend"), self._extend))

    async def _choose(self, interaction: discord.Interaction[Red], number: str) -> None:
        chosen = self._found[int(number)]
        view = LicenseView(self._licenses, self.user_id, self._found, chosen, staff=self._staff)
        embed = license_embed(chosen, await self._licenses.colour(interaction))
        await interaction.response.edit_message(embed=embed, view=view)
        view.message = self.message
        self.stop()

    async def _reset(self, interaction: discord.Interaction[Red]) -> None:
        key, license_ = key_of(interaction), self._chosen

        async def act() -> str:
            if self._staff:
                await self._licenses.desk.free(key.guild_id, license_.uniqid)
            else:
                await self._licenses.desk.reset(key, license_.uniqid)
            return _("It was freed from its machine.")

        await self._confirm(
            interaction,
            _("The machine that uses it now can no longer do so. The next one is bound to it."),
            act,
        )

    async def _suspend(self, interaction: discord.Interaction[Red]) -> None:
        await self._put(interaction, LicenseStatus.SUSPENDED, _("It was suspended."))

    async def _reactivate(self, interaction: discord.Interaction[Red]) -> None:
        await self._put(interaction, LicenseStatus.ACTIVE, _("It was reactivated."))

    async def _put(
        self, interaction: discord.Interaction[Red], status: LicenseStatus, done: str
    ) -> None:
        guild_id, license_ = key_of(interaction).guild_id, self._chosen

        async def act() -> str:
            await self._licenses.desk.put(guild_id, license_.uniqid, status)
            return done

        question = (
            _("Its owner can no longer use it until you reactivate it.")
            if status is LicenseStatus.SUSPENDED
            else _("Its owner can use it again.")
        )
        await self._confirm(interaction, question, act)

    async def _extend(self, interaction: discord.Interaction[Red]) -> None:
        guild_id, license_ = key_of(interaction).guild_id, self._chosen

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
                until = await self._licenses.desk.extend(guild_id, license_.uniqid, days)
                return _("It lasts until {day} now.").format(
                    day=discord.utils.format_dt(until, "f")
                )

            begin = max(license_.expires_at or self._licenses.now(), self._licenses.now())
            until = discord.utils.format_dt(begin + timedelta(days=days), "f")
            question = _("It will last until {day}.").format(day=until)
            await self._confirm(answer, question, act)

        await interaction.response.send_modal(
            WordsModal(
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
        view = SureView(self._licenses, self.user_id, self._chosen, act, staff=self._staff)
        text = f"**{plain(short(self._chosen))}**\n{question} " + _("Are you sure?")
        await interaction.response.send_message(text, view=view, ephemeral=True)
        view.message = await interaction.original_response()


class SureView(GuardedView):
    """One more press, and it is done and written into the log channel."""

    def __init__(
        self, licenses: Licenses, user_id: int, license_: License, act: Act, *, staff: bool
    ) -> None:
        super().__init__(licenses.gate, user_id, timeout=120.0)
        self._licenses = licenses
        self._license = license_
        self._act = act
        self._staff = staff
        self.add_item(PressButton(_("Yes, do it"), self._go, style=discord.ButtonStyle.danger))

    async def _go(self, interaction: discord.Interaction[Any]) -> None:
        # Twice pressed is done once.
        self.stop()
        await interaction.response.defer()
        try:
            await self._still_staff(interaction)
            done = await self._act()
        except Refusal as refusal:
            await interaction.edit_original_response(content=customer_sentence(refusal), view=None)
            return
        except StoreUnavailable:
            await interaction.edit_original_response(content=not_saved(), view=None)
            return
        await interaction.edit_original_response(content=f"✅ {done}", view=None)
        self._licenses.audit(interaction, self._license, done, staff=self._staff)

    async def _still_staff(self, interaction: discord.Interaction[Any]) -> None:
        guild = interaction.guild
        if not self._staff:
            return
        if guild is None or not await self.gate.is_staff(guild, interaction.user):
            raise NotTheirs
