"""What stands on buttons, menus and forms fits there, in every language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tools.locales import COG, TEMPLATE, read, translations

# https://discord.com/developers/docs/components/reference
_BUTTON, _MENU, _HINT, _DESCRIPTION, _FORM = 80, 150, 100, 100, 45
_PLACES: dict[str, dict[int | str, int]] = {
    "PressButton": {0: _BUTTON},
    "buttons": {0: _BUTTON, 1: _BUTTON},
    "Button": {"label": _BUTTON},
    "ChoiceMenu": {0: _MENU},
    "RoleMenu": {0: _MENU},
    "ChannelMenu": {0: _MENU},
    "FormText": {0: _FORM, 1: _FORM, 2: _HINT},
    "TextModal": {"title": _FORM, "label": _FORM, "description": _DESCRIPTION},
    "Label": {"text": _FORM, "description": _DESCRIPTION},
    "TextInput": {"placeholder": _HINT},
}
# Fewer would mean that the scan no longer finds them.
LEAST = 80
LANGUAGES = [TEMPLATE, *translations()]


class Written(NamedTuple):
    """A text in the code, and how long it may be where it stands."""

    file: str
    text: str
    room: int


def written() -> Iterator[Written]:
    for path in sorted(COG.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call):
                name = getattr(call.func, "id", getattr(call.func, "attr", ""))
                for place, room in _PLACES.get(name, {}).items():
                    text = translatable(argument(call, place))
                    if text is not None:
                        yield Written(path.name, text, room)


def argument(call: ast.Call, place: int | str) -> ast.expr | None:
    if isinstance(place, int):
        return call.args[place] if place < len(call.args) else None
    return next((word.value for word in call.keywords if word.arg == place), None)


def translatable(node: ast.expr | None) -> str | None:
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_":
        [sentence] = node.args
        if isinstance(sentence, ast.Constant):
            return str(sentence.value)
    return None


def test_they_are_found() -> None:
    texts = {each.text for each in written()}
    assert len(texts) >= LEAST
    assert {"Revoke", "Choose a product", "Why is it taken back?", "Paste the secret"} <= texts


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_they_fit(path: Path) -> None:
    said = {message.id: message.string for message in read(path)}
    for each in written():
        text = str(said.get(each.text) or each.text)
        assert len(text) <= each.room, f"{each.file}: {text}"
