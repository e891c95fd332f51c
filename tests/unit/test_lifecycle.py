"""Parts begin in order and end in the opposite one, whatever becomes of the others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from shoppex.lifecycle import Lifecycle, Stage


class Diary:
    """What happened, in order."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def note(self, line: str) -> Callable[[], None]:
        return lambda: self.lines.append(line)

    def slowly(self, line: str) -> Callable[[], Awaitable[None]]:
        async def note() -> None:
            self.lines.append(f"{line}…")
            await asyncio.sleep(0)
            self.lines.append(line)

        return note


async def fail() -> None:
    raise OSError("disk full")


async def be_cancelled() -> None:
    raise asyncio.CancelledError


async def test_parts_begin_by_stage_and_then_as_they_were_added() -> None:
    diary, lives = Diary(), Lifecycle()
    lives.add("b", Stage.WORK, load=diary.slowly("load b"), start=diary.note("start b"))
    lives.add("c", Stage.WORK, load=diary.note("load c"), start=diary.slowly("start c"))
    lives.add("a", Stage.STORE, load=diary.note("load a"), start=diary.note("start a"))
    await lives.load()
    assert diary.lines == ["load a", "load b…", "load b", "load c"]
    diary.lines.clear()
    await lives.start()
    assert diary.lines == ["start a", "start b", "start c…", "start c"]


async def test_what_cannot_be_loaded_stops_the_loading() -> None:
    diary, lives = Diary(), Lifecycle()
    lives.add("a", Stage.STORE, load=fail)
    lives.add("b", Stage.WORK, load=diary.note("load b"))
    with pytest.raises(OSError, match="disk full"):
        await lives.load()
    assert diary.lines == []


async def test_parts_end_in_the_opposite_order_and_those_of_a_stage_at_once() -> None:
    diary, lives = Diary(), Lifecycle()
    lives.add("a", Stage.STORE, close=diary.slowly("a"))
    lives.add("b", Stage.WORK, close=diary.slowly("b"))
    lives.add("c", Stage.WORK, close=diary.slowly("c"))
    lives.add("d", Stage.LOG, close=diary.slowly("d"))
    await lives.close()
    assert diary.lines == ["d…", "d", "b…", "c…", "b", "c", "a…", "a"]


@pytest.mark.parametrize("end", [fail, be_cancelled])
async def test_a_part_that_does_not_close_hinders_no_other(
    end: Callable[[], Awaitable[None]], caplog: pytest.LogCaptureFixture
) -> None:
    diary, lives = Diary(), Lifecycle()
    lives.add("a", Stage.STORE, close=diary.slowly("a"))
    lives.add("b", Stage.WORK, close=end)
    lives.add("c", Stage.WORK, close=diary.slowly("c"))
    lives.add("no end", Stage.WORK)
    lives.add("d", Stage.LOG, close=end)
    await lives.close()
    assert diary.lines == ["c…", "c", "a…", "a"]
    assert [record.getMessage() for record in caplog.records] == [
        "d did not close as it should",
        "b did not close as it should",
    ]
