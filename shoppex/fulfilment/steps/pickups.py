"""Pickups: buyers whose direct message was refused are shown where to fetch their goods."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import discord
from redbot.core.bot import Red
from redbot.core.i18n import set_contextual_locales_from_guild

from ...domain.account import Account, AccountKey, Order
from ...domain.delivery import Delivery, DeliveryState
from ...store.ledger import Ledger
from ...store.settings import Settings
from ..engine.discord_budget import Budget
from ..engine.failures import REQUEST_ERRORS, after_failure, classify
from ..engine.step import GUILD_AWAY, DiscordStep


class PickupPlace(Protocol):
    """Place at which a buyer can be met whose direct messages are closed."""

    async def leave_at_purchase(self, key: AccountKey, order: Order) -> bool:
        """Put a button into the private message of the purchase; whether it still could be."""

    async def leave_in_channel(
        self, channel: discord.TextChannel, key: AccountKey, order: Order
    ) -> None:
        """Post a notice with a button for the buyer alone, and nothing of the order.

        Raises
        ------
        Any of `REQUEST_ERRORS`
            When Discord did not take it.
        """


class PickupStep(DiscordStep):
    """Tells buyers, once for each message that was refused, where to fetch what it held."""

    name = "pickups"

    def __init__(
        self,
        bot: Red,
        ledger: Ledger,
        settings: Settings,
        budget: Budget,
        clock: Callable[[], datetime],
        asleep: Callable[[discord.Guild], Awaitable[bool]],
        doorstep: PickupPlace,
    ) -> None:
        super().__init__(bot, ledger, settings, budget, clock, asleep)
        self._doorstep = doorstep

    async def settle(self, key: AccountKey) -> datetime | None:
        """Leave what is to be left; say when to look again."""
        waiting = list(pickups_of(self._ledger.get(key)))
        if not waiting:
            return None
        guild = await self._awake_guild(key)
        if guild is None:
            return self._clock() + GUILD_AWAY
        await set_contextual_locales_from_guild(self._bot, guild)
        for order, delivery in waiting:
            if delivery.next_try is None or delivery.next_try <= self._clock():
                await self._leave(guild, key, order, delivery)
        left = [delivery for _, delivery in pickups_of(self._ledger.get(key))]
        return min((each.next_try for each in left if each.next_try is not None), default=None)

    async def _leave(
        self, guild: discord.Guild, key: AccountKey, order: Order, delivery: Delivery
    ) -> None:
        done = Delivery(DeliveryState.DELIVERED)
        try:
            left = await self._doorstep.leave_at_purchase(key, order)
            channel = guild.get_channel(self._settings.guild(guild.id).pickup_channel or 0)
            here = guild.get_member(key.user_id) is not None
            if not left and here and isinstance(channel, discord.TextChannel):
                await self._doorstep.leave_in_channel(channel, key, order)
                left = True
        except REQUEST_ERRORS as error:
            failed = after_failure(delivery, classify(error), self._clock(), random.random)
            if failed.state is DeliveryState.NEEDS_STAFF:
                failed = replace(failed, reason="pickup_refused")
            await self._ledger.update(key, lambda a: a.with_notice(pickup_name(order), failed))
            return
        if left:
            await self._ledger.update(key, lambda a: a.with_notice(pickup_name(order), done))


def pickups_of(account: Account) -> list[tuple[Order, Delivery]]:
    """The orders whose buyer is to be told where to fetch them, and how far that has come."""
    refused = [
        (order, account.notices.get(pickup_name(order), Delivery()))
        for order in account.orders.values()
        if order.entitled
        and not order.test
        and order.goods
        and order.message.state is DeliveryState.NEEDS_BUYER
        and order.message.reason == "dms_closed"
    ]
    return [(order, delivery) for order, delivery in refused if delivery.waits]


def pickup_name(order: Order) -> str:
    """The stable name of the notice; each message of an order has its own."""
    moment = int((order.paid_at or order.created_at).timestamp())
    return f"{moment}:pickup:{order.nonce}:{order.told}"
