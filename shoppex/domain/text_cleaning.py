"""Removal of invisible characters from text that people type or paste. Pure."""

from __future__ import annotations

import re
import unicodedata

_JOINER = "\u200d"
# Unicode's classes of what shows nothing: formats (zero widths, directions) and controls.
_INVISIBLE = ("Cf", "Cc")
_PICTURES = ("So", "Sk", "Mn")
_AROUND = re.compile(r"<?(?:mailto:)?(.*?)>?", re.IGNORECASE)


def clean_typed(text: str) -> str:
    """The text without invisible characters, and with single spaces only between words.

    A joiner stays within a picture that is made of several.
    """
    kept = [
        " " if character.isspace() else character
        for number, character in enumerate(text)
        if character.isspace() or not _is_invisible(text, number)
    ]
    return " ".join("".join(kept).split())


def clean_address(text: str) -> str:
    """An e-mail address without what programs put around it when it is copied."""
    found = _AROUND.fullmatch(clean_typed(text))
    return "" if found is None else found[1].strip()


def _is_invisible(text: str, number: int) -> bool:
    character = text[number]
    if character == _JOINER and number and unicodedata.category(text[number - 1]) in _PICTURES:
        return False
    return unicodedata.category(character) in _INVISIBLE
