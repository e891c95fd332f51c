"""The translations fit the code."""

from __future__ import annotations

import ast
import re
from contextvars import copy_context
from pathlib import Path

import pytest
from redbot.core.i18n import Translator, set_contextual_locale

from tools.locales import COG, TEMPLATE, extract, read, translations

LANGUAGES = list(translations())
# `{name}`, and text in backticks: what has to stay as it is.
_FIXED = re.compile(r"\{[a-z_]*\}|`/[^`]*`")


def sentences(path: Path) -> dict[str, str]:
    return {
        message.id: message.string
        for message in read(path)
        if isinstance(message.id, str) and isinstance(message.string, str) and message.id
    }


def test_the_template_holds_what_the_code_says() -> None:
    assert set(sentences(TEMPLATE)) == {message.id for message in extract() if message.id}, (
        "run `make locales`"
    )


def test_no_sentence_is_hidden_from_the_translators() -> None:
    """Babel does not look into f-strings."""
    calls = (
        (path.name, node.args)
        for path in COG.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
    )
    known = sentences(TEMPLATE)
    hidden = [
        (name, ast.unparse(args[0]))
        for name, args in calls
        if not isinstance(args[0], ast.Constant) or args[0].value not in known
    ]
    assert hidden == []


@pytest.mark.parametrize("path", [TEMPLATE, *LANGUAGES], ids=lambda path: path.stem)
def test_other_tools_can_read_the_file(path: Path) -> None:
    """Without a header, `msgfmt` and the sites that translators use refuse it."""
    header = path.read_text(encoding="utf-8").split("\n\n", maxsplit=1)[0]
    assert '"Content-Type: text/plain; charset=utf-8\\n"' in header
    if path != TEMPLATE:
        assert f'"Language: {path.stem.replace("-", "_")}\\n"' in header
        assert '"Plural-Forms: nplurals=' in header


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_a_language_is_complete(path: Path) -> None:
    translated = sentences(path)
    assert set(translated) == set(sentences(TEMPLATE)), "run `make locales`"
    assert [text for text, translation in translated.items() if not translation] == []


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_a_translation_keeps_what_is_filled_in_and_what_is_typed(path: Path) -> None:
    for text, translation in sentences(path).items():
        assert sorted(set(_FIXED.findall(translation))) == sorted(set(_FIXED.findall(text))), text
        assert translation.count("**") == text.count("**"), text


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_red_reads_every_sentence_as_it_was_written(path: Path) -> None:
    def translate() -> None:
        set_contextual_locale(path.stem)
        translator = Translator("Shoppex", COG / "i18n.py")
        translator.load_translations()
        for text, translation in sentences(path).items():
            assert translator(text) == translation

    # Other tests go on in their own language.
    copy_context().run(translate)


def test_there_is_german() -> None:
    assert [path.stem for path in LANGUAGES] == ["de-DE"]
