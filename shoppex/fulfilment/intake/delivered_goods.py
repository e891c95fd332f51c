"""Truncated SHA-256 digests of delivered goods, for de-duplication. Pure."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from ...domain.account import Order
from ...domain.delivery import Delivery, DeliveryState
from ..entitlement.arrival import note_arrival

_DIGEST = 16
_MOST_LINES = 10_000
# Parts of a query that are what was bought; others may only sign the address.
_CODE = re.compile(
    r"(?:[a-z]+[_-])?(?:code|key|serial|licen[cs]e|voucher|coupon|pin|claim|redeem|gift|invite)",
)


def hand_over(order: Order, goods: tuple[str, ...]) -> Order:
    """The order after ``goods`` reached the buyer: wiped, and remembered by digests only.

    What arrived meanwhile makes another message due.
    """
    digests = (digest for piece in goods for digest in digests_of(piece))
    handed = tuple(dict.fromkeys((*order.handed, *digests, *_marks(goods))))
    kept = _still_owed(order, goods, handed)
    links = set(order.key_links).intersection(kept)
    exchanged = order.exchanged and bool(kept)
    return note_arrival(
        replace(
            order,
            goods=kept,
            key_links=tuple(piece for piece in order.key_links if piece in links),
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
    """Return whether a piece of the goods is in the buyer's hands."""
    return _is_known(piece, set(order.handed))


def is_all_listed(handed: tuple[str, ...], goods: tuple[str, ...]) -> bool:
    """Return whether all that was handed over is among these goods."""
    there = {digest for piece in goods for digest in digests_of(piece)}
    return there.union(_marks(goods)).issuperset(handed)


def freshest(
    held: tuple[str, ...], read: tuple[str, ...], exact: Collection[str] = ()
) -> tuple[str, ...]:
    """Merge goods that wait and those read now; a link signed anew replaces the old one."""
    return (*unknown(held, (), read, exact), *read)


def unknown(
    goods: tuple[str, ...],
    handed: tuple[str, ...],
    held: tuple[str, ...] = (),
    exact: Collection[str] = (),
) -> tuple[str, ...]:
    """The goods that are neither in the buyer's hands nor held.

    A file's link may be signed anew at each reading, and then differs in its query. So a link
    is new only where more of the same path are listed than ever were together: a second file
    with the same path is not lost.

    Parameters
    ----------
    exact
        Links that are keys: nothing in them is a signature.
    """
    known = set(handed).union(digest for piece in held for digest in digests_of(piece))
    listed, held_links = _links(goods), _links(held)

    def is_new(piece: str) -> bool:
        path = _path(piece)
        if _is_known(piece, known):
            return False
        if path is None or piece in exact:
            return True
        number = listed[path]
        return number > held_links[path] and _mark(path, number - 1) not in known

    return tuple(piece for piece in goods if is_new(piece))


def with_goods(
    held: tuple[str, ...], new: tuple[str, ...], replaced: Collection[str]
) -> tuple[str, ...]:
    """Add new goods to those that wait, without what they repeat and what is dead."""
    repeated = {digest for piece in new for digest in digests_of(piece)}
    kept = (piece for piece in alive(held, replaced) if not _is_known(piece, repeated))
    return (*kept, *new)


def alive(goods: tuple[str, ...], replaced: Collection[str]) -> tuple[str, ...]:
    """The goods without serials that were replaced."""
    return tuple(piece for piece in goods if not _is_dead(piece, replaced))


def _is_dead(piece: str, replaced: Collection[str]) -> bool:
    lines = [line.strip() for line in piece.splitlines() if line.strip()]
    return bool(replaced) and all(line in replaced for line in lines)


def _still_owed(order: Order, goods: tuple[str, ...], handed: tuple[str, ...]) -> tuple[str, ...]:
    """What waits and was not handed over just now, in whatever form.

    All of it was new when it came, so links that were handed over before that do not matter.
    """
    known, given = set(handed), _links(goods)
    listed, links = _links(order.goods), set(order.key_links)

    def is_owed(piece: str) -> bool:
        path = _path(piece)
        if _is_known(piece, known):
            return False
        return path is None or piece in links or listed[path] > given[path]

    return tuple(piece for piece in order.goods if is_owed(piece))


def _links(goods: tuple[str, ...]) -> Counter[str]:
    return Counter(path for path in map(_path, goods) if path is not None)


def _path(piece: str) -> str | None:
    """A link without what may only sign it; ``None`` for what is no link."""
    _label, link = split_link(piece)
    if link is None:
        return None
    address, mark, fragment = link.partition("#")
    path, _, query = address.partition("?")
    codes = [part for part in query.split("&") if _CODE.fullmatch(part.partition("=")[0].lower())]
    return "".join((path, "?" if codes else "", "&".join(sorted(codes)), mark, fragment))


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


def digests_of(piece: str) -> list[str]:
    """By what a piece is remembered: its lines, and the address without its label."""
    label, link = split_link(piece)
    return [*_lines(piece), *([_digest(link)] if label and link is not None else [])]


def _is_known(piece: str, known: Collection[str]) -> bool:
    label, link = split_link(piece)
    if label and link is not None and _digest(link) in known:
        return True
    return all(digest in known for digest in _lines(piece))


def _lines(piece: str) -> list[str]:
    """By line, because one answer joins keys that another lists."""
    lines = [text for line in piece.splitlines() if (text := line.strip())]
    if len(lines) > _MOST_LINES:
        lines = ["\n".join(lines)]
    return [_digest(line) for line in lines]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]
