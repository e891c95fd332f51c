"""Who may press what. Views and modals do not pass Red's own checks, so they pass this one."""

from __future__ import annotations

import asyncio
import logging
import weakref
from typing import Any

import discord
from redbot.core import commands
from redbot.core.bot import Red
from redbot.core.i18n import set_contextual_locales_from_guild

from ..discord_limits import FORM_TITLE
from ..i18n import _
from ..store.settings import Settings

log = logging.getLogger("red.shoppex.shoppex.ui.permissions")

_GOODBYE_SECONDS = 3.0


class PermissionGuard:
    """Decides whether a click is let through, and answers when it is not."""

    def __init__(self, bot: Red, cog: commands.Cog, settings: Settings) -> None:
        self.bot = bot
        self._cog = cog
        self._settings = settings
        self._open: weakref.WeakSet[discord.ui.View | discord.ui.Modal] = weakref.WeakSet()
        self._closed = False

    def watch(self, view: discord.ui.View | discord.ui.Modal) -> None:
        """Remember a view that must not outlive the cog."""
        self._open.add(view)

    async def close(self) -> None:
        """Let nobody through any more: what these views would write is no longer true.

        Their buttons are taken away, as far as that goes in three seconds.
        """
        self._closed = True
        live = [view for view in self._open if not view.is_finished()]
        for view in live:
            view.stop()
        goodbyes = [asyncio.create_task(view.on_timeout()) for view in live]
        if goodbyes:
            _, late = await asyncio.wait(goodbyes, timeout=_GOODBYE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def asleep(self, guild: discord.Guild) -> bool:
        """Whether the cog is switched off in a guild."""
        return await self.bot.cog_disabled_in_guild(self._cog, guild)

    async def is_staff(self, guild: discord.Guild, user: discord.User | discord.Member) -> bool:
        """Whether somebody may help this server's buyers, as `[p]shoppex` itself decides."""
        member = _member(guild, user)
        role_id = self._settings.guild(guild.id).staff_role
        if member is not None and role_id is not None and member.get_role(role_id) is not None:
            return True
        return await self.is_admin(guild, user)

    async def is_admin(self, guild: discord.Guild, user: discord.User | discord.Member) -> bool:
        """Whether somebody may set up this server's shop, as `[p]shoppexset` itself decides."""
        member = _member(guild, user)
        if member is None:
            return False
        if member.guild_permissions.manage_guild or await self.bot.is_owner(user):
            return True
        return await self.bot.is_admin(member)

    async def colour(self, interaction: discord.Interaction[Red]) -> discord.Colour:
        """The colour of what is shown in answer to a click or a command."""
        return await self.bot.get_embed_color(interaction.channel)  # type: ignore[arg-type]

    async def admit(self, interaction: discord.Interaction[Red], user_id: int) -> bool:
        """Whether this click is the business of the one it was made for."""
        await set_contextual_locales_from_guild(self.bot, interaction.guild)
        refusal = await self._refusal(interaction, user_id)
        if refusal is None:
            return True
        await say(interaction, refusal)
        return False

    async def _refusal(self, interaction: discord.Interaction[Red], user_id: int) -> str | None:
        if self._closed:
            return _("The bot was updated a moment ago. Please use the command again.")
        if interaction.user.id != user_id:
            return _("This button belongs to somebody else. Use the command yourself instead.")
        if not await self.bot.allowed_by_whitelist_blacklist(interaction.user):
            return _(
                "You cannot use this bot here: you are on its block list, or not on its allow "
                "list. The server's staff can tell you more."
            )
        if interaction.guild is not None and await self.asleep(interaction.guild):
            return _("The shop is switched off in this server. Its staff can switch it on again.")
        return None


class GuardedView(discord.ui.View):
    """Buttons and menus for one person.

    Parameters
    ----------
    timeout
        Seconds. An ephemeral message can be edited for 15 minutes, so nothing lives longer.
    """

    def __init__(self, gate: PermissionGuard, user_id: int, *, timeout: float = 840.0) -> None:
        super().__init__(timeout=timeout)
        gate.watch(self)
        self.gate = gate
        self.user_id = user_id
        self.message: discord.Message | discord.InteractionMessage | None = None

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Let only the owner of this view through."""
        return await self.gate.admit(interaction, self.user_id)

    async def on_timeout(self) -> None:
        """Take the buttons away, so that nobody presses what no longer answers."""
        if self.message is not None:
            try:
                await self.message.edit(view=None)
            except discord.HTTPException:
                log.debug("A view had no message left to be taken from")

    async def on_error(
        self,
        interaction: discord.Interaction[Any],
        error: Exception,
        item: discord.ui.Item[Any],
        /,
    ) -> None:
        """Never leave a click without an answer."""
        log.error("Pressing %s failed", type(item).__name__, exc_info=error)
        await say(interaction, something_broke())


class GuardedModal(discord.ui.Modal):
    """A form for one person."""

    def __init__(self, gate: PermissionGuard, user_id: int, *, title: str) -> None:
        super().__init__(title=title[:FORM_TITLE], timeout=840.0)
        gate.watch(self)
        self.gate = gate
        self.user_id = user_id

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Let only the owner of this form through."""
        return await self.gate.admit(interaction, self.user_id)

    async def on_error(  # type: ignore[override] # as discord.py's own Modal has it
        self, interaction: discord.Interaction[Any], error: Exception, /
    ) -> None:
        """Never leave a form without an answer."""
        log.error("The form %s failed", type(self).__name__, exc_info=error)
        await say(interaction, something_broke())


def _member(guild: discord.Guild, user: discord.User | discord.Member) -> discord.Member | None:
    """Somebody in a server; Discord may have told of them with this click alone."""
    member = guild.get_member(user.id)
    if member is None and isinstance(user, discord.Member) and user.guild == guild:
        return user
    return member


def something_broke() -> str:
    """The sentence for a bug of ours."""
    return _(
        "Something went wrong inside the bot. Nothing was charged by this step. Please try "
        "again; if it happens again, tell the server's staff the time it happened."
    )


async def say(interaction: discord.Interaction[Red], text: str) -> None:
    """Answer privately, whether or not the interaction was answered before."""
    if interaction.response.is_done():
        await interaction.followup.send(text, ephemeral=True)
    else:
        await interaction.response.send_message(text, ephemeral=True)
