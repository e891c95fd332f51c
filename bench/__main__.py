"""Measures the claims, prints a table, and keeps it in docs/performance.md.

``python -m bench`` measures everything; ``python -m bench webhooks`` only that, and then only
prints it.
"""

from __future__ import annotations

import sys

import uvloop

from . import fairness, giving, reading, starting, webhooks
from .report import machine, write

_GROUPS = {
    "reading": reading.measure,
    "webhooks": webhooks.measure,
    "giving": giving.measure,
    "starting": starting.measure,
    "fairness": fairness.measure,
}


async def main(names: list[str]) -> None:
    """Measure the groups of claims that are named, or all."""
    sections = []
    for name in names or _GROUPS:
        for section in await _GROUPS[name]():
            print(section, flush=True)
            sections.append(section)
    print(machine())
    if not names:
        write("\n".join(map(str, sections)) + "\n" + machine())


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1:]))
