"""In-memory indexes of the ledger, by order, subscription, customer and state."""

from __future__ import annotations

from collections import Counter, defaultdict

from ..domain.account import Account, AccountKey, Order

_NEWEST = 100


class Indexes:
    """Indexes of all accounts: each is taken out before, and put in after, it changed.

    Of which user an order, a subscription or a customer is. The garbage collector passes over a
    dictionary of texts and numbers; anything else it would visit piece by piece, and hold up the
    bot.
    """

    def __init__(self) -> None:
        self.by_uniqid: dict[str, int] = {}
        self.by_subscription: dict[str, int] = {}
        self.by_customer: defaultdict[str, dict[int, None]] = defaultdict(dict)
        self.holders: Counter[int] = Counter()
        # Of which user an order is that somebody else bought, by nonce.
        self.moved: dict[str, int] = {}
        self.moving: dict[AccountKey, None] = {}
        self.tested: dict[AccountKey, None] = {}
        self._unsettled: defaultdict[int, dict[AccountKey, None]] = defaultdict(dict)
        self._stuck: defaultdict[int, dict[AccountKey, None]] = defaultdict(dict)
        # When each of the last orders of a guild was made; some older ones may be among them.
        self._made_at: defaultdict[int, dict[str, float]] = defaultdict(dict)

    def unsettled(self, guild_id: int | None) -> list[AccountKey]:
        """Return the accounts that are still owed something that the cog can do."""
        return _listed(self._unsettled, guild_id)

    def stuck(self, guild_id: int | None) -> list[AccountKey]:
        """Return the accounts in which something waits for the buyer or for staff."""
        return _listed(self._stuck, guild_id)

    def newest(self, guild_id: int) -> list[str]:
        """The ids of the newest orders of a guild, at most 100, newest first."""
        made_at = self._made_at.get(guild_id, {})
        return sorted(made_at, key=lambda uniqid: made_at[uniqid], reverse=True)[:_NEWEST]

    def add(self, account: Account) -> None:
        """Put an account in."""
        guild_id, user_id = account.key
        for order in account.orders.values():
            self._add_order(account.key, order)
        for subscription in account.subscriptions.values():
            for name in {subscription.id, subscription.other_id} - {""}:
                self.by_subscription[name] = user_id
        for customer_id in account.customers:
            self.by_customer[customer_id][user_id] = None
        if account.took is not None:
            self.moving[account.key] = None
        if any(order.test for order in account.orders.values()):
            self.tested[account.key] = None
        if account.unsettled:
            self._unsettled[guild_id][account.key] = None
        if account.stuck:
            self._stuck[guild_id][account.key] = None
        if account.holds_roles:
            self.holders[guild_id] += 1

    def _add_order(self, key: AccountKey, order: Order) -> None:
        if order.origin is not None:
            self.moved[order.nonce] = key.user_id
        if order.uniqid is None:
            return
        self.by_uniqid[order.uniqid] = key.user_id
        made_at = self._made_at[key.guild_id]
        made_at[order.uniqid] = order.created_at.timestamp()
        if len(made_at) > 2 * _NEWEST:
            kept = self.newest(key.guild_id)
            self._made_at[key.guild_id] = {name: made_at[name] for name in kept}

    def remove(self, account: Account) -> None:
        """Take an account out, as it was put in."""
        guild_id, user_id = account.key
        for order in account.orders.values():
            _drop(self.moved, order.nonce, user_id)
            if order.uniqid is not None:
                _drop(self.by_uniqid, order.uniqid, user_id)
                self._made_at[guild_id].pop(order.uniqid, None)
        for subscription in account.subscriptions.values():
            for name in (subscription.id, subscription.other_id):
                _drop(self.by_subscription, name, user_id)
        for customer_id in account.customers:
            self.by_customer[customer_id].pop(user_id, None)
            if not self.by_customer[customer_id]:
                del self.by_customer[customer_id]
        self.moving.pop(account.key, None)
        self.tested.pop(account.key, None)
        for index in (self._unsettled, self._stuck):
            index[guild_id].pop(account.key, None)
        if account.holds_roles:
            self.holders[guild_id] -= 1


def _drop(index: dict[str, int], name: str, user_id: int) -> None:
    """Forget whose that is, unless it is somebody else's by now."""
    if index.get(name) == user_id:
        del index[name]


def _listed(index: dict[int, dict[AccountKey, None]], guild_id: int | None) -> list[AccountKey]:
    if guild_id is not None:
        return list(index.get(guild_id, ()))
    return [key for keys in index.values() for key in keys]
