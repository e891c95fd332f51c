"""A sheet of pixels that are numbers of colours, and what can be drawn on it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from .png import Colour, encode

LEVELS = 15
"""How many steps lie between nothing and full cover at the edge of a shape."""

Mask = Sequence[bytes]
Ramp = Sequence[int]


class Canvas:
    """A picture in the making.

    A shape is drawn with a ramp: the colours from what lies below it to its own, by how much of
    a pixel it covers. So what lies below has to be known, and of one colour.
    """

    def __init__(self, width: int, height: int, background: Colour) -> None:
        self.width = width
        self.height = height
        self._numbers: dict[Colour, int] = {}
        self._ramps: dict[tuple[Colour, Colour], bytes] = {}
        ground = bytes([self._number(background)]) * width
        self._rows = [bytearray(ground) for _ in range(height)]

    def ramp(self, below: Colour, own: Colour) -> bytes:
        """The colours between two."""
        known = self._ramps.get((below, own))
        if known is None:
            known = bytes(
                self._number(_between(below, own, step / LEVELS)) for step in range(LEVELS + 1)
            )
            self._ramps[below, own] = known
        return known

    def rectangle(
        self, left: int, top: int, right: int, bottom: int, ramp: Ramp, radii: Sequence[int] = ()
    ) -> None:
        """A rectangle without its right and bottom edge.

        Parameters
        ----------
        radii
            Of its four corners, from the upper left one clockwise; none for sharp ones.
        """
        left, right = max(0, left), min(self.width, right)
        if right <= left:
            return
        full = bytes([ramp[LEVELS]]) * (right - left)
        for y in range(max(0, top), min(self.height, bottom)):
            self._rows[y][left:right] = full
        for number, radius in enumerate(radii):
            self._round(left, top, right, bottom, ramp, number, radius)

    def _round(
        self, left: int, top: int, right: int, bottom: int, ramp: Ramp, number: int, radius: int
    ) -> None:
        below = ramp[0]
        from_right, from_bottom = number in (1, 2), number in (2, 3)
        for step in range(radius):
            y = bottom - 1 - step if from_bottom else top + step
            if not 0 <= y < self.height:
                continue
            for across in range(radius):
                distance = sqrt((radius - across - 0.5) ** 2 + (radius - step - 0.5) ** 2)
                cover = radius + 0.5 - distance
                if cover >= 1:
                    break
                x = right - 1 - across if from_right else left + across
                self._rows[y][x] = ramp[int(cover * LEVELS)] if cover > 0 else below

    def stamp(self, left: int, top: int, mask: Mask, ramp: Ramp) -> None:
        """A shape that was drawn before, by how much it covers of each pixel."""
        for y, cover in enumerate(mask, top):
            if not 0 <= y < self.height:
                continue
            row = self._rows[y]
            for x, level in enumerate(cover, left):
                if level and 0 <= x < self.width:
                    row[x] = ramp[level]

    def to_png(self) -> bytes:
        """The picture as a file."""
        return encode(self._rows, list(self._numbers))

    def _number(self, colour: Colour) -> int:
        return self._numbers.setdefault(colour, len(self._numbers))


def _between(below: Colour, own: Colour, share: float) -> Colour:
    red, green, blue = (round(b + (o - b) * share) for b, o in zip(below, own, strict=True))
    return red, green, blue
