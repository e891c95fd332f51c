"""Listeners for gateway events, each passed on to the part it concerns."""

from __future__ import annotations

import logging

import discord
from redbot.core import commands

from .domain.account import AccountKey
from .fulfilment.engine.engine import Engine
from .fulfilment.reconcile.membership import Membership
from .health.monitor import HealthMonitor
from .i18n import mentions
from .offers.role_powers import note_powers
from .store.errors import StoreUnavailable
from .ui.command_base import CommandBase

log = logging.getLogger("red.shoppex.shoppex.gateway_events")


class Gateway(CommandBase):
    """The listeners of the cog."""

    engine: Engine
    monitor: HealthMonitor
    membership: Membership

    @commands.Cog.listener()
    async def on_command_completion(self, ctx: commands.Context) -> None:
        """Slash commands may have been enabled or synced, or the prefix been changed."""
        top = "" if ctx.command is None else ctx.command.qualified_name.split()[0]
        if top in ("slash", "set"):
            await mentions.learn(self.bot)

    @commands.Cog.listener()
    async def on_member_join(self, member: discord.Member) -> None:
        """Somebody may be here again."""
        self.membership.joined(member)

    @commands.Cog.listener()
    async def on_member_ban(
        self, guild: discord.Guild, user: discord.User | discord.Member
    ) -> None:
        """Somebody was banned."""
        self.membership.banned(AccountKey(guild.id, user.id))

    @commands.Cog.listener()
    async def on_member_unban(self, guild: discord.Guild, user: discord.User) -> None:
        """A ban was lifted."""
        self.membership.unbanned(AccountKey(guild.id, user.id))

    @commands.Cog.listener()
    async def on_guild_role_update(self, before: discord.Role, after: discord.Role) -> None:
        """A role was moved, or its permissions changed."""
        if before.position != after.position or before.permissions != after.permissions:
            self.engine.wake(after.guild.id)
            self.monitor.wake(after.guild.id)

    @commands.Cog.listener()
    async def on_guild_role_delete(self, role: discord.Role) -> None:
        """A role is gone; it may be for sale."""
        self.monitor.wake(role.guild.id)

    @commands.Cog.listener()
    async def on_member_update(self, before: discord.Member, after: discord.Member) -> None:
        """The bot itself was given another role, or somebody passed the server's screening."""
        if after.id == after.guild.me.id and before.roles != after.roles:
            self.engine.wake(after.guild.id)
            self.monitor.wake(after.guild.id)
        if before.pending and not after.pending:
            await self._retry(AccountKey(after.guild.id, after.id))

    @commands.Cog.listener()
    async def on_message_without_command(self, message: discord.Message) -> None:
        """Who writes to the bot in private can be written to."""
        if message.guild is None and not message.author.bot:
            for key in self.ledger.keys_of(message.author.id):
                await self._retry(key)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server came back."""
        await note_powers(self.settings, guild)
        self.engine.mark_unsettled(guild.id)
        self.membership.look_for_returns(guild.id)

    async def _retry(self, key: AccountKey) -> None:
        try:
            await self.engine.retry(key)
        except StoreUnavailable as error:
            log.error("Nothing can be kept: %s", error)
