"""Parsing of products, their variants and their stock (contract, section 3)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ...domain.money import Money, parse_amount, parse_money
from ...domain.product import Category, OpenPrice, Product, RequiredRole, RoleBot, Stock, Variant
from ..errors import MalformedRecord
from ..fields import (
    as_list,
    as_mapping,
    parse_count,
    parse_flag,
    parse_http_url,
    parse_id,
    parse_text,
    unwrap,
)

# These are made at the moment of sale; a stock of 0 says nothing about them.
_UNCOUNTED_TYPES = ("DYNAMIC", "SERVICE")
_HIDING = ("unlisted", "private", "on_hold")
_IMAGES = ("image_url", "cdn_image_url", "detail_image_url", "imageUrl")
HIDES_STOCK = ("hide_stock_counter", "hideStockCounter")
_LEAST = ("quantity_min", "min_quantity", "quantityMin")
_MOST = ("quantity_max", "max_quantity", "quantityMax")
_MOST_CATEGORIES = 20
_LONGEST_CATEGORY = 80
_LONGEST_TERMS = 4000
_CENTS = Decimal("0.01")
_DISCORD_ID_DIGITS = 20
_MOST_VARIANTS = 100
_LONGEST_TITLE = 256
_LONGEST_TYPE = 64
_LONGEST_DESCRIPTION = 4000


class MalformedProduct(MalformedRecord):
    """Data that does not say which product it is about, or what it costs."""


def parse_product(data: Mapping[str, object]) -> Product:
    """Read a product of the catalogue.

    Raises
    ------
    MalformedProduct
        When there is no id, or no price that can be read.
    """
    internal, public = parse_id(data.get("id")), parse_id(data.get("uniqid"))
    full_price = parse_money(data.get("price"), data.get("currency"))
    name = public or internal
    if name is None or full_price is None:
        raise MalformedProduct("a product without an id or a price")
    type_ = _type(data)
    price = _discounted(data, full_price)
    hides_stock = _hides_stock(data)
    secret = bool(hides_stock)
    return Product(
        id=internal or name,
        uniqid=name,
        slug=parse_id(data.get("slug")) or "",
        title=_text(data, "title", _LONGEST_TITLE) or name,
        type=type_,
        price=price,
        stock=parse_stock(data, type_, secret=secret),
        quantity_min=max(1, *_counts(data, _LEAST)),
        quantity_max=min((most for most in _counts(data, _MOST) if most > 0), default=None),
        variants=parse_variants(data, price, type_, secret=secret),
        hidden=any(parse_flag(data.get(field)) for field in _HIDING),
        licensed=parse_flag(data.get("licensing_enabled")) or False,
        role_bot=_role_bot(data),
        description=_text(data, "description", _LONGEST_DESCRIPTION),
        image_url=_image(data),
        former_price=full_price if price != full_price else None,
        open_price=_open_price(data),
        category=_category(data),
        priority=parse_count(_named(data, "sort_priority", "sortPriority")) or 0,
        required_role=_required_role(data),
        terms=_text(data, "terms_of_service", _LONGEST_TERMS),
        hides_stock=hides_stock,
    )


def parse_variants(
    product: Mapping[str, object], price: Money, type_: str, *, secret: bool = False
) -> tuple[Variant, ...]:
    """Read the variants of a product, of both kinds; one without an id is left out.

    Parameters
    ----------
    price
        Of the product: gives the currency, and the price of a variant without one of its own.
    type_
        Of the product.
    secret
        Whether buyers are not to see how many there are.
    """
    entries = [
        *as_list(unwrap(product.get("variants"), "variants")),
        *as_list(unwrap(product.get("price_variants"), "price_variants")),
    ]
    variants: dict[str, Variant] = {}
    for entry in entries[:_MOST_VARIANTS]:
        data = as_mapping(entry)
        name = parse_id(data.get("uniqid")) or parse_id(data.get("id"))
        if name is not None and name not in variants:
            title = _text(data, "title", _LONGEST_TITLE) or _text(data, "label", _LONGEST_TITLE)
            variants[name] = Variant(
                id=name,
                title=title or name,
                price=parse_money(data.get("price"), price.currency) or price,
                stock=parse_stock(data, type_, secret=secret),
                image_url=_image(data),
            )
    return tuple(variants.values())


def parse_stock(data: Mapping[str, object], type_: str, *, secret: bool = False) -> Stock:
    """Read how many can be sold (contract, sections 3 and 15.5, and C21).

    ``orderable`` is believed where it is present; then ``available_stock``, ``unlimited`` and
    ``stock`` count, in that order. -1 is unlimited, and so is what nobody counts, and what a
    supplier fulfils.

    Parameters
    ----------
    type_
        Of the product. For ``DYNAMIC`` and ``SERVICE`` 0 does not mean sold out.
    secret
        Whether buyers are not to see how many there are.
    """
    orderable = parse_flag(data.get("orderable"))
    if orderable is False:
        return Stock(0, secret)
    if parse_flag(_named(data, "supplier_backed", "supplierBacked")):
        return Stock(None, secret)
    available = parse_count(data.get("available_stock"))
    if available is None and not parse_flag(data.get("unlimited")):
        available = parse_count(data.get("stock"))
    if available is None or available < 0:
        return Stock(None, secret)
    if available == 0 and (orderable or type_ in _UNCOUNTED_TYPES):
        return Stock(None, secret)
    return Stock(available, secret)


def _hides_stock(data: Mapping[str, object]) -> bool | None:
    """Whether the seller hides the count; ``None`` when that is for the shop to say."""
    own = parse_flag(_named(data, *HIDES_STOCK))
    if own is None:
        own = parse_flag(_named(as_mapping(data.get("shop")), *HIDES_STOCK))
    return own


def _discounted(data: Mapping[str, object], price: Money) -> Money:
    """What is left of a price after the percentage that is taken off."""
    percent = parse_amount(_named(data, "price_discount", "discount_percent"))
    if percent is None or not 0 < percent < 100:
        return price
    left = price.amount * (100 - percent) / 100
    return Money(left.quantize(_CENTS), price.currency)


def _open_price(data: Mapping[str, object]) -> OpenPrice | None:
    if parse_flag(_named(data, "pay_what_you_want", "payWhatYouWant")):
        return OpenPrice.CHOSEN
    addons = map(as_mapping, as_list(data.get("addons"))[:_MOST_VARIANTS])
    return OpenPrice.ADD_ONS if any(parse_flag(a.get("required")) for a in addons) else None


def _category(data: Mapping[str, object]) -> Category | None:
    """The category that comes first in the shop, of those that a product is in."""
    found = []
    for entry in map(as_mapping, as_list(data.get("categories"))[:_MOST_CATEGORIES]):
        title = _text(entry, "title", _LONGEST_CATEGORY)
        name = parse_id(entry.get("uniqid")) or parse_id(entry.get("id")) or title
        if title:
            order = parse_count(_named(entry, "sort_order", "sort_priority", "sortOrder"))
            found.append(Category(name, title, order or 0))
    return min(found, key=lambda c: (c.order, c.title.casefold()), default=None)


def _required_role(data: Mapping[str, object]) -> RequiredRole | None:
    role = _discord_id(_named(data, "discord_required_role_id", "discordRequiredRoleId"))
    server = _discord_id(_named(data, "discord_server_id", "discordServerId"))
    return None if role is None else RequiredRole(role, server)


def _discord_id(value: object) -> int | None:
    text = parse_id(value) or ""
    is_id = text.isascii() and text.isdigit() and len(text) <= _DISCORD_ID_DIGITS
    return int(text) or None if is_id else None


def _image(data: Mapping[str, object]) -> str | None:
    images = (as_mapping(image).get("url") for image in as_list(data.get("images"))[:3])
    urls = (parse_http_url(url) for url in (*(data.get(field) for field in _IMAGES), *images))
    return next((url for url in urls if url is not None), None)


def _counts(data: Mapping[str, object], names: tuple[str, ...]) -> list[int]:
    """What each of the spellings says; -1 where it says nothing readable, as for no limit."""
    counts = (parse_count(data.get(name)) for name in names)
    return [-1 if count is None else count for count in counts]


def _named(data: Mapping[str, object], *names: str) -> object:
    return next((data[name] for name in names if data.get(name) is not None), None)


def _role_bot(data: Mapping[str, object]) -> RoleBot | None:
    """What Shoppex's own bot does. No documented sample has these fields (contract, section 8)."""
    connected = parse_flag(data.get("discord_integration"))
    gives = parse_flag(data.get("discord_set_role"))
    # Which of the two switches decides is not documented; either of them switches it off.
    if connected is False or gives is False or not (connected or gives):
        return None
    return RoleBot(parse_id(data.get("discord_server_id")), parse_id(data.get("discord_role_id")))


def _type(data: Mapping[str, object]) -> str:
    return _text(data, "type", _LONGEST_TYPE).upper()


def _text(data: Mapping[str, object], name: str, longest: int) -> str:
    return (parse_text(data.get(name)) or "").strip()[:longest]
