"""What staff do to a purchase, and what a stale look at it does no harm to."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import assume, given

from disk import Disk
from shoppex.domain.account import Account, AccountKey, Grant, OfferKind, Order, Promise
from shoppex.domain.delivery import Delivery, DeliveryState
from shoppex.domain.money import Money
from shoppex.domain.order_metadata import OrderTag
from shoppex.domain.policy import Terms
from shoppex.domain.remote import RemoteOrder, RemoteSubscription
from shoppex.domain.staff_action import StaffAction
from shoppex.domain.status import OrderStatus
from shoppex.domain.subscription import Subscription
from shoppex.domain.subscription_status import SubscriptionStatus
from shoppex.fulfilment.entitlement.desired_state import desired
from shoppex.fulfilment.intake.account_lookup import AccountLookup
from shoppex.fulfilment.intake.recorder import Outcome, Recorder
from shoppex.fulfilment.intake.subscription_updates import hear_of_id, with_renewal
from shoppex.fulfilment.steps.polling_schedule import next_reading
from shoppex.orders.actions import (
    gift_of,
    given_back,
    redelivered,
    revoked,
    role_changes,
    sent_anew,
)
from shoppex.orders.errors import AlreadyRevoked, GivesNothing, NoSuchPurchase, NotRevoked
from shoppex.orders.lookup import matter_of, role_stories
from shoppex.store.settings_model import ItemEntry, ProductEntry
from strategies import accounts, moments

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
KEY, OTHER = AccountKey(7, 1001), AccountKey(7, 2002)
GOLD, SILVER = 501, 502
ACT = StaffAction(9, NOW, "why")
DONE = Delivery(DeliveryState.DELIVERED)
GIVEN = Grant(delivery=DONE, given_at=NOW)
PRICE = Money(Decimal("9.99"), "EUR")
ORDER = Order(
    nonce="aa",
    kind=OfferKind.PRODUCT,
    offer_id="p-1",
    title="Gold",
    created_at=NOW,
    roles=(GOLD,),
    promise=Promise.KEYS,
    status=OrderStatus.PAID,
    uniqid="u-1",
    quote=PRICE,
    paid_at=NOW,
    reading=DONE,
    message=DONE,
    handed=("0123456789abcdef",),
    told=1,
    fulfilled=True,
)
SUBSCRIPTION = Subscription(
    "s-1",
    "aa",
    NOW,
    roles=(GOLD,),
    status=SubscriptionStatus.ACTIVE,
    period_end=NOW + timedelta(days=30),
    read_at=NOW,
    fulfilled=True,
)
OWNER = Account(KEY, {"aa": ORDER}, {GOLD: GIVEN})
MEMBER = Account(
    KEY, {"aa": replace(ORDER, subscription="s-1")}, {GOLD: GIVEN}, {"s-1": SUBSCRIPTION}
)


# -- redelivering --------------------------------------------------------------------------


def test_a_role_that_is_missing_is_given_again_as_the_shops_own() -> None:
    after = redelivered(OWNER, "aa", Terms(), set(), NOW)
    assert after.grants[GOLD] == Grant(delivery=Delivery(begun_at=NOW))
    assert after.grants[GOLD].held


@pytest.mark.parametrize("has", [{GOLD}, None])
def test_a_role_that_is_there_or_cannot_be_seen_is_left(has: set[int] | None) -> None:
    assert redelivered(OWNER, "aa", Terms(), has, NOW).grants == OWNER.grants


def test_what_shoppex_delivers_is_read_and_sent_again() -> None:
    order = sent_anew(ORDER)
    assert order.open_readings == (Delivery(),)
    assert order.message == Delivery()
    assert order.handed == ()
    # A message of its own, which the first is not mistaken for.
    assert order.told == 1


def test_a_message_that_is_under_way_goes_on() -> None:
    begun = Delivery(begun_at=NOW)
    assert sent_anew(replace(ORDER, message=begun, carried=1)).message == begun


def test_a_pool_is_left_alone() -> None:
    item = replace(ORDER, kind=OfferKind.ITEM, pool="p-9", claim=DONE)
    assert sent_anew(item) == replace(item, message=Delivery())


def test_a_subscription_is_asked_about_too() -> None:
    after = redelivered(MEMBER, "s-1", Terms(), set(), NOW)
    assert after.subscriptions["s-1"].asking == Delivery(begun_at=NOW)
    assert after.orders["aa"].message == Delivery()
    assert after.grants[GOLD].delivery.state is not DeliveryState.DELIVERED


@pytest.mark.parametrize(
    "order",
    [
        replace(ORDER, status=OrderStatus.PENDING, paid_at=None),
        replace(ORDER, status=OrderStatus.REFUNDED),
        replace(ORDER, held="other_total", paid_at=None),
        replace(ORDER, revoked=ACT),
    ],
)
def test_what_gives_nothing_is_not_redelivered(order: Order) -> None:
    with pytest.raises(GivesNothing):
        redelivered(Account(KEY, {"aa": order}), "aa", Terms(), set(), NOW)


def test_what_is_gone_is_not_found() -> None:
    with pytest.raises(NoSuchPurchase):
        redelivered(OWNER, "bb", Terms(), set(), NOW)
    with pytest.raises(NoSuchPurchase):
        revoked(OWNER, "bb", ACT)
    with pytest.raises(NoSuchPurchase):
        given_back(OWNER, "bb")


# -- taking back ---------------------------------------------------------------------------


def test_a_revoked_order_gives_nothing_and_waits_to_be_seen_to() -> None:
    after = revoked(OWNER, "aa", ACT)
    assert desired(after, Terms(), NOW).removals == (GOLD,)
    assert after.unsettled
    assert role_changes(OWNER, after, (GOLD,), Terms(), NOW).goes == (GOLD,)
    with pytest.raises(AlreadyRevoked):
        revoked(after, "aa", ACT)


def test_nothing_is_taken_back_that_nobody_paid_for() -> None:
    unpaid = replace(ORDER, status=OrderStatus.PENDING, paid_at=None)
    with pytest.raises(GivesNothing):
        revoked(Account(KEY, {"aa": unpaid}), "aa", ACT)


def test_a_subscription_goes_whole_and_so_do_its_later_periods() -> None:
    after = revoked(MEMBER, "aa", ACT)
    assert after.subscriptions["s-1"].revoked == ACT
    assert desired(after, Terms(), NOW).roles == {}
    later = with_renewal(after, after.subscriptions["s-1"], "u-2", NOW)
    assert all(order.revoked == ACT for order in later.orders.values())


def test_a_subscription_that_is_heard_of_after_its_order_was_revoked_gives_nothing() -> None:
    after = hear_of_id(revoked(OWNER, "aa", ACT), "s-1", "aa", NOW)
    assert after.subscriptions["s-1"].revoked == ACT


def test_what_was_given_back_is_owed_again() -> None:
    gone = Grant(delivery=Delivery(DeliveryState.REVOKED))
    taken = revoked(OWNER, "aa", ACT).with_grant(GOLD, gone)
    after = given_back(taken, "aa")
    assert after.orders == OWNER.orders
    assert after.grants[GOLD] == Grant()
    assert after.unsettled
    with pytest.raises(NotRevoked):
        given_back(after, "aa")


@given(accounts, moments)
def test_giving_back_undoes_taking_back(account: Account, now: datetime) -> None:
    for name in (*account.orders, *account.subscriptions):
        matter = matter_of(account, name)
        assume(matter.revoked is None)
        try:
            taken = revoked(account, name, ACT)
        except GivesNothing:
            continue
        stories = role_stories(taken, None, (), Terms(), now)
        assert all(payer.matter.revoked is None for story in stories for payer in story.payers)
        back = matter_of(given_back(taken, name), name)
        assert back == matter


# -- giving --------------------------------------------------------------------------------


def test_a_gift_is_nothing_that_shoppex_is_asked_about() -> None:
    gift = gift_of(ProductEntry("p-1", "Gold", (GOLD,)), 30, ACT)
    account = Account(KEY, {gift.nonce: gift})
    assert gift.uniqid is not None
    assert gift.uniqid.startswith("gift-")
    assert gift.open_readings == replace(gift, asking=Delivery()).open_readings == ()
    assert not gift.open
    assert next_reading(gift, None, hears=False) is None
    wanted = desired(account, Terms(), NOW)
    assert wanted.readings == ()
    assert wanted.roles == {GOLD: {gift.nonce}}
    assert wanted.messages == (gift.nonce,)
    assert desired(account, Terms(), NOW + timedelta(days=30)).roles == {}


def test_a_gift_of_an_item_draws_from_its_pool() -> None:
    gift = gift_of(ItemEntry("i-1", "Gold", PRICE, pool="p-9"), None, ACT)
    assert gift.claim == Delivery()
    assert gift.pool == "p-9"
    # The key comes with the message.
    assert desired(Account(KEY, {gift.nonce: gift}), Terms(), NOW).messages == ()


# -- while somebody else moves it ----------------------------------------------------------


async def test_news_that_were_on_their_way_to_the_first_owner_reach_the_second(
    disk: Disk,
) -> None:
    ledger = (await disk.open()).ledger
    unpaid = replace(ORDER, status=OrderStatus.PENDING, paid_at=None, uniqid=None)
    await ledger.update(KEY, lambda a: a.with_order(unpaid))
    await ledger.move(KEY, OTHER, lambda *_: None)
    marked: list[AccountKey] = []
    fields = OrderTag(KEY.user_id, KEY.guild_id, "aa").to_fields()
    news = RemoteOrder("u-1", OrderStatus.PAID, PRICE, custom_fields=fields)
    assert AccountLookup(ledger).of_order(news) == (OTHER, "aa")

    recorder = Recorder(ledger, lambda: NOW, marked.append)
    assert await recorder.learn(KEY, "aa", news) is Outcome.RECORDED
    assert ledger.get(OTHER).orders["aa"].paid_at == NOW
    assert ledger.get(OTHER).orders["aa"].held is None
    assert marked == [OTHER]


async def test_a_subscription_with_the_tag_of_the_first_owner_is_found(disk: Disk) -> None:
    ledger = (await disk.open()).ledger
    await ledger.update(KEY, lambda _: OWNER)
    await ledger.move(KEY, OTHER, lambda *_: None)
    fields = OrderTag(KEY.user_id, KEY.guild_id, "aa").to_fields()
    news = RemoteSubscription("s-1", "9", SubscriptionStatus.ACTIVE, custom_fields=fields)
    assert AccountLookup(ledger).of_subscription(KEY.guild_id, news) == (OTHER, "aa")


async def test_a_deleted_member_of_the_staff_is_named_nowhere(disk: Disk) -> None:
    ledger = (await disk.open()).ledger
    gift = gift_of(ItemEntry("i-1", "Gold", PRICE, (GOLD,)), None, ACT)
    await ledger.update(KEY, lambda _: revoked(MEMBER, "aa", ACT).with_order(gift))
    await ledger.forget_user(ACT.by, keep_paid=False)
    account = ledger.get(KEY)
    order_actions = [order.revoked or order.gift for order in account.orders.values()]
    order_actions += [each.revoked for each in account.subscriptions.values()]
    assert [act and act.by for act in order_actions] == [0, 0, 0]
