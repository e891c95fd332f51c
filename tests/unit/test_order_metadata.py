"""The tag survives its way through Shoppex, and nothing else passes for one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.api import normalise
from shoppex.domain.order_metadata import OrderTag
from strategies import nonces, snowflakes

tags = st.builds(OrderTag, snowflakes, snowflakes, nonces)
FIELDS = {"discord_user_id": "80351110224678912", "discord_guild_id": "7", "nonce": "00ff"}


@given(tags)
def test_a_tag_comes_back_as_it_was_sent(tag: OrderTag) -> None:
    assert OrderTag.from_fields(tag.to_fields()) == tag


@given(tags)
def test_a_tag_comes_back_through_json_in_each_documented_shape(tag: OrderTag) -> None:
    fields = tag.to_fields()
    pairs = [{"name": name, "value": value} for name, value in fields.items()]
    for shape in (fields, pairs, {"customFields": pairs}, json.dumps(fields)):
        assert OrderTag.from_fields(normalise(json.loads(json.dumps(shape)))) == tag


@given(tags)
def test_ids_travel_as_text(tag: OrderTag) -> None:
    fields = tag.to_fields()
    assert fields["discord_user_id"] == str(tag.user_id)
    assert fields["discord_guild_id"] == str(tag.guild_id)
    assert all(isinstance(value, str) for value in fields.values())


def test_other_fields_do_not_disturb() -> None:
    assert OrderTag.from_fields({**FIELDS, "size": "XL"}) == OrderTag(80351110224678912, 7, "00ff")


@pytest.mark.parametrize("name", FIELDS)
def test_without_one_part_there_is_no_tag(name: str) -> None:
    assert OrderTag.from_fields({n: value for n, value in FIELDS.items() if n != name}) is None
    assert OrderTag.from_fields({**FIELDS, name: ""}) is None


@pytest.mark.parametrize("name", ["discord_user_id", "discord_guild_id"])
@pytest.mark.parametrize(
    "value", ["-1", "+1", "1.0", "1e5", " 1", "0x1", "1_000", "²", "٣", "me", "1" * 21, "9" * 5000]
)
def test_garbage_is_no_id(name: str, value: str) -> None:
    assert OrderTag.from_fields({**FIELDS, name: value}) is None


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), st.text()))
def test_any_text_is_read_or_refused(fields: dict[str, str]) -> None:
    tag = OrderTag.from_fields(fields)
    if tag is not None:
        assert tag.nonce == fields["nonce"]
        assert tag.user_id == int(fields["discord_user_id"])
        assert tag.guild_id == int(fields["discord_guild_id"])
