"""What is in the buyer's hands already, remembered without keeping it. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace

from ...domain.account import Order
from ...domain.delivery import Delivery, DeliveryState
from ..entitlement.arrival import note_arrival

_DIGEST = 16


def hand_over(order: Order, goods: tuple[str, ...]) -> Order:
    """The order after ``goods`` reached the buyer: wiped, and remembered by digests only.

    What arrived meanwhile makes another message due.
    """
    digests = (digest for piece in goods for digest in _digests(piece))
    handed = tuple(dict.fromkeys((*order.handed, *digests, *_marks(goods))))
    kept = unknown(order.goods, handed)
    exchanged = order.exchanged and bool(kept)
    return note_arrival(
        replace(
            order,
            goods=kept,
            handed=handed,
            told=order.told + 1,
            carried=None,
            exchanged=exchanged,
            message=Delivery() if kept else Delivery(DeliveryState.DELIVERED),
        )
    )


def open_goods(order: Order, goods: tuple[str, ...]) -> Order:
    """The order after its buyer had ``goods`` shown: nothing of it is to be sent any more.

    Showing once more what is in their hands changes nothing.
    """
    new = any(not is_handed(order, piece) for piece in goods)
    return hand_over(order, goods) if new or order.message.waits or order.message.stuck else order


def is_handed(order: Order, piece: str) -> bool:
    """Whether a piece of the goods is in the buyer's hands."""
    return set(order.handed).issuperset(_digests(piece))


def is_all_listed(handed: tuple[str, ...], goods: tuple[str, ...]) -> bool:
    """Whether all that was handed over is among these goods."""
    there = {digest for piece in goods for digest in _digests(piece)}
    return there.union(_marks(goods)).issuperset(handed)


def freshest(held: tuple[str, ...], read: tuple[str, ...]) -> tuple[str, ...]:
    """What waits and what was read now; a link that is signed anew takes the place of the old."""
    return (*unknown(held, (), read), *read)


def unknown(
    goods: tuple[str, ...], handed: tuple[str, ...], held: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """The goods that are neither in the buyer's hands nor held.

    A file's link may be signed anew at each reading, and then differs in its query. So a link
    is new only where more of the same path are listed than ever were together: a second file
    with the same path is not lost.
    """
    known = set(handed).union(digest for piece in held for digest in _digests(piece))
    listed, held_links = _links(goods), _links(held)

    def is_new(piece: str) -> bool:
        path = _path(piece)
        if known.issuperset(_digests(piece)):
            return False
        if path is None:
            return True
        number = listed[path]
        return number > held_links[path] and _mark(path, number - 1) not in known

    return tuple(piece for piece in goods if is_new(piece))


def _links(goods: tuple[str, ...]) -> Counter[str]:
    return Counter(path for path in map(_path, goods) if path is not None)


def _path(piece: str) -> str | None:
    """A link without its query; ``None`` for what is no link."""
    _label, link = split_link(piece)
    return None if link is None else link.partition("#")[0].partition("?")[0]


def split_link(piece: str) -> tuple[str, str | None]:
    """The label and the address of a piece that is nothing but a link; else no address."""
    label, _, link = piece.rpartition(": ")
    is_link = link.startswith(("https://", "http://")) and len(link.split()) == 1
    return (label, link) if is_link and "\n" not in label else (piece, None)


def _marks(goods: tuple[str, ...]) -> list[str]:
    """That so many links of a path were handed over together."""
    return [_mark(path, n) for path, count in _links(goods).items() for n in range(count)]


def _mark(path: str, number: int) -> str:
    return _digest(f"{path}?{number}")


def _digests(piece: str) -> list[str]:
    """By line, because one answer joins keys that another lists."""
    lines = (line.strip() for line in piece.splitlines())
    return [_digest(line) for line in lines if line]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]
