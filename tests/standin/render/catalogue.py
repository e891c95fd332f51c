"""Products, stock and coupons (contract, sections 3 and 7)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from .base import Json, Render, display

if TYPE_CHECKING:
    from ..catalogue import Coupon, Product, Variant


class CatalogueRender(Render):
    """The catalogue as JSON."""

    def product(self, product: Product, *, variants: bool) -> Json:
        """A product as the catalogue shows it (contract, section 3)."""
        result: Json = {
            "id": product.id,
            "uniqid": product.uniqid,
            "shop_id": self._profile.id,
            "slug": product.slug,
            "type": product.type,
            "subtype": subtype(product),
            "title": product.title,
            "currency": product.currency,
            "price": self._money(product.price),
            "price_display": display(product.price, product.currency),
            "discount_percent": 0,
            "pay_what_you_want": False,
            "description": product.description,
            "gateways": [],
            "custom_fields": [],
            "quantity_min": product.quantity_min,
            "quantity_max": product.quantity_max,
            "stock": _stock(product.available()),
            "available_stock": product.available(),
            "unlisted": product.unlisted,
            "private": product.private,
            "on_hold": product.on_hold,
            "image_url": product.image_url,
            "recurring_interval": product.recurring_interval,
            "recurring_interval_count": (
                product.recurring_interval_count if product.is_subscription else None
            ),
            "trial_period": product.trial_period or None,
            "licensing_enabled": product.licensing_enabled,
            "license_period": product.license_period,
            "created_at": product.created_at,
            "updated_at": product.created_at,
        }
        if self._switches.discord_fields:
            server, role = product.discord_role or (None, None)
            result |= {
                "discord_integration": product.discord_role is not None,
                "discord_set_role": product.discord_role is not None,
                "discord_server_id": server,
                "discord_role_id": role,
                "discord_remove_role": True,
                "discord_optional": False,
            }
        if variants:
            result["variants"] = self.variants(product)
        if product.addons:
            result["addons"] = [
                {
                    "id": f"{product.id}-{number}",
                    "title": addon.title,
                    "price": self._money(addon.price),
                    "required": addon.required,
                }
                for number, addon in enumerate(product.addons)
            ]
        return result | product.shown

    def variants(self, product: Product) -> list[Json]:
        """The variants of a product."""
        return [
            self._variant(product, variant, order)
            for order, variant in enumerate(product.variants)
        ]

    def stock(self, product: Product) -> Json:
        """The answer of ``/products/{id}/stock``."""
        return {
            "type": product.type,
            **_levels(product.available()),
            "variants": [
                {
                    "id": variant.id,
                    "uniqid": variant.uniqid,
                    "title": variant.title,
                    **_levels(product.available(variant)),
                }
                for variant in product.variants
            ],
        }

    def serial(self, serial: str, variant: Variant | None) -> Json:
        """One key of a pool. Its id is made from it, since pools are plain lists here."""
        return {
            "id": hashlib.sha256(serial.encode()).hexdigest()[:16],
            "serial": serial,
            "variant_id": self._reference(variant) if variant else None,
            "variant_title": variant.title if variant else None,
        }

    def coupon(self, coupon: Coupon) -> Json:
        """The answer of a coupon check: ``value`` is text (contract, section 7)."""
        percent = coupon.percent
        return {
            "coupon": {
                "code": coupon.code,
                "type": "FIXED" if percent is None else "PERCENTAGE",
                "value": str(coupon.amount if percent is None else percent),
            }
        }

    def _variant(self, product: Product, variant: Variant, sort_order: int) -> Json:
        return {
            "id": variant.id,
            "uniqid": variant.uniqid,
            "title": variant.title,
            "description": "",
            "price": self._money(variant.price),
            "price_display": display(variant.price, product.currency),
            "stock": product.available(variant),
            "is_default": sort_order == 0,
            "sort_order": sort_order,
        }


def subtype(product: Product) -> str | None:
    """How often a subscription renews, as a word: the sample has ``MONTHLY``."""
    words = {"DAY": "DAILY", "WEEK": "WEEKLY", "MONTH": "MONTHLY", "YEAR": "YEARLY"}
    return words.get(product.recurring_interval or "")


def _stock(available: int | None) -> int:
    return -1 if available is None else available


def _levels(available: int | None) -> Json:
    return {
        "stock": _stock(available),
        "available_stock": available,
        "unlimited": available is None,
    }
