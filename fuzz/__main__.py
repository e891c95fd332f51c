"""Tries to break the cog for a while, and prints what came of it.

``python -m fuzz`` takes about ten minutes and writes its table to docs/reliability.md;
``--minutes 1`` takes one and writes nothing. The seed that it prints begins the same inputs
again; how far it gets depends on the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import secrets
import sys
from collections.abc import Awaitable, Callable

from . import bodies, clocks, files, kills, protocol
from .tally import Tally, table, write

_WHOLE_MINUTES = 10.0
_BODIES = 100_000
_REQUESTS = 10_000

# Each with its share of the time. The first two end earlier when all has been sent.
_Campaign = Callable[[random.Random, float], Awaitable[Tally]]
_CAMPAIGNS: dict[str, tuple[float, _Campaign]] = {
    "bodies": (0.65, lambda rng, seconds: bodies.run(rng, seconds, _BODIES)),
    "protocol": (0.13, lambda rng, seconds: protocol.run(rng, seconds, _REQUESTS)),
    "kills": (0.07, lambda rng, seconds: kills.run(rng, seconds, "json")),
    "kills-postgres": (0.07, lambda rng, seconds: kills.run(rng, seconds, "postgres")),
    "files": (0.045, files.run),
    "clocks": (0.035, clocks.run),
}


async def main(names: list[str], minutes: float, seed: int) -> bool:
    """Run the campaigns that are named, or all; whether nothing bad was seen."""
    print(f"seed {seed}")
    tallies = []
    for name in names or _CAMPAIGNS:
        share, campaign = _CAMPAIGNS[name]
        tally = await campaign(random.Random(f"{seed} {name}"), share * minutes * 60)  # noqa: S311 - inputs, no secrets
        print(*tally.cells, *tally.details[:20], sep="\n  ", flush=True)
        tallies.append(tally)
    print(table(tallies))
    if not names and minutes >= _WHOLE_MINUTES:
        write(table(tallies))
    return all(tally.clean for tally in tallies)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("campaigns", nargs="*", choices=[[], *_CAMPAIGNS], default=[])
    parser.add_argument("--minutes", type=float, default=_WHOLE_MINUTES)
    parser.add_argument("--seed", type=int, default=secrets.randbits(32))
    options = parser.parse_args()
    sys.exit(not asyncio.run(main(options.campaigns, options.minutes, options.seed)))
