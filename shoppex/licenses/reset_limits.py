"""Limits of how often a buyer may free a licence from its machine. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ..domain.account import Account, Reset
from ..errors import TooOften
from ..purchases.errors import ResetsOff
from ..store.settings_model import LicensePolicy

_MONTH = timedelta(days=30)


def count_reset(
    account: Account, license_id: str, policy: LicensePolicy, now: datetime
) -> Account:
    """The account after one more reset.

    Raises
    ------
    ResetsOff
        When buyers may not do that here.
    TooOften
        When the licence was reset a short time ago, or the month's number is used up.
    """
    if policy.per_month <= 0:
        raise ResetsOff
    kept = tuple(r for r in account.resets if now - r.at < max(_MONTH, policy.cooldown))
    of_it = [r.at + policy.cooldown for r in kept if r.license_id == license_id]
    if of_it and now < max(of_it):
        raise TooOften(max(of_it))
    recent = sorted(r.at for r in kept if now - r.at < _MONTH)
    if len(recent) >= policy.per_month:
        raise TooOften(recent[-policy.per_month] + _MONTH)
    return replace(account, resets=(*kept, Reset(license_id, now)))


def take_back_reset(account: Account, license_id: str, at: datetime) -> Account:
    """The account without a reset that did not take place."""
    kept = tuple(r for r in account.resets if r != Reset(license_id, at))
    return replace(account, resets=kept)
