"""One check never hides another, and whatever is found can be said within Discord's limits."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppex.api import ClientPool, Unavailable
from shoppex.fulfilment.intake.shop_clients import ShopClients
from shoppex.health import runner as doctor_module
from shoppex.health.check_context import CheckContext, Depth
from shoppex.health.findings import Finding, Problem, Verdict
from shoppex.health.flow import findings_embed, news_embed
from shoppex.health.runner import HealthCheck
from shoppex.health.texts import problem_text, title_of
from shoppex.store.settings_model import GuildSettings

SHOPPEX = Path(__file__).parents[2] / "shoppex"


class Settled:
    """Settings of a server that has none."""

    def guild(self, _guild_id: int) -> GuildSettings:
        return GuildSettings()


class Guild:
    """A server, as far as these checks look."""

    id = 1
    name = "The Game Cellar"


class Looking:
    """A check that does what it is told."""

    def __init__(self, name: str, act: Callable[[], Any], depth: Depth = Depth.GLANCE) -> None:
        self.names: tuple[str, ...] = (name,)
        self.depth = depth
        self._act = act

    async def look(self, _case: CheckContext) -> Sequence[Finding]:
        found: Sequence[Finding] = await self._act()
        return found


GOOD = Finding("good", Verdict.GOOD, "fine")


async def fine() -> Sequence[Finding]:
    return [GOOD]


async def nothing() -> Sequence[Finding]:
    return ()


async def hang() -> Sequence[Finding]:
    await asyncio.Event().wait()
    return [GOOD]


def failing(error: Exception) -> Callable[[], Any]:
    async def fail() -> Sequence[Finding]:
        raise error

    return fail


def with_checks(*checks: Looking) -> HealthCheck:
    settings: Any = Settled()
    pool = ClientPool("http://127.0.0.1:1/dev/v1", "1")
    return HealthCheck(checks, settings, ShopClients(settings, pool))


async def examine(doctor: HealthCheck, depth: Depth = Depth.VISIT) -> list[Finding]:
    guild: Any = Guild()
    return await doctor.examine(guild, depth)


def tasks() -> list[asyncio.Task[Any]]:
    return [t for t in asyncio.all_tasks() if t.get_name().startswith("shoppex")]


async def test_each_check_fails_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(doctor_module._SECONDS, Depth.VISIT, 0.05)
    doctor = with_checks(
        Looking("slow", hang),
        Looking("unasked", failing(Unavailable("away"))),
        Looking("discord", failing(OSError("away"))),
        Looking("buggy", failing(KeyError("bug"))),
        Looking("silent", nothing),
        Looking("good", fine),
    )
    assert await examine(doctor) == [
        Finding("slow", Verdict.UNKNOWN, "too_slow"),
        Finding("unasked", Verdict.UNKNOWN, "shoppex_unasked"),
        Finding("discord", Verdict.UNKNOWN, "discord_unasked"),
        Finding("buggy", Verdict.UNKNOWN, "broken"),
        GOOD,
    ]
    assert "The check of buggy failed" in caplog.text
    assert tasks() == []


async def test_a_glance_asks_nobody() -> None:
    doctor = with_checks(
        Looking("good", fine), Looking("dear", hang, Depth.ROUND), Looking("d", hang, Depth.VISIT)
    )
    assert await examine(doctor, Depth.GLANCE) == [GOOD]
    assert doctor.names(Depth.GLANCE) == {"good"}
    assert doctor.names(Depth.ROUND) == {"good", "dear"}


async def test_closing_ends_what_is_under_way() -> None:
    doctor = with_checks(Looking("slow", hang), Looking("good", fine))
    looking = asyncio.create_task(examine(doctor))
    await asyncio.sleep(0.01)
    await doctor.close()
    assert await looking == [Finding("slow", Verdict.UNKNOWN, "too_slow"), GOOD]
    assert tasks() == []


async def test_whoever_gives_up_leaves_nothing_behind() -> None:
    looking = asyncio.create_task(examine(with_checks(Looking("slow", hang))))
    await asyncio.sleep(0.01)
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    assert tasks() == []


# -- words ---------------------------------------------------------------------------------


# What a check chooses from, or the doctor says in its place.
CHOSEN = {
    "access": ("too_slow", "shoppex_unasked", "discord_unasked", "broken"),
    "clock": ("clock_behind", "clock_ahead"),
    "products": ("gone", "hidden", "pool_gone"),
    "reach": (
        "bot_not_behind",
        "redirected",
        "refused_on_the_way",
        "secret_differs",
        "somebody_else_answered",
        "unsigned",
        "wrong_path",
    ),
    "role_bot": ("two_bots", "another_role"),
    "roles": ("role_gone", "role_everyone", "role_managed", "role_too_high"),
}


def words() -> Iterator[tuple[str, str]]:
    """Each thing that can be found, other than that all is well."""
    for path in sorted(SHOPPEX.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding":
                yield from written_out(*node.args[:3])
    yield from ((name, reason) for name, reasons in CHOSEN.items() for reason in reasons)


def written_out(name: ast.expr, verdict: ast.expr, reason: ast.expr) -> Iterator[tuple[str, str]]:
    good = isinstance(verdict, ast.Attribute) and verdict.attr == "GOOD"
    if not good and isinstance(name, ast.Constant) and isinstance(reason, ast.Constant):
        yield str(name.value), str(reason.value)


WORDS = sorted(set(words()))
DETAILS: dict[str, str | int | float] = {
    "said": "no “way” *out*",
    "seconds": 90,
    "host": "127.0.0.1",
    "port": 1,
    "status": 502,
    "backend": "JSON",
    "bytes": 1_500_000,
    "people": 5,
    "accounts": 7,
    "minutes": 10,
    "count": 3,
}


def test_the_words_are_found() -> None:
    assert len(WORDS) >= 50
    assert {("access", "no_key"), ("slash", "not_enabled"), ("reach", "came_old")} <= {*WORDS}


@pytest.mark.parametrize(("name", "reason"), WORDS)
def test_whatever_can_be_found_has_a_sentence(name: str, reason: str) -> None:
    text = problem_text(Finding(name, Verdict.BAD, reason, ("1", "2"), DETAILS), "!")
    assert text.endswith(".")
    assert title_of(name) != name
    assert len(text) < 700
    assert not {"{", "}"} & {*text}


subjects = st.lists(st.text(max_size=300), max_size=40).map(tuple)
findings = st.builds(
    lambda word, verdict, about, said: Finding(
        *(word[0], verdict, word[1]), about, {**DETAILS, "said": said}
    ),
    st.sampled_from(WORDS),
    st.sampled_from([*Verdict]),
    subjects,
    st.text(max_size=400),
)


@given(st.lists(findings, max_size=40))
def test_the_page_keeps_discords_limits(found: list[Finding]) -> None:
    guild: Any = Guild()
    ailments = [ailment for finding in found for ailment in finding.ailments()]
    for embed in (findings_embed(found, "!"), news_embed(guild, found, ailments, "!")):
        assert len(embed) <= 6000
        assert len(embed.fields) <= 25
        assert all(0 < len(field.value or "") <= 1024 for field in embed.fields)
        assert all(0 < len(field.name or "") <= 256 for field in embed.fields)


@given(st.lists(findings, min_size=1, max_size=40))
def test_the_worst_is_said_first_and_whole(found: list[Finding]) -> None:
    order = [*Verdict]
    worst = min(found, key=lambda finding: order.index(finding.verdict))
    if worst.verdict is not Verdict.GOOD:
        assert findings_embed(found, "!").fields[0].value == problem_text(worst, "!")


@given(st.text(), st.text(st.characters(exclude_characters=":"), min_size=1))
def test_an_ailment_is_remembered_as_it_is(subject: str, reason: str) -> None:
    ailment = Problem("products", reason, subject)
    assert Problem.from_word(ailment.to_word()) == ailment
