"""Confirmation of a transfer of everything that somebody bought to another account."""

from __future__ import annotations

import discord
from redbot.core.bot import Red

from ..discord_limits import FIELD
from ..domain.account import AccountKey
from ..errors import Refusal
from ..formatting import shorten
from ..fulfilment.engine.failures import REQUEST_ERRORS
from ..i18n import _, ngettext
from ..offers.role_rights import refuse_what_is_above
from ..ui.confirm_view import ask
from ..ui.members import name_of_user
from ..ui.permissions import PermissionGuard, say
from ..ui.responses import take_time
from ..ui.staff_view import admit_staff
from .errors import WasBanned
from .texts import staff_sentence
from .transfer import TransferService


class TransferFlow:
    """Shows what moving does, and has it done."""

    def __init__(self, gate: PermissionGuard, moves: TransferService) -> None:
        self._gate = gate
        self._transfers = moves

    async def ask(
        self,
        interaction: discord.Interaction[Red],
        guild: discord.Guild,
        source_id: int,
        target_id: int,
    ) -> None:
        """Show what moves, and which roles go and come."""
        if not await admit_staff(interaction, self._gate, guild):
            return
        source, target = AccountKey(guild.id, source_id), AccountKey(guild.id, target_id)
        by = interaction.user.id
        try:
            move = self._transfers.preview(source, target)
            refuse_what_is_above(guild, by, move.comes)
            await take_time(interaction)
            if await is_banned(guild, source_id):
                raise WasBanned
        except Refusal as refusal:
            await say(interaction, staff_sentence(refusal))
            return
        embed = discord.Embed(
            title=_("Move everything?"),
            description=_(
                "Everything that {source} bought here becomes that of {target}: it is shown, "
                "renewed, refunded and delivered there from then on. Only a move back undoes it."
            ).format(source=f"<@{source_id}>", target=f"<@{target_id}>"),
        )
        embed.add_field(
            name=_("What moves"),
            value="\n".join(
                (
                    ngettext("{count} order", "{count} orders", move.orders).format(
                        count=move.orders
                    ),
                    ngettext(
                        "{count} subscription", "{count} subscriptions", move.subscriptions
                    ).format(count=move.subscriptions),
                    _("the remembered e-mail address and the waiting times for licences"),
                )
            ),
            inline=False,
        )
        goes = _("{member} loses").format(member=name_of_user(self._gate.bot, guild, source_id))
        comes = _("{member} gets").format(member=name_of_user(self._gate.bot, guild, target_id))
        for title, roles in ((goes, move.goes), (comes, move.comes)):
            mentions = ", ".join(f"<@&{role_id}>" for role_id in roles)
            embed.add_field(
                name=title, value=shorten(mentions, FIELD) or _("no role"), inline=False
            )
        embed.set_footer(text=_("Make sure that both accounts are the same person's."))

        async def act() -> str:
            await self._transfers.move(source, target, by)
            return _(
                "✅ Everything that {source} bought is now that of {target}. Roles follow at "
                "Discord's pace."
            ).format(source=f"<@{source_id}>", target=f"<@{target_id}>")

        await ask(interaction, self._gate, guild, embed, _("Yes, move it"), act, staff_sentence)


async def is_banned(guild: discord.Guild, user_id: int) -> bool:
    """Whether somebody is banned, as far as the bot may know."""
    if guild.get_member(user_id) is not None or not guild.me.guild_permissions.ban_members:
        return False
    try:
        await guild.fetch_ban(discord.Object(user_id))
    except REQUEST_ERRORS:
        return False
    return True
