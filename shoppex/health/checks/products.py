"""Checks of the catalogue: whether Shoppex has what is sold, and gives no roles itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from ...api import NotFound, ShoppexClient
from ...domain.product import Product
from ...store.settings_model import GuildSettings
from ..check_context import CheckContext, Depth
from ..findings import Finding, Verdict

# A list may be cut short, so what it lacks is asked for one by one; only so many, for the time.
_MOST_ASKED = 10


class SoldProductsCheck:
    """What is sold, against Shoppex's catalogue, and Shoppex's own bot (contract, section 8)."""

    names: tuple[str, ...] = ("products", "role_bot")
    depth = Depth.ROUND

    async def look(self, case: CheckContext) -> Sequence[Finding]:
        """Look for each product, and for the pool of each item."""
        if not case.shop.entries():
            return [Finding("products", Verdict.WARN, "nothing_sold")]
        pools = {item.pool: item.title for item in case.shop.items.values() if item.pool}
        wanted = [*dict.fromkeys((*case.shop.products, *pools))]
        if case.client is None or not wanted:
            return ()
        there = {product.uniqid: product async for product in case.client.products.list()}
        missing = [product_id for product_id in wanted if product_id not in there]
        gone = await _gone(case.client, missing, there)
        return [*_membership(case.shop, pools, there, gone), *_role_bots(case, there)]


def _membership(
    shop: GuildSettings,
    pools: Mapping[str, str],
    there: Mapping[str, Product],
    gone: Collection[str],
) -> Sequence[Finding]:
    found: defaultdict[tuple[Verdict, str], list[str]] = defaultdict(list)
    for entry in shop.products.values():
        if entry.id in gone:
            found[Verdict.BAD, "gone"].append(entry.title)
        elif entry.id in there and there[entry.id].hidden:
            found[Verdict.WARN, "hidden"].append(entry.title)
    for pool, title in pools.items():
        if pool in gone:
            found[Verdict.BAD, "pool_gone"].append(title)
    if not found:
        return [Finding("products", Verdict.GOOD, "all_there")]
    return [
        Finding("products", verdict, reason, tuple(titles))
        for (verdict, reason), titles in found.items()
    ]


def _role_bots(case: CheckContext, there: Mapping[str, Product]) -> Sequence[Finding]:
    roles = {str(role_id) for role_id in case.shop.sold_roles()}
    found: defaultdict[tuple[Verdict, str], list[str]] = defaultdict(list)
    for entry in case.shop.products.values():
        role_bot = there[entry.id].role_bot if entry.id in there else None
        if role_bot is None:
            continue
        here = role_bot.server_id in (None, str(case.guild.id))
        same = here and role_bot.role_id in roles
        found[(Verdict.BAD, "two_bots") if same else (Verdict.WARN, "another_role")].append(
            entry.title
        )
    if not found:
        return [Finding("role_bot", Verdict.GOOD, "alone")]
    return [
        Finding("role_bot", verdict, reason, tuple(titles))
        for (verdict, reason), titles in found.items()
    ]


async def _gone(
    client: ShoppexClient, missing: Sequence[str], there: dict[str, Product]
) -> set[str]:
    """Which products Shoppex does not have; those that it has after all come to ``there``."""
    gone = set()
    for product_id in missing[:_MOST_ASKED]:
        product = await _product(client, product_id)
        if product is None:
            gone.add(product_id)
        else:
            there[product_id] = product
    return gone


async def _product(client: ShoppexClient, product_id: str) -> Product | None:
    try:
        return await client.products.get(product_id)
    except NotFound:
        return None
