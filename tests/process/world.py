"""A server with a shop, a real `redbot` in a process of its own, and what people do there."""

from __future__ import annotations

import random
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from pathlib import Path

import standin
from discord_standin import DiscordStandIn, Member, Message, RateLimits, Role
from repository import pip_settings

from .red_process import JSON, PREFIX, RedProcess

_WEBHOOK_SECONDS = 60.0


class LiveWorld:
    """Everything at once. The owner of the bot owns the server, too."""

    def __init__(self, discord: DiscordStandIn, shop: standin.StandIn, red: RedProcess) -> None:
        self.discord = discord
        self.shop = shop
        self.red = red
        self.guild = discord.add_guild("The Game Cellar")
        self.channel = discord.add_channel(self.guild, "shop")
        self.owner = self.guild.members[discord.owner.id]
        self.port = quiet_port()

    async def start(self) -> None:
        """Start the bot, and wait until it answers."""
        await self.red.start()
        await self.type("ping", "Pong")

    async def type(self, command: str, expected: str) -> str:
        """The owner types a command.

        Returns
        -------
        str
            All that the bot has written since, as soon as ``expected`` is in it.
        """
        return await self.write(f"{PREFIX}{command}", expected)

    async def write(self, text: str, expected: str) -> str:
        """The owner writes anything. See `type`."""
        await self.discord.settle()
        asked = self.discord.say(self.discord.owner, self.channel, text)

        def look() -> str | None:
            answers = [m.text for m in self.channel.messages.values() if m.id > asked.id]
            said = "\n".join(answers)
            return said if expected in said else None

        return await self.discord.until(look, f"{expected!r} in answer to {text!r}")

    # -- the owner -------------------------------------------------------------------------

    async def install(self, repository: Path) -> None:
        """Install the cog from a git repository, as the README says."""
        await self.type("load downloader", "Loaded")
        await self.type(f"repo add shoppex {repository}", "I agree")
        await self.write("I agree", "successfully added")
        await self.type("cog install shoppex shoppex", "installed")
        await self.type("load shoppex", "Loaded")
        await self.type("slash enablecog shoppex", "Enabled")
        await self.type("slash sync", "Synced")

    async def set_up(self) -> standin.WebhookEndpoint:
        """Give the bot a port, the shop's key and the webhook's secret."""
        await self.type(f"shoppexset listener 127.0.0.1 {self.port}", "✅")
        await self.give("apikey", "Enter the API key", "API key", self.shop.api_key)
        hook = self.shop.add_webhook(f"http://127.0.0.1:{self.port}/shoppex/{self.guild.id}")
        await self.give("secret", "Enter the webhook secret", "Webhook secret", hook.secret)
        return hook

    async def give(self, command: str, button: str, label: str, value: str) -> None:
        """Give the bot something that nobody else may read: a command, a button, a form."""
        asked = await self.discord.slash(
            self.owner, self.channel, f"shoppexset {command}"
        ).answer()
        pressed = await self.discord.click(self.owner, asked, button)
        sent = await self.discord.submit(pressed, await pressed.form(), {label: value})
        answer = await sent.answer()
        assert "✅" in answer.text, answer.text

    async def put_on_sale(self, title: str, role: Role) -> None:
        """Put a product of the shop on sale, with a role."""
        await self.type(f'shoppexset product add "{title}" <@&{role.id}>', "is for sale here")

    # -- buyers ----------------------------------------------------------------------------

    def new_buyer(self, name: str) -> Member:
        """Somebody joins."""
        return self.discord.join(self.guild, self.discord.add_user(name))

    async def order(self, buyer: Member, title: str) -> standin.Order:
        """A member buys with `/buy` and fills in the form, up to the link."""
        asked = self.discord.slash(buyer, self.channel, "buy", product=title)
        email = {"E-mail address": f"{buyer.user.id}@example.com"}
        sent = await self.discord.submit(asked, await asked.form(), email)
        invoice = await sent.answer()
        assert invoice.ephemeral
        assert invoice.links, invoice.text
        address, _, uniqid = invoice.links[0].rpartition("/")
        assert address == f"{self.shop.url}/invoice"
        return self.shop.order(uniqid)

    # -- what there is to see --------------------------------------------------------------

    def messages_with(self, text: str) -> list[Message]:
        """Every message anywhere in which that can be read."""
        return [message for message in self.discord.messages() if text in message.text]


@asynccontextmanager
async def open_live_world(
    folder: Path,
    *,
    rate_limits: RateLimits | None = None,
    flags: tuple[str, ...] = (),
    probe: Path | None = None,
    storage: Mapping[str, object] | None = None,
) -> AsyncIterator[LiveWorld]:
    """Both stand-ins, and a bot that is not started yet. No process is left behind.

    Parameters
    ----------
    folder
        Where the bot keeps everything.
    rate_limits
        Discord's, if any.
    flags, probe, storage
        Those of `RedProcess`.
    """
    async with (
        standin.StandIn(clock=_now, webhook_timeout=_WEBHOOK_SECONDS) as shop,
        DiscordStandIn(clock=_now, rate_limits=rate_limits) as discord,
    ):
        environment = {"SHOPPEX_API_URL": shop.api_url, **pip_settings(folder / "wheels")}
        red = RedProcess(
            folder,
            discord,
            environment=environment,
            flags=flags,
            probe=probe,
            storage=JSON if storage is None else storage,
        )
        try:
            yield LiveWorld(discord, shop, red)
        finally:
            await red.kill()


def _now() -> datetime:
    return datetime.now(timezone.utc)


def quiet_port() -> int:
    """A port of the loopback that stays free while the bot is down.

    Outgoing connections take theirs from 32768 upwards (Linux, ``ip_local_port_range``).
    """
    while True:
        port = random.randint(20_000, 30_000)  # noqa: S311 - no secret
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
