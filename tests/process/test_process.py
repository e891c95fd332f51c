"""The real `redbot`, installed as an owner does it, sells; and ends in the middle of it.

One bot serves all tests of this file: each sells to a buyer of its own, and many of them end
the process and start the next one on the same data.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

import standin
from discord_standin import Hang, Member, Message, RecordedRequest
from process import LiveWorld, open_live_world
from repository import commit_checkout

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

PRODUCT = "Cellar Key"
ROLE = "Cellar Guest"
EXIT_SECONDS = 15.0
KEYS = [f"CELLAR-{number:04}" for number in range(50)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def installed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveWorld]:
    """A shop that sells a role with a key, on a bot that got its cog through Downloader."""
    folder = tmp_path_factory.mktemp("process")
    repository = commit_checkout(folder / "repository")
    async with open_live_world(folder / "red") as world:
        await world.start()
        await world.install(repository)
        await world.set_up()
        world.shop.add_product(title=PRODUCT, price="19.50", type="SERIALS", serials=KEYS)
        await world.put_on_sale(PRODUCT, world.discord.add_role(world.guild, ROLE))
        yield world


@pytest_asyncio.fixture(loop_scope="module")
async def world(installed: LiveWorld) -> AsyncIterator[LiveWorld]:
    """The same, running."""
    if not installed.red.running:
        await installed.start()
    yield installed
    print(installed.red.log[-8000:])  # noqa: T201 - pytest keeps it for a failed test
    assert "Traceback" not in installed.red.log


@dataclass(frozen=True, slots=True)
class Sale:
    """One buyer's purchase, and what Discord is asked for it."""

    world: LiveWorld
    buyer: Member
    order: standin.Order

    @property
    def role_path(self) -> str:
        """Where the role is given."""
        return f"/guilds/{self.world.guild.id}/members/{self.buyer.user.id}/roles/*"

    @property
    def message_path(self) -> str:
        """Where the key is sent."""
        return f"/channels/{self.world.discord.conversation(self.buyer.user).id}/messages"

    @property
    def key(self) -> str:
        """What Shoppex delivered."""
        goods = self.order.items[0].goods
        assert goods is not None
        return goods.pieces[0]

    def dms(self) -> list[Message]:
        """What the buyer got."""
        return self.world.discord.dms(self.buyer.user)

    def requests(self) -> list[RecordedRequest]:
        """All requests for the role and for the message."""
        calls = self.world.discord.calls
        return [*calls("PUT", self.role_path), *calls("POST", self.message_path)]

    def hold(self, *, role_given: bool, key_sent: bool) -> tuple[Hang, Hang]:
        """Let both requests hang, each either performed or not."""
        hold = self.world.discord.hold_next
        return (
            hold("PUT", self.role_path, performed=role_given),
            hold("POST", self.message_path, performed=key_sent),
        )

    async def pay(self) -> standin.Delivery:
        """The buyer pays; the webhook, with its first answer."""
        [delivery] = await self.world.shop.pay(self.order.uniqid)
        return delivery

    async def arrived(self) -> None:
        """Wait until the role and the key are there."""
        await self.world.discord.until(
            lambda: self.buyer.role_names and self.dms(), "role and message"
        )


async def open_sale(world: LiveWorld, name: str) -> Sale:
    buyer = world.new_buyer(name)
    return Sale(world, buyer, await world.order(buyer, PRODUCT))


async def assert_delivered_once(sale: Sale) -> None:
    """The buyer has what was bought, once; also when the bot has had time for a second time.

    A guild's accounts take turns, so whoever is served now came after this buyer's next turn.
    """
    world = sale.world
    other = await open_sale(world, f"after {sale.buyer.user.name}")
    await other.pay()
    await other.arrived()
    assert sale.buyer.role_names == {ROLE}
    [message] = sale.dms()
    assert f"```\n{sale.key}\n```" in message.text
    assert world.messages_with(sale.key) == [message]
    assert "Waits for you: nothing" in await world.type("shoppexset show", "Waits for you")


async def test_a_role_and_a_key_are_sold(world: LiveWorld) -> None:
    sale = await open_sale(world, "ben")
    assert sale.buyer.role_names == set()

    assert (await sale.pay()).ok
    await sale.arrived()

    await assert_delivered_once(sale)
    assert len(sale.requests()) == 2


async def test_the_shop_goes_on_after_the_gateway_was_cut(world: LiveWorld) -> None:
    resumed = world.discord.resumed
    await world.discord.disconnect()
    sale = await open_sale(world, "cleo")
    assert world.discord.resumed > resumed

    await sale.pay()
    await sale.arrived()

    await assert_delivered_once(sale)


@pytest.mark.parametrize(("role_given", "key_sent"), [(False, True), (True, False)])
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
async def test_a_delivery_is_finished_after_the_process_ended_in_the_middle_of_it(
    world: LiveWorld, end: signal.Signals, *, role_given: bool, key_sent: bool
) -> None:
    sale = await open_sale(world, f"{end.name} {role_given}")
    holds = sale.hold(role_given=role_given, key_sent=key_sent)
    delivery = await sale.pay()
    assert delivery.ok
    await asyncio.gather(*(hold.reached() for hold in holds))

    if end is signal.SIGTERM:
        assert await world.red.terminate(seconds=EXIT_SECONDS) == 0
    else:
        await world.red.kill()
    assert sale.buyer.role_names == ({ROLE} if role_given else set())
    assert len(sale.dms()) == key_sent
    await world.start()
    await sale.arrived()

    await assert_delivered_once(sale)
    requests = sale.requests()
    assert len(requests) == 3
    # What the old process had sent may reach Discord only now.
    for hold in holds:
        hold.release()
    await world.discord.until(lambda: all(each.status for each in requests), "late answers")
    # Had the answer to the webhook been lost as well, Shoppex would send it again.
    again = await world.shop.redeliver(delivery)
    assert again.body == '{"status": "already known"}'
    await assert_delivered_once(sale)
    assert sale.requests() == requests


async def test_a_payment_that_was_answered_survives_kill_9(world: LiveWorld) -> None:
    sale = await open_sale(world, "dora")
    holds = sale.hold(role_given=False, key_sent=False)

    assert (await sale.pay()).ok
    await world.red.kill()
    for hold in holds:
        hold.release()
    await world.start()
    await sale.arrived()

    await assert_delivered_once(sale)


async def test_a_webhook_whose_receiver_died_before_it_answered_comes_again(
    world: LiveWorld,
) -> None:
    sale = await open_sale(world, "emil")
    world.red.freeze()
    paying = asyncio.create_task(sale.pay())
    while not unread_bytes(world.port):
        await asyncio.sleep(0.01)

    await world.red.kill()
    delivery = await paying
    assert delivery.attempts[-1].status is None
    await world.start()
    assert sale.requests() == []
    await world.shop.retry_pending()
    assert delivery.ok
    await sale.arrived()

    await assert_delivered_once(sale)
    assert len(sale.requests()) == 2


async def test_a_probe_runs_in_the_loop_of_the_bot(tmp_path: Path) -> None:
    """Benchmarks look at the bot from within."""
    found = tmp_path / "found"
    probe = tmp_path / "probe.py"
    probe.write_text(
        "from pathlib import Path\n"
        "async def probe(red):\n"
        "    await red.wait_until_red_ready()\n"
        f"    Path({str(found)!r}).write_text(red.user.name)\n"
    )
    async with open_live_world(tmp_path / "red", probe=probe) as world:
        await world.start()
        while not found.exists() or not found.read_text():
            await asyncio.sleep(0.05)
        assert found.read_text() == "redbot"


def unread_bytes(port: int) -> int:
    """What was sent to a local port and not read yet (Linux, proc(5), ``/proc/net/tcp``)."""
    unread = 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, _, state, queues, *_ = line.split()
        established = state == "01"
        if established and int(local.partition(":")[2], 16) == port:
            unread += int(queues.partition(":")[2], 16)
    return unread
