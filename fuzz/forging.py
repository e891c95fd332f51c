"""Making genuine bodies into others: by a change in their JSON, or in their bytes."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any, Final

# What breaks readers: borders of number types, marks, other scripts, names of our own fields.
VALUES: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 10**400, 1e308, -0.0, 0.1, 8.88,
    "", " ", "0", "null", "8.88", "1e309", "NaN", "\u0000", "\ud83d", "\u202e",
    "٨٫٨٨", "PENDING", "VOIDED", "PARTIAL", "WAITING_FOR_CONFIRMATIONS", "REFUNDED", "COMPLETED?",
    "2026-01-01T00:00:00Z", "9999-12-31T23:59:59+99:99", "1970-01-01", "https://example.com/a",
    [], {}, [[]], [{}], [None], {"": ""}, {"name": "nonce"}, {"value": None}, {"serials": [{}]},
    {"amount": "1", "currency": "EUR"}, "$where", "{{7*7}}", "%s%n", "../../x", "'; --",
)  # fmt: skip
NAMES: Final[tuple[str, ...]] = (
    "", "id", "uniqid", "status", "total", "currency", "custom_fields", "customFields", "nonce",
    "discord_user_id", "discord_guild_id", "line_items", "lineItems", "items", "products",
    "product_id", "quantity", "serials", "delivered_items", "delivery_summary", "subscription_id",
    "subscription", "pricing_breakdown", "coupon_applied", "data", "event", "__proto__",
)  # fmt: skip

_DEEPEST = 60
_DEEP_ENOUGH = b"[" * 100_000
# Large values are rare, for most of the time would go into sending them.
_USUAL = 0.98
_Change = Callable[[random.Random, Any], None]


def mutated(rng: random.Random, event: object) -> bytes:
    """The body of one to four changes to an event, the last of them perhaps in its bytes."""
    try:
        return _mutated(rng, event)
    except RecursionError:
        # Too deep to be written here; such a body has to be sent all the same.
        return _DEEP_ENOUGH


def _mutated(rng: random.Random, event: object) -> bytes:
    changed = copy.deepcopy(event)
    for _ in range(rng.randint(1, 3)):
        places = list(_places(changed))
        if places:
            container, key = rng.choice(places)
            rng.choice(_CHANGES)(rng, (container, key))
    body = json.dumps(changed, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
    return garbled(rng, body) if rng.random() < 0.2 else body


def garbled(rng: random.Random, body: bytes) -> bytes:
    """The body with some of its bytes changed, cut or doubled."""
    data = bytearray(body)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data) + 1)
        match rng.randrange(4):
            case 0:
                data[at:at] = rng.randbytes(rng.randint(1, 4))
            case 1:
                del data[at : at + rng.randint(1, 40)]
            case 2:
                data[at : at + 1] = rng.choice((b"\\", b'"', b"{", b"[", b"\xff", b"\x00", b"9"))
            case _:
                data[at:at] = data[at : at + rng.randint(1, 200)]
    return bytes(data)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each container within a value, with each of its keys."""
    keys = value if isinstance(value, dict) else range(len(value)) if _is_list(value) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _replace(rng: random.Random, place: Any) -> None:
    container, key = place
    value = copy.deepcopy(rng.choice(VALUES)) if rng.random() < _USUAL else "a" * 70_000
    container[key] = value


def _drop(_rng: random.Random, place: Any) -> None:
    container, key = place
    del container[key]


def _rename(rng: random.Random, place: Any) -> None:
    container, key = place
    if isinstance(container, dict):
        container[rng.choice(NAMES)] = container.pop(key)


def _add(rng: random.Random, place: Any) -> None:
    container, _key = place
    value = copy.deepcopy(rng.choice(VALUES))
    if isinstance(container, dict):
        container[rng.choice(NAMES)] = value
    else:
        container.append(value)


def _repeat(rng: random.Random, place: Any) -> None:
    container, key = place
    times = rng.choice((2, 3, 20)) if rng.random() < _USUAL else 1500
    container[key] = [copy.deepcopy(container[key]) for _ in range(times)]


def _nest(rng: random.Random, place: Any) -> None:
    container, key = place
    for _ in range(rng.choice((1, 3, _DEEPEST))):
        container[key] = (
            {rng.choice(NAMES): container[key]} if rng.random() < 0.5 else [container[key]]
        )


def _as_text(_rng: random.Random, place: Any) -> None:
    container, key = place
    container[key] = json.dumps(container[key])


_CHANGES: tuple[_Change, ...] = (
    _replace,
    _replace,
    _drop,
    _rename,
    _add,
    _repeat,
    _nest,
    _as_text,
)
