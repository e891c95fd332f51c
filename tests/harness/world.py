"""One server with a shop: who is there, and what they do, through the front door only."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import discord
import simcord

import standin

from .red import ROOT, RedInstance, bot_of

PUBLIC_URL = "https://shop.example"

# What `/shoppexset secret` names.
EVENTS = (
    *(event for event in standin.ORDER_EVENTS if event != "order:created"),
    *standin.SUBSCRIPTION_EVENTS,
)


class World:
    """A server with an admin, a buyer, and a channel to talk in."""

    def __init__(self, env: simcord.Env, shop: standin.StandIn, instance: RedInstance) -> None:
        self.env = env
        self.shop = shop
        self.instance = instance
        self.guild = env.create_guild("The Game Cellar")
        self.channel = self.guild.create_text_channel("shop")
        self.admins = self.guild.create_role(
            "Admins", permissions=discord.Permissions(manage_guild=True, manage_roles=True)
        )
        self.admin = self.guild.add_member(env.create_user("ada"), roles=[self.admins])
        self.buyer = self.guild.add_member(env.create_user("ben"))
        self.owner = self.guild.add_member(env.create_user("olga"))
        self.make_owner(self.owner)
        self.hook: standin.WebhookEndpoint | None = None

    @property
    def bot(self) -> Any:
        """The bot that is running now."""
        return bot_of(self.env)

    @property
    def webhook_url(self) -> str:
        """Where the cog listens for this server."""
        return f"http://127.0.0.1:{self.instance.port}/shoppex/{self.guild.id}"

    def make_owner(self, actor: simcord.MemberActor) -> None:
        """The bot belongs to somebody, as `redbot --owner` says."""
        self.bot.owner_ids.add(actor.id)

    # -- what people do --------------------------------------------------------------------

    async def set_up(self) -> None:
        """The admin gives the key and the secret, the owner the address for webhooks."""
        await self.give_api_key(self.shop.api_key)
        self.hook = self.shop.add_webhook(self.webhook_url, events=EVENTS)
        await self.give_secret(self.hook.secret)
        office = self.guild.create_text_channel("office")
        await self.owner.send(office, f"!shoppexset publicurl {PUBLIC_URL}")

    async def give_api_key(self, key: str) -> str:
        """The admin enters an API key; what the bot answers."""
        return await self._fill_in_secret("shoppexset apikey", key)

    async def give_secret(self, secret: str) -> str:
        """The admin enters a webhook secret; what the bot answers."""
        return await self._fill_in_secret("shoppexset secret", secret)

    async def _fill_in_secret(self, command: str, value: str) -> str:
        asked = await self.admin.slash(self.channel, command)
        assert asked.response is not None
        label = asked.response.components[0]["components"][0]["label"]
        form = await self.admin.click(asked.response, label=label)
        answer = await self.admin.submit_modal(form, {field(form, 0): value})
        return text_of(answer)

    async def sell_product(
        self, title: str, roles: Sequence[simcord.RoleHandle] = (), **options: Any
    ) -> str:
        """The admin puts a product on sale; what the bot answers."""
        if roles:
            options["roles"] = " ".join(r.mention for r in roles)
        answer = await self.admin.slash(
            self.channel, "shoppexset product add", product=title, **options
        )
        return text_of(answer)

    async def sell_item(
        self,
        title: str,
        price: str,
        currency: str,
        roles: Sequence[simcord.RoleHandle] = (),
        **options: Any,
    ) -> str:
        """The admin puts an item of the bot's own on sale; what the bot answers."""
        if roles:
            options["roles"] = " ".join(r.mention for r in roles)
        answer = await self.admin.slash(
            self.channel,
            "shoppexset item add",
            title=title,
            price=price,
            currency=currency,
            **options,
        )
        return text_of(answer)

    async def order(
        self,
        product: str,
        *,
        buyer: simcord.MemberActor | None = None,
        email: str = "ben@example.com",
        remember: bool = False,
        **options: Any,
    ) -> simcord.InteractionResult:
        """A member buys with `/buy` and fills in the form; the message with the link."""
        who = buyer or self.buyer
        shown = await who.slash(self.channel, "buy", product=product, **options)
        if shown.modal is None:
            return shown
        return await who.submit_modal(shown, {field(shown, 0): email, field(shown, 1): remember})

    async def pay_newest(self) -> standin.Order:
        """The newest order is paid, the webhook answered, and the bot done with it."""
        order = self.shop.orders[-1]
        await self.shop.pay(order.uniqid)
        await self.env.settle()
        return order

    async def tell(
        self, data: Mapping[str, object], event: str = "order:paid", **faults: Any
    ) -> standin.Answer:
        """Shoppex sends one signed event, with chosen faults; the answer, when all is done."""
        assert self.hook is not None
        answer = await self.shop.deliver(self.hook, event, data, **faults)
        await self.env.settle()
        return answer

    # -- what there is to see --------------------------------------------------------------

    def roles_of(self, actor: simcord.MemberActor) -> set[str]:
        """The names of a member's roles."""
        member = actor.member
        assert member is not None
        return {role.name for role in member.roles if not role.is_default()}

    def dms(self, user: simcord.MemberActor | simcord.UserHandle) -> list[discord.Message]:
        """What the bot wrote to somebody privately."""
        if user.id not in self.env.backend.dm_channels:
            return []
        channel_id = self.env.backend.dm_channels[user.id]
        handle = simcord.ChannelHandle(self.env, None, self.env.backend.get_channel(channel_id))
        return [m for m in handle.history() if m.author.id == self.bot.user.id]

    async def staff_channel(self) -> simcord.ChannelHandle:
        """A log channel."""
        room = self.guild.create_text_channel("staff")
        await self.admin.slash(self.channel, "shoppexset logchannel", channel=room)
        return room

    @staticmethod
    def read_by_staff(room: simcord.ChannelHandle) -> str:
        """Everything that stands in the embeds of a channel."""
        return "\n".join(str(e.to_dict()) for m in room.history() for e in m.embeds)

    def read_by_buyer(self) -> str:
        """Everything that the buyer was sent."""
        messages = self.dms(self.buyer)
        embeds = [str(embed.to_dict()) for message in messages for embed in message.embeds]
        return "\n".join([*(message.content for message in messages), *embeds])

    async def waiting(self) -> str:
        """What `/shoppex waiting` says."""
        return text_of(await self.admin.slash(self.channel, "shoppex waiting"))

    def public(self) -> list[str]:
        """All that everybody can read in the channel."""
        seen = []
        for message in self.channel.history():
            if not message.flags.ephemeral:
                embeds = " ".join(str(embed.to_dict()) for embed in message.embeds)
                buttons = str([c.to_dict() for c in message.components])
                seen.append(f"{message.content} {embeds} {buttons}")
        return seen


@asynccontextmanager
async def open_world(
    path: Path,
    *,
    cog_path: Path | None = ROOT,
    like: RedInstance | None = None,
    reconciler: bool = False,
    monitor: bool = False,
) -> AsyncIterator[World]:
    """Everything, started and stopped; the bot's data begins as that of ``like``.

    See `RedInstance.run`.
    """
    clock = Clock()
    async with standin.StandIn(clock=clock) as shop:
        os.environ["SHOPPEX_API_URL"] = shop.api_url
        try:
            instance = RedInstance(path, cog_path, like=like)
            async with instance.run(reconciler=reconciler, monitor=monitor) as env:
                clock.env = env
                yield World(env, shop, instance)
            instance.discard()
        finally:
            del os.environ["SHOPPEX_API_URL"]


class Clock:
    """The time of the simulated Discord, so that everybody's clocks agree."""

    env: simcord.Env | None = None

    def __call__(self) -> datetime:
        return datetime.now(timezone.utc) if self.env is None else self.env.now()


def field(form: simcord.InteractionResult, number: int) -> str:
    """The id of a form's field, by its place."""
    assert form.modal is not None
    label = form.modal["components"][number]
    custom_id: str = label["component"]["custom_id"]
    return custom_id


def text_of(answer: simcord.InteractionResult) -> str:
    """All the text of an answer."""
    messages = [m for m in (answer.response, *answer.followups) if m is not None]
    parts = []
    for message in messages:
        parts.append(message.content)
        for embed in message.embeds:
            parts += [embed.title or "", embed.description or ""]
            parts += [f"{f.name}: {f.value}" for f in embed.fields]
            parts.append(embed.footer.text or "")
    return as_typed("\n".join(part for part in parts if part))


def as_typed(text: str) -> str:
    """A text with its commands as they are typed, and not as mentions."""
    return re.sub(r"</([a-z ]+):\d+>", r"`/\1`", text)


def paid_data(order: standin.Order, /, **changes: object) -> dict[str, object]:
    """What an event says of an order that has been paid, but for ``changes``."""
    return {
        "uniqid": order.uniqid,
        "status": "COMPLETED",
        "total": float(order.total),
        "currency": order.currency,
        "customer_email": order.email,
        "custom_fields": order.custom_fields,
        **changes,
    }


def link_of(answer: simcord.InteractionResult) -> str | None:
    """The address behind the button that leads to the checkout."""
    message = answer.response
    assert message is not None
    for row in message.components:
        for component in row["components"]:
            if component.get("url"):
                url: str = component["url"]
                return url
    return None
