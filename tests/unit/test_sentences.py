"""Every word that a delivery can wait for has a sentence."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from shoppex.connection.api_key import AcceptedKey
from shoppex.connection.api_key_form import accepted_text
from shoppex.connection.error_texts import trouble_sentence
from shoppex.connection.errors import SetupError, SetupErrorKind
from shoppex.connection.scopes import USEFUL_SCOPES
from shoppex.fulfilment.entitlement.staff_causes import BRAKE
from shoppex.fulfilment.intake.payment_checks import HOLDS
from shoppex.fulfilment.reconcile.drift import DriftKind
from shoppex.health.drift_text import drift_sentence
from shoppex.ui.reason_text import progress_sentence, waiting_sentence

SHOPPEX = Path(__file__).parents[2] / "shoppex"
# The functions that say by a word why something cannot be.
REFUSING = ("why_not_give",)
STAFF, ANYBODY = "NEEDS_STAFF", "anybody"


def words() -> Iterator[tuple[str, str]]:
    """Each word in the code, and who it waits for."""
    for path in sorted(SHOPPEX.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Tuple) and len(node.elts) == 2:
                yield from pair(*node.elts)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id == "Failure" and len(node.args) >= 2:
                    yield from pair(*node.args[:2])
                elif node.func.id == "Cause" and node.args:
                    yield from ((word, STAFF) for word in constant(node.args[0]))
            elif isinstance(node, ast.FunctionDef) and node.name in REFUSING:
                returned = (n.value for n in ast.walk(node) if isinstance(n, ast.Return))
                yield from ((word, STAFF) for value in returned for word in constant(value))


def pair(state: ast.expr, word: ast.expr) -> Iterator[tuple[str, str]]:
    """A state beside its word."""
    if isinstance(state, ast.Attribute) and getattr(state.value, "id", "") == "DeliveryState":
        yield from ((text, STAFF if state.attr == STAFF else ANYBODY) for text in constant(word))


def constant(node: ast.expr | None) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


WORDS = sorted({*words(), *((reason, STAFF) for reason in HOLDS)})


def test_the_words_are_found() -> None:
    found = {word for word, _ in WORDS}
    assert len(found) >= 30
    assert {"role_too_high", "paid_too_little", "dms_closed", "partly_refunded"} <= found


@pytest.mark.parametrize("word", sorted({word for word, who in WORDS if who == STAFF}))
def test_what_waits_for_staff_has_a_sentence(word: str) -> None:
    assert waiting_sentence(word) != waiting_sentence(None)


@pytest.mark.parametrize("word", sorted({word for word, _ in WORDS}))
def test_what_waits_for_anybody_has_a_sentence(word: str) -> None:
    assert progress_sentence(word) != waiting_sentence(None)
    assert progress_sentence(word) in drift_sentence(DriftKind.WAITING, word)


@pytest.mark.parametrize(
    "trouble", [each for each in SetupErrorKind if each is not SetupErrorKind.UNREACHABLE]
)
def test_each_trouble_of_the_setup_has_a_sentence_of_its_own(trouble: SetupErrorKind) -> None:
    sentence = trouble_sentence(SetupError(trouble, scopes=["orders.read"], said="Why not"))
    assert sentence != trouble_sentence(SetupError(SetupErrorKind.UNREACHABLE))
    assert "{" not in sentence


def test_what_a_key_lacks_is_said_permission_by_permission() -> None:
    text = accepted_text(
        AcceptedKey("Cellar", same_shop=True, lacking=(*USEFUL_SCOPES, "new.scope"))
    )
    missed = [line.partition(": ")[2] for line in text.splitlines() if line.startswith("- ")]
    assert len({*missed}) == len(USEFUL_SCOPES) + 1


def test_the_brake_has_a_sentence() -> None:
    assert waiting_sentence(BRAKE) != waiting_sentence(None)


@pytest.mark.parametrize("kind", list(DriftKind))
def test_each_kind_of_drift_has_a_sentence(kind: DriftKind) -> None:
    assert "{" not in drift_sentence(kind, None)
