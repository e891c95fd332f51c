"""JSON codecs for the small parts that records share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from ..domain.delivery import Delivery, DeliveryState
from ..domain.money import Money
from ..domain.outstanding import Outstanding, TopUp, Underpayment
from ..domain.payment import Payment
from ..domain.staff_action import StaffAction
from .errors import NewerLedger

Record = dict[str, Any]

_EPOCH = datetime.fromtimestamp(0, timezone.utc)
_MICROSECOND = timedelta(microseconds=1)

_PARTS = ("discount", "tip", "fees", "tax", "credit")
_OF_PAYMENT = frozenset({"total", *_PARTS})
_OF_OUTSTANDING = frozenset({"seller", "within", "failed", "questions"})
# Version 1 marked a grant within its delivery.
_OF_DELIVERY = frozenset({"state", "reason", "attempts", "begun", "next", "ours"})
_NOT_BEGUN = Delivery()
_BY_WORD = {state.value: Delivery(state) for state in DeliveryState}


def refuse_unknown(record: Mapping[str, Any], known: frozenset[str]) -> None:
    """Refuse a record that says more than this version knows.

    Raises
    ------
    NewerLedger
        When there is a name in it that is not known: the next write would lose what it says.
    """
    if not known.issuperset(record):
        raise NewerLedger


def money_to_json(money: Money | None) -> list[str] | None:
    """Money as amount and currency; both as text."""
    return None if money is None else [str(money.amount), money.currency]


def money_from_json(value: list[str] | None) -> Money | None:
    """The money that :func:`money_to_json` wrote."""
    return None if value is None else Money(Decimal(value[0]), value[1])


def payment_to_json(payment: Payment | None) -> Record | None:
    """A payment: its total, and the parts of it that are not nothing."""
    if payment is None:
        return None
    parts = {name: str(amount) for name in _PARTS if (amount := getattr(payment, name))}
    return {"total": money_to_json(payment.total), **parts}


def payment_from_json(value: Mapping[str, Any] | None) -> Payment | None:
    """The payment that :func:`payment_to_json` wrote."""
    total = None if value is None else money_from_json(value["total"])
    if value is None or total is None:
        return None
    refuse_unknown(value, _OF_PAYMENT)
    return Payment(total, **{name: Decimal(value[name]) for name in _PARTS if name in value})


def outstanding_to_json(outstanding: Outstanding | None) -> Record | None:
    """Serialise what a paid order still waits for."""
    if outstanding is None:
        return None
    within = outstanding.within
    return without_empty(
        seller=outstanding.by_seller,
        within=None if within is None else int(within.total_seconds()),
        failed=outstanding.failed,
        questions=list(outstanding.questions),
    )


def outstanding_from_json(record: Record | None) -> Outstanding | None:
    """Read what :func:`outstanding_to_json` wrote."""
    if record is None:
        return None
    refuse_unknown(record, _OF_OUTSTANDING)
    return Outstanding(
        by_seller=record.get("seller", False),
        within=timedelta(seconds=record["within"]) if "within" in record else None,
        failed=record.get("failed", False),
        questions=tuple(record.get("questions", ())),
    )


def underpayment_to_json(underpayment: Underpayment | None) -> list[str | None] | None:
    """Serialise what is missing, what arrived, and whether the rest can be paid."""
    if underpayment is None:
        return None
    return [underpayment.missing, underpayment.received, underpayment.top_up.value]


def underpayment_from_json(value: list[Any] | None) -> Underpayment | None:
    """The underpayment that :func:`underpayment_to_json` wrote."""
    return None if value is None else Underpayment(value[0], value[1], TopUp(value[2]))


def delivery_to_record(delivery: Delivery) -> Record | str:
    """A delivery; one word when there is nothing else to say."""
    if delivery == Delivery(delivery.state) and not delivery.waits:
        return delivery.state.value
    return without_empty(
        state=delivery.state.value if delivery.state is not DeliveryState.PENDING else None,
        reason=delivery.reason,
        attempts=delivery.attempts,
        begun=time_to_json(delivery.begun_at),
        next=time_to_json(delivery.next_try),
    )


def delivery_from_record(record: Mapping[str, Any] | str) -> Delivery:
    """The delivery that :func:`delivery_to_record` wrote."""
    # A large ledger has hundreds of thousands, nearly all like these.
    if not record:
        return _NOT_BEGUN
    if isinstance(record, str):
        return _BY_WORD[record]
    refuse_unknown(record, _OF_DELIVERY)
    return Delivery(
        state=DeliveryState(record.get("state", DeliveryState.PENDING.value)),
        reason=record.get("reason"),
        attempts=record.get("attempts", 0),
        begun_at=time_from_json(record.get("begun")),
        next_try=time_from_json(record.get("next")),
    )


def time_to_json(time: datetime | None) -> int | None:
    """Microseconds since 1970."""
    return None if time is None else (time - _EPOCH) // _MICROSECOND


def time_from_json(value: int | str | None) -> datetime | None:
    """The time that :func:`time_to_json` wrote."""
    if isinstance(value, str):
        # As version 1 wrote it.
        return datetime.fromisoformat(value)
    return None if value is None else _EPOCH + value * _MICROSECOND


def act_to_json(act: StaffAction | None) -> list[Any] | None:
    """Serialise who did something, when and why."""
    return None if act is None else [str(act.by), time_to_json(act.at), act.reason]


def act_from_json(value: list[Any] | None) -> StaffAction | None:
    """The act that :func:`act_to_json` wrote."""
    at = None if value is None else time_from_json(value[1])
    return None if value is None or at is None else StaffAction(int(value[0]), at, value[2])


class Noted(Mapping[str, Any]):
    """A record that notes what is read of it. What nobody read, this version does not know."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        self._record = record
        self._inner: dict[str, Noted] = {}
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.asked.add(name)
        value = self._record[name]
        if not isinstance(value, dict):
            return value
        return self._inner.setdefault(name, Noted(value))

    def __iter__(self) -> Iterator[str]:
        return iter(self._record)

    def __len__(self) -> int:
        return len(self._record)

    def unread(self) -> set[str]:
        """The names that nobody asked for, here and in what was read."""
        inner = (noted.unread() for noted in self._inner.values())
        return (set(self._record) - self.asked).union(*inner)


def without_empty(**fields: object) -> Record:
    """Build a record without empty values: they equal their defaults."""
    return {name: value for name, value in fields.items() if value}
