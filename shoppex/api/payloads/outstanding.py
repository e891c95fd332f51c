"""Parsing of what an order still waits for (contract, sections 15.2 to 15.4). Never raises."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta

from ...domain.money import parse_amount
from ...domain.outstanding import Outstanding, TopUp, Underpayment
from ...domain.status_words import fold_word
from ..fields import as_list, as_mapping, parse_flag, parse_text

_BY_SELLER = "AWAITING_FULFILLMENT"
# So is every line for the seconds until its keys are there, too; with a promise of time it is
# the seller who delivers.
_PENDING = "PENDING"
_WAITING = (_BY_SELLER, _PENDING)
_FAILED = "FAILED"
_UNITS = {
    "MINUTE": timedelta(minutes=1),
    "HOUR": timedelta(hours=1),
    "DAY": timedelta(days=1),
}
_LONGEST_PROMISE = timedelta(days=365)
_MOST_QUESTIONS = 25
_LONGEST_QUESTION = 100
_LONGEST_AMOUNT = 40
_LONGEST_COIN = 12


def parse_outstanding(
    data: Mapping[str, object], lines: Sequence[Mapping[str, object]]
) -> Outstanding | None:
    """Read what a paid order waits for; ``None`` where nothing at all is said of it.

    A word that is not known says nothing: it is neither delivered nor failed.
    """
    asked = _named(data, "pending_custom_fields", "pendingCustomFields")
    words = [fold_word(_named(line, "delivery_status", "deliveryStatus")) for line in lines]
    said = "pending_custom_fields" in data or "pendingCustomFields" in data or any(words)
    if not said:
        return None
    waiting = [line for line, word in zip(lines, words, strict=True) if word in _WAITING]
    promises = [promise for promise in map(_parse_promise, waiting) if promise is not None]
    return Outstanding(
        by_seller=_BY_SELLER in words or bool(promises),
        within=max(promises, default=None),
        failed=_FAILED in words,
        questions=_parse_questions(asked),
    )


def is_pending(line: Mapping[str, object]) -> bool:
    """Return whether Shoppex says that a line is not delivered yet, by whomever."""
    return fold_word(_named(line, "delivery_status", "deliveryStatus")) in _WAITING


def is_underpaid(data: Mapping[str, object]) -> bool:
    """Return whether Shoppex says that too little arrived, whatever it calls the order."""
    return bool(parse_flag(as_mapping(data.get("underpayment")).get("active")))


def parse_underpayment(data: Mapping[str, object]) -> Underpayment | None:
    """Read what is missing of a payment; ``None`` when Shoppex does not call it too little."""
    told = as_mapping(data.get("underpayment"))
    if fold_word(data.get("status")) != "PARTIAL" and not is_underpaid(data):
        return None
    return Underpayment(
        missing=_amount(told, "missing"),
        received=_amount(told, "received"),
        top_up=_parse_top_up(told),
    )


def _parse_top_up(told: Mapping[str, object]) -> TopUp:
    reason = fold_word(_named(told, "buyer_action_reason", "buyerActionReason"))
    known = next((top_up for top_up in TopUp if top_up.value == reason), None)
    if parse_flag(_named(told, "buyer_actionable", "buyerActionable")) is False:
        return known or TopUp.IMPOSSIBLE
    return TopUp.POSSIBLE if known is None else known


def _amount(told: Mapping[str, object], name: str) -> str | None:
    """An amount in the coin that was paid with, or else in the order's currency."""
    for kind, unit in (("crypto_amount", "crypto_currency"), ("amount", "currency")):
        camel = "".join(part.title() for part in kind.split("_"))
        amount = _named(told, f"{name}_{kind}", f"{name}{camel}")
        coin = _named(told, unit, "cryptoCurrency" if unit.startswith("crypto") else "currency")
        text, word = (parse_text(amount) or "").strip(), (parse_text(coin) or "").strip().upper()
        if parse_amount(text) is not None and word.isalnum() and len(word) <= _LONGEST_COIN:
            return f"{text[:_LONGEST_AMOUNT]} {word}"
    return None


def _parse_promise(line: Mapping[str, object]) -> timedelta | None:
    number = parse_amount(_named(line, "delivery_time", "deliveryTime"))
    word = fold_word(_named(line, "delivery_time_unit", "deliveryTimeUnit")).removesuffix("S")
    unit = _UNITS.get(word)
    if number is None or unit is None or number <= 0:
        return None
    longest = _LONGEST_PROMISE / unit
    return unit * min(float(number), longest)


def _parse_questions(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return ()
    lines = _entries(_named(as_mapping(value), "line_items", "lineItems"))
    names = (
        name.strip()[:_LONGEST_QUESTION]
        for _number, line in lines[:_MOST_QUESTIONS]
        for name in _fields(as_mapping(line).get("fields"))[:_MOST_QUESTIONS]
    )
    return tuple(dict.fromkeys(name for name in names if name))[:_MOST_QUESTIONS]


def _fields(value: object) -> list[str]:
    """The names of fields: what each says, or else what it stands under."""
    if isinstance(value, Mapping) and parse_text(value.get("name")) is not None:
        value = [value]
    return [
        parse_text(as_mapping(field).get("name")) or parse_text(field) or under
        for under, field in _entries(value)
    ]


def _entries(value: object) -> list[tuple[str, object]]:
    """The entries of an array, or of an object that stands for one, with their names."""
    if isinstance(value, Mapping):
        return [("" if str(name).isdigit() else str(name), part) for name, part in value.items()]
    return [("", part) for part in as_list(value)]


def _named(data: Mapping[str, object], *names: str) -> object:
    return next((data[name] for name in names if data.get(name) is not None), None)
