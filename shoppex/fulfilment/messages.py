"""The direct message that a buyer is owed: what was bought, and the key."""

from __future__ import annotations

import io
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import discord
from redbot.core.bot import Red
from redbot.core.i18n import set_contextual_locales_from_guild

from ..domain.account import AccountKey, Delivery, DeliveryState, Order
from ..domain.offer import offer_ref
from ..i18n import _
from ..store.ledger import Ledger
from ..store.settings import Settings
from ..text import format_money, plain
from .desired import Desired, desired
from .failures import REQUEST_ERRORS, after_failure, classify

log = logging.getLogger("red.shoppex.messages")

_GUILD_AWAY = timedelta(minutes=10)
_CLOCK_SLACK = timedelta(minutes=2)
_LOOK_BACK = 50
_LONGEST_CONTENT = 1900
# https://discord.com/developers/docs/resources/message#create-message: at most 25 characters.
_NONCE_LENGTH = 25


class MessageStep:
    """Sends the messages that are owed. One account at a time.

    Parameters
    ----------
    asleep
        Whether the cog is switched off in a guild; a paid order then waits.
    """

    name = "messages"

    def __init__(
        self,
        bot: Red,
        ledger: Ledger,
        settings: Settings,
        clock: Callable[[], datetime],
        asleep: Callable[[discord.Guild], Awaitable[bool]],
    ) -> None:
        self._bot = bot
        self._ledger = ledger
        self._settings = settings
        self._clock = clock
        self._asleep = asleep

    async def settle(self, key: AccountKey) -> datetime | None:
        """Send what is owed; say when to look again."""
        wanted = self._desired(key)
        if not wanted.messages:
            return wanted.look_again
        guild = self._bot.get_guild(key.guild_id)
        if guild is None or guild.unavailable or await self._asleep(guild):
            return self._clock() + _GUILD_AWAY
        await set_contextual_locales_from_guild(self._bot, guild)
        for nonce in wanted.messages:
            await self._send(guild, key, nonce)
        return self._desired(key).look_again

    def _desired(self, key: AccountKey) -> Desired:
        roles = self._settings.guild(key.guild_id).roles_by_offer()
        return desired(self._ledger.get(key), roles, self._clock())

    async def _send(self, guild: discord.Guild, key: AccountKey, nonce: str) -> None:
        order = self._ledger.get(key).orders[nonce]
        try:
            user = self._bot.get_user(key.user_id) or await self._bot.fetch_user(key.user_id)
            if not await self._went_out(user, order):
                await self._write(
                    key, nonce, replace(order.message, begun_at=self._clock(), next_try=None)
                )
                await self._deliver(user, guild, order)
        except REQUEST_ERRORS as error:
            failure = classify(error)
            log.info("Message of order %s: %s", order.uniqid, failure.reason)
            message = self._ledger.get(key).orders[nonce].message
            await self._write(
                key, nonce, after_failure(message, failure, self._clock(), random.random)
            )
        else:
            await self._write(key, nonce, Delivery(DeliveryState.DELIVERED))

    async def _went_out(self, user: discord.User, order: Order) -> bool:
        """Whether a try that was begun got through after all.

        Discord recognises a repeated nonce for a few minutes only; after a longer absence the
        buyer's own message history is what tells.
        """
        begun = order.message.begun_at
        if begun is None:
            return False
        channel = user.dm_channel or await user.create_dm()
        me = self._bot.user
        async for message in channel.history(limit=_LOOK_BACK, after=begun - _CLOCK_SLACK):
            if me is not None and message.author.id == me.id and _names(message, order):
                return True
        return False

    async def _deliver(self, user: discord.User, guild: discord.Guild, order: Order) -> None:
        text, file = goods_text(order.goods)
        embed = self._embed(guild, order, await self._bot.get_embed_color(user))
        channel = user.dm_channel or await user.create_dm()
        nonce = order.nonce[:_NONCE_LENGTH]
        if file is None:
            await channel.send(text, embed=embed, nonce=nonce)
        else:
            await channel.send(text, embed=embed, nonce=nonce, file=file)

    def _embed(self, guild: discord.Guild, order: Order, colour: discord.Colour) -> discord.Embed:
        embed = discord.Embed(
            title=_("Your purchase is paid. Thank you!"),
            description=f"**{plain(describe(order))}**",
            colour=colour,
        )
        if order.quote is not None:
            embed.add_field(name=_("Paid"), value=format_money(order.quote))
        role_ids = self._settings.guild(guild.id).roles_by_offer()
        names = [
            plain(role.name)
            for role_id in role_ids.get(offer_ref(order.kind, order.offer_id), order.roles)
            if (role := guild.get_role(role_id)) is not None
        ]
        if names:
            embed.add_field(name=_("Your roles"), value="\n".join(names))
        if order.wants_goods and not order.goods:
            embed.add_field(
                name=_("Not here yet"),
                value=_(
                    "The shop has not delivered your key. The server's staff can see this order "
                    "and will help you; tell them the number below."
                ),
                inline=False,
            )
        embed.add_field(name=_("Server"), value=plain(guild.name))
        embed.set_footer(text=_reference(order))
        return embed

    async def _write(self, key: AccountKey, nonce: str, message: Delivery) -> None:
        confirmed = message.state is DeliveryState.DELIVERED

        def change(order: Order) -> Order:
            goods = () if confirmed else order.goods
            return replace(order, message=message, goods=goods)

        await self._ledger.update(
            key, lambda account: account.with_order(change(account.orders[nonce]))
        )


def describe(order: Order) -> str:
    """What was bought, in a few words."""
    title = order.title
    if order.variant_title:
        title = f"{title} ({order.variant_title})"
    return title if order.quantity == 1 else f"{order.quantity} × {title}"


def goods_text(goods: tuple[str, ...]) -> tuple[str | None, discord.File | None]:
    """Goods as a message: exactly as they are and easy to copy, as a file when too long."""
    if not goods:
        return None, None
    text = "\n".join(goods)
    if len(text) > _LONGEST_CONTENT or "```" in text or text.endswith("`"):
        file = discord.File(io.BytesIO(text.encode()), filename="purchase.txt")
        return _("What you bought is in the attached file."), file
    if all(piece.startswith(("https://", "http://")) for piece in goods):
        return text, None
    return f"```\n{text}\n```", None


def _reference(order: Order) -> str:
    return _("Order {id}").format(id=order.uniqid)


def _names(message: discord.Message, order: Order) -> bool:
    return any(order.uniqid and order.uniqid in (e.footer.text or "") for e in message.embeds)
