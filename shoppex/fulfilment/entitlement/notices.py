"""Notices to a buyer: what began, what ends when, and what has ended. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from ...domain.account import Account, Order
from ...domain.policy import Terms
from ...domain.status import OrderStatus
from ...domain.subscription import Subscription, standing_of
from .claims import (
    last_invoice,
    line_ends_of,
    line_roles,
    plan_roles,
    policy_of,
    subscription_gives,
)

# News that is older than this when it can be told at last would only confuse. A period that
# was paid for late, within the days of grace, began when the one before had ended.
_NEWS_FOR = timedelta(days=3)
# Who has not filled in by then what the seller needs is reminded.
_QUESTIONS_AFTER = timedelta(days=1)
_RENEWAL_NEWS_FOR = timedelta(days=14)


class NoticeKind(str, Enum):
    """Kind of a notice: what happened, or is about to."""

    STARTED = "started"
    RENEWED = "renewed"
    ENDS = "ends"
    ENDED = "ended"
    RENEWS_SOON = "renews soon"
    ENDS_SOON = "ends soon"
    REVOKED = "revoked"
    RESTORED = "restored"
    HELD = "held"
    UNDERPAID = "underpaid"
    QUESTIONS = "questions"


@dataclass(frozen=True, slots=True)
class Notice:
    """One message.

    Parameters
    ----------
    subject
        The id of the subscription, or the nonce of the order.
    at
        From when on it is true.
    about
        The moment that it speaks of: a renewal, an end.
    before
        Of a reminder: how long before that moment.
    """

    kind: NoticeKind
    subject: str
    at: datetime
    about: datetime
    before: timedelta = timedelta(0)

    @property
    def name(self) -> str:
        """Stable name of the notice: what was told under it is never told again."""
        moment = int(self.about.timestamp())
        return f"{moment}:{self.kind.value}:{self.subject}:{self.before.days}"


def notices_of(account: Account, terms: Terms, now: datetime) -> Iterator[Notice]:
    """Everything that is to be told now or later; whether it was told, the ledger knows."""
    notices = [
        notice
        for subscription in account.subscriptions.values()
        for notice in _of_subscription(account, subscription, terms, now)
    ]
    ends = line_ends_of(account, terms)
    last = _last_of_each(ends)
    for order in account.orders.values():
        notices.extend(_of_order(order))
        notices.extend(_of_turns(account, order, terms))
        ended = [line for line in order.bought if last.get(line.ref) == order.nonce]
        for end in dict.fromkeys(ends[order.nonce, line.ref] for line in ended):
            lines = [line for line in ended if ends[order.nonce, line.ref] == end]
            if any(line_roles(order, line, terms) for line in lines):
                notices.extend(_of_pass(account, order, end, terms, now))
    for notice in notices:
        renewed = notice.kind is NoticeKind.RENEWED
        if now - notice.at < (_RENEWAL_NEWS_FOR if renewed else _NEWS_FOR):
            yield notice


def _of_subscription(
    account: Account, subscription: Subscription, terms: Terms, now: datetime
) -> Iterator[Notice]:
    name, known_since = subscription.id, subscription.known_since
    if not subscription.governs or not plan_roles(subscription, terms):
        return
    standing = standing_of(subscription, policy_of(subscription, terms), now)
    period_end, period_start = subscription.period_end, subscription.period_start
    gives = subscription_gives(account, subscription, terms, now)
    if gives and subscription.runs:
        yield Notice(NoticeKind.STARTED, name, known_since, known_since)
        if period_start is not None and period_start > known_since + timedelta(hours=1):
            yield Notice(NoticeKind.RENEWED, name, period_start, period_start)
        if period_end is not None and account.reminders:
            yield from _reminders(NoticeKind.RENEWS_SOON, name, period_end, terms, now)
    elif gives and standing.until is not None:
        cancelled_at = subscription.cancelled_at or subscription.read_at or known_since
        yield Notice(NoticeKind.ENDS, name, cancelled_at, standing.until)
        if account.reminders:
            yield from _reminders(NoticeKind.ENDS_SOON, name, standing.until, terms, now)
    elif not gives and standing.until is not None and last_invoice(account, subscription):
        yield Notice(NoticeKind.ENDED, name, standing.until, standing.until)


def _of_pass(
    account: Account, order: Order, end: datetime, terms: Terms, now: datetime
) -> Iterator[Notice]:
    """What is told of lines that give roles for a time, and end together."""
    if account.reminders and now < end:
        yield from _reminders(NoticeKind.ENDS_SOON, order.nonce, end, terms, now)
    yield Notice(NoticeKind.ENDED, order.nonce, end, end)


def _of_order(order: Order) -> Iterator[Notice]:
    """What is told of an order for which the buyer, or staff, have to do something."""
    if order.test:
        return
    if order.outstanding is not None and order.outstanding.questions and order.paid_at:
        reminder = order.paid_at + _QUESTIONS_AFTER
        yield Notice(NoticeKind.QUESTIONS, order.nonce, reminder, order.paid_at)
    if order.underpayment is not None and order.changed_at is not None:
        yield Notice(NoticeKind.UNDERPAID, order.nonce, order.changed_at, order.changed_at)
    if order.needs_decision and order.changed_at is not None:
        yield Notice(NoticeKind.HELD, order.nonce, order.changed_at, order.changed_at)


def _of_turns(account: Account, order: Order, terms: Terms) -> Iterator[Notice]:
    """What is told of an order whose money went back, or came again."""
    if order.test or order.changed_at is None or order.paid_at is None:
        return
    lines = [line for line in order.bought if line_roles(order, line, terms)]
    policies = [terms.policy_of(line.ref) for line in lines]
    subscription = account.subscriptions.get(order.subscription or "")
    if subscription is not None and subscription.governs:
        if last_invoice(account, subscription) != order:
            return
        roles = plan_roles(subscription, terms)
        policies = [policy_of(subscription, terms)] if roles else []
    refunded = order.status is OrderStatus.REFUNDED and any(p.refund_revokes for p in policies)
    disputed = order.status is OrderStatus.DISPUTED and any(p.dispute_suspends for p in policies)
    restored = order.status is OrderStatus.PAID and order.refunded is None
    if not policies or order.kept:
        return
    if (refunded or disputed) and not _is_known_to_be_revoked(account, order):
        yield Notice(NoticeKind.REVOKED, order.nonce, order.changed_at, order.changed_at)
    elif restored and order.changed_at > order.paid_at:
        yield Notice(NoticeKind.RESTORED, order.nonce, order.changed_at, order.changed_at)


def _is_known_to_be_revoked(account: Account, order: Order) -> bool:
    """Whether that was told when the dispute began which was now lost."""
    told = [
        (moment_of(name), kind)
        for name in account.notices
        for kind in (NoticeKind.REVOKED, NoticeKind.RESTORED)
        if f":{kind.value}:{order.nonce}:" in name
    ]
    if order.changed_at is None or not told:
        return False
    moment, kind = max(told)
    return kind is NoticeKind.REVOKED and moment != int(order.changed_at.timestamp())


def moment_of(name: str) -> int:
    """The moment, in Unix seconds, that a notice speaks of."""
    return int(name.partition(":")[0])


def _reminders(
    kind: NoticeKind, subject: str, moment: datetime, terms: Terms, now: datetime
) -> Iterator[Notice]:
    """The reminders of one moment: of those whose time has come only the last, and the next."""
    ahead = [before for before in terms.remind_before if now < moment - before]
    past = [before for before in terms.remind_before if moment - before <= now < moment]
    for before in (*past[-1:], *ahead[:1]):
        yield Notice(kind, subject, moment - before, moment, before)


def _last_of_each(ends: dict[tuple[str, str], datetime]) -> dict[str, str]:
    """The order with the last end of each offer, by ref: the others only came before it."""
    return {ref: nonce for nonce, ref in sorted(ends, key=lambda line: ends[line])}
