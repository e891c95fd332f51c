"""How the fields of a body are read, and how it is said what is wrong with them."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from ..catalogue import CENT
from ..errors import Problem, invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeGuard

T = TypeVar("T")


class Rule(NamedTuple):
    """What a text must look like, and what is said when it does not."""

    pattern: re.Pattern[str]
    message: str


_AMOUNT = Rule(re.compile(r"\d+(\.\d{1,2})?", re.ASCII), "must be an amount such as 9.99")
URL = Rule(re.compile(r"https?://\S+"), "must be a web address")


def parse_object(body: bytes) -> dict[str, object]:
    """Read a JSON object.

    Raises
    ------
    ApiError
        422 when the body is not one.
    """
    try:
        value = json.loads(body)
    except ValueError:
        raise invalid(Problem("body", "is not JSON")) from None
    if not isinstance(value, dict):
        raise invalid(Problem("body", "must be an object"))
    return value


def parse_optional_object(body: bytes) -> dict[str, object]:
    """Read a JSON object, which is empty when there is no body."""
    return parse_object(body) if body else {}


def is_object(value: object) -> bool:
    """Whether a value is a JSON object."""
    return isinstance(value, dict)


def is_list_of_objects(value: object) -> TypeGuard[list[dict[str, object]]]:
    """Whether a value is an array of nothing but objects."""
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)


class Form:
    """Reads fields and notes what is wrong with them.

    A field with a problem reads as if it was absent; `check` then refuses the whole form.
    """

    def __init__(
        self,
        body: Mapping[str, object],
        prefix: str = "",
        problems: list[Problem] | None = None,
    ) -> None:
        self.body = body
        self.problems: list[Problem] = [] if problems is None else problems
        self._prefix = prefix

    def complain(self, name: str, message: str) -> None:
        """Note a problem with a field."""
        self.problems.append(Problem(self._prefix + name, message))

    def check(self) -> None:
        """Refuse the form with 422 if there is any problem."""
        if self.problems:
            raise invalid(*self.problems)

    def required(self, name: str, value: T | None, blank: T) -> T:
        """A value that was read, or ``blank`` and a problem."""
        if value is not None:
            return value
        if self.body.get(name) is None:
            self.complain(name, "is required")
        return blank

    def text(self, name: str, rule: Rule | None = None) -> str | None:
        """A text."""
        value = self.body.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self.complain(name, "must be text")
            return None
        if rule and not rule.pattern.fullmatch(value):
            self.complain(name, rule.message)
            return None
        return value

    def count(self, name: str) -> int:
        """A whole number of at least 1, which is also the default."""
        value = self.body.get(name, 1)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
            return value
        self.complain(name, "must be a whole number of at least 1")
        return 1

    def time(self, name: str) -> datetime | None:
        """A time in ISO 8601 with its zone."""
        text = self.text(name)
        if text is None:
            return None
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            time = None
        if time is not None and time.tzinfo is not None:
            return time.astimezone(timezone.utc)
        self.complain(name, "must be a time in ISO 8601 with its zone")
        return None

    def flag(self, name: str) -> bool:
        """True or false, which is also the default."""
        value = self.body.get(name, False)
        if not isinstance(value, bool):
            self.complain(name, "must be true or false")
        return value is True

    def amount(self, name: str) -> Decimal | None:
        """A JSON number of at least one cent."""
        value = self.body.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.complain(name, "must be a number")
            return None
        return self._at_least_a_cent(name, Decimal(str(value)))

    def text_amount(self, name: str) -> Decimal | None:
        """An amount written as text, of at least one cent."""
        text = self.text(name, _AMOUNT)
        return None if text is None else self._at_least_a_cent(name, Decimal(text))

    def _at_least_a_cent(self, name: str, amount: Decimal) -> Decimal | None:
        if amount.is_finite() and amount >= CENT:
            return amount
        self.complain(name, f"must be at least {CENT}")
        return None

    def custom_fields(self, is_good: Callable[[object], bool], message: str) -> object:
        """The custom fields, as they are."""
        value = self.body.get("custom_fields")
        if value is not None and not is_good(value):
            self.complain("custom_fields", message)
        return value
