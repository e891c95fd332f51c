"""References between code and documentation lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONTRACT = (ROOT / "docs" / "contract.md").read_text(encoding="utf-8")
# Such as: contract, sections 4.5 and 15.2, or: contract, fact 10.
REFERENCE = re.compile(
    r"\bcontract,\s+((?:(?:sections?|facts?|no\.|and|to|C?\d+(?:\.\d+)*|\*[\w ]+\*),?[\s#]*)+)",
    re.IGNORECASE,
)
PART = re.compile(r"C\d+|\d+(?:\.\d+)*|\*[\w ]+\*")


def references() -> Iterator[tuple[str, str]]:
    for folder in ("shoppex", "tests", "bench", "fuzz", "demo", "tools"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            for found in REFERENCE.finditer(text):
                without_order = re.sub(r"fact \d+|no\. \d+", "", found[1])
                for part in PART.findall(without_order):
                    yield path.relative_to(ROOT).as_posix(), part


def exists(part: str) -> bool:
    if part.startswith("C"):
        return f"| {part} |" in CONTRACT
    if part.startswith("*"):
        return f"**{part.strip('*')}**" in CONTRACT
    return bool(
        re.search(rf"^#+ {re.escape(part)}\.? ", CONTRACT, re.MULTILINE)
        or f"**{part} " in CONTRACT
    )


def test_each_section_that_the_code_names_is_in_the_contract() -> None:
    found = list(references())
    # Should the words around them change, this test would see none of them.
    assert len(found) > 150
    assert [(path, part) for path, part in found if not exists(part)] == []


def test_a_section_that_does_not_exist_is_noticed() -> None:
    assert not exists("4.99")
    assert not exists("C99")
    assert exists("15.2")
    assert exists("C25")


def test_each_module_that_the_architecture_names_exists() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:[a-z_]+/)+(?:[a-z_]+\.py)?)`", page)
    assert len(named) > 60
    assert [
        name
        for name in named
        if not (ROOT / "shoppex" / name).exists() and not (ROOT / name).exists()
    ] == []
