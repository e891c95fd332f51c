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
from .step import GUILD_AWAY, DiscordStep

log = logging.getLogger("red.shoppex.roles")


def why_not_give(role: discord.Role | None, me: discord.Member) -> str | None:
    """Why the bot cannot give a role, as a stable word; ``None`` when it can."""
    if role is None:
        return "role_gone"
    if role.is_default():
        return "role_everyone"
    if role.managed:
        return "role_managed"
    if not me.guild_permissions.manage_roles:
        return "no_manage_roles"
    if role >= me.top_role:
        return "role_too_high"
    return None


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
        try:
            member = guild.get_member(key.user_id) or await guild.fetch_member(key.user_id)
        except REQUEST_ERRORS as error:
            for role_id in todo:
                await self._failed(key, role_id, classify(error))
        else:
            for role_id, nonces in todo.items():
                await self._give(key, member, role_id, self._references(account, nonces))
        return self._desired(key, now).look_again

    async def _give(
        self, key: AccountKey, member: discord.Member, role_id: int, orders: str
    ) -> None:
        role = member.guild.get_role(role_id)
        grant = self._ledger.get(key).grants.get(role_id)
        begun = grant is not None and grant.delivery.begun_at is not None
        if role is not None and role in member.roles:
            # Begun and there: the bot died between giving it and writing that down.
            await self._write(key, role_id, Grant(begun, Delivery(DeliveryState.DELIVERED)))
            return
        reason = why_not_give(role, member.guild.me)
        if role is None or reason is not None:
            await self._failed(
                key, role_id, Failure(DeliveryState.NEEDS_STAFF, reason or "role_gone")
            )
            return
        if not begun:
            await self._write(key, role_id, Grant(delivery=Delivery(begun_at=self._clock())))
        try:
            await member.add_roles(role, reason=f"Shoppex order {orders}", atomic=True)
        except REQUEST_ERRORS as error:
            await self._failed(key, role_id, classify(error))
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

    One that waits for staff or for the buyer is looked at again each time its account is
    due: what stood in the way is checked here, without a request, before anything is tried.
    """
    if grant is None:
        return True
    if grant.delivery.state in (DeliveryState.DELIVERED, DeliveryState.FAILED):
        return False
    return grant.delivery.next_try is None or grant.delivery.next_try <= now
