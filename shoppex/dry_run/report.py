"""Report of a test purchase, step by step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from uuid import uuid4

from ..domain.account import AccountKey, Order
from ..domain.offer import Offer


class DryRunStep(Enum):
    """The steps of a test, in the order in which they are told."""

    PUBLIC = "public"
    """The payment is told through the address that Shoppex uses."""
    LISTENER = "listener"
    """The payment is told to the listener on this machine."""
    RECORD = "record"
    """The payment is written down without any webhook."""
    ROLE = "role"
    """One role is given."""
    MESSAGE = "message"
    """The direct message arrives."""
    UNDO = "undo"
    """Everything is as it was."""


class Mark(Enum):
    """How a step went."""

    FINE = "fine"
    DOUBTFUL = "doubtful"
    FAILED = "failed"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class StepResult:
    """How one step went.

    Parameters
    ----------
    reason
        Why it is not fine, as a stable word.
    seconds
        How long it took; ``None`` when it was left out.
    role_id
        The role that it is about; 0 when it is about none.
    status
        The HTTP status that was answered, if that is what went wrong.
    """

    step: DryRunStep
    mark: Mark
    reason: str = ""
    seconds: float | None = None
    role_id: int = 0
    status: int | None = None


@dataclass(frozen=True, slots=True)
class DryRunReport:
    """What a test has shown so far.

    Parameters
    ----------
    over
        Whether nothing more is to come.
    """

    offer: Offer
    results: tuple[StepResult, ...] = ()
    over: bool = False

    @property
    def failed(self) -> bool:
        """Whether any step went wrong."""
        return any(result.mark is Mark.FAILED for result in self.results)

    def with_result(self, result: StepResult) -> DryRunReport:
        """The report after one more step."""
        places = list(DryRunStep)
        results = sorted((*self.results, result), key=lambda r: places.index(r.step))
        return replace(self, results=tuple(results))


Progress = Callable[[DryRunReport], Awaitable[None]]


@dataclass(slots=True)
class DryRun:
    """One test under way.

    Parameters
    ----------
    order
        As it was written down at first.
    had
        The roles that the tester has already.
    on_progress
        Called with the report after each step.
    delivery_id
        The id of the webhook, whichever way it goes.
    """

    key: AccountKey
    order: Order
    had: frozenset[int]
    report: DryRunReport
    on_progress: Progress
    delivery_id: str = field(default_factory=lambda: f"test-{uuid4().hex}")

    async def tell(self, result: StepResult) -> None:
        """Add a step to the report."""
        self.report = self.report.with_result(result)
        await self.on_progress(self.report)


def failed(step: DryRunStep, reason: str) -> StepResult:
    """A step that went wrong."""
    return StepResult(step, Mark.FAILED, reason)
