"""Brings `shoppex/locales` up to date with the code: `make locales`.

Babel finds the sentences, and knows how to carry translations over. What it does not know is that
Red also translates the docstrings of commands, by their text.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract as sentences_in
from babel.messages.pofile import read_po, write_po

COG = Path(__file__).parents[1] / "shoppex"
LOCALES = COG / "locales"
TEMPLATE = LOCALES / "messages.pot"
_WIDTH = 95
# The header has to name them; dates that change with each run would only hide what changed.
_DATE = datetime(2026, 1, 1, tzinfo=timezone.utc)
_HEADER = "# Translations of shoppex."
_CALLS = {"_": None, "ngettext": (1, 2)}
_COMMANDS = ("command", "group", "hybrid_command", "hybrid_group", "cog_i18n")


def extract() -> Catalog:
    """Collect everything in the code that is to be translated, with the file it stands in."""
    catalog = Catalog(project="shoppex", fuzzy=False)
    for path in sorted(COG.rglob("*.py")):
        name = path.relative_to(COG).as_posix()
        with path.open("rb") as file:
            for line, text, _comments, _context in sentences_in("python", file, _CALLS):
                catalog.add(text, locations=[(name, line)])
        for line, text in _docstrings(path):
            catalog.add(text, locations=[(name, line)])
    return catalog


def _docstrings(path: Path) -> Iterator[tuple[int, str]]:
    """What Red shows as the help of a command, or of the cog."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            made_by = {_name(decorator) for decorator in node.decorator_list}
            text = ast.get_docstring(node)
            if text and not made_by.isdisjoint(_COMMANDS):
                yield node.lineno, text


def _name(decorator: ast.expr) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def translations() -> Iterator[Path]:
    """The files of the languages."""
    return iter(sorted(LOCALES.glob("*.po")))


def read(path: Path) -> Catalog:
    """A file of translations, or the template."""
    with path.open("rb") as file:
        return read_po(file, locale=None if path == TEMPLATE else path.stem.replace("-", "_"))


def write(path: Path, catalog: Catalog) -> None:
    """Keep a file of translations, or the template, without anything that changes by itself."""
    catalog.project, catalog.version = "shoppex", "1"
    catalog.header_comment = _HEADER
    catalog.creation_date = catalog.revision_date = _DATE
    catalog.last_translator = catalog.language_team = "shoppex"
    catalog.msgid_bugs_address = ""
    catalog.fuzzy = False
    with path.open("wb") as file:
        # Line numbers would change with each edit of the code.
        write_po(
            file,
            catalog,
            width=_WIDTH,
            include_lineno=False,
            ignore_obsolete=True,
            sort_output=True,
        )


def is_translated(message: Message) -> bool:
    """Whether a sentence has a translation, and one for each plural form if it has plurals."""
    forms = (message.string,) if isinstance(message.string, str) else message.string
    return bool(forms) and all(forms)


def update() -> None:
    """Write the template anew, and carry each language over to it."""
    template = extract()
    write(TEMPLATE, template)
    for path in translations():
        catalog = read(path)
        # A near miss is no translation: Red would show it as one.
        catalog.update(template, no_fuzzy_matching=True)
        write(path, catalog)
        missing = sum(1 for message in catalog if message.id and not is_translated(message))
        sys.stdout.write(f"{path.name}: {len(catalog)} sentences, {missing} not translated\n")


if __name__ == "__main__":
    update()
