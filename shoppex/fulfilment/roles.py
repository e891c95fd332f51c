"""Giving roles, and knowing beforehand when that cannot work."""

from __future__ import annotations

import logging
import random
from dataclasses import replace
from datetime import datetime

import discord

from ..domain.account import Account, AccountKey, Delivery, DeliveryState, Grant
from .desired import close_orders
from .failures import REQUEST_ERRORS, Failure, after_failure, classify
from .obstacles import SEEN_WITHOUT_ASKING, why_not_give
from .step import GUILD_AWAY, DiscordStep

log = logging.getLogger("red.shoppex.roles")

_SCREENED = Failure(DeliveryState.NEEDS_BUYER, "screening_pending")
_UNSEEN = Failure(DeliveryState.NEEDS_BUYER, "member_left")
_REFUSED_TO_ALL = ("no_permission", "no_access", "role_gone")


class RoleStep(DiscordStep):
    """Gives the roles that purchases pay for. One account at a time."""

    name = "roles"

    async def settle(self, key: AccountKey) -> datetime | None:
        """Give what is missing; say when to look again."""
        now = self._clock()
        account = self._ledger.get(key)
        wanted = self._desired(key, now)
        todo = {
            role_id: nonces
            for role_id, nonces in wanted.roles.items()
            if _workable(account.grants.get(role_id), now)
        }
        if not todo:
            await self._ledger.update(key, lambda a: close_orders(a, self._roles(key)))
            return wanted.look_again
        guild = await self._awake_guild(key)
        if guild is None:
            return now + GUILD_AWAY
        obstacles = {role_id: self._obstacle(guild, role_id) for role_id in todo}
        absent = None
        member = guild.get_member(key.user_id)
        if member is None and None in obstacles.values():
            try:
                member = await self._budget.request(lambda: guild.fetch_member(key.user_id))
            except REQUEST_ERRORS as error:
                absent = classify(error)
        for role_id, nonces in todo.items():
            if member is not None and member.get_role(role_id) is not None:
                await self._found(key, role_id)
            elif (failure := obstacles[role_id] or absent) is not None or member is None:
                await self._failed(key, role_id, failure or _UNSEEN)
            else:
                await self._give(key, member, role_id, self._references(account, nonces))
        return self._desired(key, now).look_again

    def _obstacle(self, guild: discord.Guild, role_id: int) -> Failure | None:
        """What is known to stand in the way without a request."""
        reason = why_not_give(guild.get_role(role_id), guild.me)
        if reason is not None:
            return Failure(DeliveryState.NEEDS_STAFF, reason)
        return self._refused.get((guild.id, role_id))

    async def _found(self, key: AccountKey, role_id: int) -> None:
        """The member has it. Begun and there: the bot died before it wrote that down."""
        grant = self._ledger.get(key).grants.get(role_id)
        begun = grant is not None and grant.delivery.begun_at is not None
        await self._write(key, role_id, Grant(begun, Delivery(DeliveryState.DELIVERED)))

    async def _give(
        self, key: AccountKey, member: discord.Member, role_id: int, orders: str
    ) -> None:
        if member.pending:
            await self._failed(key, role_id, _SCREENED)
            return
        grant = self._ledger.get(key).grants.get(role_id)
        if grant is None or grant.delivery.begun_at is None:
            await self._write(key, role_id, Grant(delivery=Delivery(begun_at=self._clock())))
        role = discord.Object(role_id)
        try:
            await self._budget.request(
                lambda: member.add_roles(role, reason=f"Shoppex order {orders}", atomic=True)
            )
        except REQUEST_ERRORS as error:
            failure = classify(error)
            if failure.reason in _REFUSED_TO_ALL:
                self._refused[key.guild_id, role_id] = failure
            await self._failed(key, role_id, failure)
        else:
            await self._write(key, role_id, Grant(delivery=Delivery(DeliveryState.DELIVERED)))

    async def _failed(self, key: AccountKey, role_id: int, failure: Failure) -> None:
        grant = self._ledger.get(key).grants.get(role_id, Grant())
        # A refusal is an answer: the role was not given, so nothing is begun any more.
        begun_at = grant.delivery.begun_at if failure.state is DeliveryState.PENDING else None
        delivery = replace(grant.delivery, begun_at=begun_at, state=DeliveryState.PENDING)
        failed = after_failure(delivery, failure, self._clock(), random.random)
        if failure.state is not DeliveryState.PENDING and failed != grant.delivery:
            log.warning(
                "Role %s in guild %s cannot be given: %s",
                role_id,
                key.guild_id,
                failure.reason,
            )
        await self._write(key, role_id, replace(grant, delivery=failed))

    async def _write(self, key: AccountKey, role_id: int, grant: Grant) -> None:
        await self._ledger.update(
            key, lambda a: close_orders(a.with_grant(role_id, grant), self._roles(key))
        )

    @staticmethod
    def _references(account: Account, nonces: frozenset[str]) -> str:
        return ", ".join(sorted(account.orders[nonce].uniqid or "?" for nonce in nonces))


def _workable(grant: Grant | None, now: datetime) -> bool:
    """Whether there is something to do about a role now.

    What stands in the way and can be seen without a request is looked at each time the account
    is due. What Discord refused is not asked again until somebody is known to have acted.
    """
    if grant is None:
        return True
    delivery = grant.delivery
    if delivery.waits:
        return delivery.next_try is None or delivery.next_try <= now
    return delivery.reason in SEEN_WITHOUT_ASKING
