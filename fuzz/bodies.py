"""Signed bodies that are not what Shoppex says: whoever has a server's secret can send them."""

from __future__ import annotations

import asyncio
import copy
import json
import random
import re
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp

import standin
from discord_standin import Member
from standin.signing import v2_header
from standin.webhooks import new_delivery_id

from .forging import mutated
from .shop import ITEM, KEY_PREFIX, PRODUCT, Shop, open_shop
from .tally import Deadline, Tally

_AT_ONCE = 24
_BATCH = 2500
_VICTIMS = 9
_NONCE = re.compile(r"[0-9a-f]{32}")
_EVENTS = (
    "order:paid", "order:updated", "order:partial", "order:cancelled", "order:disputed",
    "order:paid:product", "subscription:created", "subscription:renewed", "subscription:cancelled",
)  # fmt: skip


async def run(rng: random.Random, seconds: float, most: int) -> Tally:
    """Send changed events about orders that are not paid, and sell in between."""
    tally = Tally("Signed bodies, changed")
    with tempfile.TemporaryDirectory() as folder:
        async with open_shop(Path(folder)) as shop:
            # The shop itself takes some seconds to open.
            await _send(shop, rng, Deadline.after(seconds), most, tally)
    return tally


async def _send(
    shop: Shop, rng: random.Random, deadline: Deadline, most: int, tally: Tally
) -> None:
    victims = [
        await shop.order(f"victim {number}", (PRODUCT, ITEM)[number % 2])
        for number in range(_VICTIMS)
    ]
    bases = await _bases(shop, [order for _, order in victims])
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=_AT_ONCE)) as session:
        while tally.tried < most and not deadline.over:
            await shop.sell(f"buyer {len(shop.sold)}")
            bodies = [
                (rng.choice(_EVENTS), mutated(rng, rng.choice(bases))) for _ in range(_BATCH)
            ]
            waiting = iter(bodies)
            await asyncio.gather(
                *(_post_all(shop, session, waiting, tally) for _ in range(_AT_ONCE))
            )
            tally.tried += len(bodies)
    await shop.check_sales(tally)
    await shop.check_answers(tally)
    _check_victims(shop, victims, tally)


async def _bases(shop: Shop, orders: Sequence[standin.Order]) -> list[dict[str, Any]]:
    """Genuine events of a payment, made to be about orders that nobody paid for.

    Two thirds carry a wrong nonce and another price; the others are right but for the status,
    which no change makes into a paid one. (An event without any custom fields, and right in all
    else, is a payment: Shoppex's short form has none, contract, section 4.4.)
    """
    buyer, order = await shop.order("reference")
    [delivery] = await shop.world.shop.pay(order.uniqid)
    shop.sold.append((buyer, order))
    bases = []
    for number, other in enumerate(orders):
        event: dict[str, Any] = json.loads(delivery.body.replace(b"19.5", b"11.5"))
        data = copy.deepcopy(event["data"])
        # They are a mapping for an order and a list for a payment: the nonce is found by its form.
        fields = json.dumps(other.custom_fields)
        if number % 3:
            fields, found = _NONCE.subn("0" * 32, fields)
            assert found == 1
        else:
            data |= {"status": "PENDING", "total": float(other.total)}
        data |= {
            "uniqid": other.uniqid,
            "currency": other.currency,
            "customer_email": other.email,
            "custom_fields": json.loads(fields),
        }
        bases.append(event | {"data": data})
    return bases


async def _post_all(shop: Shop, session: aiohttp.ClientSession, bodies: Any, tally: Tally) -> None:
    for event, body in bodies:
        now, delivery_id = int(time.time()), new_delivery_id()
        headers = {
            "Content-Type": "application/json",
            "X-Shoppex-Event": event,
            "X-Shoppex-Delivery": delivery_id,
            "X-Shoppex-Timestamp": str(now),
            "X-Shoppex-Signature-V2": v2_header(shop.hook.secret, delivery_id, now, body),
        }
        try:
            async with session.post(shop.hook.url, data=body, headers=headers) as answer:
                # 503 asks for the same again: Shoppex could not be asked about an unknown order.
                if answer.status >= 500 and answer.status != 503:
                    tally.crash(f"{answer.status} to {event} {body[:2000]!r}")
        except aiohttp.ClientError as error:
            tally.crash(f"{error!r} to {event} {body[:2000]!r}")


def _check_victims(
    shop: Shop, victims: Sequence[tuple[Member, standin.Order]], tally: Tally
) -> None:
    for victim, order in victims:
        said = [message.text for message in shop.world.discord.dms(victim.user)]
        if victim.role_names or any(KEY_PREFIX in text for text in said):
            tally.grant(f"{order.uniqid} of {victim.user.name}: {victim.role_names}, {said}")
