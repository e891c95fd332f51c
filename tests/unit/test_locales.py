"""The translations fit the code."""

from __future__ import annotations

import ast
import re
from contextvars import copy_context
from pathlib import Path

import pytest
from redbot.core.i18n import Translator, set_contextual_locale

from shoppex.i18n import PluralTranslator
from tools.locales import COG, TEMPLATE, extract, is_translated, read, translations

LANGUAGES = list(translations())
# `{name}`, and text in backticks: what has to stay as it is.
_FIXED = re.compile(r"\{[a-z_]*\}|`/[^`]*`")


def sentences(path: Path) -> dict[str, str]:
    return {
        message.id: message.string
        for message in read(path)
        if isinstance(message.id, str) and isinstance(message.string, str) and message.id
    }


def plurals(path: Path) -> list[tuple[str, str]]:
    """Each form of each sentence that has plurals, with the English plural."""
    return [
        (message.id[1], form)
        for message in read(path)
        if isinstance(message.id, tuple)
        for form in message.string
    ]


def test_the_template_holds_what_the_code_says() -> None:
    known = {message.id for message in read(TEMPLATE)}
    assert known == {message.id for message in extract()}, "run `make locales`"


def test_no_sentence_is_hidden_from_the_translators() -> None:
    """Babel does not look into f-strings."""
    calls = (
        (path.name, node.args)
        for path in COG.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("_", "ngettext")
    )
    known = {m.id if isinstance(m.id, str) else m.id[0] for m in read(TEMPLATE)}
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
    assert {m.id for m in read(path)} == {m.id for m in read(TEMPLATE)}, "run `make locales`"
    assert [m.id for m in read(path) if m.id and not is_translated(m)] == []


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_a_translation_keeps_what_is_filled_in_and_what_is_typed(path: Path) -> None:
    for text, form in plurals(path):
        # That for one may leave the number out.
        assert set(_FIXED.findall(form)) <= set(_FIXED.findall(text)), text
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


@pytest.mark.parametrize(
    ("locale", "one", "five"),
    [("en-US", "1 day", "5 days"), ("de-DE", "1 Tag", "5 Tage"), ("fr-FR", "1 day", "5 days")],
)
def test_a_number_chooses_the_form(locale: str, one: str, five: str) -> None:
    def count() -> None:
        set_contextual_locale(locale)
        translator = PluralTranslator("Shoppex", str(COG / "i18n.py"))
        forms = [translator.plural("{days} day", "{days} days", days) for days in (1, 5)]
        assert [form.format(days=days) for form, days in zip(forms, (1, 5), strict=True)] == [
            one,
            five,
        ]

    copy_context().run(count)


def test_a_language_may_have_more_than_two_forms(tmp_path: Path) -> None:
    (tmp_path / "locales").mkdir()
    (tmp_path / "locales" / "pl-PL.po").write_text(
        'msgid ""\nmsgstr ""\n"Language: pl_PL\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || '
        'n%100>14) ? 1 : 2);\\n"\n\n'
        'msgid "{count} order"\nmsgid_plural "{count} orders"\nmsgstr[0] "zamówienie"\n'
        'msgstr[1] "zamówienia"\nmsgstr[2] "zamówień"\n\n'
        'msgid "Yes"\nmsgstr "Tak"\n',
        encoding="utf-8",
    )

    def count() -> None:
        set_contextual_locale("pl-PL")
        translator = PluralTranslator("Shoppex", str(tmp_path / "i18n.py"))
        forms = [translator.plural("{count} order", "{count} orders", n) for n in (1, 2, 5, 22)]
        assert forms == ["zamówienie", "zamówienia", "zamówień", "zamówienia"]
        assert translator("Yes") == "Tak"

    copy_context().run(count)


def test_there_is_german() -> None:
    assert [path.stem for path in LANGUAGES] == ["de-DE"]
