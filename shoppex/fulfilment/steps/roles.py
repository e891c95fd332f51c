"""Grants and revocations of roles, and knowing beforehand when they cannot work."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import discord

from ...domain.account import Account, AccountKey, Grant, Order
from ...domain.delivery import Delivery, DeliveryState
from ..engine.failures import REQUEST_ERRORS, Failure, after_failure, classify
from ..engine.role_checks import GAINED_POWER, SEEN_WITHOUT_ASKING, powers_of, why_not_give
from ..engine.step import GUILD_AWAY, DiscordStep
from ..entitlement.desired_state import settle_roles
from ..entitlement.dry_run_orders import is_given_by_test, is_only_tested
from ..entitlement.staff_causes import BRAKE

log = logging.getLogger("red.shoppex.shoppex.fulfilment.steps.roles")

_SCREENED = Failure(DeliveryState.NEEDS_BUYER, "screening_pending")
_UNSEEN = Failure(DeliveryState.NEEDS_BUYER, "member_left")
_BRAKED = Failure(DeliveryState.NEEDS_STAFF, BRAKE)
_NOBODY_THERE = ("member_left", "user_gone")
# https://discord.com/developers/docs/reference#locales-and-audit-logs
_AUDIT_REASON = 512
_HAS_ENDED = "Shoppex: what paid for it has ended"
_TEST_IS_OVER = "Shoppex test: it is undone"
_REFUSED_TO_ALL = ("no_permission", "no_access", "role_gone")


class RoleStep(DiscordStep):
    """Gives the roles that purchases pay for, and takes those that none pays for any more.

    One account at a time; what is given comes before what is taken, so that nobody stands
    without a role between two plans.
    """

    name = "roles"

    async def settle(self, key: AccountKey) -> datetime | None:
        """Close the difference; say when to look again."""
        now = self._clock()
        wanted = self._desired(key, now)
        account = self._ledger.get(key)
        todo = {
            role_id: sources
            for role_id, sources in wanted.roles.items()
            if _workable(account.grants.get(role_id), now)
            or _is_bought_again(account, role_id, sources)
        }
        if not todo and not wanted.removals:
            await self._ledger.update(key, lambda a: settle_roles(a, self._terms(key), now))
            return wanted.look_again
        guild = await self._awake_guild(key)
        if guild is None:
            return now + GUILD_AWAY
        member, absent = await self._member(guild, key, (*todo, *wanted.removals))
        for role_id, sources in todo.items():
            await self._see_to(key, guild, member, absent, role_id, sources)
        # What was given may have ended what the last plan gave; what was bought meanwhile stays.
        for role_id in self._desired(key, now).removals:
            if role_id in self._desired(key, now).removals:
                await self._take_away(key, guild, member, absent, role_id)
        return self._desired(key, now).look_again

    async def _member(
        self, guild: discord.Guild, key: AccountKey, role_ids: Iterable[int]
    ) -> tuple[discord.Member | None, Failure | None]:
        """The member, or why there is none. Discord is only asked when something can be done."""
        member = guild.get_member(key.user_id)
        possible = any(self._obstacle(guild, role_id) is None for role_id in role_ids)
        if member is not None or not possible:
            return member, None
        try:
            return await self._budget.request(lambda: guild.fetch_member(key.user_id)), None
        except REQUEST_ERRORS as error:
            return None, classify(error)

    def _obstacle(self, guild: discord.Guild, role_id: int) -> Failure | None:
        """What is known to stand in the way without a request."""
        role = guild.get_role(role_id)
        reason = why_not_give(role, guild.me)
        if reason is None and role is not None and self._has_gained_power(role):
            reason = GAINED_POWER
        if reason is not None:
            return Failure(DeliveryState.NEEDS_STAFF, reason)
        return self._refused.get((guild.id, role_id))

    def _has_gained_power(self, role: discord.Role) -> bool:
        """Whether a role gives more power than when somebody last put it on sale."""
        accepted = self._settings.guild(role.guild.id).powers.get(role.id)
        return accepted is not None and bool(powers_of(role) & ~accepted)

    # -- giving --------------------------------------------------------------------------

    async def _see_to(
        self,
        key: AccountKey,
        guild: discord.Guild,
        member: discord.Member | None,
        absent: Failure | None,
        role_id: int,
        sources: frozenset[str],
    ) -> None:
        failure = self._obstacle(guild, role_id) or absent
        if member is not None and member.get_role(role_id) is not None:
            await self._found(key, role_id)
        elif failure is not None or member is None:
            await self._failed(key, role_id, failure or _UNSEEN)
        elif member.pending:
            await self._failed(key, role_id, _SCREENED)
        else:
            await self._give(key, member, role_id, self._reason(key, sources))

    async def _found(self, key: AccountKey, role_id: int) -> None:
        """The member has it. Begun and there: the bot died before it wrote that down."""
        grant = self._ledger.get(key).grants.get(role_id)
        ours = grant is not None and (grant.held or grant.removal is not None)
        given_at = grant.given_at if grant is not None else None
        delivered = Delivery(DeliveryState.DELIVERED)
        await self._write(key, role_id, Grant(ours, delivered, given_at or self._clock()))

    async def _give(
        self, key: AccountKey, member: discord.Member, role_id: int, reason: str
    ) -> None:
        grant = self._ledger.get(key).grants.get(role_id)
        if grant is None or grant.delivery.begun_at is None:
            await self._write(key, role_id, Grant(delivery=Delivery(begun_at=self._clock())))
        role = discord.Object(role_id)
        try:
            await self._budget.request(
                lambda: member.add_roles(role, reason=reason[:_AUDIT_REASON], atomic=True)
            )
        except REQUEST_ERRORS as error:
            failure = self._remember(key, role_id, classify(error))
            await self._failed(key, role_id, failure)
        else:
            delivered = Delivery(DeliveryState.DELIVERED)
            self._logged.pop((key.guild_id, role_id), None)
            await self._write(key, role_id, Grant(delivery=delivered, given_at=self._clock()))

    async def _failed(self, key: AccountKey, role_id: int, failure: Failure) -> None:
        grant = self._ledger.get(key).grants.get(role_id, Grant())
        # A refusal is an answer: the role was not given, so nothing is begun any more.
        begun_at = grant.delivery.begun_at if failure.state is DeliveryState.PENDING else None
        delivery = replace(grant.delivery, begun_at=begun_at, state=DeliveryState.PENDING)
        failed = after_failure(delivery, failure, self._clock(), random.random)
        if failure.state is DeliveryState.NEEDS_STAFF:
            self._log_once(key.guild_id, role_id, failure.reason)
        await self._write(key, role_id, replace(grant, delivery=failed))

    def _log_once(self, guild_id: int, role_id: int, reason: str) -> None:
        """Say why a role cannot be given: once, however many accounts it concerns."""
        if self._logged.get((guild_id, role_id)) != reason:
            self._logged[guild_id, role_id] = reason
            log.warning("Role %s in guild %s cannot be given: %s", role_id, guild_id, reason)

    # -- taking --------------------------------------------------------------------------

    async def _take_away(
        self,
        key: AccountKey,
        guild: discord.Guild,
        member: discord.Member | None,
        absent: Failure | None,
        role_id: int,
    ) -> None:
        # The brake holds back what Shoppex says; a test is the server's own doing.
        tested = is_given_by_test(self._ledger.get(key), role_id)
        if self._settings.guild(guild.id).brake is not None and not tested:
            await self._kept(key, role_id, _BRAKED)
            return
        obstacle = self._obstacle(guild, role_id)
        gone = obstacle is not None and obstacle.reason == "role_gone"
        left = absent is not None and absent.reason in _NOBODY_THERE
        if gone or left or (member is not None and member.get_role(role_id) is None):
            await self._revoked(key, role_id)
        elif obstacle is not None or absent is not None or member is None:
            await self._kept(key, role_id, obstacle or absent or _UNSEEN)
        else:
            await self._take(key, member, role_id)

    async def _take(self, key: AccountKey, member: discord.Member, role_id: int) -> None:
        grant = self._ledger.get(key).grants[role_id]
        if grant.removal is None or grant.removal.begun_at is None:
            # Bought again after a crash right here, it has to be given again.
            removal = Delivery(begun_at=self._clock())
            await self._write(key, role_id, replace(grant, removal=removal))
        role = discord.Object(role_id)
        tested = is_given_by_test(self._ledger.get(key), role_id)
        reason = _TEST_IS_OVER if tested else _HAS_ENDED
        try:
            await self._budget.request(
                lambda: member.remove_roles(role, reason=reason, atomic=True)
            )
        except REQUEST_ERRORS as error:
            failure = self._remember(key, role_id, classify(error))
            if failure.reason in ("role_gone", *_NOBODY_THERE):
                await self._revoked(key, role_id)
            else:
                await self._kept(key, role_id, failure)
        else:
            await self._revoked(key, role_id)

    async def _revoked(self, key: AccountKey, role_id: int) -> None:
        await self._write(key, role_id, Grant(delivery=Delivery(DeliveryState.REVOKED)))

    async def _kept(self, key: AccountKey, role_id: int, failure: Failure) -> None:
        """It could not be taken, or is not to be taken now."""
        grant = self._ledger.get(key).grants.get(role_id, Grant())
        removal = after_failure(grant.removal or Delivery(), failure, self._clock(), random.random)
        await self._write(key, role_id, replace(grant, removal=removal))

    # -- both ----------------------------------------------------------------------------

    def _remember(self, key: AccountKey, role_id: int, failure: Failure) -> Failure:
        """What Discord refused for this role it would refuse to everybody."""
        if failure.reason in _REFUSED_TO_ALL:
            self._refused[key.guild_id, role_id] = failure
        return failure

    async def _write(self, key: AccountKey, role_id: int, grant: Grant) -> None:
        now = self._clock()
        await self._ledger.update(
            key, lambda a: settle_roles(a.with_grant(role_id, grant), self._terms(key), now)
        )

    def _reason(self, key: AccountKey, sources: frozenset[str]) -> str:
        """What the server's audit log says of a role that is given."""
        account = self._ledger.get(key)
        names = sorted(_reference(account.orders.get(source), source) for source in sources)
        kind = "test" if is_only_tested(account, sources) else "order"
        return f"Shoppex {kind} {', '.join(names)}"


def _reference(order: Order | None, source: str) -> str:
    return source if order is None else order.short_name


def _workable(grant: Grant | None, now: datetime) -> bool:
    """Whether there is something to do about a role now.

    What stands in the way and can be seen without a request is looked at each time the account
    is due. What Discord refused is not asked again until somebody is known to have acted.
    """
    if grant is None:
        return True
    delivery = grant.delivery
    if delivery.goes_on:
        return delivery.next_try is None or delivery.next_try <= now
    if delivery.state is DeliveryState.REVOKED or grant.removal is not None:
        return True
    return delivery.reason in SEEN_WITHOUT_ASKING


def _is_bought_again(account: Account, role_id: int, sources: frozenset[str]) -> bool:
    """Whether somebody paid for a role after it was given: they may have lost it meanwhile."""
    grant = account.grants.get(role_id)
    if grant is None or grant.given_at is None:
        return False
    if grant.delivery.state is not DeliveryState.DELIVERED:
        return False
    bought = [
        *((o.paid_at, nonce) for nonce, o in account.orders.items() if not o.fulfilled),
        *((s.known_since, name) for name, s in account.subscriptions.items() if not s.fulfilled),
    ]
    return any(
        source in sources and at is not None and at > grant.given_at for at, source in bought
    )
