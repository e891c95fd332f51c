"""Flow of `/license` and `[p]shoppex license`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import discord
from redbot.core.bot import Red

from ..domain.account import AccountKey
from ..domain.event import EventKind, ShopEvent
from ..domain.license import License
from ..errors import Refusal
from ..i18n import _
from ..log_channel.writer import EventLog
from ..purchases.errors import NotStaff
from ..purchases.flow import key_of
from ..purchases.texts import customer_sentence
from ..ui.permissions import PermissionGuard
from ..ui.text_modal import TextModal
from .service import FoundLicenses, LicenseService
from .views import LicenseView


class LicenseFlow:
    """Shows licences to their owners and to staff; keeps nothing between them."""

    def __init__(
        self,
        gate: PermissionGuard,
        desk: LicenseService,
        journal: EventLog,
        clock: Callable[[], datetime],
    ) -> None:
        self.gate = gate
        self.desk = desk
        self._journal = journal
        self._clock = clock

    async def serve(self, interaction: discord.Interaction[Red]) -> None:
        """Answer `/license`."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        nothing = _(
            "You have no licence from this server. If you bought one a moment ago, wait a minute; "
            "`/purchases` shows your orders."
        )
        await self.look(interaction, None, 0, nothing)

    async def serve_staff(
        self, interaction: discord.Interaction[Red], search: str | None = None
    ) -> None:
        """Answer `[p]shoppex license`, asking what for when that was not said."""
        if search is None:
            await interaction.response.send_modal(
                TextModal(
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
        nothing = _(
            "No licence was found. Search by member, by order number, or by the whole key."
        )
        await self.look(interaction, search, 0, nothing)

    async def look(
        self, interaction: discord.Interaction[Red], search: str | None, start: int, nothing: str
    ) -> None:
        """Put what is found in place of the answer that is shown.

        Parameters
        ----------
        search
            What staff look for; ``None`` for one's own licences.
        start
            How many newer orders are passed over.
        nothing
            What is said when nothing is found.
        """
        try:
            found = await self._find(interaction, search, start)
        except Refusal as refusal:
            await interaction.edit_original_response(
                content=customer_sentence(refusal), embed=None, view=None
            )
            return
        if not found.holdings and found.older is None:
            await interaction.edit_original_response(content=nothing, embed=None, view=None)
            return
        await LicenseView(self, interaction.user.id, found, search).show(interaction)

    async def _find(
        self, interaction: discord.Interaction[Red], search: str | None, start: int
    ) -> FoundLicenses:
        key = key_of(interaction)
        if search is None:
            return await self.desk.of_member(key, start)
        await self.check_staff(interaction)
        return await self.desk.find(key.guild_id, search, start)

    async def check_staff(self, interaction: discord.Interaction[Red]) -> None:
        """Look once more who presses: a form and its buttons outlive the command.

        Raises
        ------
        NotStaff
            When they are not staff any more.
        """
        guild = interaction.guild
        if guild is None or not await self.gate.is_staff(guild, interaction.user):
            raise NotStaff

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
            ShopEvent(
                EventKind.LICENSE_CHANGED,
                owner or AccountKey(key.guild_id, 0),
                subject=license_.product_title,
                by=key.user_id,
                detail=_("Licence {id}: {what}").format(id=license_.uniqid, what=what),
            )
        )
