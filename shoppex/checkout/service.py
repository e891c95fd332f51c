"""Creation of an order with its payment link. The ledger hears of it before the buyer does."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
import weakref
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import get_currency_precision

from ..api import (
    ApiError,
    Coupon,
    CouponKind,
    NotFound,
    OrderLine,
    Rejected,
)
from ..domain.account import Account, AccountKey, OfferKind, Order
from ..domain.delivery import Delivery
from ..domain.money import Money
from ..domain.offer import Offer, offer_ref
from ..domain.order_metadata import OrderTag
from ..domain.product import Variant
from ..domain.remote import RemoteOrder
from ..domain.shoppex_urls import hosted_checkout
from ..domain.status import OrderStatus
from ..domain.text_cleaning import clean_address
from ..errors import ShopUnavailable
from ..fulfilment.intake.recorder import Recorder
from ..fulfilment.intake.shop_clients import ShopClients
from ..rate_limit import SlidingWindow
from ..store.ledger import Ledger
from .catalogue import Catalogue, translate
from .errors import (
    AlreadyPaid,
    BeingConfirmed,
    BelowMinimum,
    CouponRejected,
    EmailRejected,
    NotForSale,
    PaymentHeld,
    QuantityOutOfRange,
    ShopMisconfigured,
    ShopRefused,
    SoldOut,
    Underpaid,
    VariantNeeded,
)
from .rate_limits import TRIES_AT_ONCE, TRIES_WITHIN, UNPAID_WITHIN, refuse_many_unpaid

_EMAIL = re.compile(
    r"[^@\s.,;<>]+(?:\.[^@\s.,;<>]+)*@[^@\s.,;<>]+(?:\.[^@\s.,;<>]+)*\.[^@\s.,;<>]{2,}"
)
_LONGEST_LOCAL_PART = 64
_LONGEST_EMAIL = 254

_BLOCKS_FOR = timedelta(days=7)

# How long an unpaid link lives is not documented (contract, section 12, no. 5). Shoppex is
# asked each time; without an answer a young link is handed out all the same.
_SURELY_OPEN = timedelta(minutes=30)

# https://…/api-reference/payments/create-payment: contract, section 2.3.
MOST_PIECES = 999_999
"""How many of one thing anybody may ask for."""

_SMALLEST_PAYMENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a buyer wants to buy."""

    offer: Offer
    variant_id: str | None = None
    quantity: int = 1
    coupon: str | None = None


@dataclass(frozen=True, slots=True)
class Purchase:
    """An order with a link.

    Parameters
    ----------
    continued
        Whether it is one that the buyer had opened before.
    """

    order: Order
    continued: bool


class Checkout:
    """Makes orders."""

    def __init__(
        self,
        ledger: Ledger,
        catalogue: Catalogue,
        clients: ShopClients,
        recorder: Recorder,
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._catalogue = catalogue
        self._clients = clients
        self._recorder = recorder
        self._clock = clock
        self._tries = SlidingWindow(TRIES_AT_ONCE, TRIES_WITHIN)
        # Nonces of orders whose answer never came.
        self._unclear: set[str] = set()
        self._locks: weakref.WeakValueDictionary[AccountKey, asyncio.Lock] = (
            weakref.WeakValueDictionary()
        )

    def open_order(self, key: AccountKey, wish: Wish) -> Order | None:
        """The newest order for the same thing, on the same terms, that is not done with.

        From memory. Whatever became of the terms, one whose payment is being confirmed, or held,
        is among them for some days: nobody is to pay for it twice.
        """
        return self._newest(
            key, lambda order: order.touched_by_money or _has_terms(order, wish), wish
        )

    def _newest(
        self, key: AccountKey, is_meant: Callable[[Order], bool], wish: Wish
    ) -> Order | None:
        now = self._clock()
        same = [
            order
            for order in self._ledger.get(key).orders.values()
            if order.remote_id is not None
            and order.left is None
            and order.status in (OrderStatus.PENDING, OrderStatus.PARTIAL)
            and (not order.touched_by_money or now - order.created_at < _BLOCKS_FOR)
            and _is_for(order, wish)
            and is_meant(order)
        ]
        return max(same, key=lambda order: order.created_at, default=None)

    async def resume(self, key: AccountKey, nonce: str) -> Purchase | None:
        """The same link again while it can still be paid; ``None`` when it no longer can.

        Raises
        ------
        AlreadyPaid, BeingConfirmed, Underpaid, PaymentHeld
            When money has come for it meanwhile. The payment is recorded.
        ShopUnavailable
            When Shoppex does not answer and the link is not young.
        StoreUnavailable
            When Shoppex's answer could not be recorded.
        """
        self._tries.take(key, self._clock())
        order = self._ledger.get(key).orders[nonce]
        if order.remote_id is None:
            return None
        asked_at = self._clock()
        try:
            news = await self._clients.needed(key.guild_id).read(order.kind, order.remote_id)
        except NotFound:
            return None
        except ApiError as error:
            if order.heard_paid_at is not None:
                raise BeingConfirmed from error
            if order.url and self._clock() - order.created_at < _SURELY_OPEN:
                return Purchase(order, continued=True)
            raise ShopUnavailable from error
        await self._recorder.learn(key, nonce, news, asked_at=asked_at)
        order = self._ledger.get(key).orders[nonce]
        _refuse_what_is_paid(order, news)
        if order.status is not OrderStatus.PENDING:
            return None
        url = order.url or hosted_checkout(news.uniqid)
        return Purchase(replace(order, url=url), continued=True)

    async def check_payment(self, key: AccountKey, nonce: str) -> Order | None:
        """The order after Shoppex was asked whether it is paid; ``None`` when it is forgotten.

        Raises
        ------
        TooOften
            When the member asked often.
        ShopUnavailable
            When Shoppex does not answer.
        StoreUnavailable
            When Shoppex's answer could not be recorded.
        """
        order = self._ledger.get(key).orders.get(nonce)
        if order is None or order.remote_id is None or not order.open:
            return order
        self._tries.take(key, self._clock())
        asked_at = self._clock()
        try:
            news = await self._clients.needed(key.guild_id).read(order.kind, order.remote_id)
        except NotFound:
            return order
        except ApiError as error:
            raise ShopUnavailable from error
        await self._recorder.learn(key, nonce, news, asked_at=asked_at)
        return self._ledger.get(key).orders.get(nonce)

    async def buy(
        self,
        key: AccountKey,
        wish: Wish,
        email: str,
        *,
        remember: bool | None,
        back_to: str,
        anew: bool = False,
    ) -> Purchase:
        """Order what was wished for.

        Asking twice gives the same order: the second waits for the first and finds it.

        Parameters
        ----------
        remember
            Whether the buyer wants the e-mail address to be kept for the next time; ``None``
            when they were not asked.
        back_to
            Where a paid or abandoned payment leads back to.
        anew
            Do not continue an unpaid order for the same thing.

        Raises
        ------
        Refusal
            Why not, in one of its kinds.
        StoreUnavailable
            When the order could not be written down; none was made then.
        """
        self._tries.take(key, self._clock())
        email = clean_address(email)
        if not _is_address(email):
            raise EmailRejected
        address = hashlib.sha256(email.casefold().encode()).hexdigest()[:16]
        async with self._locks.setdefault(key, asyncio.Lock()):
            if not anew:
                continued = await self._continue(key, wish, address)
                if continued is not None:
                    await self._remember(key, email, remember=remember)
                    return continued
            order = await self._write_intent(key, wish, address)
            try:
                return await self._order(key, order, email, remember=remember, back_to=back_to)
            except ApiError as error:
                await self._note_refusal(key, order.nonce, error)
                raise refusal(error) from error

    async def _continue(self, key: AccountKey, wish: Wish, address: str) -> Purchase | None:
        """An order that was begun on the terms of now; ``None`` when another is to be made.

        One that was begun on other terms is looked at as well: it may be paid meanwhile.
        """
        existing = self._newest(key, lambda _order: True, wish)
        if existing is None:
            return None
        purchase = await self.resume(key, existing.nonce)
        if purchase is None or not _is_from(purchase.order, address):
            return None
        offer = await self._catalogue.fresh_offer(key.guild_id, wish.offer)
        return purchase if _has_terms(purchase.order, replace(wish, offer=offer)) else None

    async def _remember(self, key: AccountKey, email: str, *, remember: bool | None) -> None:
        if remember is not None:
            kept = email if remember else None
            await self._ledger.update(key, lambda account: replace(account, email=kept))

    async def _write_intent(self, key: AccountKey, wish: Wish, address: str) -> Order:
        """Write down what is about to be ordered; the nonce finds it again after a crash."""
        now = self._clock()
        refuse_many_unpaid(self._ledger.get(key), now)
        offer = await self._catalogue.fresh_offer(key.guild_id, wish.offer)
        variant = check(offer, wish)
        wish = replace(wish, offer=offer)
        shown = _total(wish)
        if shown is None:
            raise ShopUnavailable
        total = shown
        if wish.coupon:
            coupon = await self._coupon(key.guild_id, wish)
            total = discounted(total, coupon)
        elif total.amount < _SMALLEST_PAYMENT and offer.kind is OfferKind.ITEM:
            raise BelowMinimum(Money(_SMALLEST_PAYMENT, total.currency))
        order = self._begun_before(key, wish, address) or Order(
            nonce=secrets.token_hex(16),
            kind=offer.kind,
            offer_id=offer.id,
            title=offer.title,
            created_at=now,
            quantity=wish.quantity,
            variant_id=None if variant is None else variant.id,
            variant_title=None if variant is None else variant.title,
            coupon=wish.coupon or None,
            roles=offer.roles,
            promise=offer.promise,
            quote=total,
            shown=shown,
            address=address,
            lasts=offer.lasts,
            recurring=offer.recurring,
            pool=offer.pool,
            claim=None if offer.pool is None else Delivery(),
        )
        # One that was begun before may have been paid meanwhile.
        await self._ledger.update(
            key, lambda a: a if order.nonce in a.orders else a.with_order(order)
        )
        return order

    def _begun_before(self, key: AccountKey, wish: Wish, address: str) -> Order | None:
        """An order on the same terms of which Shoppex's answer never arrived.

        It is tried again under the same idempotency key, so that it cannot become two.
        """
        for order in self._ledger.get(key).orders.values():
            begun = order.uniqid is None and order.status is OrderStatus.PENDING
            young = self._clock() - order.created_at < UNPAID_WITHIN
            same = _is_for(order, wish) and _has_terms(order, wish)
            if begun and young and same and order.address == address:
                return order
        return None

    async def _order(
        self, key: AccountKey, order: Order, email: str, *, remember: bool | None, back_to: str
    ) -> Purchase:
        answer = await self._create(key, order, email, back_to)

        def apply(account: Account) -> Account:
            made = replace(
                account.orders[order.nonce],
                uniqid=answer.uniqid,
                url=answer.url or hosted_checkout(answer.uniqid),
                quote=answer.total or order.quote,
                product_ids=tuple(name for name in answer.product_ids if name != order.offer_id),
            )
            if remember is not None:
                account = replace(account, email=email if remember else None)
            return account.with_order(made)

        account = await self._ledger.update(key, apply)
        self._unclear.discard(order.nonce)
        return Purchase(account.orders[order.nonce], continued=False)

    async def _note_refusal(self, key: AccountKey, nonce: str, error: ApiError) -> None:
        """Forget an order that was refused, unless an earlier try of it may have been taken."""
        if error.ambiguous:
            self._unclear.add(nonce)
        elif nonce not in self._unclear:
            await self._ledger.update(key, lambda a: a.without_order(nonce))

    async def _create(
        self, key: AccountKey, order: Order, email: str, back_to: str
    ) -> RemoteOrder:
        client = self._clients.needed(key.guild_id)
        fields = OrderTag(key.user_id, key.guild_id, order.nonce).to_fields()
        # One key per decision, not per click.
        idempotency_key = f"shoppex-{order.nonce}"
        if order.kind is OfferKind.PRODUCT:
            return await client.orders.create(
                [OrderLine(order.offer_id, order.quantity, order.variant_id)],
                email=email,
                custom_fields=fields,
                coupon_code=order.coupon,
                idempotency_key=idempotency_key,
            )
        if order.quote is None:
            raise ShopUnavailable
        return await client.payments.create(
            title=order.describe(),
            email=email,
            value=order.quote,
            custom_fields=fields,
            return_url=back_to,
            cancel_url=back_to,
            idempotency_key=idempotency_key,
        )

    async def _coupon(self, guild_id: int, wish: Wish) -> Coupon:
        if wish.offer.kind is OfferKind.ITEM or not wish.coupon:
            raise CouponRejected
        try:
            return await self._clients.needed(guild_id).coupons.check(
                wish.coupon, wish.offer.id, wish.variant_id
            )
        except (NotFound, Rejected) as error:
            raise CouponRejected from error
        except ApiError as error:
            raise refusal(error) from error


def _refuse_what_is_paid(order: Order, news: RemoteOrder) -> None:
    if order.held is not None:
        raise PaymentHeld(news.uniqid)
    if order.paid_at is not None:
        raise AlreadyPaid
    if order.underpayment is not None:
        raise Underpaid(order)
    if order.status is OrderStatus.PARTIAL or news.status is OrderStatus.PAID:
        raise BeingConfirmed


def check(offer: Offer, wish: Wish) -> Variant | None:
    """Whether the wish can be fulfilled; the variant that is meant.

    Raises
    ------
    VariantNeeded, QuantityOutOfRange, SoldOut
    """
    variant = None
    if offer.variants:
        variant = offer.variant(wish.variant_id) if wish.variant_id else None
        if variant is None and len(offer.variants) == 1:
            variant = offer.variants[0]
        if variant is None:
            raise VariantNeeded(offer)
    least, most = max(1, offer.quantity_min), min(offer.quantity_max or MOST_PIECES, MOST_PIECES)
    if not least <= wish.quantity <= most:
        unlimited = offer.quantity_max is None and wish.quantity <= MOST_PIECES
        raise QuantityOutOfRange(least, None if unlimited else most)
    stock = offer.stock if variant is None else variant.stock
    if not stock.covers(wish.quantity):
        left = stock.available or 0
        raise SoldOut(None if stock.secret and left else left)
    return variant


def discounted(total: Money, coupon: Coupon) -> Money:
    """What is left to pay. Shoppex's own total replaces it as soon as there is one."""
    percentage = coupon.kind is CouponKind.PERCENTAGE
    discount = total.amount * coupon.value / 100 if percentage else coupon.value
    cents = Decimal(1).scaleb(-get_currency_precision(total.currency))
    left = (total.amount - discount).quantize(cents, ROUND_HALF_UP)
    return Money(max(Decimal(0), left), total.currency)


def refusal(
    error: ApiError,
) -> (
    EmailRejected | CouponRejected | NotForSale | ShopMisconfigured | ShopRefused | ShopUnavailable
):
    """A failed write, as what it means for the buyer."""
    if isinstance(error, Rejected):
        named = " ".join(name.casefold() for name, _ in error.details)
        if "mail" in named:
            return EmailRejected()
        if "coupon" in named:
            return CouponRejected()
        return ShopRefused(error.message)
    return translate(error)


def _is_address(text: str) -> bool:
    """Whether that can be an e-mail address."""
    local = text.partition("@")[0]
    is_short = len(text) <= _LONGEST_EMAIL and len(local) <= _LONGEST_LOCAL_PART
    return is_short and _EMAIL.fullmatch(text) is not None


def _total(wish: Wish) -> Money | None:
    """What a wish comes to, before any coupon; ``None`` while no price is known."""
    offer = wish.offer
    only = offer.variants[0] if len(offer.variants) == 1 else None
    variant = offer.variant(wish.variant_id) if wish.variant_id else only
    price = offer.price if variant is None else variant.price
    return None if price is None else price.times(wish.quantity)


def _is_for(order: Order, wish: Wish) -> bool:
    """Whether an order is for the same thing."""
    meant = (wish.offer.ref, wish.quantity, wish.coupon or None)
    is_meant = (offer_ref(order.kind, order.offer_id), order.quantity, order.coupon) == meant
    only = wish.offer.variants[0].id if len(wish.offer.variants) == 1 else None
    return is_meant and order.variant_id == (wish.variant_id or only)


def _has_terms(order: Order, wish: Wish) -> bool:
    """Whether an order costs and gives what its offer does now, as far as that is known."""
    offer, total = wish.offer, _total(wish)
    # Earlier versions kept only what Shoppex asked for.
    shown = order.shown or (None if order.coupon else order.quote)
    same_price = None in (total, shown) or total == shown
    return same_price and order.roles == offer.roles and order.lasts == offer.lasts


def _is_from(order: Order, address: str) -> bool:
    """Whether an order was made with that address; earlier versions did not keep it."""
    return order.address in (None, address)
