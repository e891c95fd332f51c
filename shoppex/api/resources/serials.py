"""Serials: taking keys out of a product's pool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import unreadable
from ..fields import as_mapping, parse_count, parse_id, parse_text
from ..transport import Transport

# Contract, section 3.
MOST_CLAIMED = 500


@dataclass(frozen=True, slots=True)
class Serial:
    """One key out of a pool.

    Parameters
    ----------
    text
        The key itself, exactly as it was put in. Kept out of ``repr``.
    id
        Shoppex's; ``None`` when it did not say.
    """

    text: str = field(repr=False)
    id: str | None = None


@dataclass(frozen=True, slots=True)
class ClaimedSerials:
    """Keys that are out of the pool and belong to whoever claimed them.

    Parameters
    ----------
    claimed
        How many Shoppex took out. Where that is more than there are ``serials``, some could
        not be read and are lost: staff must look.
    """

    serials: tuple[Serial, ...]
    claimed: int


class SerialResource:
    """``/products/{id}/serials`` (contract, section 3)."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def claim(self, product_id: str, amount: int = 1) -> ClaimedSerials:
        """Take keys out of the pool of a product without variants, all at once.

        Never tried twice, as nobody knows whether Shoppex would give other keys then.

        Parameters
        ----------
        amount
            How many; from 1 to 500.

        Raises
        ------
        ApiError
            When Shoppex refuses or cannot be asked. Where `ApiError.ambiguous` is true the keys
            may be gone from the pool without having arrived: never claim again by itself.
        ValueError
            When the amount is out of bounds.
        """
        if not 1 <= amount <= MOST_CLAIMED:
            raise ValueError(f"{MOST_CLAIMED} serials can be claimed at once, and at least 1")
        answer = await self._transport.request(
            "POST", "products", product_id, "serials", "claim", json={"amount": amount}
        )
        return _parse(as_mapping(answer.data))


def _parse(data: Mapping[str, object]) -> ClaimedSerials:
    entries = data.get("serials")
    if not isinstance(entries, list):
        raise unreadable("list of serials", write=True)
    found = (_parse_serial(entry) for entry in entries)
    serials = tuple(serial for serial in found if serial is not None)
    claimed = max(len(entries), parse_count(data.get("claimed_count")) or 0)
    if claimed and not serials:
        raise unreadable("serial", write=True)
    return ClaimedSerials(serials, claimed)


def _parse_serial(entry: object) -> Serial | None:
    record = as_mapping(entry)
    text = parse_text(record.get("serial") if record else entry)
    return Serial(text, parse_id(record.get("id"))) if text and text.strip() else None
