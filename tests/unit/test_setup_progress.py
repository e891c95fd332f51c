"""How far a shop is set up, by its settings alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.connection.addresses import parse_public_url, webhook_address
from shoppex.connection.webhook_secrets import OVERLAP, is_secret, with_secret
from shoppex.setup.progress import SetupStep, StepState, first_open, has_moved, standings
from shoppex.store.settings_model import (
    MOST_SECRETS,
    FormerSecret,
    GuildSettings,
    ListenerSettings,
    ProductEntry,
)

GUILD = 80351110224678912
NOWHERE = ListenerSettings()
PUBLIC = ListenerSettings(public_url="https://shop.example")
ADDRESS = f"https://shop.example/shoppex/{GUILD}"
NOW = datetime(2026, 3, 1, tzinfo=timezone.utc)
DONE = GuildSettings(
    api_key="shx_1",
    secret="whsec_1",  # noqa: S106
    webhook_id="1",
    webhook_url=ADDRESS,
    products={"p-1": ProductEntry("p-1", "Gold Pass")},
    log_channel=5,
)


def standing(
    step: SetupStep,
    shop: GuildSettings,
    listener: ListenerSettings = PUBLIC,
    *,
    listening: bool = True,
) -> StepState:
    return standings(shop, listener, GUILD, listening=listening)[step]


def first(shop: GuildSettings, listener: ListenerSettings = PUBLIC) -> SetupStep:
    return first_open(standings(shop, listener, GUILD, listening=True))


def test_where_to_begin_and_where_to_end() -> None:
    assert first(GuildSettings(), NOWHERE) is SetupStep.KEY
    assert first(replace(GuildSettings(), api_key="shx_1"), NOWHERE) is SetupStep.HEARING
    assert first(DONE) is SetupStep.TEST
    assert standing(SetupStep.TEST, DONE) is StepState.OPEN
    assert (
        standing(SetupStep.TEST, replace(DONE, setup_passed=frozenset({"test"}))) is StepState.DONE
    )


@pytest.mark.parametrize(
    ("change", "listening", "expected"),
    [
        ({}, True, StepState.DONE),
        ({}, False, StepState.BROKEN),
        ({"polling_only": True}, False, StepState.DONE),
    ],
)
def test_how_payments_are_heard_of(
    change: dict[str, Any], *, listening: bool, expected: StepState
) -> None:
    shop = replace(DONE, **change)
    assert standing(SetupStep.HEARING, shop, listening=listening) is expected
    without = StepState.DONE if shop.polling_only else StepState.OPEN
    assert standing(SetupStep.HEARING, shop, NOWHERE) is without


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, StepState.DONE),
        ({"webhook_id": None, "webhook_url": None}, StepState.DONE),
        ({"webhook_url": "https://old.example/shoppex/1"}, StepState.BROKEN),
        ({"secret_doubtful": True}, StepState.BROKEN),
        ({"secret": None}, StepState.OPEN),
        ({"secret": None, "polling_only": True}, StepState.PASSED),
        ({"secret_doubtful": True, "polling_only": True}, StepState.PASSED),
    ],
)
def test_the_webhook(change: dict[str, Any], expected: StepState) -> None:
    shop = replace(DONE, **change)
    assert standing(SetupStep.WEBHOOK, shop) is expected
    moved = shop.webhook_url not in (ADDRESS, None)
    assert has_moved(shop, PUBLIC, GUILD) is moved


@pytest.mark.parametrize(
    ("step", "change"),
    [(SetupStep.PRODUCT, {"products": {}}), (SetupStep.LOG, {"log_channel": None})],
)
def test_what_can_be_left_out(step: SetupStep, change: dict[str, Any]) -> None:
    undone = replace(DONE, **change)
    passed = frozenset({step.value})
    assert standing(step, undone) is StepState.OPEN
    assert first(undone) is step
    assert standing(step, replace(undone, setup_passed=passed)) is StepState.PASSED
    assert standing(step, replace(DONE, setup_passed=passed)) is StepState.DONE


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://shop.example/", "https://shop.example"),
        ("http://10.0.0.1:8317", "http://10.0.0.1:8317"),
        ("https://shop.example/hooks/", "https://shop.example/hooks"),
        ("shop.example", None),
        ("ftp://shop.example", None),
        ("https://", None),
        ("https://[", None),
        ("https://shop.example/?a=b", None),
    ],
)
def test_public_addresses(text: str, kept: str | None) -> None:
    assert parse_public_url(text) == kept


def test_the_address_of_a_server() -> None:
    assert webhook_address(PUBLIC, GUILD) == ADDRESS
    assert webhook_address(NOWHERE, GUILD) is None


# -- secrets -------------------------------------------------------------------------------


def test_a_former_secret_ends_to_the_second() -> None:
    shop = with_secret(GuildSettings(secret="one"), "two", NOW)  # noqa: S106
    assert shop.secrets(NOW + OVERLAP - timedelta(seconds=1)) == ("two", "one")
    assert shop.secrets(NOW + OVERLAP) == ("two",)


def test_no_secret_shows() -> None:
    shop = with_secret(GuildSettings(secret="whsec_former"), "whsec_current", NOW)  # noqa: S106
    assert shop.secrets(NOW) == ("whsec_current", "whsec_former")
    assert "whsec" not in repr(shop)


def test_the_former_secret_comes_back() -> None:
    shop = with_secret(GuildSettings(secret="one"), "two", NOW)  # noqa: S106
    back = with_secret(shop, "one", NOW)
    assert back.secrets(NOW) == ("one", "two")
    assert with_secret(back, "one", NOW) == back


def test_a_known_secret_ends_the_doubt() -> None:
    shop = GuildSettings(secret="one", secret_doubtful=True)  # noqa: S106
    assert not shop.hears()
    assert with_secret(shop, "two", NOW).hears()
    assert not replace(with_secret(shop, "two", NOW), polling_only=True).hears()
    assert not GuildSettings().hears()


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 60)), max_size=12))
def test_never_more_secrets_than_are_looked_at_and_the_latest_first(
    news: list[tuple[str, int]],
) -> None:
    shop, now, given_at = GuildSettings(), NOW, dict[str, datetime]()
    for secret, hours in news:
        now += timedelta(hours=hours)
        if shop.secret is not None:
            given_at[shop.secret] = now
        shop = with_secret(shop, secret, now)
        taken = shop.secrets(now)
        assert taken[0] == secret
        assert len(taken) == len({*taken}) <= MOST_SECRETS
        assert all(now < given_at[former] + OVERLAP for former in taken[1:])
        assert FormerSecret(secret, now) not in shop.former_secrets


@pytest.mark.parametrize("text", ["short", "with some spaces in it", "ünïcödé-secret-abcdef", ""])
def test_what_is_no_secret(text: str) -> None:
    assert not is_secret(text)
    assert is_secret("whsec_0123456789abcdef")
