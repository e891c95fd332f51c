"""The stand-in keeps Discord's documents by itself, so that tests of the cog may lean on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import aiohttp
import pytest
from discord.http import HTTPClient, Route

from discord_standin import DiscordStandIn, Guild, Interaction, Limit, RateLimits
from discord_standin.rate_limits import Buckets

COMMANDS = [
    {
        "name": "shop",
        "type": 1,
        "description": "The shop",
        "options": [
            {
                "name": "add",
                "type": 1,
                "description": "Add something",
                "options": [
                    {"name": "title", "type": 3, "description": "Its title", "required": True},
                    {"name": "count", "type": 4, "description": "How many"},
                ],
            }
        ],
    }
]
FORM = {
    "custom_id": "form-1",
    "title": "Your order",
    "components": [
        {
            "type": 18,
            "label": "E-mail",
            "component": {"type": 4, "custom_id": "a", "value": "old@example.com"},
        },
        {
            "type": 18,
            "label": "Remember",
            "component": {"type": 23, "custom_id": "b", "default": True},
        },
    ],
}


@dataclass
class Clock:
    now: datetime = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.now


class Bot:
    """Talks to Discord as any library would."""

    def __init__(self, discord: DiscordStandIn, session: aiohttp.ClientSession) -> None:
        self.discord = discord
        self.session = session

    async def call(
        self, method: str, path: str, json: object = None, **query: str
    ) -> tuple[int, Any]:
        headers = {"Authorization": f"Bot {self.discord.token}"}
        url = self.discord.api_url + path
        async with self.session.request(
            method, url, json=json, params=query, headers=headers
        ) as response:
            if response.status == 204:
                return 204, None
            assert response.headers["Content-Type"] == "application/json"
            return response.status, await response.json()

    async def connect(self, op: int, **data: object) -> aiohttp.ClientWebSocketResponse:
        socket = await self.session.ws_connect(self.discord.gateway_url)
        assert (await socket.receive_json())["op"] == 10
        await socket.send_json({"op": op, "d": {"token": self.discord.token, **data}})
        return socket


async def event(socket: aiohttp.ClientWebSocketResponse, name: str) -> dict[str, Any]:
    """The next event of that name; others before it are passed over."""
    while True:
        told = await socket.receive_json(timeout=10)
        if told["t"] == name:
            data: dict[str, Any] = told["d"]
            return data


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def discord(clock: Clock) -> AsyncIterator[DiscordStandIn]:
    async with DiscordStandIn(clock=clock) as running:
        yield running


@pytest.fixture
def guild(discord: DiscordStandIn) -> Guild:
    return discord.add_guild("The Game Cellar")


@pytest.fixture
async def bot(discord: DiscordStandIn) -> AsyncIterator[Bot]:
    async with aiohttp.ClientSession() as session:
        yield Bot(discord, session)


# -- the API -------------------------------------------------------------------------------


async def test_only_the_token_opens_it_and_every_request_is_recorded(
    discord: DiscordStandIn, bot: Bot
) -> None:
    status, me = await bot.call("GET", "/users/@me")
    assert (status, me["id"]) == (200, str(discord.bot.id))
    assert (await bot.call("GET", "/no/such/thing"))[0] == 404
    async with bot.session.get(f"{discord.api_url}/users/@me") as response:
        assert response.status == 401

    assert [(each.method, each.path, each.status) for each in discord.requests] == [
        ("GET", "/users/@me", 200),
        ("GET", "/no/such/thing", 404),
        ("GET", "/users/@me", 401),
    ]
    assert len(discord.calls("GET", "/users/*")) == 2


async def test_a_repeated_nonce_gives_back_the_message_for_some_minutes(
    discord: DiscordStandIn, bot: Bot, guild: Guild, clock: Clock
) -> None:
    channel = discord.add_channel(guild, "shop")
    path = f"/channels/{channel.id}/messages"
    enforced = {"content": "a key", "nonce": "0-abc", "enforce_nonce": True}

    _, first = await bot.call("POST", path, enforced)
    clock.now += timedelta(minutes=4)
    _, repeated = await bot.call("POST", path, enforced)
    assert repeated["id"] == first["id"]
    _, unforced = await bot.call("POST", path, {**enforced, "enforce_nonce": False})
    assert unforced["id"] != first["id"]
    clock.now += timedelta(minutes=4)
    _, later = await bot.call("POST", path, enforced)
    assert later["id"] != first["id"]
    assert len(channel.messages) == 3


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 50006),
        ({"content": "x" * 2001}, 50035),
        ({"content": "x", "nonce": "x" * 26}, 50035),
    ],
)
async def test_a_message_needs_content_of_the_right_size(
    discord: DiscordStandIn, bot: Bot, guild: Guild, body: dict[str, object], code: int
) -> None:
    channel = discord.add_channel(guild, "shop")
    status, error = await bot.call("POST", f"/channels/{channel.id}/messages", body)
    assert (status, error["code"]) == (400, code)
    assert channel.messages == {}


async def test_a_conversation_is_opened_once_and_read_back(
    discord: DiscordStandIn, bot: Bot
) -> None:
    ben = discord.add_user("ben")
    _, channel = await bot.call("POST", "/users/@me/channels", {"recipient_id": str(ben.id)})
    assert (await bot.call("POST", "/users/@me/channels", {"recipient_id": ben.id}))[1] == channel
    path = f"/channels/{channel['id']}/messages"
    ids = [(await bot.call("POST", path, {"content": str(n)}))[1]["id"] for n in range(4)]
    discord.say(ben, discord.conversation(ben), "thanks")

    async def history(**query: str) -> list[str]:
        return [each["content"] for each in (await bot.call("GET", path, **query))[1]]

    assert await history() == ["thanks", "3", "2", "1", "0"]
    assert await history(limit="2") == ["thanks", "3"]
    assert await history(before=ids[2]) == ["1", "0"]
    assert await history(after=ids[0], limit="2") == ["2", "1"]
    assert [message.content for message in discord.dms(ben)] == ["0", "1", "2", "3"]


async def test_a_file_can_be_sent(discord: DiscordStandIn, bot: Bot, guild: Guild) -> None:
    channel = discord.add_channel(guild, "shop")
    form = aiohttp.FormData()
    form.add_field("payload_json", '{"content": "see the file"}')
    form.add_field("files[0]", b"KEY-1", filename="purchase.txt")
    async with bot.session.post(
        f"{discord.api_url}/channels/{channel.id}/messages",
        data=form,
        headers={"Authorization": f"Bot {discord.token}"},
    ) as response:
        assert (await response.json())["attachments"][0]["filename"] == "purchase.txt"
    [message] = channel.messages.values()
    assert message.text == "see the file\nKEY-1"


async def test_roles_are_given_by_the_rules_of_the_hierarchy(
    discord: DiscordStandIn, bot: Bot, guild: Guild
) -> None:
    ben = discord.join(guild, discord.add_user("ben"))
    [bots] = [role for role in guild.roles.values() if role.managed]
    gold = discord.add_role(guild, "Gold")
    high = discord.add_role(guild, "High", position=bots.position + 1)

    async def put(role_id: int, method: str = "PUT") -> tuple[int, int | None]:
        path = f"/guilds/{guild.id}/members/{ben.user.id}/roles/{role_id}"
        status, error = await bot.call(method, path)
        return status, error and error["code"]

    assert await put(gold.id) == (204, None)
    assert await put(gold.id) == (204, None)
    assert ben.role_names == {"Gold"}
    assert await put(high.id) == (403, 50013)
    assert await put(bots.id) == (400, 50028)
    assert await put(1) == (404, 10011)
    assert await put(gold.id, "DELETE") == (204, None)
    assert ben.role_names == set()
    bots.permissions = 0
    assert await put(gold.id) == (403, 50013)
    discord.leave(ben)
    assert await put(gold.id) == (404, 10007)


# -- what goes wrong -----------------------------------------------------------------------


@pytest.mark.parametrize("performed", [False, True])
async def test_a_request_is_held_before_or_after_it_is_performed(
    discord: DiscordStandIn, bot: Bot, guild: Guild, *, performed: bool
) -> None:
    channel = discord.add_channel(guild, "shop")
    path = f"/channels/{channel.id}/messages"
    hold = discord.hold_next("POST", "/channels/*/messages", performed=performed)
    sending = asyncio.create_task(bot.call("POST", path, {"content": "first"}))
    await hold.reached()
    assert len(channel.messages) == performed
    assert discord.requests[-1].status is None
    assert (await bot.call("POST", path, {"content": "second"}))[0] == 200

    hold.release()
    assert (await sending)[0] == 200
    assert sorted(m.content for m in channel.messages.values()) == ["first", "second"]


@pytest.mark.parametrize("performed", [False, True])
async def test_requests_fail_as_often_as_asked(
    discord: DiscordStandIn, bot: Bot, guild: Guild, *, performed: bool
) -> None:
    channel = discord.add_channel(guild, "shop")
    path = f"/channels/{channel.id}/messages"
    discord.fail_next("POST", path, status=403, code=50007, times=2, performed=performed)
    statuses = [(await bot.call("POST", path, {"content": "x"}))[0] for _ in range(3)]
    assert statuses == [403, 403, 200]
    assert len(channel.messages) == (3 if performed else 1)


async def test_a_connection_is_cut(discord: DiscordStandIn, bot: Bot) -> None:
    discord.drop_next("GET", "/users/@me")
    with pytest.raises(aiohttp.ClientError):
        await bot.call("GET", "/users/@me")
    assert (await bot.call("GET", "/users/@me"))[0] == 200


async def test_waiting_in_vain_names_what_was_missing(discord: DiscordStandIn, bot: Bot) -> None:
    await bot.call("GET", "/users/@me")
    with pytest.raises(asyncio.TimeoutError, match=r"no role(.|\n)*GET /users/@me None → 200"):
        await discord.until(lambda: None, "role", seconds=0.01)


# -- the gateway ---------------------------------------------------------------------------


async def test_a_session_begins_hears_of_things_and_goes_on_after_a_cut(
    discord: DiscordStandIn, bot: Bot, guild: Guild
) -> None:
    channel = discord.add_channel(guild, "shop")
    socket = await bot.connect(2)
    ready = await event(socket, "READY")
    assert (await event(socket, "GUILD_CREATE"))["name"] == "The Game Cellar"
    discord.say(discord.owner, channel, "hello")
    told = await socket.receive_json()
    assert (told["t"], told["d"]["content"]) == ("MESSAGE_CREATE", "hello")
    assert told["d"]["guild_id"] == str(guild.id)

    await discord.disconnect()
    assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
    await discord.until(lambda: not discord.connected, "end of the connection")
    discord.join(guild, discord.add_user("ben"))
    again = await bot.connect(6, session_id=ready["session_id"], seq=told["s"])
    assert (await event(again, "GUILD_MEMBER_ADD"))["user"]["username"] == "ben"
    await event(again, "RESUMED")
    assert (discord.identified, discord.resumed) == (1, 1)


async def test_nobody_comes_in_with_a_wrong_token_or_session(
    discord: DiscordStandIn, bot: Bot
) -> None:
    socket = await bot.connect(2, token="wrong")  # noqa: S106 - it is wrong
    assert (await socket.receive()).data == 4004
    socket = await bot.connect(6, session_id="unknown", seq=1)
    assert (await socket.receive_json())["op"] == 9
    await socket.send_json({"op": 1, "d": None})
    assert (await socket.receive_json())["op"] == 11
    assert not discord.connected


async def test_a_large_guild_tells_of_its_members_in_chunks(
    discord: DiscordStandIn, bot: Bot, guild: Guild
) -> None:
    for number in range(1200):
        discord.join(guild, discord.add_user(f"member{number}"))
    socket = await bot.connect(2)
    created = await event(socket, "GUILD_CREATE")
    assert (created["large"], created["member_count"]) == (True, 1202)
    assert [each["user"]["id"] for each in created["members"]] == [str(discord.bot.id)]

    asked = {"guild_id": str(guild.id), "query": "", "limit": 0, "nonce": "n"}
    await socket.send_json({"op": 8, "d": asked})
    chunks = [await event(socket, "GUILD_MEMBERS_CHUNK") for _ in range(2)]
    assert [(c["chunk_index"], c["chunk_count"], c["nonce"]) for c in chunks] == [
        (0, 2, "n"),
        (1, 2, "n"),
    ]
    assert len({m["user"]["id"] for c in chunks for m in c["members"]}) == 1202
    ids = [str(discord.owner.id), "1"]
    await socket.send_json({"op": 8, "d": {"guild_id": str(guild.id), "user_ids": ids}})
    chunk = await event(socket, "GUILD_MEMBERS_CHUNK")
    assert [member["user"]["username"] for member in chunk["members"]] == ["olga"]
    assert chunk["not_found"] == ["1"]


# -- interactions --------------------------------------------------------------------------


async def use_command(discord: DiscordStandIn, bot: Bot, guild: Guild) -> Interaction:
    channel = discord.add_channel(guild, "shop")
    await bot.call("PUT", f"/applications/{discord.bot.id}/commands", COMMANDS)
    return discord.slash(guild.members[discord.owner.id], channel, "shop add", title="Gold")


async def test_a_slash_command_arrives_as_its_definition_says(
    discord: DiscordStandIn, bot: Bot, guild: Guild
) -> None:
    socket = await bot.connect(2)
    interaction = await use_command(discord, bot, guild)
    told = await event(socket, "INTERACTION_CREATE")
    assert (told["type"], told["id"], told["token"]) == (
        2,
        str(interaction.id),
        interaction.token,
    )
    assert told["data"]["name"] == "shop"
    assert told["data"]["options"] == [
        {
            "type": 1,
            "name": "add",
            "options": [{"type": 3, "name": "title", "value": "Gold"}],
        }
    ]


@pytest.mark.parametrize(
    ("command", "options", "problem"),
    [
        ("sho", {}, "no command 'sho'; there are: shop"),
        ("shop", {}, "there are: add"),
        ("shop remove", {}, "no command shop … 'remove'; there are: add"),
        ("shop add", {}, "/shop add needs title"),
        ("shop add", {"title": "x", "color": "y"}, "no option 'color'; there are: title, count"),
    ],
)
async def test_what_cannot_be_typed_is_named(
    discord: DiscordStandIn,
    bot: Bot,
    guild: Guild,
    command: str,
    options: dict[str, object],
    problem: str,
) -> None:
    channel = (await use_command(discord, bot, guild)).channel
    with pytest.raises(LookupError, match=problem):
        discord.slash(guild.members[discord.owner.id], channel, command, **options)


async def test_a_form_is_shown_filled_in_and_answered_privately(
    discord: DiscordStandIn, bot: Bot, guild: Guild
) -> None:
    asked = await use_command(discord, bot, guild)
    callback = f"/interactions/{asked.id}/{asked.token}/callback"
    assert (await bot.call("POST", callback, {"type": 9, "data": FORM}))[0] == 204
    status, error = await bot.call("POST", callback, {"type": 5})
    assert (status, error["code"]) == (400, 40060)
    form = await asked.form()
    assert (form.title, form.labels) == ("Your order", ["E-mail", "Remember"])
    with pytest.raises(LookupError, match="no field 'Mail'; there are: E-mail, Remember"):
        await discord.submit(asked, form, {"Mail": "x"})

    socket = await bot.connect(2)
    await event(socket, "READY")
    # The client of aiohttp answers pings only while somebody listens to it.
    told_of = asyncio.create_task(event(socket, "INTERACTION_CREATE"))
    sent = await discord.submit(asked, form, {"E-mail": "ben@example.com"})
    told = await told_of
    assert told["type"] == 5
    values = [each["component"] for each in told["data"]["components"]]
    assert values == [
        {"type": 4, "custom_id": "a", "value": "ben@example.com"},
        {"type": 23, "custom_id": "b", "value": True},
    ]

    callback = f"/interactions/{sent.id}/{sent.token}/callback"
    status, answer = await bot.call(
        "POST", callback, {"type": 5, "data": {"flags": 64}}, with_response="1"
    )
    assert answer["interaction"]["response_message_loading"] is True
    webhook = f"/webhooks/{discord.bot.id}/{sent.token}"
    await bot.call("PATCH", f"{webhook}/messages/@original", {"content": "Your link"})
    message = await sent.answer()
    assert (message.text, message.ephemeral, message.loading) == ("Your link", True, False)
    await bot.call("POST", webhook, {"content": "and more", "flags": 64})
    assert [each.text for each in sent.messages] == ["Your link", "and more"]
    assert asked.channel.messages == {}
    assert {each.text for each in discord.messages()} == {"Your link", "and more"}


async def test_a_press_can_change_the_message_it_was_made_on(
    discord: DiscordStandIn, bot: Bot, guild: Guild
) -> None:
    channel = discord.add_channel(guild, "shop")
    button = {"type": 2, "style": 1, "label": "Go", "custom_id": "go"}
    row = {"type": 1, "components": [button]}
    await bot.call("POST", f"/channels/{channel.id}/messages", {"components": [row]})
    [message] = channel.messages.values()
    owner = guild.members[discord.owner.id]
    with pytest.raises(LookupError, match="no button 'Stop'; there are: Go"):
        await discord.click(owner, message, "Stop")

    pressed = await discord.click(owner, message, "Go")
    await bot.call(
        "POST",
        f"/interactions/{pressed.id}/{pressed.token}/callback",
        {"type": 7, "data": {"content": "Gone", "components": []}},
    )
    assert await pressed.answer() is message
    assert (message.text, message.components) == ("Gone", [])


# -- rate limits ---------------------------------------------------------------------------


def test_a_bucket_lets_through_what_it_holds_and_tells_when_it_is_full_again() -> None:
    now = 0.0
    limits = RateLimits(buckets={"member roles": Limit(2, 10.0)})
    buckets = Buckets(limits, clock=lambda: 1000.0 + now, monotonic=lambda: now)

    first = buckets.take("member roles", "guild 1")
    assert first.retry_after is None
    assert first.headers["X-RateLimit-Limit"] == "2"
    assert first.headers["X-RateLimit-Remaining"] == "1"
    assert first.headers["X-RateLimit-Reset"] == "1010.000"
    assert first.headers["X-RateLimit-Reset-After"] == "10.000"
    now = 4.0
    assert buckets.take("member roles", "guild 1").headers["X-RateLimit-Remaining"] == "0"
    refused = buckets.take("member roles", "guild 1")
    assert (refused.retry_after, refused.is_global) == (6.0, False)
    assert refused.headers["X-RateLimit-Scope"] == "user"
    assert refused.headers["Retry-After"] == "6"
    assert buckets.take("member roles", "guild 2").retry_after is None
    now = 10.0
    assert buckets.take("member roles", "guild 1").retry_after is None
    assert buckets.refused == 1


def test_the_whole_bot_has_a_limit_of_its_own() -> None:
    buckets = Buckets(RateLimits(per_second=3), clock=lambda: 0.0, monotonic=lambda: 5.0)
    verdicts = [buckets.take(f"route {number}", "") for number in range(4)]
    assert [verdict.retry_after for verdict in verdicts] == [None, None, None, 1.0]
    assert verdicts[3].is_global
    assert verdicts[3].headers["X-RateLimit-Global"] == "true"
    assert buckets.take("interactions", "token", counts_globally=False).retry_after is None


async def give_roles(
    discord: DiscordStandIn, monkeypatch: pytest.MonkeyPatch, members: int
) -> None:
    """Give a role to many at once, with the client that Red uses."""
    guild = discord.add_guild("The Game Cellar")
    role = discord.add_role(guild, "Gold")
    joined = [discord.join(guild, discord.add_user(f"m{number}")) for number in range(members)]
    monkeypatch.setattr(Route, "BASE", discord.api_url)
    client = HTTPClient(asyncio.get_running_loop())
    await client.static_login(discord.token)
    try:
        await asyncio.gather(
            *(client.add_role(guild.id, member.user.id, role.id) for member in joined)
        )
    finally:
        await client.close()
    assert all(member.role_names == {"Gold"} for member in joined)


async def test_discord_py_obeys_the_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = RateLimits(buckets={"member roles": Limit(4, 0.2)})
    async with DiscordStandIn(rate_limits=limits) as discord:
        await give_roles(discord, monkeypatch, 12)
        assert discord.rate_limited == 0


async def test_discord_py_comes_back_after_a_global_429(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = RateLimits(per_second=5, buckets={"member roles": Limit(100, 0.2)})
    async with DiscordStandIn(rate_limits=limits) as discord:
        await give_roles(discord, monkeypatch, 8)
        assert discord.rate_limited > 0
        assert len(discord.calls(path_glob="*")) == 9 + discord.rate_limited
