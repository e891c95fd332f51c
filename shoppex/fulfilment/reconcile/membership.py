"""Track members who leave, rejoin or are banned."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import discord
from redbot.core.bot import Red

from ...domain.account import Account, AccountKey, Grant
from ...domain.delivery import Delivery, DeliveryState
from ...store.errors import StoreUnavailable
from ...store.ledger import Ledger
from ...store.settings import Settings
from ..engine.engine import Engine
from ..engine.scheduler import Scheduler

log = logging.getLogger("red.shoppex.shoppex.fulfilment.reconcile.membership")

_AFTER_A_REFUSED_WRITE = timedelta(minutes=1)
_AFTER_NO_ANSWER = timedelta(minutes=10)
# https://discord.com/developers/docs/events/gateway-events#request-guild-members: at most 100.
_ASKED_AT_ONCE = 100
_NOBODY = 0


class Membership:
    """Records that somebody was banned, and that who came back lacks what they were given.

    Leaving itself changes nothing: what was bought goes on or ends by itself. Who comes back
    has lost every role, so what was given before counts as not given, and the engine gives what
    is still wanted.
    """

    def __init__(
        self,
        bot: Red,
        ledger: Ledger,
        settings: Settings,
        engine: Engine,
        clock: Callable[[], datetime],
    ) -> None:
        self._bot = bot
        self._ledger = ledger
        self._settings = settings
        self._engine = engine
        self._clock = clock
        self._arrivals = Scheduler("arrivals", self._receive, clock)
        self._bans = Scheduler("bans", self._record_ban, clock)
        self._walks = Scheduler("membership", self._walk, clock)
        self._joined_at: dict[AccountKey, datetime] = {}
        self._banned_at: dict[AccountKey, datetime] = {}

    def joined(self, member: discord.Member) -> None:
        """Note that somebody joined, maybe for the second time."""
        key = AccountKey(member.guild.id, member.id)
        if self._ledger.get(key).orders:
            # By this clock, which also says when roles were given: Discord's may differ.
            self._joined_at[key] = self._clock()
            self._arrivals.mark(key)

    def banned(self, key: AccountKey) -> None:
        """Note a ban: what the member bought before gives no role any more."""
        if self._ledger.get(key).orders:
            self._banned_at[key] = self._clock()
            self._bans.mark(key)

    def unbanned(self, key: AccountKey) -> None:
        """Note the end of a ban. Where none was heard of, it came while the bot was away."""
        account = self._ledger.get(key)
        if account.banned_at is None and key not in self._banned_at:
            self.banned(key)

    def look_for_returns(self, guild_id: int) -> None:
        """Look for members who left and came back while the bot was away."""
        self._walks.mark(AccountKey(guild_id, _NOBODY))

    async def close(self) -> None:
        """Stop; what was left undone is found at the next start."""
        lanes = (self._arrivals, self._bans, self._walks)
        await asyncio.gather(*(each.close() for each in lanes))

    async def _receive(self, key: AccountKey) -> datetime | None:
        guild = self._bot.get_guild(key.guild_id)
        member = None if guild is None else guild.get_member(key.user_id)
        if member is None:
            self._joined_at.pop(key, None)
            return None
        role_ids, joined_at = _role_ids(member), self._joined_at[key]
        try:
            if self._settings.guild(key.guild_id).rejoin:
                await self._ledger.update(key, lambda a: owing_again(a, role_ids, joined_at))
                self._engine.mark(key)
            await self._engine.retry(key)
        except StoreUnavailable:
            log.error("That a buyer came back to guild %s cannot be kept yet", key.guild_id)
            return self._clock() + _AFTER_A_REFUSED_WRITE
        if self._joined_at[key] == joined_at:
            del self._joined_at[key]
        return None

    async def _record_ban(self, key: AccountKey) -> datetime | None:
        banned_at = self._banned_at[key]
        try:
            await self._ledger.update(key, lambda a: replace(a, banned_at=banned_at))
        except StoreUnavailable:
            log.error("A ban in guild %s cannot be kept yet", key.guild_id)
            return self._clock() + _AFTER_A_REFUSED_WRITE
        if self._banned_at[key] == banned_at:
            del self._banned_at[key]
        log.info("A buyer was banned from guild %s; their purchases give no role", key.guild_id)
        self._engine.mark(key)
        return None

    async def _walk(self, nobody: AccountKey) -> datetime | None:
        guild = self._bot.get_guild(nobody.guild_id)
        if guild is None or guild.unavailable or not self._settings.guild(guild.id).rejoin:
            return None
        unknown: list[int] = []
        async for key in self._ledger.walk(guild.id):
            account = self._ledger.get(key)
            if not account.grants:
                continue
            member = guild.get_member(key.user_id)
            if member is not None:
                self._see(account, member)
            elif not guild.chunked:
                unknown.append(key.user_id)
        return await self._ask_for(guild, unknown)

    async def _ask_for(self, guild: discord.Guild, user_ids: Sequence[int]) -> datetime | None:
        """Look at members whom the bot has not got in memory: that is not to be gone."""
        for start in range(0, len(user_ids), _ASKED_AT_ONCE):
            try:
                members = await guild.query_members(
                    user_ids=list(user_ids[start : start + _ASKED_AT_ONCE]), cache=True
                )
            except (asyncio.TimeoutError, discord.ClientException):
                return self._clock() + _AFTER_NO_ANSWER
            for member in members:
                self._see(self._ledger.get(AccountKey(guild.id, member.id)), member)
        return None

    def _see(self, account: Account, member: discord.Member) -> None:
        joined_at = member.joined_at
        if joined_at is not None and _lost(account, _role_ids(member), joined_at):
            self._joined_at.setdefault(account.key, joined_at)
            self._arrivals.mark(account.key)


def owing_again(account: Account, role_ids: Collection[int], joined_at: datetime) -> Account:
    """The account of somebody who joined then, with what they lost by leaving to be given again.

    What they lack although they stayed was taken by staff, and is not given back.

    Parameters
    ----------
    role_ids
        What the member has.
    """
    grants = {
        role_id: given_anew(grant)
        for role_id, grant in _lost(account, role_ids, joined_at).items()
    }
    return replace(account, grants={**account.grants, **grants}) if grants else account


def _lost(account: Account, role_ids: Collection[int], joined_at: datetime) -> dict[int, Grant]:
    return {
        role_id: grant
        for role_id, grant in account.grants.items()
        if grant.delivery.state is DeliveryState.DELIVERED
        and role_id not in role_ids
        and grant.given_at is not None
        and grant.given_at <= joined_at
    }


def given_anew(grant: Grant) -> Grant:
    """The role, to be given again.

    Another bot may be quicker to give back what somebody had. As a role that was begun, it is
    recognised as the cog's own, and goes when what pays for it ends.
    """
    begun_at = grant.given_at if grant.ours else None
    return Grant(ours=grant.ours, delivery=Delivery(begun_at=begun_at))


def _role_ids(member: discord.Member) -> frozenset[int]:
    return frozenset(role.id for role in member.roles)
