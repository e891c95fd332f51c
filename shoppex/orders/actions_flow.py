"""Flow of staff actions on a purchase: the question before, and the result after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import discord
from redbot.core.bot import Red

from ..discord_limits import BODY, FIELD
from ..domain.account import Account, AccountKey, OfferKind, Order
from ..domain.policy import Terms
from ..domain.staff_action import StaffAction
from ..errors import Refusal
from ..formatting import plain, shorten
from ..i18n import _
from ..offers.policy_text import for_days
from ..offers.role_rights import refuse_what_is_above
from ..purchases.texts import title_of
from ..store.ledger import Ledger
from ..store.settings import Settings
from ..store.settings_model import SoldEntry
from ..ui.confirm_view import ask
from ..ui.members import find_member
from ..ui.permissions import PermissionGuard, say
from ..ui.responses import take_time
from ..ui.staff_view import admit_staff
from .actions import (
    RoleChanges,
    gift_of,
    given_back,
    plan_left,
    redelivered,
    revoked,
    role_changes,
    roles_to_give_anew,
)
from .errors import NothingToGive
from .lookup import OrderRef, find_case, matter_of, parts_of, roles_given_by
from .service import OrderService
from .texts import payers_text, staff_sentence


class OrderActionsFlow:
    """Asks, and has it done."""

    def __init__(
        self,
        gate: PermissionGuard,
        settings: Settings,
        ledger: Ledger,
        order_service: OrderService,
        clock: Callable[[], datetime],
    ) -> None:
        self._gate = gate
        self._settings = settings
        self._ledger = ledger
        self._orders = order_service
        self._clock = clock

    async def ask_redeliver(
        self, interaction: discord.Interaction[Red], guild: discord.Guild, number: str
    ) -> None:
        """Ask whether everything that a purchase gives is to be given once more."""
        if not await admit_staff(interaction, self._gate, guild):
            return
        by, terms, now = interaction.user.id, self._terms(guild), self._clock()
        try:
            case = await find_case(self._ledger, guild.id, number)
            account = self._ledger.get(case.key)
            matter = matter_of(account, case.name)
            await take_time(interaction)
            member = await find_member(guild, case.key.user_id)
            has = None if member is None else {role.id for role in member.roles}
            redelivered(account, case.name, terms, has, now)
        except Refusal as refusal:
            await say(interaction, staff_sentence(refusal))
            return
        anew = roles_to_give_anew(account, matter, terms, has, now)
        lines = [
            _("Roles that are given again: {roles}").format(roles=_mentions(anew))
            if anew
            else _("No role is missing.")
        ]
        order, subscription = parts_of(account, matter)
        if order is not None and order.entitled:
            lines.append(_what_is_sent(order))
        if subscription is not None:
            lines.append(_("The subscription is read from Shoppex once more."))
        if member is None:
            lines.append(_("The member is not here: roles are given when they come back."))

        async def act() -> str:
            await self._orders.redeliver(case, by, has)
            return _(
                "✅ It is being delivered again. `/shoppex order` shows how far it has come. If "
                "the member takes no direct messages, it waits for them as usual."
            )

        embed = self._embed(_("Redeliver?"), case, "\n".join(lines))
        await ask(interaction, self._gate, guild, embed, _("Yes, redeliver"), act, staff_sentence)

    async def ask_revoke(
        self,
        interaction: discord.Interaction[Red],
        guild: discord.Guild,
        number: str,
        reason: str,
    ) -> None:
        """Ask whether a purchase is to give nothing any more."""
        if not await admit_staff(interaction, self._gate, guild):
            return
        by, now = interaction.user.id, self._clock()
        try:
            case = await find_case(self._ledger, guild.id, number)
            account = self._ledger.get(case.key)
            after = revoked(account, case.name, StaffAction(by, now, reason))
        except Refusal as refusal:
            await say(interaction, staff_sentence(refusal))
            return
        embed = self._embed(_("Revoke?"), case, _no_money_back(account, case.name))
        changes = self._changes(guild, account, after, case.name)
        _show_changes(embed, changes)
        if changes.goes and self._settings.guild(guild.id).brake is not None:
            embed.add_field(
                name=_("Not now"),
                value=_("No role is taken at present: see `/shoppexset brake`."),
                inline=False,
            )
        if reason:
            embed.add_field(name=_("Reason"), value=plain(reason, 500), inline=False)

        async def act() -> str:
            await self._orders.revoke(case, by, reason)
            return _(
                "✅ It was taken back. `/shoppex restore`, or “Give back” under "
                "`/shoppex order`, undoes that."
            )

        await ask(
            interaction, self._gate, guild, embed, _("Yes, take it back"), act, staff_sentence
        )

    async def ask_leave_plan(
        self, interaction: discord.Interaction[Red], guild: discord.Guild, number: str
    ) -> None:
        """Ask whether a subscription to an unsold plan is to keep the roles of the former one."""
        if not await admit_staff(interaction, self._gate, guild):
            return
        by = interaction.user.id
        try:
            case = await find_case(self._ledger, guild.id, number)
            plan_left(self._ledger.get(case.key), case.name)
        except Refusal as refusal:
            await say(interaction, staff_sentence(refusal))
            return
        text = _(
            "The member keeps the roles of the former plan for as long as they pay for this one, "
            "even if you put it on sale later. You are not asked about it again."
        )

        async def act() -> str:
            await self._orders.leave_plan(case, by)
            return _("✅ It stays as it is. `/shoppex revoke` still takes it back.")

        embed = self._embed(_("Leave it as it is?"), case, text)
        await ask(interaction, self._gate, guild, embed, _("Yes, leave it"), act, staff_sentence)

    async def ask_give_back(
        self, interaction: discord.Interaction[Red], guild: discord.Guild, number: str
    ) -> None:
        """Ask whether a purchase that was taken back is to count again."""
        if not await admit_staff(interaction, self._gate, guild):
            return
        by = interaction.user.id
        try:
            case = await find_case(self._ledger, guild.id, number)
            account = self._ledger.get(case.key)
            after = given_back(account, case.name)
            changes = self._changes(guild, account, after, case.name)
            refuse_what_is_above(guild, by, changes.comes)
        except Refusal as refusal:
            await say(interaction, staff_sentence(refusal))
            return
        text = _("What was bought counts again, as if it had never been taken back.")
        embed = self._embed(_("Give back?"), case, text)
        _show_changes(embed, changes)

        async def act() -> str:
            await self._orders.give_back(case, by)
            return _("✅ It counts again, and what it gives is on its way.")

        await ask(
            interaction, self._gate, guild, embed, _("Yes, give it back"), act, staff_sentence
        )

    async def ask_grant(
        self,
        interaction: discord.Interaction[Red],
        guild: discord.Guild,
        user_id: int,
        entry: SoldEntry,
        days: int | None,
        reason: str,
    ) -> None:
        """Ask whether a member is to get what is sold as a gift."""
        if not await admit_staff(interaction, self._gate, guild):
            return
        act_ = StaffAction(interaction.user.id, self._clock(), reason)
        key = AccountKey(guild.id, user_id)
        gift = gift_of(entry, days, act_)
        account = self._ledger.get(key)
        after = account.with_order(gift)
        changes = self._changes(guild, account, after, gift.nonce)
        try:
            if not gift.roles and gift.pool is None:
                raise NothingToGive
            refuse_what_is_above(guild, act_.by, changes.comes)
        except Refusal as refusal:
            await say(interaction, staff_sentence(refusal))
            return
        embed = self._embed(_("Give this as a gift?"), OrderRef(key, gift.nonce), "", gift)
        lasts = _("for ever") if days is None else for_days(days)
        embed.add_field(name=_("How long"), value=lasts)
        _show_changes(embed, changes)
        embed.add_field(name=_("Keys"), value=_keys_of_a_gift(gift), inline=False)
        embed.add_field(name=_("Reason"), value=plain(reason, 500) or "…", inline=False)
        embed.set_footer(text=_("The member is told that it is a gift, and not the reason."))

        async def act() -> str:
            given = await self._orders.grant(key, entry, days, act_)
            return _(
                "✅ {member} gets **{title}** as a gift. Its number is `{id}`; `/shoppex revoke` "
                "takes it back."
            ).format(member=f"<@{user_id}>", title=plain(given.title), id=given.uniqid)

        await ask(interaction, self._gate, guild, embed, _("Yes, give it"), act, staff_sentence)

    # -- what is common ------------------------------------------------------------------

    def _terms(self, guild: discord.Guild) -> Terms:
        return self._settings.guild(guild.id).terms()

    def _changes(
        self, guild: discord.Guild, before: Account, after: Account, name: str
    ) -> RoleChanges:
        terms, now = self._terms(guild), self._clock()
        roles = roles_given_by(after, matter_of(after, name), terms)
        return role_changes(before, after, roles, terms, now)

    def _embed(
        self, title: str, case: OrderRef, text: str, matter: Order | None = None
    ) -> discord.Embed:
        what = matter or matter_of(self._ledger.get(case.key), case.name)
        embed = discord.Embed(
            title=title, description=shorten(f"**{plain(title_of(what))}**\n{text}", BODY)
        )
        embed.add_field(name=_("Member"), value=f"<@{case.key.user_id}>")
        return embed


def _show_changes(embed: discord.Embed, changes: RoleChanges) -> None:
    if changes.goes:
        embed.add_field(name=_("Roles that go"), value=_mentions(changes.goes), inline=False)
    if changes.comes:
        embed.add_field(name=_("Roles that come"), value=_mentions(changes.comes), inline=False)
    if changes.stays:
        lines = [
            _("{role}: paid by {purchases}").format(
                role=f"<@&{role_id}>", purchases=payers_text(payers)
            )
            for role_id, payers in changes.stays
        ]
        text = shorten("\n".join(lines), FIELD)
        embed.add_field(name=_("Roles that stay"), value=text, inline=False)
    if changes == RoleChanges():
        embed.add_field(name=_("Roles"), value=_("No role changes."), inline=False)


def _no_money_back(account: Account, name: str) -> str:
    order, subscription = parts_of(account, matter_of(account, name))
    if order is not None and order.gift is not None:
        return _("It is a gift, so there is no money to give back.")
    text = _(
        "⚠️ No money goes back by this. To refund it, open the order at Shoppex under Orders, and "
        "refund it there. A key that was sent stays known to the member, and a licence works "
        "until you suspend it with `/shoppex license`."
    )
    if subscription is None:
        return text
    return (
        text
        + " "
        + _(
            "The subscription goes on being charged until you, or the member, cancel it at "
            "Shoppex."
        )
    )


def _what_is_sent(order: Order) -> str:
    if order.gift is not None or order.kind is OfferKind.ITEM:
        if order.pool is not None:
            return _(
                "The message is sent again. A key out of a pool is not: the bot keeps no copy, "
                "and takes no other one out."
            )
        return _("The message is sent again.")
    return _(
        "The message is sent again, with what Shoppex has for this order now: the order is read "
        "from Shoppex at that moment."
    )


def _keys_of_a_gift(gift: Order) -> str:
    if gift.pool is not None:
        return _("One key is taken out of the item's pool and sent to the member.")
    return _("Keys, files and licences of Shoppex's are not part of a gift.")


def _mentions(role_ids: tuple[int, ...]) -> str:
    return shorten(", ".join(f"<@&{role_id}>" for role_id in role_ids), FIELD)
