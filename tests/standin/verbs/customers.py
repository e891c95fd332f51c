"""Customers and their licences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..life import Life

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..customers import Customer
    from ..licenses import License


class CustomerVerbs(Life):
    """Who bought, and what they may use. Change the fields of both at any time."""

    @property
    def customers(self) -> Sequence[Customer]:
        """All customers, oldest first."""
        return tuple(self._state.customers.values())

    @property
    def licenses(self) -> Sequence[License]:
        """All licences, oldest first."""
        return self._state.licenses
