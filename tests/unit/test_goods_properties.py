"""Any text in any documented place comes out once (contract, sections 4.5 and 15.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.api import parse_order

# Text as sellers type it: marks, quotes, other scripts, several lines; nothing that no text holds.
_AWKWARD = [
    "https://dl.example/a.zip pass: s3c*ret*_x_y_",
    "https://dl.example/a.zip?sig=1#part",
    "```\nAAAA\n```",
    "label: https://dl.example/a",
    "2026-01-01",
    "null",
    "[object Object]",
    '{"key": "AAAA"}',
    "https://cdn.example/cover.png",
]
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"])
    | st.sampled_from(list("`*_~|<>:\"'\\\n/")),
    min_size=1,
    max_size=60,
).filter(str.strip) | st.sampled_from(_AWKWARD)
keys = texts.filter(lambda text: "\n" not in text)

Place = Callable[[str], dict[str, Any]]


def in_line(name: str, wrap: Callable[[str], Any]) -> Place:
    return lambda text: {"items": [{"product_id": "p-1", "quantity": 1, name: wrap(text)}]}


def in_order(name: str, wrap: Callable[[str], Any]) -> Place:
    return lambda text: {name: wrap(text)}


KEYS: dict[str, Callable[[str], Any]] = {
    "list": lambda text: [text],
    "serials": lambda text: {"serials": [text]},
    "serial objects": lambda text: {
        "serials": [{"value": text, "is_replacement": False, "is_replaced": 0}]
    },
    "stock objects": lambda text: {"serials": [{"id": 7, "serial": text, "variant_id": None}]},
    "codes": lambda text: {"codes": [text], "links": [], "notes": [], "serials": []},
    "license_keys": lambda text: {"license_keys": [text], "downloads": []},
    "licenseKeys": lambda text: {"licenseKeys": [{"key": text, "status": "ACTIVE"}]},
    "tracking_codes": lambda text: {"tracking_codes": [text]},
    "nested": lambda text: {"delivered_items": [{"serials": [text]}]},
}
TEXTS: dict[str, Callable[[str], Any]] = {
    "text": lambda text: text,
    "notes": lambda text: {"notes": [text]},
    "service_text": lambda text: {"service_text": text},
    "serviceText": lambda text: {"serviceText": text},
    "dynamic_response": lambda text: {"dynamic_response": text},
    "dynamicResponse": lambda text: {"dynamicResponse": {"text": text}},
}
CONTAINERS = (
    *("delivered_items", "deliveredItems", "delivery_summary", "deliverySummary"),
    *("delivery", "delivery_info", "deliveryInfo"),
)
PLACES: dict[str, Place] = {
    f"{where.__name__} {container} {shape}": where(container, wrap)
    for where in (in_line, in_order)
    for container in CONTAINERS
    for shape, wrap in {**KEYS, **TEXTS}.items()
}
PLACES |= {
    f"in_order {name}": in_order(name, lambda text: text)
    for name in ("delivery_text", "deliveryText", "service_text", "serviceText")
}


def deliverable(kind: str) -> Place:
    return in_order("deliverables", lambda text: [{"kind": kind, "label": "", "value": text}])


PLACES |= {f"deliverables {kind}": deliverable(kind) for kind in ("file", "serial", "license")}


def goods(data: dict[str, Any]) -> tuple[str, ...]:
    return parse_order({"uniqid": "u-1", "status": "COMPLETED", **data}).goods


@given(text=texts, place=st.sampled_from(sorted(PLACES)))
def test_any_text_in_any_place_comes_out_once(text: str, place: str) -> None:
    assert goods(PLACES[place](text)) == (text,), place


@given(text=keys, one=st.sampled_from(sorted(PLACES)), other=st.sampled_from(sorted(PLACES)))
def test_what_two_places_tell_comes_out_once(text: str, one: str, other: str) -> None:
    both: dict[str, Any] = {}
    for data in (PLACES[one](text), PLACES[other](text)):
        if "items" in data and "items" in both:
            both["items"] = [{**both["items"][0], **data["items"][0]}]
        else:
            both |= data
    assert goods(both) == (text,)


@given(dead=keys, fresh=keys, place=st.sampled_from(CONTAINERS), camel=st.booleans())
def test_of_a_replaced_serial_only_the_replacement_is_there(
    dead: str,
    fresh: str,
    place: str,
    camel: bool,  # noqa: FBT001
) -> None:
    replaced, replacement = "is_replaced", "is_replacement"
    if camel:
        replaced, replacement = "isReplaced", "isReplacement"
    serials = [
        {"value": dead, replaced: 1, replacement: 0},
        {"value": fresh, replaced: False, replacement: True},
    ]
    news = parse_order(
        {
            "uniqid": "u-1",
            "status": "COMPLETED",
            "items": [{"product_id": "p-1", "quantity": 1, place: {"serials": serials}}],
        }
    )
    assert news.goods == (fresh,)
    assert news.replacements == (fresh,)


# A date, or the address of a picture, is machine data under a name that is not known.
words = texts.filter(lambda text: text[0].isalpha() and "://" not in text)


@given(text=words, place=st.sampled_from(CONTAINERS))
def test_an_unknown_field_is_shown_under_its_name(text: str, place: str) -> None:
    assert goods({place: {"activation hint": text}}) == (f"activation hint: {text}",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "abc"),
        ("created_at", "2026-01-01T00:00:00Z"),
        ("seen", "2026-01-01"),
        ("is_downloaded", "yes"),
        ("imageUrl", "https://cdn.example/a"),
        ("cover", "https://cdn.example/a.png?x=1"),
        ("status", "DELIVERED"),
        ("currency", "EUR"),
    ],
)
@pytest.mark.parametrize("place", CONTAINERS)
def test_machine_data_is_no_goods(place: str, name: str, value: str) -> None:
    assert goods({place: {name: value}}) == ()


@given(label=st.text("abc XYZ", min_size=1, max_size=20).filter(str.strip))
def test_links_keep_their_labels(label: str) -> None:
    entry = {
        "label": label,
        "value": "https://dl.example/a.zip",
        "href": "https://dl.example/a.zip",
    }
    words = " ".join(label.split())
    assert goods({"delivery_summary": {"links": [entry]}}) == (
        f"{words}: https://dl.example/a.zip",
    )
