"""Texts on policies: what a server has decided about roles and money."""

from __future__ import annotations

from datetime import timedelta

from ..domain.policy import OwnPolicy, Policy
from ..i18n import _, ngettext


def policy_lines(policy: Policy) -> list[str]:
    """A line for each decision."""
    return [
        _("Refunds: the roles go")
        if policy.refund_revokes
        else _("Refunds: the buyer keeps the roles"),
        _("Disputes: the roles go until it is won")
        if policy.dispute_suspends
        else _("Disputes: the buyer keeps the roles"),
        _("Overdue subscriptions: the buyer keeps the roles")
        if policy.past_due_keeps
        else _("Overdue subscriptions: the roles go"),
        _("Paused subscriptions: the buyer keeps the roles")
        if policy.paused_keeps
        else _("Paused subscriptions: the roles go with the paid period"),
    ]


def own_policy_lines(own: OwnPolicy, policy: Policy) -> list[str]:
    """A line for each decision that an offer takes by itself."""
    decided = (
        own.refund_revokes,
        own.dispute_suspends,
        own.past_due_keeps,
        own.paused_keeps,
    )
    lines = policy_lines(own.over(policy))
    return [line for line, own_word in zip(lines, decided, strict=True) if own_word is not None]


def lasts_text(lasts: timedelta | None) -> str:
    """How long roles last, to follow them in a list."""
    if lasts is None:
        return ""
    return " " + for_days(lasts.days)


def for_days(days: int) -> str:
    """How long something lasts."""
    return ngettext("for {days} day", "for {days} days", days).format(days=days)


def entry_notes(lasts: timedelta | None, own: OwnPolicy, policy: Policy) -> str:
    """What is special about something that is sold, to end its line in a list."""
    lines = own_policy_lines(own, policy)
    return lasts_text(lasts) + "".join(f"\n-# {line}" for line in lines)


def rejoin_text(*, rejoin: bool) -> str:
    """What who comes back gets."""
    if rejoin:
        return _("get back what still lasts")
    return _("get back nothing they had before")


def reminders_text(days: tuple[int, ...]) -> str:
    """When buyers are reminded."""
    if not days:
        return _("none")
    numbers = ", ".join(str(number) for number in sorted(days, reverse=True))
    return ngettext(
        "{days} day before a renewal or an end",
        "{days} days before a renewal or an end",
        # Of several, such as “7, 1”, the first decides.
        max(days),
    ).format(days=numbers)


def policy_sentence(name: str, *, decided: bool) -> str:
    """What a decision means, for those who have bought, too.

    Parameters
    ----------
    name
        Of the decision, as `Policy` has it.
    """
    sentences = {
        ("refund_revokes", True): _(
            "Whoever gets all their money back loses what they paid for. That goes for earlier "
            "refunds too: who kept roles after one loses them now."
        ),
        ("refund_revokes", False): _(
            "Whoever gets their money back keeps what they paid for. That goes for earlier "
            "refunds too: who lost roles by one gets them again now."
        ),
        ("dispute_suspends", True): _(
            "Whoever disputes a payment loses what it paid for until you win. That goes for "
            "disputes that are open already: their roles go now."
        ),
        ("dispute_suspends", False): _(
            "Whoever disputes a payment keeps what it paid for; a dispute that you lose counts "
            "as a refund. Who lost roles by an open dispute gets them again now."
        ),
        ("past_due_keeps", True): _(
            "A subscription whose payment is overdue goes on giving its roles until Shoppex "
            "ends it. Who lost them by one that is overdue now gets them again."
        ),
        ("past_due_keeps", False): _(
            "A subscription whose payment is overdue gives no roles until it is paid. Who is "
            "overdue now loses them at once."
        ),
        ("paused_keeps", True): _(
            "A paused subscription goes on giving its roles. Who lost them by a pause that "
            "still lasts gets them again now."
        ),
        ("paused_keeps", False): _(
            "A paused subscription gives its roles to the end of the paid period. Who pauses "
            "now, and whose period is over, loses them at once."
        ),
    }
    return sentences[name, decided]
