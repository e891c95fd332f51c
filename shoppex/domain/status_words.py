"""Normalisation of words for states, however they are spelt."""

from __future__ import annotations

import re

_SEPARATORS = re.compile(r"[\s_-]+")


def fold_word(word: object) -> str:
    """Write ``past due``, ``past-due`` and ``Past_Due`` all as ``PAST_DUE``.

    What is no text, or not plain ASCII, becomes ``""``: some letters of other alphabets turn
    into Latin ones in upper case, and make a word out of what is none.
    """
    if not isinstance(word, str) or not word.isascii():
        return ""
    return _SEPARATORS.sub("_", word.strip().upper())
