"""`[p]shoppex order`, `member`, `waiting`, `redeliver`, `revoke`, `restore`, `grant`, `move`."""

from __future__ import annotations

from functools import partial

import discord
from discord import app_commands
from redbot.core import commands
from redbot.core.bot import Red

from ..discord_limits import CHOICE_NAME, CHOICES
from ..formatting import shorten
from ..i18n import _
from ..offers.lists import choices, named
from ..ui.converters import Days
from ..ui.members import name_of_user
from ..ui.private_replies import answer_privately
from ..ui.staff_group import StaffGroup
from .actions_flow import OrderActionsFlow
from .errors import NotAMember
from .flow import OrderFlow
from .texts import staff_sentence
from .transfer_flow import TransferFlow
from .waiting_flow import WaitingFlow

_LONGEST_REASON = 500


class OrderCommands(StaffGroup):
    """What staff do about single purchases and members."""

    order_actions: OrderActionsFlow
    order_flow: OrderFlow
    waiting_flow: WaitingFlow
    transfer_flow: TransferFlow

    @StaffGroup.shoppex.command(name="order")
    @app_commands.describe(order="Its number, or a member")
    async def shoppex_order(self, ctx: commands.GuildContext, *, order: str) -> None:
        """See an order: what was bought, and how far its delivery has come.

        **Arguments**

        - `<order>` Its number, or a member for all of theirs.
        """
        serve = partial(self.order_flow.search, guild_id=ctx.guild.id, text=order)
        await answer_privately(ctx, self.gate, serve)

    @StaffGroup.shoppex.command(name="member")
    @app_commands.describe(member="Who; somebody who left by their id")
    async def shoppex_member(self, ctx: commands.GuildContext, *, member: discord.User) -> None:
        """See what a member owns, and why they have each role.

        **Arguments**

        - `<member>` A member, or the id of somebody who left.
        """
        serve = partial(self.order_flow.show_member, guild_id=ctx.guild.id, user_id=member.id)
        await answer_privately(ctx, self.gate, serve)

    @StaffGroup.shoppex.command(name="waiting")
    async def shoppex_waiting(self, ctx: commands.GuildContext) -> None:
        """See what waits for you, by cause, and try it again when it is mended."""
        serve = partial(self.waiting_flow.show, guild_id=ctx.guild.id)
        await answer_privately(ctx, self.gate, serve)

    @StaffGroup.shoppex.command(name="redeliver")
    @app_commands.describe(order="The number of the order or subscription")
    async def shoppex_redeliver(self, ctx: commands.GuildContext, order: str) -> None:
        """Give the roles of an order again, and send what was bought once more.

        You see what will happen, and confirm it.

        **Arguments**

        - `<order>` The number of the order or subscription.
        """
        serve = partial(self.order_actions.ask_redeliver, guild=ctx.guild, number=order)
        await answer_privately(ctx, self.gate, serve)

    @StaffGroup.shoppex.command(name="revoke")
    @app_commands.describe(
        order="The number of the order, subscription or gift", reason="Why; only staff read it"
    )
    async def shoppex_revoke(
        self, ctx: commands.GuildContext, order: str, *, reason: str = ""
    ) -> None:
        """Take back what an order gives. No money goes back by that.

        You see which roles go and which stay, and confirm it. It can be undone.

        **Arguments**

        - `<order>` The number of the order, subscription or gift.
        - `[reason]` Why. Only staff read it.
        """
        serve = partial(
            self.order_actions.ask_revoke,
            guild=ctx.guild,
            number=order,
            reason=shorten(reason, _LONGEST_REASON),
        )
        await answer_privately(ctx, self.gate, serve)

    @StaffGroup.shoppex.command(name="restore")
    @app_commands.describe(order="The number of the order, subscription or gift")
    async def shoppex_restore(self, ctx: commands.GuildContext, order: str) -> None:
        """Let an order count again that staff took back.

        **Arguments**

        - `<order>` The number of the order, subscription or gift.
        """
        serve = partial(self.order_actions.ask_give_back, guild=ctx.guild, number=order)
        await answer_privately(ctx, self.gate, serve)

    @StaffGroup.shoppex.command(name="grant")
    @app_commands.describe(
        member="Who gets it",
        offer="What is sold here",
        days="For how many days; leave out for ever",
        reason="Why; only staff read it",
    )
    async def shoppex_grant(
        self,
        ctx: commands.GuildContext,
        member: discord.Member,
        offer: str,
        days: Days | None = None,
        *,
        reason: str,
    ) -> None:
        """Give a member what is sold here as a gift, or to make good for something.

        Roles are given as a buyer gets them. Keys of Shoppex's are not part of it; an item with
        a pool gives one of its keys. The member is told that it is a gift, not the reason.

        **Arguments**

        - `<member>` Who gets it.
        - `<offer>` The title or id of what is sold here. Put quotes around it if it has spaces.
        - `[days]` For how long, with a d, such as 30d; for ever without it.
        - `<reason>` Why. Only staff read it.
        """
        entry = named(self.settings.guild(ctx.guild.id).entries(), offer)
        if entry is None:
            text = _(
                "Nothing of that name is sold here. Nothing was changed. `/shoppexset product "
                "list` and `/shoppexset item list` show what is."
            )
            await ctx.send(text, ephemeral=True)
            return
        if member.bot:
            await ctx.send(staff_sentence(NotAMember()), ephemeral=True)
            return
        serve = partial(
            self.order_actions.ask_grant,
            guild=ctx.guild,
            user_id=member.id,
            entry=entry,
            days=days,
            reason=shorten(reason, _LONGEST_REASON),
        )
        await answer_privately(ctx, self.gate, serve)

    @StaffGroup.shoppex.command(name="move")
    @app_commands.rename(source="from", target="to")
    @app_commands.describe(
        source="Whose purchases move; somebody who left by their id",
        target="The member who is to have them",
    )
    async def shoppex_move(
        self, ctx: commands.GuildContext, source: discord.User, target: discord.Member
    ) -> None:
        """Move everything that somebody bought to another account of theirs.

        You see what moves and which roles go and come, and confirm it.

        **Arguments**

        - `<source>` Whose purchases move: a member, or the id of somebody who left.
        - `<target>` The member who is to have them.
        """
        if target.bot:
            await ctx.send(staff_sentence(NotAMember()), ephemeral=True)
            return
        serve = partial(
            self.transfer_flow.ask, guild=ctx.guild, source_id=source.id, target_id=target.id
        )
        await answer_privately(ctx, self.gate, serve)

    @shoppex_grant.autocomplete("offer")
    async def _complete_offer(
        self, interaction: discord.Interaction[Red], current: str
    ) -> list[app_commands.Choice[str]]:
        if not await self.may_help(interaction):
            return []
        return choices(self.settings.guild(interaction.guild_id or 0).entries(), current)

    @shoppex_order.autocomplete("order")
    @shoppex_redeliver.autocomplete("order")
    @shoppex_revoke.autocomplete("order")
    @shoppex_restore.autocomplete("order")
    async def _complete_order(
        self, interaction: discord.Interaction[Red], current: str
    ) -> list[app_commands.Choice[str]]:
        """The newest orders by title, number or member. From memory, and of few orders only."""
        guild = interaction.guild
        if guild is None or not await self.may_help(interaction):
            return []
        wanted, found = current.strip().casefold(), []
        for uniqid in self.ledger.newest(guild.id):
            place = self.ledger.locate(uniqid)
            if place is None:
                continue
            order = self.ledger.get(place[0]).orders[place[1]]
            name = name_of_user(self.bot, guild, place[0].user_id)
            if any(
                wanted in text.casefold() for text in (order.title, uniqid, order.short_name, name)
            ):
                text = f"{order.describe()} · {name} · {order.created_at:%Y-%m-%d}"
                found.append(app_commands.Choice(name=shorten(text, CHOICE_NAME), value=uniqid))
        return found[:CHOICES]
