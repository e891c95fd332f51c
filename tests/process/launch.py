"""Starts the real `redbot` against a Discord that is not Discord's.

``python launch.py …`` takes what `redbot` takes, and from the environment:

DISCORD_API_URL, DISCORD_GATEWAY_URL
    Where to log in. Red has no setting for that.
RED_PROBE
    A Python file with ``async def probe(red)``, which runs in the bot's loop from its start.
"""

from __future__ import annotations

import asyncio
import os
import runpy
from argparse import Namespace
from collections.abc import Awaitable, Callable

# First of all: this replaces the event loop's policy and the class of loggers.
from redbot import __main__ as redbot

# isort: split
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from redbot import VersionInfo, version_info
from redbot.core import _events
from redbot.core.bot import Red


def main() -> None:
    """Run until the bot ends; raises ``SystemExit`` with its exit code."""
    Route.BASE = os.environ["DISCORD_API_URL"]
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])
    _events.fetch_latest_red_version_info = _nothing_newer
    if "RED_PROBE" in os.environ:
        _run_beside_the_bot(runpy.run_path(os.environ["RED_PROBE"])["probe"])
    redbot.main()


async def _nothing_newer() -> tuple[VersionInfo, str | None]:
    """What Red would ask PyPI at each start."""
    return version_info, None


def _run_beside_the_bot(probe: Callable[[Red], Awaitable[None]]) -> None:
    run_bot = redbot.run_bot

    async def run_both(red: Red, cli_flags: Namespace) -> None:
        probing = asyncio.ensure_future(probe(red))
        try:
            await run_bot(red, cli_flags)
        finally:
            probing.cancel()

    redbot.run_bot = run_both


if __name__ == "__main__":
    main()
