"""Pager: a list that is shown page by page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

import discord

from .components import PressButton

T = TypeVar("T")

PER_PAGE = 10


class Turn(Protocol):
    """Shows the page that begins with a certain entry."""

    async def __call__(self, interaction: discord.Interaction[Any], *, start: int) -> None:
        """Show it."""


class Pager:
    """One page of a list.

    Parameters
    ----------
    start
        Where it begins. The list may have become shorter: it is then the last page.
    count
        How many entries there are on all pages.
    """

    def __init__(self, start: int, count: int, size: int = PER_PAGE) -> None:
        self.start = max(0, min(start, (count - 1) // size * size))
        self._count = count
        self._size = size

    @property
    def number(self) -> int:
        """Which page it is, from 1."""
        return self.start // self._size + 1

    @property
    def pages(self) -> int:
        """How many there are; an empty list has one."""
        return max(1, -(-self._count // self._size))

    def cut(self, entries: Sequence[T]) -> Sequence[T]:
        """What is on this page."""
        return entries[self.start : self.start + self._size]

    def buttons(
        self, back: str, on: str, turn: Turn, *, ends: bool = True
    ) -> tuple[PressButton, ...]:
        """The two that turn; none where everything is on one page.

        Parameters
        ----------
        ends
            Whether the page that they lead to has buttons of its own.
        """
        if self._count <= self._size:
            return ()
        return tuple(
            PressButton(
                label,
                partial(turn, start=start),
                disabled=not 0 <= start < self._count,
                ends=ends,
            )
            for label, start in ((back, self.start - self._size), (on, self.start + self._size))
        )
