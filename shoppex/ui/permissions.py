"""Permission checks of views and modals, which do not pass Red's own checks."""

from __future__ import annotations

import asyncio
import logging
import weakref

import discord
from redbot.core import commands
from redbot.core.bot import Red
from redbot.core.i18n import set_contextual_locales_from_guild

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


def _member(guild: discord.Guild, user: discord.User | discord.Member) -> discord.Member | None:
    """Somebody in a server; Discord may have told of them with this click alone."""
    member = guild.get_member(user.id)
    if member is None and isinstance(user, discord.Member) and user.guild == guild:
        return user
    return member


async def say(interaction: discord.Interaction[Red], text: str) -> None:
    """Answer privately, whether or not the interaction was answered before."""
    if interaction.response.is_done():
        await interaction.followup.send(text, ephemeral=True)
    else:
        await interaction.response.send_message(text, ephemeral=True)
