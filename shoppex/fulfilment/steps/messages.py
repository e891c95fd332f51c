"""Direct messages that a buyer is owed: what was bought, and what becomes of it."""

from __future__ import annotations

import logging
import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import discord
from redbot.core.bot import Red
from redbot.core.i18n import set_contextual_locales_from_guild

from ...domain.account import Account, AccountKey
from ...domain.delivery import Delivery, DeliveryState
from ...embed_text import beside
from ...store.ledger import Ledger
from ...store.settings import Settings
from ..engine.discord_budget import Budget
from ..engine.failures import REQUEST_ERRORS, after_failure, classify
from ..engine.step import GUILD_AWAY, DiscordStep
from ..entitlement.notices import Notice, NoticeKind
from ..intake.delivered_goods import hand_over
from .message_text import MessageDraft, notice_letter, order_letter, parcels

log = logging.getLogger("red.shoppex.shoppex.fulfilment.steps.messages")

# Discord's clock, which dates messages, and ours.
CLOCK_SLACK = timedelta(minutes=2)
_LOOK_BACK = 50
_REMINDERS = (NoticeKind.RENEWS_SOON, NoticeKind.ENDS_SOON)

ViewFactory = Callable[[int], discord.ui.View]


class MessageStep(DiscordStep):
    """Sends the messages that are owed. One account at a time.

    Parameters
    ----------
    opt_out
        Makes the buttons under a reminder of a guild.
    on_change
        Called with the account after a message about an order was refused.
    """

    name = "messages"

    def __init__(
        self,
        bot: Red,
        ledger: Ledger,
        settings: Settings,
        budget: Budget,
        clock: Callable[[], datetime],
        asleep: Callable[[discord.Guild], Awaitable[bool]],
        opt_out: ViewFactory,
        on_change: Callable[[AccountKey], None],
    ) -> None:
        super().__init__(bot, ledger, settings, budget, clock, asleep)
        self._opt_out = opt_out
        self._on_change = on_change

    async def settle(self, key: AccountKey) -> datetime | None:
        """Send what is owed; say when to look again."""
        now = self._clock()
        wanted = self._desired(key, now)
        if not wanted.messages and not wanted.notices:
            return wanted.look_again
        guild = await self._awake_guild(key)
        if guild is None:
            return now + GUILD_AWAY
        await set_contextual_locales_from_guild(self._bot, guild)
        for nonce in wanted.messages:
            await self._send_order(guild, key, nonce)
        for notice in wanted.notices:
            await self._send_notice(guild, key, notice)
        return self._desired(key, now).look_again

    async def _send_order(self, guild: discord.Guild, key: AccountKey, nonce: str) -> None:
        order = self._ledger.get(key).orders.get(nonce)
        if order is None:
            return
        terms = self._terms(key)
        # Whether a try got through is found out for all that it carried, and nothing else.
        letter = replace(order, goods=parcels(order.goods[: order.carried])[0])

        def keep(account: Account, message: Delivery) -> Account:
            carried = None if message.begun_at is None else len(letter.goods)
            return account.with_changed(
                nonce, lambda o: replace(o, message=message, carried=carried)
            )

        if await self._send(
            key, lambda colour: order_letter(guild, letter, terms, colour), order.message, keep
        ):
            await self._ledger.update(
                key, lambda a: a.with_changed(nonce, lambda o: hand_over(o, letter.goods))
            )
            return
        refused = self._ledger.get(key).orders.get(nonce)
        if refused is not None and refused.message.stuck:
            self._on_change(key)

    async def _send_notice(self, guild: discord.Guild, key: AccountKey, notice: Notice) -> None:
        account = self._ledger.get(key)
        terms = self._terms(key)
        view = self._opt_out(guild.id) if notice.kind in _REMINDERS else None

        def keep(account: Account, message: Delivery) -> Account:
            return account.with_notice(notice.name, message)

        if await self._send(
            key,
            lambda colour: notice_letter(guild, account, notice, terms, colour),
            account.notices.get(notice.name, Delivery()),
            keep,
            view,
        ):
            done = Delivery(DeliveryState.DELIVERED)
            await self._ledger.update(key, lambda a: keep(a, done))

    async def _send(
        self,
        key: AccountKey,
        compose: Callable[[discord.Colour], MessageDraft],
        delivery: Delivery,
        keep: Callable[[Account, Delivery], Account],
        view: discord.ui.View | None = None,
    ) -> bool:
        """Send a letter, once; whether it is in the buyer's hands.

        Parameters
        ----------
        delivery
            What came of it so far.
        keep
            Writes into an account what comes of it.
        """
        try:
            user = self._bot.get_user(key.user_id)
            if user is None:
                user = await self._budget.request(lambda: self._bot.fetch_user(key.user_id))
            letter = compose(await self._bot.get_embed_color(user))
            if not await self._went_out(key.guild_id, user, letter, delivery):
                begun = delivery = replace(delivery, begun_at=self._clock(), next_try=None)
                await self._ledger.update(key, lambda a: keep(a, begun))
                await self._hand_in(key.guild_id, user, letter, view)
        except REQUEST_ERRORS as error:
            failure = classify(error)
            log.warning(
                "A message to a buyer in guild %s did not go out: %s (%s)",
                key.guild_id,
                failure.reason,
                getattr(error, "code", type(error).__name__),
            )
            failed = after_failure(delivery, failure, self._clock(), random.random)
            await self._ledger.update(key, lambda a: keep(a, failed))
            return False
        return True

    async def _went_out(
        self, guild_id: int, user: discord.User, letter: MessageDraft, delivery: Delivery
    ) -> bool:
        """Whether a try that was begun got through after all.

        Discord recognises a repeated nonce for a few minutes only; after a longer absence the
        buyer's own message history is what tells.
        """
        if delivery.begun_at is None:
            return False
        channel = await self._conversation(guild_id, user)
        me = self._bot.user
        since = delivery.begun_at - CLOCK_SLACK
        messages = await self._budget.request(
            lambda: listed(channel.history(limit=_LOOK_BACK, after=since))
        )
        return any(
            me is not None and message.author.id == me.id and is_named(message, letter.reference)
            for message in messages
        )

    async def _hand_in(
        self, guild_id: int, user: discord.User, letter: MessageDraft, view: discord.ui.View | None
    ) -> None:
        channel = await self._conversation(guild_id, user)
        files = [] if letter.file is None else [letter.file]
        text, embed = letter.text, letter.embed
        if not await self._bot.embed_requested(user):
            text, embed = beside(text, embed), discord.utils.MISSING
        # With a nonce, discord.py asks Discord to enforce it.
        await self._budget.request(
            lambda: channel.send(
                text,
                embed=embed,
                nonce=letter.nonce,
                files=files,
                view=discord.utils.MISSING if view is None else view,
            )
        )
        if view is not None:
            # Its buttons answer by their ids; nothing needs to remember this message.
            view.stop()

    async def _conversation(self, guild_id: int, user: discord.User) -> discord.DMChannel:
        if user.dm_channel is not None:
            return user.dm_channel
        return await self._budget.open_dm(guild_id, user.create_dm)


async def listed(messages: AsyncIterator[discord.Message]) -> list[discord.Message]:
    """All messages of a history."""
    return [message async for message in messages]


def is_named(message: discord.Message, reference: str) -> bool:
    """Return whether that is the message which :attr:`MessageDraft.reference` names."""
    named = re.compile(rf"(?<!\S){re.escape(reference)}(?!\S)")
    places = (message.content, *(embed.footer.text or "" for embed in message.embeds))
    return any(map(named.search, places))
