"""View of the brake: why removals are stopped, and the two buttons that decide."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import discord
from redbot.core.bot import Red

from ..discord_limits import BODY
from ..domain.account import AccountKey
from ..formatting import shorten
from ..fulfilment.reconcile.brake import Brake
from ..i18n import _
from ..store.errors import StoreUnavailable
from ..ui.admin_view import AdminView
from ..ui.components import PressButton
from ..ui.permissions import PermissionGuard
from ..ui.reason_text import waiting_sentence

_NAMED = 20

Decision = Callable[[int], Awaitable[None]]


class BrakeView(AdminView):
    """Confirm or dismiss, and each once more."""

    def __init__(
        self, gate: PermissionGuard, user_id: int, brake: Brake, guild: discord.Guild
    ) -> None:
        super().__init__(gate, user_id)
        self._brake = brake
        self._guild = guild
        self._offer_both()

    def _offer_both(self) -> None:
        self.clear_items()
        danger, success = discord.ButtonStyle.danger, discord.ButtonStyle.success
        take = partial(self._ask, label=_("Yes, take the roles"), decide=self._confirm)
        keep = partial(self._ask, label=_("Yes, let them keep the roles"), decide=self._dismiss)
        self.add_item(PressButton(_("Confirm"), take, style=danger))
        self.add_item(PressButton(_("Dismiss"), keep, style=success))

    async def _ask(
        self,
        interaction: discord.Interaction[Red],
        label: str,
        decide: Callable[[discord.Interaction[Red]], Awaitable[None]],
    ) -> None:
        self.clear_items()
        self.add_item(PressButton(label, decide, style=discord.ButtonStyle.danger))
        self.add_item(PressButton(_("Back"), self._back))
        await interaction.response.edit_message(view=self)

    async def _back(self, interaction: discord.Interaction[Red]) -> None:
        self._offer_both()
        await interaction.response.edit_message(view=self)

    async def _confirm(self, interaction: discord.Interaction[Red]) -> None:
        done = _(
            "✅ The roles are being taken now, at Discord's pace. From now on roles are taken as "
            "usual."
        )
        await self._decide(interaction, self._brake.confirm, done)

    async def _dismiss(self, interaction: discord.Interaction[Red]) -> None:
        done = _(
            "✅ Those purchases go on giving their roles, whatever Shoppex says of them. From now "
            "on roles are taken as usual."
        )
        await self._decide(interaction, self._brake.dismiss, done)

    async def _decide(
        self, interaction: discord.Interaction[Red], decision: Decision, done: str
    ) -> None:
        await interaction.response.defer()
        try:
            await decision(self._guild.id)
        except StoreUnavailable:
            done = _(
                "The bot cannot save anything right now, so nothing was decided and no role is "
                "taken. Please try again later."
            )
        self.stop()
        await interaction.edit_original_response(content=done, view=None)


def brake_embed(
    why: str, at_stake: Mapping[AccountKey, tuple[int, ...]], colour: discord.Colour
) -> discord.Embed:
    """Why no role is taken, and who would lose which."""
    lines = [
        f"<@{key.user_id}>: {' '.join(f'<@&{role_id}>' for role_id in roles)}"
        for key, roles in list(at_stake.items())[:_NAMED]
    ]
    if len(at_stake) > _NAMED:
        lines.append(_("… and {count} more").format(count=len(at_stake) - _NAMED))
    text = "\n".join((waiting_sentence(why), "", *lines))
    embed = discord.Embed(
        title=_("No role is taken until you decide"),
        description=shorten(text, BODY),
        colour=colour,
    )
    embed.add_field(
        name=_("Would be taken"),
        value=_("{roles} roles of {members} members").format(
            roles=sum(len(roles) for roles in at_stake.values()), members=len(at_stake)
        ),
        inline=False,
    )
    embed.add_field(
        name=_("What you can do"),
        value=_(
            "**Confirm** when it is right: the roles are taken now.\n"
            "**Dismiss** when it is a mistake: those purchases go on giving their roles. A pass "
            "that has run out ends all the same.\n"
            "Or mend it at Shoppex, or with another key, and leave this as it is."
        ),
        inline=False,
    )
    return embed
