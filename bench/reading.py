"""Claims about reading what anybody may send: no body holds up the bot."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from shoppex.api import MalformedOrder, decode_json, parse_order

from .report import Row, Section, ms

_MIB = 1024 * 1024
_ROUNDS = 7
_TARGET_MS = 20.0

Shape = Callable[[int], dict[str, Any]]


def _many_names(size: int) -> dict[str, Any]:
    names = {f"{number:05x}": 0 for number in range(size // 24)}
    return {"uniqid": "x", "serials": [f"{n:05x}" for n in range(size // 24)], **names}


def _in_container(inside: Callable[[int], Any]) -> Shape:
    return lambda size: {
        "uniqid": "x",
        "status": "COMPLETED",
        "items": [{"product_id": "p", "quantity": 1, "delivered_items": inside(size)}],
    }


def _nested(size: int) -> Any:
    deep: Any = "x"
    for _ in range(min(size // 20, 400)):
        deep = {"delivery": [deep]}
    return [deep] * max(1, size // (400 * 20))


_SHAPES: dict[str, Shape] = {
    "names that are none of ours, beside serials": _many_names,
    "one long text": _in_container(lambda size: {"text": "a" * size}),
    "many keys": _in_container(lambda size: {"serials": [f"K-{n:08}" for n in range(size // 14)]}),
    "many objects": _in_container(
        lambda size: {"serials": [{"value": f"{n}", "is_replaced": 0} for n in range(size // 40)]}
    ),
    "many objects with more than a key": _in_container(
        lambda size: {
            "serials": [
                {"value": f"{n}", "pin": "x", "url": "https://x"} for n in range(size // 50)
            ]
        }
    ),
    "many keys in two places": lambda size: {
        "uniqid": "x",
        "serials": [f"K-{n:08}" for n in range(size // 28)],
        "license_keys": [f"K-{n:08}" for n in range(size // 28)],
    },
    "one text of many keys": _in_container(
        lambda size: {"serials": [f"{'K' * 4}\n" * 12_000] * (size // 60_000)}
    ),
    "many unknown fields": _in_container(
        lambda size: {f"hint {n}": "x" for n in range(size // 18)}
    ),
    "deep nesting": _in_container(_nested),
    "long names": _in_container(
        lambda size: {"A" * 1000 + f"{n}": "x" for n in range(size // 1020)}
    ),
    "many lines": lambda size: {
        "uniqid": "x",
        "items": [{"product_id": f"{n}", "quantity": 1} for n in range(size // 40)],
    },
    "many custom fields": lambda size: {
        "uniqid": "x",
        "custom_fields": [{"name": f"{n}", "value": "x"} for n in range(size // 36)],
    },
    "one long text of escapes": _in_container(lambda size: {"text": "\u0001" * (size // 6)}),
}


async def measure() -> list[Section]:
    """Read each shape, beside decoding its JSON alone."""
    rows = []
    for name, shape in _SHAPES.items():
        raw = json.dumps(shape(_MIB)).encode()
        decoded = decode_json(raw)
        alone = _median(partial(decode_json, raw)) * _MIB / len(raw)
        reading = _median(partial(_read, cast("dict[str, Any]", decoded))) * _MIB / len(raw)
        rows.append(
            Row(
                f"A body of {name}, for each MiB",
                ms(reading),
                f"decoding its JSON: {ms(alone)}",
                target=f"≤ {_TARGET_MS:.0f} ms",
                reached=reading * 1000 <= _TARGET_MS,
            )
        )
    return [Section("Reading what anybody may send", rows)]


def _read(data: dict[str, Any]) -> None:
    try:
        parse_order(data)
    except MalformedOrder:
        return


def _median(work: Callable[[], object]) -> float:
    took = []
    for _ in range(_ROUNDS):
        begun = time.perf_counter()
        work()
        took.append(time.perf_counter() - begun)
    return statistics.median(took)
