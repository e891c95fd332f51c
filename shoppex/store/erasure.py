"""Erasure of a user's data: what is left of an account. Pure."""

from __future__ import annotations

from dataclasses import replace

from ..domain.account import NOBODY, Account
from ..domain.staff_action import StaffAction


def only_paid(account: Account) -> Account:
    """Keep what a shop owes or gave for money, and what prevents giving or telling it twice.

    A test is forgotten by itself, once what it gave is taken.
    """
    paid = {
        nonce: order
        for nonce, order in account.orders.items()
        if order.touched_by_money or order.test
    }
    if not paid and not account.subscriptions:
        return nothing(account)
    subjects = (*paid, *account.subscriptions)
    notices = {
        name: delivery
        for name, delivery in account.notices.items()
        if any(f":{subject}:" in name for subject in subjects)
    }
    return replace(account, orders=paid, notices=notices, email=None, customers=())


def nothing(account: Account) -> Account:
    """An empty account."""
    return Account(account.key)


def without_name(account: Account, user_id: int) -> Account:
    """Somebody's account, in which it no longer says what another did, or was the first to buy."""

    def act(done: StaffAction | None) -> StaffAction | None:
        return done._replace(by=NOBODY) if done is not None and done.by == user_id else done

    orders = {
        nonce: replace(
            order,
            gift=act(order.gift),
            revoked=act(order.revoked),
            origin=NOBODY if order.origin == user_id else order.origin,
        )
        for nonce, order in account.orders.items()
    }
    subscriptions = {
        name: replace(subscription, revoked=act(subscription.revoked))
        for name, subscription in account.subscriptions.items()
    }
    return replace(account, orders=orders, subscriptions=subscriptions)
