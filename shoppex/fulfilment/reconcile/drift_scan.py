"""Scan of a server for drift: members whose roles and purchases disagree."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime

import discord
from redbot.core.utils import AsyncIter

from ...domain.account import AccountKey
from ...store.ledger import Ledger
from ...store.settings import Settings
from .drift import Drift, compare, kept_in_doubt

_BETWEEN_PAUSES = 50


class DriftScan:
    """Compares every buyer, and everybody who has a role that is sold, step by step.

    Whom the bot has not got in memory is passed over: nothing is known of their roles.
    """

    def __init__(self, ledger: Ledger, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._settings = settings
        self._clock = clock

    async def drifts(self, guild: discord.Guild) -> AsyncIterator[tuple[discord.Member, Drift]]:
        """Every disagreement in a server."""
        shop = self._settings.guild(guild.id)
        terms, sold, now = shop.terms(), shop.sold_roles(), self._clock()
        seen = set[int]()
        async for key in self._ledger.walk(guild.id):
            member = guild.get_member(key.user_id)
            if member is not None:
                seen.add(member.id)
                account = self._ledger.get(key)
                for drift in compare(account, _role_ids(member), sold, terms, now):
                    yield member, drift
                for drift in kept_in_doubt(account, _role_ids(member), terms, now):
                    yield member, drift
        async for member in AsyncIter(list(guild.members), steps=_BETWEEN_PAUSES):
            if member.id not in seen and not sold.isdisjoint(_role_ids(member)):
                stranger = self._ledger.get(AccountKey(guild.id, member.id))
                for drift in compare(stranger, _role_ids(member), sold, terms, now):
                    yield member, drift


def _role_ids(member: discord.Member) -> frozenset[int]:
    return frozenset(role.id for role in member.roles)
