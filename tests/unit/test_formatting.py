"""Text from outside, as it is shown."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shoppex.formatting import plain, shorten

MARKUP = "*_~|`>#-[]()\\"
anything = st.text() | st.text(MARKUP + "a \n", max_size=400)
limits = st.integers(min_value=1, max_value=250)


@given(anything, limits)
@example("*" * 400, 200)
@example("@everyone " * 50, 200)
def test_plain_text_is_never_longer_than_the_limit(text: str, limit: int) -> None:
    assert len(plain(text, limit)) <= limit
    assert len(plain(text)) <= 200


@given(anything)
def test_plain_text_is_one_line(text: str) -> None:
    assert len(plain(text).splitlines()) <= 1


@given(st.text("*_~|`a", max_size=300), limits)
def test_no_markup_is_left_that_is_not_escaped(text: str, limit: int) -> None:
    assert not re.search(r"(?<!\\)[*_~|`]", plain(text, limit))


@pytest.mark.parametrize("mention", ["@everyone", "@here", "<@80351110224678912>"])
def test_nobody_is_mentioned(mention: str) -> None:
    assert mention not in plain(f"for {mention} only")


def test_words_without_markup_are_shown_as_they_are() -> None:
    assert plain("Gold  Pass\n2026") == "Gold Pass 2026"


@given(st.text(), limits)
def test_what_is_cut_says_so(text: str, limit: int) -> None:
    cut = shorten(text, limit)
    assert len(cut) <= limit
    if len(text) <= limit:
        assert cut == text
    else:
        assert cut == text[: limit - 1] + "…"
