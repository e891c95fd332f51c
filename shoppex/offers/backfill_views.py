"""Views of a backfill: the choice whether earlier buyers get it, and its progress."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import discord
from redbot.core.bot import Red

from ..discord_limits import FIELD
from ..formatting import plain, shorten
from ..fulfilment.reconcile.role_backfill import Preview
from ..i18n import _
from ..store.errors import StoreUnavailable
from ..ui.admin_view import AdminView
from ..ui.common_text import not_saved
from ..ui.components import PressButton
from ..ui.permissions import PermissionGuard

log = logging.getLogger("red.shoppex.shoppex.offers.backfill_views")

_NAMES = 20

# Keeps the change; given to earlier buyers too, it reports by the second argument.
Apply = Callable[[], Awaitable[None]]
ApplyToAll = Callable[["ProgressMessage"], Awaitable[None]]


class BackfillView(AdminView):
    """Only new buyers, earlier ones too, or nothing at all."""

    def __init__(
        self,
        gate: PermissionGuard,
        user_id: int,
        *,
        done: str,
        apply: Apply,
        apply_to_all: ApplyToAll,
    ) -> None:
        super().__init__(gate, user_id)
        self._done = done
        self._apply = apply
        self._apply_to_all = apply_to_all
        self.add_item(PressButton(_("Only new buyers"), self._only_new))
        self.add_item(
            PressButton(_("Earlier buyers too"), self._everybody, style=discord.ButtonStyle.danger)
        )
        self.add_item(PressButton(_("Cancel"), self._cancel))

    async def _only_new(self, interaction: discord.Interaction[Red]) -> None:
        if not self._is_first():
            return
        await interaction.response.defer()
        try:
            await self._apply()
        except StoreUnavailable:
            text = not_saved()
        else:
            text = self._done + " " + _("Those who have bought it keep what they have.")
        await interaction.edit_original_response(content=text, embed=None, view=None)

    async def _everybody(self, interaction: discord.Interaction[Red]) -> None:
        if not self._is_first():
            return
        await interaction.response.defer()
        try:
            await self._apply_to_all(ProgressMessage(interaction, self._done))
        except StoreUnavailable:
            await interaction.edit_original_response(content=not_saved(), embed=None, view=None)

    async def _cancel(self, interaction: discord.Interaction[Red]) -> None:
        if self._is_first():
            await interaction.response.edit_message(
                content=_("Nothing was changed."), embed=None, view=None
            )

    def _is_first(self) -> bool:
        """Whether this press decides: two may come before the buttons are gone."""
        first = not self.is_finished()
        self.stop()
        return first


class ProgressMessage:
    """Says how far a backfill has come, for as long as Discord lets a message be edited."""

    def __init__(self, interaction: discord.Interaction[Any], done: str) -> None:
        self._interaction = interaction
        self._done = done

    async def __call__(self, done: int, of: int, *, failed: bool = False) -> bool:
        """Show it; whether more is worth telling."""
        if failed:
            state = _(
                "⚠️ Earlier buyers: {done} of {of}. The rest could not be saved. Use the same "
                "command again later: it goes on with those who are left."
            )
        elif done < of:
            state = _(
                "Earlier buyers: {done} of {of}. This goes on by itself, also when this message "
                "no longer changes."
            )
        else:
            state = _(
                "Earlier buyers: all {of} are done. `/shoppexset show` says who still waits for "
                "you, if anybody does."
            )
        text = self._done + "\n" + state.format(done=done, of=of)
        try:
            await self._interaction.edit_original_response(content=text, embed=None, view=None)
        except discord.HTTPException:
            log.debug("A backfill goes on without a message that shows it")
            return False
        return not self._interaction.is_expired()


def preview_embed(
    guild: discord.Guild, title: str, preview: Preview, colour: discord.Colour
) -> discord.Embed:
    """Who gains and who loses what."""
    embed = discord.Embed(
        title=_("There are earlier buyers"),
        description=_(
            "**{title}** is to give other roles. Nothing is changed yet. With “Earlier buyers "
            "too”, this happens to {count} of them:"
        ).format(title=plain(title), count=len(preview.effects)),
        colour=colour,
    )
    gaining: dict[int, list[int]] = {}
    losing: dict[int, list[int]] = {}
    for user_id, effect in preview.effects.items():
        for role_id in effect.gains:
            gaining.setdefault(role_id, []).append(user_id)
        for role_id in effect.loses:
            losing.setdefault(role_id, []).append(user_id)
    for heading, parts in ((_("Gain"), gaining), (_("Lose"), losing)):
        if parts:
            lines = [
                f"<@&{role_id}> ({len(user_ids)}): {_names(guild, user_ids)}"
                for role_id, user_ids in parts.items()
            ]
            embed.add_field(name=heading, value=shorten("\n".join(lines), FIELD), inline=False)
    return embed


def _names(guild: discord.Guild, user_ids: list[int]) -> str:
    shown = [
        plain(member.display_name, 32)
        if (member := guild.get_member(user_id))
        else f"<@{user_id}>"
        for user_id in user_ids[:_NAMES]
    ]
    more = len(user_ids) - len(shown)
    names = ", ".join(shown)
    return names if more == 0 else _("{names} and {more} more").format(names=names, more=more)
