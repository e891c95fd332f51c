"""`[p]shoppexset policy`, `rejoin` and `reminders`: what becomes of roles in time."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import discord
from discord import app_commands
from redbot.core import commands
from redbot.core.bot import Red

from ..domain.policy import OwnPolicy
from ..formatting import plain
from ..fulfilment.engine.engine import Engine
from ..fulfilment.reconcile.membership import Membership
from ..i18n import _
from ..store.settings_model import GuildSettings
from ..ui.settings_group import SettingsGroup
from .lists import complete, named, send_list
from .policy_text import (
    own_policy_lines,
    policy_lines,
    policy_sentence,
    reminders_text,
)

_MOST_REMINDERS = 3
_LONGEST_REMINDER = 30

TakeOrKeep = Literal["revoke", "keep", "server"]
SuspendOrKeep = Literal["suspend", "keep", "server"]
_OFFER = "A product or item; leave out for the whole server"


class PolicyCommands(SettingsGroup):
    """What a refund, a dispute, a missed payment and a pause mean, and what is told of ends."""

    engine: Engine
    membership: Membership

    @SettingsGroup.shoppexset.group(name="policy", fallback="show")
    async def shoppexset_policy(self, ctx: commands.GuildContext) -> None:
        """Show what refunds, disputes and missed payments mean for roles."""
        if ctx.invoked_subcommand is not None:
            return
        shop = self.settings.guild(ctx.guild.id)
        lines = policy_lines(shop.policy)
        lines.append(_("Partial refunds: nothing happens by itself; you are told, and decide"))
        for entry in sorted(shop.entries(), key=lambda entry: entry.title.casefold()):
            own = own_policy_lines(entry.policy, shop.policy)
            if own:
                lines += ["", f"**{plain(entry.title)}**", *own]
        await send_list(ctx, _("What becomes of roles"), lines, "")

    @shoppexset_policy.command(name="refunds")
    @app_commands.describe(roles="What a refund does to roles", offer=_OFFER)
    async def shoppexset_policy_refunds(
        self, ctx: commands.GuildContext, roles: TakeOrKeep, *, offer: str | None = None
    ) -> None:
        """Choose whether a refund takes roles away.

        **Arguments**

        - `<roles>` `revoke`, `keep`, or `server` for a product that is to follow the server.
        - `[offer]` A product or item that differs from the rest of the server.
        """
        await self._decide(ctx, "refund_revokes", _decision(roles, "revoke"), offer)

    @shoppexset_policy.command(name="disputes")
    @app_commands.describe(roles="What a dispute does to roles", offer=_OFFER)
    async def shoppexset_policy_disputes(
        self, ctx: commands.GuildContext, roles: SuspendOrKeep, *, offer: str | None = None
    ) -> None:
        """Choose whether a dispute takes roles away while it lasts.

        **Arguments**

        - `<roles>` `suspend`, `keep`, or `server` for a product that is to follow the server.
        - `[offer]` A product or item that differs from the rest of the server.
        """
        await self._decide(ctx, "dispute_suspends", _decision(roles, "suspend"), offer)

    @shoppexset_policy.command(name="pastdue")
    @app_commands.describe(roles="What an overdue payment does to roles", offer=_OFFER)
    async def shoppexset_policy_pastdue(
        self, ctx: commands.GuildContext, roles: TakeOrKeep, *, offer: str | None = None
    ) -> None:
        """Choose whether roles go while a subscription's payment is overdue.

        **Arguments**

        - `<roles>` `keep`, `revoke`, or `server` for a product that is to follow the server.
        - `[offer]` A product or item that differs from the rest of the server.
        """
        await self._decide(ctx, "past_due_keeps", _decision(roles, "keep"), offer)

    @shoppexset_policy.command(name="paused")
    @app_commands.describe(roles="What a pause does to roles", offer=_OFFER)
    async def shoppexset_policy_paused(
        self, ctx: commands.GuildContext, roles: TakeOrKeep, *, offer: str | None = None
    ) -> None:
        """Choose whether roles stay while a subscription is paused.

        **Arguments**

        - `<roles>` `keep`, `revoke`, or `server` for a product that is to follow the server.
        - `[offer]` A product or item that differs from the rest of the server.
        """
        await self._decide(ctx, "paused_keeps", _decision(roles, "keep"), offer)

    async def _decide(
        self,
        ctx: commands.GuildContext,
        name: str,
        decision: bool | None,
        offer: str | None,
    ) -> None:
        """Keep a decision of the server, or of one offer, and answer what it means."""
        shop = self.settings.guild(ctx.guild.id)
        entry = None if offer is None else named(shop.entries(), offer)
        if offer is not None and entry is None:
            text = _(
                "Nothing of that name is sold here. Nothing was changed. `/shoppexset product "
                "list` and `/shoppexset item list` show what is."
            )
            await ctx.send(text, ephemeral=True)
            return
        if decision is None and entry is None:
            text = _("Name the product or item that is to follow the server. Nothing was changed.")
            await ctx.send(text, ephemeral=True)
            return

        def change(shop: GuildSettings) -> GuildSettings:
            if entry is None:
                decided = replace(OwnPolicy(), **{name: decision})
                return replace(shop, policy=decided.over(shop.policy))
            return shop.with_entry(
                replace(entry, policy=replace(entry.policy, **{name: decision}))
            )

        await self.settings.update_guild(ctx.guild.id, change)
        # What this changes for those who have bought follows from the facts about them.
        self.engine.mark_unsettled(ctx.guild.id)
        sentence = policy_sentence(name, decided=bool(decision))
        if entry is None:
            text = "✅ " + sentence
        elif decision is None:
            text = _(
                "✅ **{title}** follows the server now, for those who have bought it, too. "
                "`/shoppexset policy show` says what that is."
            ).format(title=plain(entry.title))
        else:
            text = f"✅ **{plain(entry.title)}**: {sentence}"
        await ctx.send(text, ephemeral=True)

    @shoppexset_policy_refunds.autocomplete("offer")
    @shoppexset_policy_disputes.autocomplete("offer")
    @shoppexset_policy_pastdue.autocomplete("offer")
    @shoppexset_policy_paused.autocomplete("offer")
    async def _complete_offer(
        self, interaction: discord.Interaction[Red], current: str
    ) -> list[app_commands.Choice[str]]:
        return await complete(self, interaction, current)

    @SettingsGroup.shoppexset.command(name="rejoin")
    @app_commands.describe(enabled="Whether who comes back gets back what still lasts")
    async def shoppexset_rejoin(self, ctx: commands.GuildContext, enabled: bool) -> None:
        """Choose whether who leaves and comes back gets their roles back.

        **Arguments**

        - `<enabled>` `on` or `off`.
        """
        await self.settings.update_guild(ctx.guild.id, lambda s: replace(s, rejoin=enabled))
        if enabled:
            self.membership.look_for_returns(ctx.guild.id)
            text = _(
                "✅ Who comes back gets back what they paid for, as long as it lasts. That goes "
                "for those who came back while this was off: they get it now. Nobody who was "
                "banned gets anything back."
            )
        else:
            text = _(
                "✅ Who leaves loses what they had, and has to buy it again. Who came back before "
                "keeps what they got. What was paid and never given is still given."
            )
        await ctx.send(text, ephemeral=True)

    @SettingsGroup.shoppexset.command(name="reminders")
    @app_commands.describe(days="Such as “7 1”: so many days before; or “off”")
    async def shoppexset_reminders(self, ctx: commands.GuildContext, *, days: str) -> None:
        """Choose when buyers are reminded of a renewal or an end.

        Each buyer can switch reminders off with the button below one.

        **Arguments**

        - `<days>` Up to three numbers from 1 to 30, such as `7 1`, or `off`.
        """
        chosen = _read_days(days)
        await self.settings.update_guild(ctx.guild.id, lambda s: replace(s, remind_days=chosen))
        self.engine.mark_unsettled(ctx.guild.id)
        if chosen:
            text = _(
                "✅ Buyers get a reminder {when}; those who have bought already, too. Each can "
                "switch it off for themselves."
            ).format(when=reminders_text(chosen))
        else:
            text = _(
                "✅ Buyers get no reminders any more; those who have bought already, neither."
            )
        await ctx.send(text, ephemeral=True)


def _decision(word: str, yes: str) -> bool | None:
    """What a word decides; ``None`` for as the server has it."""
    return None if word == "server" else word == yes


def _read_days(text: str) -> tuple[int, ...]:
    """The days before an end on which buyers are reminded, longest first."""
    words = text.replace(",", " ").split()
    if [word.casefold() for word in words] == ["off"]:
        return ()
    readable = all(word.isascii() and word.isdigit() for word in words)
    days = {int(word) for word in words} if readable else set()
    if not 1 <= len(days) <= _MOST_REMINDERS or not all(1 <= d <= _LONGEST_REMINDER for d in days):
        raise commands.BadArgument(
            _(
                "Write up to {most} different numbers of days from 1 to {longest}, such as `7 1`, "
                "or `off`. Nothing was changed."
            ).format(most=_MOST_REMINDERS, longest=_LONGEST_REMINDER)
        )
    return tuple(sorted(days, reverse=True))
