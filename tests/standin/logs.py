"""The log of webhooks (contract, section 4.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from .switches import LogRows
    from .webhooks import Answer, Delivery


class LogEntry(NamedTuple):
    """One row.

    Parameters
    ----------
    answer
        What came of the last attempt that the row is about; ``None`` before the first.
    attempt
        How many there were up to then.
    """

    id: str
    delivery: Delivery
    status: Literal["pending", "success", "failed"]
    answer: Answer | None
    attempt: int
    created_at: datetime

    @property
    def delivered_at(self) -> datetime | None:
        """When it was received."""
        return self.answer.at if self.answer is not None and self.answer.ok else None


def log_entries(deliveries: Iterable[Delivery], rows: LogRows) -> list[LogEntry]:
    """All rows, newest first: one for each delivery, or one for each attempt."""
    by = _by_attempt if rows == "attempt" else _by_delivery
    return [entry for delivery in deliveries for entry in by(delivery)][::-1]


def _by_delivery(delivery: Delivery) -> Iterator[LogEntry]:
    if delivery.ok:
        status: Literal["pending", "success", "failed"] = "success"
    else:
        is_tried = delivery.attempts and delivery.due_at is None
        status = "failed" if is_tried else "pending"
    last = delivery.attempts[-1] if delivery.attempts else None
    count = len(delivery.attempts)
    yield LogEntry(delivery.log_id, delivery, status, last, count, delivery.created_at)


def _by_attempt(delivery: Delivery) -> Iterator[LogEntry]:
    for number, answer in enumerate(delivery.attempts, start=1):
        status: Literal["success", "failed"] = "success" if answer.ok else "failed"
        yield LogEntry(f"{delivery.log_id}-{number}", delivery, status, answer, number, answer.at)
