"""Reading products, their variants and their stock (contract, section 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..domain.money import Money, parse_money
from ..domain.product import Product, RoleBot, Stock, Variant
from .errors import MalformedRecord
from .parsing import (
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
_IMAGES = ("image_url", "cdn_image_url", "detail_image_url")
_MOST_VARIANTS = 100
_LONGEST_TITLE = 256
_LONGEST_TYPE = 64
_LONGEST_DESCRIPTION = 4000


class MalformedProduct(MalformedRecord):
    """Data that does not say which product it is about, or what it costs."""


@dataclass(frozen=True, slots=True)
class StockLevels:
    """How many of a product can be sold now.

    Parameters
    ----------
    product
        Of the product without a variant.
    variants
        By each id of a variant, the internal and the public one.
    """

    product: Stock
    variants: Mapping[str, Stock]


def parse_product(data: Mapping[str, object]) -> Product:
    """Read a product of the catalogue.

    Raises
    ------
    MalformedProduct
        When there is no id, or no price that can be read.
    """
    internal, public = parse_id(data.get("id")), parse_id(data.get("uniqid"))
    price = parse_money(data.get("price"), data.get("currency"))
    name = public or internal
    if name is None or price is None:
        raise MalformedProduct("a product without an id or a price")
    type_ = _type(data)
    quantity_max = parse_count(data.get("quantity_max"))
    images = (parse_http_url(data.get(field)) for field in _IMAGES)
    return Product(
        id=internal or name,
        uniqid=name,
        slug=parse_id(data.get("slug")) or "",
        title=_text(data, "title", _LONGEST_TITLE) or name,
        type=type_,
        price=price,
        stock=parse_stock(data, type_),
        quantity_min=max(1, parse_count(data.get("quantity_min")) or 1),
        quantity_max=quantity_max if quantity_max is not None and quantity_max > 0 else None,
        variants=parse_variants(data.get("variants"), price, type_),
        hidden=any(parse_flag(data.get(field)) for field in _HIDING),
        licensed=parse_flag(data.get("licensing_enabled")) or False,
        role_bot=_role_bot(data),
        description=_text(data, "description", _LONGEST_DESCRIPTION),
        image_url=next((image for image in images if image is not None), None),
    )


def parse_variants(value: object, price: Money, type_: str) -> tuple[Variant, ...]:
    """Read the variants of a product; one without an id is left out.

    Parameters
    ----------
    price
        Of the product: gives the currency, and the price of a variant without one of its own.
    type_
        Of the product.
    """
    variants = []
    for entry in as_list(unwrap(value, "variants"))[:_MOST_VARIANTS]:
        data = as_mapping(entry)
        name = parse_id(data.get("uniqid")) or parse_id(data.get("id"))
        if name is not None:
            variants.append(
                Variant(
                    id=name,
                    title=_text(data, "title", _LONGEST_TITLE) or name,
                    price=parse_money(data.get("price"), price.currency) or price,
                    stock=parse_stock(data, type_),
                )
            )
    return tuple(variants)


def parse_levels(data: Mapping[str, object]) -> StockLevels:
    """Read the answer of ``/products/{id}/stock``."""
    type_ = _type(data)
    levels = {
        name: parse_stock(entry, type_)
        for entry in map(as_mapping, as_list(data.get("variants"))[:_MOST_VARIANTS])
        for name in (parse_id(entry.get("id")), parse_id(entry.get("uniqid")))
        if name is not None
    }
    return StockLevels(parse_stock(data, type_), levels)


def parse_stock(data: Mapping[str, object], type_: str) -> Stock:
    """Read how many can be sold (contract, section 3 and C21).

    ``orderable`` is believed where it is present; then ``available_stock``, ``unlimited`` and
    ``stock`` count, in that order. -1 is unlimited, and so is what nobody counts.

    Parameters
    ----------
    type_
        Of the product. For ``DYNAMIC`` and ``SERVICE`` 0 does not mean sold out.
    """
    orderable = parse_flag(data.get("orderable"))
    if orderable is False:
        return Stock(0)
    available = parse_count(data.get("available_stock"))
    if available is None and not parse_flag(data.get("unlimited")):
        available = parse_count(data.get("stock"))
    if available is None or available < 0:
        return Stock(None)
    if available == 0 and (orderable or type_ in _UNCOUNTED_TYPES):
        return Stock(None)
    return Stock(available)


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
