"""Circuit breaker for revocations: it stops them until staff decide.

It engages when what Shoppex says looks like a mistake.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from enum import Enum

from redbot.core.utils import AsyncIter

from ...domain.account import Account, AccountKey, Order
from ...store.errors import StoreUnavailable
from ...store.ledger import Ledger
from ...store.schema import PARTITIONS
from ...store.settings import Settings
from ...store.settings_model import GuildSettings
from ..entitlement.mass_revocation import RecentLosses, about_to_go, loses, spare

log = logging.getLogger("red.shoppex.shoppex.fulfilment.reconcile.brake")

_AT_ONCE = 100
# Within an hour so many people may lose something, or one in so many of those who have a role.
_ALWAYS_FINE = 10
_ONE_IN = 10


class BrakeReason(str, Enum):
    """Reason why no role is taken; kept under these words."""

    OTHER_SHOP = "other_shop"
    MANY_ENDED = "many_ended"


class Brake:
    """Stops removals in a guild, and lets go on the word of its staff.

    Parameters
    ----------
    tell
        Called with a guild in which the brake went on or off.
    wake
        Called with a guild whose removals, as far as there still are any, may go on.
    """

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        clock: Callable[[], datetime],
        tell: Callable[[int], None],
        wake: Callable[[int], None],
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._clock = clock
        self._tell = tell
        self._wake = wake
        self._losses: defaultdict[int, RecentLosses] = defaultdict(RecentLosses)

    async def observe(self, before: Account, after: Account) -> None:
        """Look at what news from Shoppex did to an account, before anything follows from it."""
        guild_id = before.key.guild_id
        shop, now = self._settings.guild(guild_id), self._clock()
        if shop.brake is not None or not loses(before, after, shop.terms(), now):
            return
        losses = self._losses[guild_id].add(before.key, now)
        if not is_too_many(losses, self._ledger.holders(guild_id)):
            return
        try:
            await self._engage(guild_id, BrakeReason.MANY_ENDED)
        except StoreUnavailable as error:
            # Nor can a role be taken then: that is written down first. The next loss tries anew.
            log.error("The brake of guild %s could not be kept: %s", guild_id, error)

    async def _engage(self, guild_id: int, why: BrakeReason) -> None:
        if self._settings.guild(guild_id).brake is not None:
            return
        await self._settings.update_guild(guild_id, lambda s: replace(s, brake=why.value))
        log.warning("No role is taken in guild %s until staff decide: %s", guild_id, why.value)
        self._tell(guild_id)

    async def is_the_same_shop(self, guild_id: int, shop_id: str | None) -> bool:
        """Return whether a key still opens the shop in which was sold; engage the brake when not.

        Parameters
        ----------
        shop_id
            Whose shop the key opens, as Shoppex says; ``None`` when it does not say.

        Raises
        ------
        StoreUnavailable
            When something could not be kept.
        """
        shop = self._settings.guild(guild_id)
        if shop_id is None:
            return True
        if shop.shop_id not in (None, shop_id) and await _has_sold(self._ledger, guild_id):
            await self._engage(guild_id, BrakeReason.OTHER_SHOP)
            return False
        if shop.shop_id != shop_id:
            await self._settings.update_guild(guild_id, lambda s: replace(s, shop_id=shop_id))
        if shop.brake == BrakeReason.OTHER_SHOP.value:
            # The right key is back, and nothing was concluded from the other.
            await self._let_go(guild_id, lambda s: replace(s, brake=None))
        return True

    async def at_stake(self, guild_id: int) -> Mapping[AccountKey, tuple[int, ...]]:
        """Return who would lose which roles, if nothing stopped it."""
        terms, now = self._settings.guild(guild_id).terms(), self._clock()
        found: dict[AccountKey, tuple[int, ...]] = {}
        async for key in AsyncIter(self._ledger.unsettled(guild_id), steps=_AT_ONCE):
            going = about_to_go(self._ledger.get(key), terms, now)
            if going:
                found[key] = going
        return found

    async def confirm(self, guild_id: int) -> None:
        """Release the brake on the word of staff that all of it is right: the roles are taken.

        Raises
        ------
        StoreUnavailable
            When that could not be kept.
        """
        await self._release(guild_id)

    async def dismiss(self, guild_id: int) -> None:
        """Release the brake as a mistake: what was bought goes on giving what it gave.

        Raises
        ------
        StoreUnavailable
            When that could not be kept; nothing is taken then.
        """
        terms, now = self._settings.guild(guild_id).terms(), self._clock()
        keys = await self.at_stake(guild_id)
        await self._ledger.update_all(keys, lambda account: spare(account, terms, now))
        await self._release(guild_id)

    async def _release(self, guild_id: int) -> None:
        def release(shop: GuildSettings) -> GuildSettings:
            # Whichever shop the key opens is the right one from now on, by the word of staff.
            moved = shop.brake == BrakeReason.OTHER_SHOP.value
            return replace(shop, brake=None, shop_id=None if moved else shop.shop_id)

        await self._let_go(guild_id, release)

    async def _let_go(
        self, guild_id: int, change: Callable[[GuildSettings], GuildSettings]
    ) -> None:
        self._losses.pop(guild_id, None)
        await self._settings.update_guild(guild_id, change)
        log.info("Roles may be taken in guild %s again", guild_id)
        self._tell(guild_id)
        self._wake(guild_id)


async def _has_sold(ledger: Ledger, guild_id: int) -> bool:
    """Whether anybody in a guild has paid for something; gifts are none of Shoppex's."""
    return await _any_account(
        ledger, guild_id, lambda a: any(_is_sold(order) for order in a.orders.values())
    )


def _is_sold(order: Order) -> bool:
    return order.paid_at is not None and _is_of_shoppex(order)


def _is_of_shoppex(order: Order) -> bool:
    return order.gift is None and not order.test


async def has_orders(ledger: Ledger, guild_id: int) -> bool:
    """Return whether anybody in a guild has ordered anything that is not forgotten."""
    return await _any_account(
        ledger, guild_id, lambda a: any(_is_of_shoppex(order) for order in a.orders.values())
    )


async def _any_account(ledger: Ledger, guild_id: int, fits: Callable[[Account], bool]) -> bool:
    async for number in AsyncIter(range(PARTITIONS), steps=1):
        for key in ledger.keys_in(number):
            if key.guild_id == guild_id and fits(ledger.get(key)):
                return True
    return False


def is_too_many(losses: int, holders: int) -> bool:
    """Return whether so many losses within an hour look like a mistake.

    Parameters
    ----------
    holders
        How many have a role from the cog.
    """
    return losses > max(_ALWAYS_FINE, holders / _ONE_IN)
