"""From a git repository into a live Red, with the commands that an owner types."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import jsonschema
import pytest
import simcord
from redbot.cogs.downloader.installable import Installable
from redbot.cogs.downloader.json_mixins import RepoJSONMixin

from harness import ROOT, RedInstance, bot_of
from repository import commit_checkout, pip_settings


class Console:
    """What an owner types, and what the bot answers to it."""

    def __init__(self, env: simcord.Env) -> None:
        self._env = env
        user = env.create_user("olga")
        guild = env.create_guild("Home", owner=user)
        self._channel = guild.create_text_channel("bot")
        self._owner = simcord.MemberActor(env, guild, user)
        bot_of(env).owner_ids.add(self._owner.id)

    async def type(self, text: str) -> str:
        """Send a message; all that the bot wrote since."""
        before = {message.id for message in self._channel.history()}
        await self._owner.send(self._channel, text)
        return "\n".join(
            message.content + "".join(str(embed.to_dict()) for embed in message.embeds)
            for message in self._channel.history()
            if message.id not in before and message.author.id != self._owner.id
        )

    def slash_commands(self) -> tuple[str, ...]:
        """What the owner can type after a slash."""
        return self._owner.available_commands(self._channel)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git clone of this repository as it stands in the working tree."""
    return commit_checkout(tmp_path / "source")


@pytest.fixture
async def console(tmp_path: Path) -> AsyncIterator[Console]:
    """An owner in front of a Red that has never heard of shoppex."""
    instance = RedInstance(tmp_path / "red", cog_path=None)
    async with instance.run(slash=False) as env:
        yield Console(env)


@pytest.mark.both_backends
async def test_an_owner_installs_loads_reloads_unloads_and_uninstalls(
    console: Console, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in pip_settings(tmp_path / "wheels").items():
        monkeypatch.setenv(name, value)
    assert "Loaded" in await console.type("!load downloader")
    assert "I agree" in await console.type(f"!repo add shoppex {repository}")
    assert "successfully added" in await console.type("I agree")

    offered = await console.type("!cog list shoppex")
    assert "shoppex" in offered
    assert "tests" not in offered

    assert "installed" in await console.type("!cog install shoppex shoppex")
    data = tmp_path / "red"
    assert [*data.rglob("lib/PIL/ImageDraw.py")]
    assert [*data.rglob("cogs/shoppex/statistics/chart/fonts/shop-regular.ttf")]
    assert "Loaded" in await console.type("!load shoppex")
    assert "Sell roles and keys" in await console.type("!help Shoppex")
    assert "Enabled 5 commands" in await console.type("!slash enablecog shoppex")
    assert "Synced 5 commands" in await console.type("!slash sync")
    assert "buy" in console.slash_commands()
    assert "shoppexset item add" in console.slash_commands()
    assert "Reloaded" in await console.type("!reload shoppex")
    assert "unloaded" in await console.type("!unload shoppex")
    assert "Loaded" in await console.type("!load shoppex")
    assert "uninstalled" in await console.type("!cog uninstall shoppex")
    assert "not found" in await console.type("!load shoppex")


def test_shoppex_is_the_only_cog_on_offer() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages == {"shoppex"}


def test_red_reads_every_line_of_both_cards(caplog: pytest.LogCaptureFixture) -> None:
    """Red drops what it cannot read, and says so only in its log."""
    RepoJSONMixin(ROOT)
    card = Installable(ROOT / "shoppex")
    assert caplog.records == []
    assert card.requirements == ("Pillow>=10",)
    assert card.min_python_version == (3, 10, 0)
    assert card.end_user_data_statement


# The keys and types that Red's schema/red_cog_repo.schema.json and red_cog.schema.json name.
_TEXTS = {"type": "array", "items": {"type": "string"}, "minItems": 1}
_TEXT = {"type": "string", "minLength": 1}
_VERSION = {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"}
_REPO_KEYS = {
    "author": _TEXTS,
    "short": _TEXT,
    "description": _TEXT,
    "install_msg": _TEXT,
    "name": {"const": "shoppex"},
    "$schema": {"type": "string", "format": "uri"},
}
_COG_KEYS = {
    **_REPO_KEYS,
    "end_user_data_statement": _TEXT,
    "min_bot_version": _VERSION,
    "min_python_version": {
        "type": "array",
        "items": {"type": "integer"},
        "minItems": 3,
        "maxItems": 3,
    },
    "requirements": _TEXTS,
    "tags": {**_TEXTS, "uniqueItems": True},
    "permissions": _TEXTS,
    "type": {"const": "COG"},
}


@pytest.mark.parametrize(
    ("path", "keys"), [("info.json", _REPO_KEYS), ("shoppex/info.json", _COG_KEYS)]
)
def test_the_cards_have_the_form_that_red_documents(path: str, keys: dict[str, object]) -> None:
    schema = {
        "type": "object",
        "properties": keys,
        "required": list(keys),
        "additionalProperties": False,
    }
    jsonschema.validate(json.loads((ROOT / path).read_text()), schema)
