"""Settings survive a new process, refuse with the disk, and show no secret."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from disk import Disk
from shoppex.domain.log_level import LogLevel
from shoppex.domain.money import Money
from shoppex.domain.offer import product_ref
from shoppex.domain.policy import OwnPolicy, Policy
from shoppex.store.errors import StoreUnavailable
from shoppex.store.settings_model import (
    FormerSecret,
    GuildSettings,
    ItemEntry,
    LicensePolicy,
    ListenerSettings,
    ProductEntry,
)

GUILD, OTHER = 80351110224678912, 7
GOLD = 80351110224678913
PRODUCT = ProductEntry(
    "p-1", "Game Key", (GOLD, 5), timedelta(days=30), OwnPolicy(refund_revokes=False)
)
ITEM = ItemEntry("i-1", "Gold Pass", Money(Decimal("9.90"), "EUR"), (GOLD,))
SHOP = GuildSettings(
    api_key="shx_hidden",
    secret="whsec_hidden",  # noqa: S106
    former_secrets=(
        FormerSecret("whsec_former_hidden", datetime(2026, 3, 1, tzinfo=timezone.utc)),
    ),
    secret_doubtful=True,
    webhook_id="wh-1",
    webhook_url="https://shop.example/shoppex/1",
    polling_only=True,
    setup_passed=frozenset({"log", "product"}),
    shop_name="The Game Cellar",
    legacy_signatures=True,
    log_channel=5,
    log_level=LogLevel.MONEY,
    pickup_channel=6,
    staff_role=GOLD,
    licenses=LicensePolicy(timedelta(hours=2), 5),
    told=frozenset({"role_too_high:1", "pool_empty:0"}),
    shop_id="shop-1",
    brake="other_shop",
    ailments=frozenset({"roles:role_gone:1", "access:key_refused:"}),
    policy=Policy(paused_keeps=True),
    remind_days=(7, 1),
    rejoin=False,
    powers={5: 8},
    products={"p-1": PRODUCT, "p-2": ProductEntry("p-2", "Nothing")},
    items={"i-1": ITEM},
)


def test_each_setting_is_tried() -> None:
    untouched = GuildSettings()
    for each in fields(GuildSettings):
        assert getattr(SHOP, each.name) != getattr(untouched, each.name), each.name


def becoming(settings: GuildSettings) -> Callable[[GuildSettings], GuildSettings]:
    return lambda _before: settings


async def test_settings_of_a_guild_are_there_in_a_new_process(disk: Disk) -> None:
    store = await disk.open()
    assert await store.settings.update_guild(GUILD, becoming(SHOP)) == SHOP
    for settings in (store.settings, (await disk.open()).settings):
        assert settings.guild(GUILD) == SHOP
        assert settings.guild_ids() == (GUILD,)
        assert str(settings.guild(GUILD).items["i-1"].price.amount) == "9.90"


async def test_a_guild_without_settings_has_empty_ones(disk: Disk) -> None:
    settings = (await disk.open()).settings
    assert settings.guild(GUILD) == GuildSettings()
    assert settings.guild_ids() == ()
    assert settings.listener == ListenerSettings()


async def test_what_is_taken_away_is_gone_in_a_new_process(disk: Disk) -> None:
    store = await disk.open()
    await store.settings.update_guild(GUILD, becoming(SHOP))

    def without(shop: GuildSettings) -> GuildSettings:
        shop = shop.without_entry(product_ref("p-1")).without_entry(ITEM.ref)
        return replace(shop, secret=None)

    await store.settings.update_guild(GUILD, without)
    for settings in (store.settings, (await disk.open()).settings):
        assert set(settings.guild(GUILD).products) == {"p-2"}
        assert settings.guild(GUILD).items == {}
        assert settings.guild(GUILD).secret is None
        assert settings.guild(GUILD).api_key == SHOP.api_key


async def test_one_guild_does_not_touch_another(disk: Disk) -> None:
    store = await disk.open()
    await store.settings.update_guild(GUILD, becoming(SHOP))
    await store.settings.update_guild(OTHER, lambda s: replace(s, shop_name="Other"))
    for settings in (store.settings, (await disk.open()).settings):
        assert settings.guild(GUILD) == SHOP
        assert settings.guild(OTHER) == GuildSettings(shop_name="Other")


async def test_the_listener_is_there_in_a_new_process(disk: Disk) -> None:
    store = await disk.open()
    listener = ListenerSettings("0.0.0.0", 9000, "https://shop.example.org")  # noqa: S104
    await store.settings.set_listener(listener)
    for settings in (store.settings, (await disk.open()).settings):
        assert settings.listener == listener


async def test_no_secret_is_shown(disk: Disk) -> None:
    store = await disk.open()
    await store.settings.update_guild(GUILD, becoming(SHOP))
    for shown in (repr(store.settings.guild(GUILD)), str(SHOP), repr(store.settings)):
        assert "hidden" not in shown
    assert "The Game Cellar" in repr(SHOP)


async def test_refused_settings_are_as_they_were(
    disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    store = await disk.open()
    await store.settings.update_guild(GUILD, becoming(SHOP))
    disk.full = True
    with pytest.raises(StoreUnavailable):
        await store.settings.update_guild(GUILD, lambda s: replace(s, api_key="shx_hidden_2"))
    with pytest.raises(StoreUnavailable):
        await store.settings.set_listener(ListenerSettings(port=9000))
    assert "hidden" not in caplog.text
    for settings in (store.settings, (await disk.open()).settings):
        assert settings.guild(GUILD) == SHOP
        assert settings.listener == ListenerSettings()


async def test_after_a_refusal_the_next_change_works(disk: Disk) -> None:
    store = await disk.open()
    disk.full = True
    with pytest.raises(StoreUnavailable):
        await store.settings.update_guild(GUILD, becoming(SHOP))
    disk.full = False
    await store.settings.update_guild(GUILD, lambda s: s.with_item(ITEM))
    expected = GuildSettings(items={"i-1": ITEM})
    for settings in (store.settings, (await disk.open()).settings):
        assert settings.guild(GUILD) == expected


async def test_refused_settings_do_not_reach_the_disk_with_another_guilds(disk: Disk) -> None:
    store = await disk.open()
    await store.settings.update_guild(GUILD, becoming(SHOP))
    disk.full = True
    with pytest.raises(StoreUnavailable):
        await store.settings.update_guild(GUILD, lambda s: replace(s, api_key="shx_hidden_2"))
    disk.full = False
    await store.settings.update_guild(OTHER, becoming(SHOP))
    assert (await disk.open()).settings.guild(GUILD) == SHOP


async def test_changes_at_once_do_not_lose_each_other(disk: Disk) -> None:
    store = await disk.open()

    async def add(number: int) -> None:
        entry = ProductEntry(f"p-{number}", "Key")
        await store.settings.update_guild(GUILD, lambda s: s.with_product(entry))

    await asyncio.gather(*(add(number) for number in range(10)))
    for settings in (store.settings, (await disk.open()).settings):
        assert len(settings.guild(GUILD).products) == 10


async def test_the_change_of_a_cancelled_caller_is_waited_for_and_kept(disk: Disk) -> None:
    store = await disk.open()
    caller = asyncio.create_task(store.settings.update_guild(GUILD, becoming(SHOP)))
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await store.writes.close()
    assert store.settings.guild(GUILD) == SHOP
    assert (await disk.open()).settings.guild(GUILD) == SHOP


def test_roles_are_named_by_offer() -> None:
    assert {ref: offer.roles for ref, offer in SHOP.terms().offers.items()} == {
        "product:p-1": (GOLD, 5),
        "product:p-2": (),
        "item:i-1": (GOLD,),
    }


def test_an_offer_decides_only_what_it_decides() -> None:
    terms = SHOP.terms()
    assert terms.policy_of("product:p-1") == replace(SHOP.policy, refund_revokes=False)
    for ref in ("product:p-2", "item:i-1", "product:gone"):
        assert terms.policy_of(ref) == SHOP.policy
