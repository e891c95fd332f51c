"""From what Shoppex says to facts in the ledger. Nothing is granted here."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from ..api import MalformedOrder, parse_order
from ..domain.account import Account, AccountKey, Order
from ..domain.remote import RemoteOrder
from ..domain.status import OrderStatus, advance
from ..domain.tag import Tag
from ..store.ledger import Ledger
from .facts import ask_again, distrust, has_seen, learn, mark_seen

log = logging.getLogger("red.shoppex.recorder")

_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,64}")

# What the name of an event says beside the status in its payload. `order:paid` is not among
# them: only a status that we know is a payment.
_IMPLIED = {
    "order:cancelled": OrderStatus.CANCELLED,
    "order:disputed": OrderStatus.DISPUTED,
}


class Outcome(Enum):
    """What became of one piece of news."""

    RECORDED = "recorded"
    KNOWN = "already known"
    ASKED = "to be read again"
    HELD = "held for staff"
    UNKNOWN_ORDER = "unknown order"
    OTHER_GUILD = "another server's order"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Hearing:
    """One event, as far as its envelope goes."""

    name: str
    data: Mapping[str, object]

    @property
    def family(self) -> str:
        """The event without its ``:product`` twin's suffix (contract, section 4.3)."""
        return self.name.removesuffix(":product")


def read_event(payload: object, header: str | None) -> Hearing | None:
    """Read the envelope (contract, section 4.1); ``None`` when it is none."""
    if not isinstance(payload, dict):
        return None
    name = payload.get("event") or payload.get("type") or header
    data = payload.get("data")
    # The name goes into the log, and whoever knows a server's secret chooses it.
    if not isinstance(name, str) or not _NAME.fullmatch(name) or not isinstance(data, dict):
        return None
    return Hearing(name, data)


class Recorder:
    """Writes facts, and says whose they are.

    Parameters
    ----------
    on_change
        Called with the account after its facts were written.
    """

    def __init__(
        self,
        ledger: Ledger,
        clock: Callable[[], datetime],
        on_change: Callable[[AccountKey], None],
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._on_change = on_change

    async def hear(
        self, guild_id: int, event: Hearing, delivery_id: str, *, fresh: bool
    ) -> Outcome:
        """Record a webhook event that was signed with the secret of ``guild_id``.

        Parameters
        ----------
        fresh
            Whether the payload may be believed; otherwise it only makes the API be asked.

        Raises
        ------
        StoreUnavailable
            When the fact could not be written. Nothing may be answered with 2xx then.
        """
        if not event.family.startswith("order:"):
            return Outcome.IGNORED
        try:
            news = parse_order(event.data)
        except MalformedOrder:
            log.warning("An event %s for guild %s names no order", event.name, guild_id)
            return Outcome.IGNORED
        place = self._place(news)
        if place is None:
            return Outcome.UNKNOWN_ORDER
        key, nonce = place
        if key.guild_id != guild_id:
            # One Shoppex shop can serve two servers; each hears of the other's orders too.
            log.warning("Guild %s was told of an order of guild %s", guild_id, key.guild_id)
            return Outcome.OTHER_GUILD
        implied = _IMPLIED.get(event.family, OrderStatus.UNKNOWN)
        news = replace(news, status=advance(news.status, implied))
        order = self._ledger.get(key).orders[nonce]
        if has_seen(order, delivery_id):
            return Outcome.KNOWN
        unclear = event.family == "order:paid" and news.status is OrderStatus.UNKNOWN
        reason = distrust(key, order, news)
        if reason is not None:
            log.warning("Order %s is told of in a way that cannot be: %s", order.uniqid, reason)
        if unclear or not fresh or reason is not None:
            # What cannot be believed here may still be true: Shoppex's API has the last word.
            return await self._write(
                key, nonce, lambda o: mark_seen(ask_again(adopt(o, news)), delivery_id)
            )
        return await self.learn(key, nonce, news, delivery_id)

    async def learn(
        self, key: AccountKey, nonce: str, news: RemoteOrder, delivery_id: str = ""
    ) -> Outcome:
        """Record trustworthy news of an order that is known to be this one.

        Raises
        ------
        StoreUnavailable
            When the fact could not be written.
        """
        now = self._clock()
        return await self._write(
            key, nonce, lambda order: mark_seen(learn(key, order, news, now), delivery_id)
        )

    async def _write(
        self, key: AccountKey, nonce: str, change: Callable[[Order], Order]
    ) -> Outcome:
        before = self._ledger.get(key).orders[nonce]

        def apply(account: Account) -> Account:
            order = account.orders.get(nonce)
            return account if order is None else account.with_order(change(order))

        after = (await self._ledger.update(key, apply)).orders.get(nonce)
        if after is None or after == before:
            return Outcome.KNOWN
        self._on_change(key)
        if after.held is not None:
            log.warning("Order %s of guild %s is held: %s", after.uniqid, key.guild_id, after.held)
            return Outcome.HELD
        return Outcome.ASKED if after.asking is not None else Outcome.RECORDED

    def _place(self, news: RemoteOrder) -> tuple[AccountKey, str] | None:
        """Whose order that is: by Shoppex's id, else by the nonce that came back.

        The nonce is what remains when the bot died between the order's creation and the
        answer; it counts only for an order that has no id yet.
        """
        place = self._ledger.locate(news.uniqid)
        if place is not None:
            return place
        tag = Tag.from_fields(news.custom_fields)
        if tag is None:
            return None
        key = AccountKey(tag.guild_id, tag.user_id)
        order = self._ledger.get(key).orders.get(tag.nonce)
        return (key, tag.nonce) if order is not None and order.uniqid is None else None


def adopt(order: Order, news: RemoteOrder) -> Order:
    """The order with Shoppex's id, when it did not have it yet."""
    return order if order.uniqid is not None else replace(order, uniqid=news.uniqid)
