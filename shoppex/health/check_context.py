"""Interface of a health check, and the context that it looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

import discord

from ..api import ShoppexClient
from ..store.settings_model import GuildSettings
from .findings import Finding


class Depth(IntEnum):
    """How much a look may cost; a deeper one has all that a shallow one has."""

    GLANCE = 0
    """It asks nobody."""
    ROUND = 1
    """It asks Shoppex, a little."""
    VISIT = 2
    """Somebody waits for the answer, and wants to know everything."""


@dataclass(frozen=True, slots=True)
class CheckContext:
    """One shop, to be looked at.

    Parameters
    ----------
    client
        ``None`` when there is no API key, or nobody is to be asked.
    depth
        How closely.
    """

    guild: discord.Guild
    shop: GuildSettings
    client: ShoppexClient | None
    depth: Depth


class Check(Protocol):
    """Looks at one thing, or at what can only be known together.

    Attributes
    ----------
    names
        Stable words for what it looks at; each of its findings carries one.
    depth
        What it costs.
    """

    names: tuple[str, ...]
    depth: Depth

    async def look(self, case: CheckContext) -> Sequence[Finding]:
        """Say how it is; nothing where the question does not arise.

        Raises
        ------
        ApiError
            When Shoppex cannot be asked, which is no finding.
        """
