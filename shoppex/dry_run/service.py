"""Test purchases: the whole path once, with no money, and undone afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import discord

from ..checkout.catalogue import Catalogue
from ..checkout.errors import NotForSale
from ..domain.account import Account, AccountKey
from ..domain.delivery import Delivery, DeliveryState
from ..domain.offer import Offer
from ..errors import Refusal
from ..fulfilment.engine.role_checks import why_not_give
from ..offers.role_rights import could_hand_out
from ..store.errors import StoreUnavailable
from ..store.ledger import Ledger
from ..store.settings import Settings
from .cleanup import DryRunCleanup
from .payload import made_up_order
from .payment import DryRunPayment
from .report import DryRun, DryRunReport, DryRunStep, Mark, Progress, StepResult, failed

_PATIENCE_SECONDS = 60.0
_DONE = (
    DeliveryState.DELIVERED,
    DeliveryState.NEEDS_BUYER,
    DeliveryState.NEEDS_STAFF,
    DeliveryState.FAILED,
)


class DryRunActive(Refusal):
    """Another test of this server is running, or not undone yet."""


@dataclass(eq=False)
class RoleAboveTester(Refusal):
    """For a moment the tester would have a role that they may not hand out."""

    role_id: int


class DryRunService:
    """Runs tests, one in each guild at a time.

    Parameters
    ----------
    payment
        Tells the bot of the payment.
    undoing
        Undoes what a test did, whatever becomes of the test.
    """

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        catalogue: Catalogue,
        payment: DryRunPayment,
        dry_run_cleanup: DryRunCleanup,
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._catalogue = catalogue
        self._payment = payment
        self._undoing = dry_run_cleanup
        self._clock = clock
        self._running: dict[int, asyncio.Task[DryRunReport]] = {}

    async def run(
        self,
        guild: discord.Guild,
        member: discord.Member,
        offer_ref: str,
        on_progress: Progress,
    ) -> DryRunReport:
        """Let ``member`` buy what is sold under ``offer_ref``, without money, and undo it.

        Parameters
        ----------
        on_progress
            Called with the report after each step. What it raises ends the test.

        Raises
        ------
        NotForSale
            When nothing is sold under that name.
        DryRunActive
            When the last test of the guild is not over.
        RoleAboveTester
            When ``member`` may not hand out one of its roles.
        StoreUnavailable
            When nothing can be kept now; nothing was begun then.
        """
        offer = self._catalogue.sold(guild.id, offer_ref)
        if offer is None:
            raise NotForSale
        if guild.id in self._running:
            raise DryRunActive
        if left := self._ledger.tested(guild.id):
            for key in left:
                self._undoing.try_again(key)
            raise DryRunActive
        _refuse_what_is_above(guild, member, offer)
        task = asyncio.create_task(
            self._test(guild, member, offer, on_progress), name="shoppex test purchase"
        )
        self._running[guild.id] = task
        task.add_done_callback(lambda _task: self._running.pop(guild.id, None))
        # Who asked may go away; the test still comes to its end.
        return await asyncio.shield(task)

    async def revoke_leftovers(self) -> None:
        """See to it that nothing is delivered any more of a test that the bot's end cut short."""
        await self._undoing.revoke_leftovers()

    def resume(self) -> None:
        """Undo what an end of the bot left of a test."""
        self._undoing.resume()

    async def close(self) -> None:
        """Stop; what is left of a test is undone after the next start."""
        tasks = tuple(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, self._undoing.close(), return_exceptions=True)

    async def _test(
        self,
        guild: discord.Guild,
        member: discord.Member,
        offer: Offer,
        on_progress: Progress,
    ) -> DryRunReport:
        order = made_up_order(offer, self._clock())
        had = frozenset(role_id for role_id in offer.roles if member.get_role(role_id))
        key = AccountKey(guild.id, member.id)
        test = DryRun(key, order, had, DryRunReport(offer), on_progress)
        try:
            await self._ledger.update(key, lambda account: account.with_order(order))
            try:
                await self._perform(test)
            finally:
                self._undoing.begin(key, order.nonce)
            await self._see_it_undone(test)
        except asyncio.CancelledError:
            test.report = test.report.with_result(failed(DryRunStep.UNDO, "unloaded"))
        return replace(test.report, over=True)

    async def _perform(self, test: DryRun) -> None:
        try:
            if await self._payment.pay(test):
                roles = [self._watch_role(test, role_id) for role_id in test.order.roles]
                await asyncio.gather(self._watch_message(test), *roles)
        except StoreUnavailable:
            await test.tell(failed(DryRunStep.RECORD, "not_kept"))

    # -- what follows ----------------------------------------------------------------------

    async def _watch_role(self, test: DryRun, role_id: int) -> None:
        if role_id in test.had:
            await test.tell(
                StepResult(DryRunStep.ROLE, Mark.LEFT_OUT, "had_before", role_id=role_id)
            )
            return
        begun, nonce = self._clock(), test.order.nonce

        def is_done(account: Account) -> bool:
            grant = account.grants.get(role_id)
            if nonce not in account.orders or grant is None:
                return nonce not in account.orders
            given = grant.delivery.state is DeliveryState.DELIVERED
            earlier = grant.given_at is None or grant.given_at < test.order.created_at
            return grant.delivery.state in _DONE and not (given and earlier)

        await self._ledger.until(test.key, is_done, _PATIENCE_SECONDS)
        grant = self._ledger.get(test.key).grants.get(role_id)
        result = self._judge(DryRunStep.ROLE, None if grant is None else grant.delivery, begun)
        await test.tell(replace(result, role_id=role_id))

    async def _watch_message(self, test: DryRun) -> None:
        begun, nonce = self._clock(), test.order.nonce

        def is_done(account: Account) -> bool:
            order = account.orders.get(nonce)
            return order is None or order.message.state in _DONE

        await self._ledger.until(test.key, is_done, _PATIENCE_SECONDS)
        order = self._ledger.get(test.key).orders.get(nonce)
        result = self._judge(DryRunStep.MESSAGE, None if order is None else order.message, begun)
        if result.reason == "dms_closed":
            result = replace(result, mark=Mark.DOUBTFUL)
        await test.tell(result)

    def _judge(self, step: DryRunStep, delivery: Delivery | None, begun: datetime) -> StepResult:
        result = StepResult(step, Mark.FINE, seconds=self._since(begun))
        if delivery is not None and delivery.state is DeliveryState.DELIVERED:
            return result
        reason = None if delivery is None else delivery.reason
        return replace(result, mark=Mark.FAILED, reason=reason or "too_slow")

    # -- the end ---------------------------------------------------------------------------

    async def _see_it_undone(self, test: DryRun) -> None:
        begun, nonce = self._clock(), test.order.nonce

        def is_done(account: Account) -> bool:
            removals = [
                account.grants[role].removal for role in self._undoing.left(account, nonce)
            ]
            stuck = any(removal is not None and removal.stuck for removal in removals)
            return stuck or nonce not in account.orders

        await self._ledger.until(test.key, is_done, _PATIENCE_SECONDS)
        account = self._ledger.get(test.key)
        if nonce not in account.orders:
            await test.tell(StepResult(DryRunStep.UNDO, Mark.FINE, seconds=self._since(begun)))
            return
        left = self._undoing.left(account, nonce)
        removals = (account.grants[role_id].removal for role_id in left)
        reason = next((r.reason for r in removals if r is not None and r.reason), "too_slow")
        role_id = left[0] if left else 0
        await test.tell(replace(failed(DryRunStep.UNDO, reason), role_id=role_id))

    def _since(self, begun: datetime) -> float:
        return (self._clock() - begun).total_seconds()


def _refuse_what_is_above(guild: discord.Guild, member: discord.Member, offer: Offer) -> None:
    """Nobody gets by a test, be it for a moment, what they could not hand out."""
    for role_id in offer.roles:
        role = guild.get_role(role_id)
        if role is None or why_not_give(role, guild.me) is not None:
            continue
        if not could_hand_out(member, role) and role not in member.roles:
            raise RoleAboveTester(role_id)
