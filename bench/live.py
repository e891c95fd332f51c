"""A real `redbot` with the cog in a process of its own, and shops in a Discord of our own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from discord_standin import DiscordStandIn, Guild, Member, Role
from process import RedProcess
from process.world import quiet_port

from . import ours
from .paying import Answers, pay
from .places import Place
from .processes import in_its_own
from .sample import key_of
from .watching import Watched

_CHECKOUT = Path(__file__).parents[1]
_PROBE = Path(__file__).with_name("probe.py")
# Nobody is there. A bot without an API key does not ask Shoppex anything.
_NO_SHOPPEX = "http://127.0.0.1:9/dev/v1"
_END_SECONDS = 20.0
_REPORT_SECONDS = 10.0
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Shop:
    """A server, what it sells, and who is there to buy it.

    Parameters
    ----------
    orders
        Their numbers; each has a buyer of its own.
    buyers
        By the number of the order.
    """

    guild: Guild
    role: Role
    orders: range
    buyers: dict[int, Member]

    @property
    def given(self) -> int:
        """How many have the role."""
        return sum(self.has(number) for number in self.buyers)

    def has(self, number: int) -> bool:
        """Whether the buyer of that order has the role."""
        return self.role in self.buyers[number].roles

    def stock(
        self, *, finished: range = range(0), due: range = range(0), waiting: range = range(0)
    ) -> ours.Stock:
        """What is to be in the ledger of this shop."""
        return ours.Stock(self.guild.id, self.role.id, finished, due, waiting)


def open_shop(discord: DiscordStandIn, name: str, orders: range) -> Shop:
    """A server whose members are the buyers of those orders."""
    guild = discord.add_guild(name)
    role = discord.add_role(guild, "Gold")
    users = {n: discord.add_user(f"{name} {n}", key_of(n).user_id) for n in orders}
    buyers = {number: discord.join(guild, user) for number, user in users.items()}
    return Shop(guild, role, orders, buyers)


@dataclass(frozen=True)
class Report:
    """What the probe saw.

    Parameters
    ----------
    loading
        How many seconds ``cog_load`` took.
    ready_at
        By the machine's monotonic clock.
    watched
        While the cog was loaded, and since Red was ready.
    """

    loading: float
    ready_at: float
    watched: Watched


class Bot:
    """One bot and its data, from one process to the next."""

    def __init__(self, place: Place, discord: DiscordStandIn) -> None:
        self._report = place.path / "report.json"
        self.port = quiet_port()
        self.red = RedProcess(
            place.path,
            discord,
            environment={"SHOPPEX_API_URL": _NO_SHOPPEX, "BENCH_REPORT": str(self._report)},
            flags=("--cog-path", str(_CHECKOUT), "--load-cogs", "shoppex"),
            probe=_PROBE,
            storage=place.storage,
        )
        self._place = Place(self.red.data_path, place.storage)

    async def prepare(self, shops: Sequence[ours.Stock]) -> None:
        """Let Red start for the first time, when it loads no cogs, and fill the ledger."""
        await self.red.start()
        await self.stop()
        # The stand-in of Discord lives in this process, and goes on.
        await asyncio.to_thread(in_its_own, ours.stock, self._place, shops, self.port)

    async def stop(self) -> None:
        """End the process as a service manager does."""
        await self.red.terminate(seconds=_END_SECONDS)

    async def pay(self, shop: Shop, orders: range, at_once: int = 1) -> Answers:
        """Shoppex tells of payments."""
        return await pay(self.port, orders, at_once, shop.guild.id)

    async def _reported(self) -> None:
        while not self._report.exists():  # noqa: ASYNC110 - another process makes it
            await asyncio.sleep(0.01)

    async def report(self) -> Report:
        """What the probe saw so far; waits until Red is ready."""
        self._report.unlink(missing_ok=True)
        os.kill(self.red.pid, signal.SIGUSR1)
        await asyncio.wait_for(self._reported(), _REPORT_SECONDS)
        seen = json.loads(self._report.read_text())
        (loading,) = seen["loading"]
        watched = Watched(seen["late"], seen["collections"])
        return Report(loading, seen["ready_at"], watched)

    @property
    def memory(self) -> int:
        """What its process has in memory now, in bytes (Linux, proc(5), ``statm``)."""
        return int(Path(f"/proc/{self.red.pid}/statm").read_text().split()[1]) * _PAGE
