"""What the shop sells."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from ..catalogue import Coupon, Product, Variant
from ..life import Life

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class CatalogueVerbs(Life):
    """What the owner of the shop does in the catalogue."""

    @property
    def products(self) -> Sequence[Product]:
        """The catalogue, oldest first."""
        return self._state.products

    def add_product(
        self,
        *,
        title: str,
        price: Decimal | str | int,
        currency: str = "EUR",
        type: str = "SERVICE",  # noqa: A002 - Shoppex's own word
        stock: int | None = None,
        serials: Iterable[str] = (),
        recurring_interval: str = "MONTH",
        recurring_interval_count: int = 1,
        trial_period: int = 0,
        grace_days: int = 7,
        licensing_enabled: bool = False,
        license_period: int | None = None,
        variants: Iterable[Variant] = (),
        quantity_min: int = 1,
        quantity_max: int = -1,
        unlisted: bool = False,
        private: bool = False,
        on_hold: bool = False,
        description: str = "",
        image_url: str | None = None,
        service_text: str = "",
        access_url: str = "",
    ) -> Product:
        """Put a product on sale; the fields are those of `Product`.

        The interval, the trial and the grace count for ``type="SUBSCRIPTION"`` only.
        """
        variants = list(variants)
        serials = list(serials)
        has_serials = bool(serials) or any(variant.serials for variant in variants)
        product = Product(
            title=title,
            price=Decimal(price),
            currency=currency,
            type=type,
            slug=self._state.free_slug(title),
            created_at=int(self._clock().timestamp()),
            stock=stock,
            content="SERIALS" if has_serials else "",
            serials=serials,
            recurring_interval=recurring_interval,
            recurring_interval_count=recurring_interval_count,
            trial_period=trial_period,
            grace_days=grace_days,
            licensing_enabled=licensing_enabled,
            license_period=license_period,
            variants=variants,
            quantity_min=quantity_min,
            quantity_max=quantity_max,
            unlisted=unlisted,
            private=private,
            on_hold=on_hold,
            description=description,
            image_url=image_url,
            service_text=service_text,
            access_url=access_url,
        )
        if has_serials and not product.delivers_serials:
            raise ValueError(f'product {title!r} has serials: type="SERIALS" is missing')
        if not product.is_subscription:
            product.recurring_interval, product.trial_period = None, 0
        self._state.products.append(product)
        return product

    def add_coupon(
        self,
        code: str,
        *,
        percent: Decimal | str | int | None = None,
        amount: Decimal | str | int | None = None,
        products: Iterable[Product] = (),
    ) -> Coupon:
        """Make a coupon, bound to ``products`` or to none."""
        if (percent is None) == (amount is None):
            raise ValueError(f"coupon {code!r} needs either percent or amount")
        coupon = Coupon(
            code=code.lower(),
            percent=None if percent is None else Decimal(percent),
            amount=None if amount is None else Decimal(amount),
            products=tuple(product.uniqid for product in products),
        )
        self._state.coupons[coupon.code] = coupon
        return coupon
