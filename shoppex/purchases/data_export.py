"""Export of all data that is kept of a user, for them to read."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from typing import Any

from ..domain.account import Account
from ..formatting import format_money
from ..i18n import _
from ..store.account_codec import account_to_record

# Of an order that waits to be delivered: the delivery is the place for its keys.
_LEFT_OUT = ("goods",)


def export(accounts: Iterable[Account]) -> dict[str, io.BytesIO]:
    """The same facts twice, as text for people and as JSON for programs, by file name.

    Empty when nothing is kept. Keys that still wait for delivery are counted only, and the
    proofs of orders stay secret.
    """
    known = [account for account in accounts if account_to_record(account)]
    if not known:
        return {}
    text = "\n\n".join(_readable(account) for account in known)
    records = [_record(account) for account in known]
    data = json.dumps(records, indent=2, ensure_ascii=False)
    return {
        "shoppex.txt": io.BytesIO(text.encode()),
        "shoppex.json": io.BytesIO(data.encode()),
    }


def _record(account: Account) -> dict[str, Any]:
    record = account_to_record(account)
    orders = []
    for order in record.pop("orders", {}).values():
        waiting = len(order.get("goods", ()))
        orders.append(
            {
                **{name: value for name, value in order.items() if name not in _LEFT_OUT},
                "keys_waiting": waiting,
            }
        )
    # Their names hold the proofs of orders.
    notices = len(record.pop("notices", {}))
    subscriptions = [
        {"id": name, **{key: value for key, value in each.items() if key != "nonce"}}
        for name, each in record.pop("subs", {}).items()
    ]
    return {
        "server": str(account.key.guild_id),
        "user": str(account.key.user_id),
        **record,
        "orders": orders,
        "subscriptions": subscriptions,
        "messages_sent": notices,
    }


def _readable(account: Account) -> str:
    lines = [_("Server {id}").format(id=account.key.guild_id)]
    if account.email is not None:
        lines.append(_("Remembered e-mail address: {email}").format(email=account.email))
    if account.customers:
        ids = ", ".join(account.customers)
        lines.append(_("Known to Shoppex as: {ids}").format(ids=ids))
    if not account.reminders:
        lines.append(_("You want no reminders."))
    for order in account.orders.values():
        total = "" if order.total is None else format_money(order.total)
        lines.append(
            _("Order {id} of {day}: {what}, {total}, {status}").format(
                id=order.uniqid,
                day=f"{order.created_at:%Y-%m-%d %H:%M} UTC",
                what=order.describe(),
                total=total,
                status=order.status.value,
            )
        )
    lines += [
        _("Subscription {id}: {what}, {status}").format(
            id=subscription.id, what=subscription.title, status=subscription.status.value
        )
        for subscription in account.subscriptions.values()
    ]
    lines += [
        _("Role from the shop: {id}").format(id=role_id)
        for role_id, grant in account.grants.items()
        if grant.held
    ]
    lines += [
        _("Licence {id} freed from its machine on {day}").format(
            id=reset.license_id, day=f"{reset.at:%Y-%m-%d %H:%M} UTC"
        )
        for reset in account.resets
    ]
    return "\n".join(lines)
