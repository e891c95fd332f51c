"""The direct message that a buyer is owed: what was bought, and the key."""

from __future__ import annotations

import io
import logging
import random
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import discord
from redbot.core.i18n import set_contextual_locales_from_guild

from ..domain.account import AccountKey, Order, Promise
from ..i18n import _
from ..text import format_money, plain, shorten
from .desired import roles_of
from .facts import hand_over
from .failures import REQUEST_ERRORS, after_failure, classify
from .step import GUILD_AWAY, DiscordStep

log = logging.getLogger("red.shoppex.messages")

_CLOCK_SLACK = timedelta(minutes=2)
_LOOK_BACK = 50
_LONGEST_CONTENT = 1900
_FIELD = 1024
# https://discord.com/developers/docs/resources/message#create-message: at most 25 characters.
_NONCE_LENGTH = 25


class MessageStep(DiscordStep):
    """Sends the messages that are owed. One account at a time."""

    name = "messages"

    async def settle(self, key: AccountKey) -> datetime | None:
        """Send what is owed; say when to look again."""
        now = self._clock()
        wanted = self._desired(key, now)
        if not wanted.messages:
            return wanted.look_again
        guild = await self._awake_guild(key)
        if guild is None:
            return now + GUILD_AWAY
        await set_contextual_locales_from_guild(self._bot, guild)
        for nonce in wanted.messages:
            await self._send(guild, key, nonce)
        return self._desired(key, now).look_again

    async def _send(self, guild: discord.Guild, key: AccountKey, nonce: str) -> None:
        order = self._ledger.get(key).orders[nonce]
        try:
            user = self._bot.get_user(key.user_id)
            if user is None:
                user = await self._budget.request(lambda: self._bot.fetch_user(key.user_id))
            if not await self._went_out(user, order):
                begun = replace(order.message, begun_at=self._clock(), next_try=None)
                await self._change(key, nonce, lambda o: replace(o, message=begun))
                await self._deliver(user, guild, order)
        except REQUEST_ERRORS as error:
            failure = classify(error)
            log.warning(
                "The message of order %s did not go out: %s (%s)",
                order.uniqid,
                failure.reason,
                getattr(error, "code", type(error).__name__),
            )
            now = self._clock()
            await self._change(
                key,
                nonce,
                lambda o: replace(
                    o, message=after_failure(o.message, failure, now, random.random)
                ),
            )
        else:
            await self._change(key, nonce, lambda o: hand_over(o, order.goods))

    async def _went_out(self, user: discord.User, order: Order) -> bool:
        """Whether a try that was begun got through after all.

        Discord recognises a repeated nonce for a few minutes only; after a longer absence the
        buyer's own message history is what tells.
        """
        begun = order.message.begun_at
        if begun is None:
            return False
        channel = await self._conversation(user)
        me = self._bot.user
        since = begun - _CLOCK_SLACK
        messages = await self._budget.request(
            lambda: _listed(channel.history(limit=_LOOK_BACK, after=since))
        )
        return any(
            me is not None and message.author.id == me.id and _names(message, order)
            for message in messages
        )

    async def _conversation(self, user: discord.User) -> discord.DMChannel:
        if user.dm_channel is not None:
            return user.dm_channel
        return await self._budget.open_dm(user.create_dm)

    async def _deliver(self, user: discord.User, guild: discord.Guild, order: Order) -> None:
        text, file = goods_text(order.goods)
        embed = self._embed(guild, order, await self._bot.get_embed_color(user))
        channel = await self._conversation(user)
        # With a nonce, discord.py asks Discord to enforce it.
        nonce = f"{order.told}-{order.nonce}"[:_NONCE_LENGTH]
        files = [] if file is None else [file]
        await self._budget.request(
            lambda: channel.send(text, embed=embed, nonce=nonce, files=files)
        )

    def _embed(self, guild: discord.Guild, order: Order, colour: discord.Colour) -> discord.Embed:
        embed = discord.Embed(
            title=_("More of your purchase is here.")
            if order.told
            else _("Your purchase is paid. Thank you!"),
            description=f"**{plain(order.describe())}**",
            colour=colour,
        )
        if order.quote is not None:
            embed.add_field(name=_("Paid"), value=format_money(order.quote))
        role_ids = roles_of(order, self._settings.guild(guild.id).roles_by_offer())
        names = [
            plain(role.name)
            for role_id in role_ids
            if (role := guild.get_role(role_id)) is not None
        ]
        if names:
            embed.add_field(name=_("Your roles"), value=shorten("\n".join(names), _FIELD))
        if order.promise is not Promise.NOTHING and not order.goods and not order.told:
            embed.add_field(
                name=_("Not here yet"),
                value=_(
                    "The shop has not delivered your key. The server's staff can see this order "
                    "and will help you; tell them the number below."
                ),
                inline=False,
            )
        embed.add_field(name=_("Server"), value=plain(guild.name))
        embed.set_footer(text=_("Order {id}").format(id=_reference(order)))
        return embed

    async def _change(self, key: AccountKey, nonce: str, change: Callable[[Order], Order]) -> None:
        await self._ledger.update(
            key, lambda account: account.with_order(change(account.orders[nonce]))
        )


async def _listed(messages: AsyncIterator[discord.Message]) -> list[discord.Message]:
    return [message async for message in messages]


def goods_text(goods: tuple[str, ...]) -> tuple[str | None, discord.File | None]:
    """Goods as a message: exactly as they are and easy to copy, as a file when too long."""
    if not goods:
        return None, None
    text = "\n".join(goods)
    if len(text) > _LONGEST_CONTENT or "```" in text or text.endswith("`"):
        file = discord.File(io.BytesIO(text.encode()), filename="purchase.txt")
        return _("What you bought is in the attached file."), file
    if all(piece.startswith(("https://", "http://")) for piece in goods):
        # Bare, Discord would fetch the address for a preview, and some work only once.
        return "\n".join(f"<{piece}>" for piece in goods), None
    return f"```\n{text}\n```", None


def _reference(order: Order) -> str:
    """Names one message of an order: what came later has a number."""
    return f"{order.uniqid} ({order.told + 1})" if order.told else f"{order.uniqid}"


def _names(message: discord.Message, order: Order) -> bool:
    named = re.compile(rf"(?<!\S){re.escape(_reference(order))}(?!\S)")
    return any(named.search(embed.footer.text or "") for embed in message.embeds)
