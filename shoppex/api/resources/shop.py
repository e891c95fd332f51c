"""The shop behind an API key, and what the key may do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from ..errors import unreadable
from ..fields import as_mapping, parse_flag, parse_id, unwrap
from ..payloads.product import HIDES_STOCK
from ..transport import Transport

# The contract names the calls, but not the fields of their answers (section 1).
_IDS = ("uniqid", "id", "shop_id")
_TITLES = ("name", "shop_name", "title")
_SCOPE_LISTS = ("scopes", "active_scopes", "capabilities", "permissions")
_SCOPE_NAMES = ("scope", "name")
_GRANTS = ("granted", "active", "enabled")


@dataclass(frozen=True, slots=True)
class ShopInfo:
    """Which shop an API key belongs to; ``None`` where Shoppex did not say.

    Parameters
    ----------
    hides_stock
        Whether it shows nobody how many of a product there are (contract, section 15.5).
    """

    id: str | None
    name: str | None
    hides_stock: bool = False


class ShopResource:
    """``/me``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def me(self) -> ShopInfo:
        """Ask whose key this is; also the cheapest way to see whether it works.

        Raises
        ------
        ApiError
            When Shoppex refuses or cannot be asked.
        """
        answer = await self._transport.request("GET", "me")
        data = as_mapping(unwrap(answer.data, "shop"))
        hides = any(parse_flag(data.get(name)) for name in HIDES_STOCK)
        return ShopInfo(_first(data, _IDS), _first(data, _TITLES), hides)

    async def time(self) -> datetime | None:
        """Ask what Shoppex's clock says, to the second; ``None`` when it does not tell.

        Raises
        ------
        ApiError
            When Shoppex refuses or cannot be asked.
        """
        return (await self._transport.request("GET", "me")).sent_at

    async def capabilities(self) -> frozenset[str]:
        """Ask for the scopes of the key, such as ``orders.read``; ``*`` stands for all.

        Raises
        ------
        ApiError
            When Shoppex refuses or cannot be asked, or names no scopes.
        """
        answer = await self._transport.request("GET", "me", "capabilities")
        scopes = frozenset(_scopes(_scope_list(answer.data)))
        if not scopes:
            raise unreadable("list of scopes")
        return scopes


def _scope_list(data: object) -> object:
    named = (as_mapping(data).get(name) for name in _SCOPE_LISTS)
    return next((value for value in named if value is not None), data)


def _scopes(value: object) -> Iterator[str]:
    """The scopes in a list of names or of objects, a map of name → granted, or spaced text."""
    if isinstance(value, str):
        yield from value.split()
    elif isinstance(value, Mapping):
        yield from (str(name) for name, granted in value.items() if parse_flag(granted))
    elif isinstance(value, list):
        for entry in value:
            data = as_mapping(entry)
            name = _first(data, _SCOPE_NAMES) if data else parse_id(entry)
            withheld = any(parse_flag(data.get(field)) is False for field in _GRANTS)
            if name is not None and not withheld:
                yield name


def _first(data: Mapping[str, object], names: tuple[str, ...]) -> str | None:
    found = (parse_id(data.get(name)) for name in names)
    return next((text for text in found if text is not None), None)
