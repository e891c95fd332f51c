"""Putting products of the shop on sale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import discord

from ..checkout.catalogue import Catalogue
from ..checkout.errors import NotForSale, ShopMisconfigured
from ..connection.errors import SetupError, SetupErrorKind
from ..domain.policy import OwnPolicy
from ..domain.product import Product
from ..errors import NotSetUp, ShopUnavailable
from ..fulfilment.engine.role_checks import powers_of
from ..store.settings import Settings
from ..store.settings_model import GuildSettings, ProductEntry


class Listings:
    """Changes what is for sale.

    Parameters
    ----------
    wake
        Called with a guild in which something gives other roles than before.
    """

    def __init__(
        self, settings: Settings, catalogue: Catalogue, wake: Callable[[int], None]
    ) -> None:
        self._settings = settings
        self._catalogue = catalogue
        self._wake = wake

    async def read(self, guild_id: int) -> None:
        """Read the shop's catalogue now.

        Raises
        ------
        SetupError
            Why it cannot be read.
        """
        try:
            await self._catalogue.refresh(guild_id, variants=False)
        except NotSetUp as error:
            raise SetupError(SetupErrorKind.NO_KEY) from error
        except ShopMisconfigured as error:
            raise SetupError(SetupErrorKind.KEY_UNKNOWN) from error
        except (NotForSale, ShopUnavailable) as error:
            raise SetupError(SetupErrorKind.UNREACHABLE) from error

    def unsold(self, guild_id: int) -> tuple[Product, ...]:
        """The products of the shop that are not on sale yet, by title; as last read."""
        sold = self._settings.guild(guild_id).products
        products = (p for p in self._catalogue.products(guild_id) if p.uniqid not in sold)
        return tuple(sorted(products, key=lambda product: product.title.casefold()))

    async def put(
        self,
        guild_id: int,
        product: Product,
        roles: Sequence[discord.Role],
        lasts: timedelta | None = None,
    ) -> None:
        """Put a product on sale; one that is on sale already keeps its own terms.

        Raises
        ------
        StoreUnavailable
            When it could not be kept.
        """
        role_ids = tuple(role.id for role in roles)

        def change(shop: GuildSettings) -> GuildSettings:
            known = shop.products.get(product.uniqid)
            policy = OwnPolicy() if known is None else known.policy
            return shop.with_product(
                ProductEntry(product.uniqid, product.title, role_ids, lasts, policy)
            ).with_powers({role.id: powers_of(role) for role in roles})

        await self._settings.update_guild(guild_id, change)
        self._catalogue.wake(guild_id, now=True)
        self._wake(guild_id)
