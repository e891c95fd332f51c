"""Flow of purchases and members, as staff see them and begin to act on them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

import discord
from redbot.core.bot import Red
from redbot.core.i18n import set_contextual_locales_from_guild

from ..discord_limits import LABEL
from ..domain.account import AccountKey, Order
from ..domain.subscription import Subscription
from ..errors import Refusal
from ..formatting import shorten
from ..i18n import _
from ..purchases.status import matters_of, standing
from ..purchases.texts import stage_text, title_of
from ..store.ledger import Ledger
from ..store.settings import Settings
from ..ui.components import ChoiceMenu, PressButton
from ..ui.members import find_member, name_of_user
from ..ui.pager import Pager
from ..ui.permissions import PermissionGuard, say
from ..ui.responses import show, take_time
from ..ui.staff_view import StaffView, admit_staff
from ..ui.text_modal import TextModal
from .actions_flow import OrderActionsFlow
from .held_order import decision_buttons
from .lookup import (
    Matter,
    OrderRef,
    concerns_about,
    find_case,
    matter_of,
    name_of,
    number_of,
    role_stories,
    roles_given_by,
    user_in,
)
from .texts import case_embed, case_line, member_embed, staff_sentence


class OrderFlow:
    """Shows staff single purchases and single members; keeps nothing between them.

    Everything here asks first whether who presses is staff: buttons in the log channel lead here.
    """

    def __init__(
        self,
        gate: PermissionGuard,
        settings: Settings,
        ledger: Ledger,
        order_actions: OrderActionsFlow,
        clock: Callable[[], datetime],
    ) -> None:
        self.gate = gate
        self._settings = settings
        self._ledger = ledger
        self.order_actions = order_actions
        self._clock = clock

    async def search(
        self, interaction: discord.Interaction[Red], guild_id: int, text: str
    ) -> None:
        """What a member bought, or one purchase by its number."""
        user_id = user_in(text)
        if user_id is not None:
            await self.show_member(interaction, guild_id, user_id)
        else:
            await self.show_order(interaction, guild_id, text)

    async def show_order(
        self, interaction: discord.Interaction[Red], guild_id: int, uniqid: str
    ) -> None:
        """One order, or subscription, by its number."""
        guild = await self._admit(interaction, guild_id)
        if guild is None:
            return
        try:
            case = await find_case(self._ledger, guild_id, uniqid)
            await self.show_case(interaction, guild, case)
        except Refusal as refusal:
            await say(interaction, staff_sentence(refusal))

    async def show_member(
        self,
        interaction: discord.Interaction[Red],
        guild_id: int,
        user_id: int,
        start: int = 0,
    ) -> None:
        """A page of what a member bought, newest first, and why they have each role."""
        guild = await self._admit(interaction, guild_id)
        if guild is None:
            return
        await take_time(interaction)
        if not self._ledger.is_readable(AccountKey(guild_id, user_id)):
            await say(
                interaction,
                _(
                    "What this member bought cannot be read at the moment, so nothing is given or "
                    "taken. The bot's owner can bring it back with `/shoppexset owner restore`."
                ),
            )
            return
        shop, now = self._settings.guild(guild_id), self._clock()
        terms, account = shop.terms(), self._ledger.get(AccountKey(guild_id, user_id))
        member = await find_member(guild, user_id)
        has = None if member is None else {role.id for role in member.roles}
        matters = matters_of(account)
        pager = Pager(start, len(matters))
        page = pager.cut(matters)
        embed = member_embed(
            name_of_user(self.gate.bot, guild, user_id),
            user_id,
            [case_line(matter, standing(account, matter, terms, now)) for matter in page],
            list(role_stories(account, has, shop.sold_roles(), terms, now)),
            here=member is not None,
            page=pager.number,
            pages=pager.pages,
        )
        embed.colour = await self.gate.colour(interaction)
        options = [
            discord.SelectOption(
                label=shorten(title_of(matter) or "…", LABEL),
                value=str(number),
                description=shorten(
                    stage_text(standing(account, matter, terms, now).stage), LABEL
                ),
            )
            for number, matter in enumerate(page)
        ]
        cases = [OrderRef(account.key, name_of(matter)) for matter in page]
        view = MemberView(self, interaction.user.id, guild, account.key, cases, options, pager)
        await show(interaction, embed, view)

    async def show_case(
        self, interaction: discord.Interaction[Red], guild: discord.Guild, case: OrderRef
    ) -> None:
        """One purchase as it stands now.

        Raises
        ------
        NoSuchPurchase
            When it is forgotten, or moved, meanwhile.
        """
        account = self._ledger.get(case.key)
        terms = self._settings.guild(guild.id).terms()
        matter = matter_of(account, case.name)
        embed = case_embed(
            account,
            matter,
            standing(account, matter, terms, self._clock()),
            roles_given_by(account, matter, terms),
            tuple(concerns_about(account, matter, terms, self._clock())),
        )
        embed.colour = await self.gate.colour(interaction)
        await show(
            interaction, embed, StaffOrderView(self, interaction.user.id, guild, case, matter)
        )

    async def _admit(
        self, interaction: discord.Interaction[Red], guild_id: int
    ) -> discord.Guild | None:
        guild = self.gate.bot.get_guild(guild_id)
        await set_contextual_locales_from_guild(self.gate.bot, guild)
        return guild if await admit_staff(interaction, self.gate, guild) else None


class MemberView(StaffView):
    """A menu of a member's purchases, and buttons to turn pages."""

    def __init__(
        self,
        order_flow: OrderFlow,
        user_id: int,
        guild: discord.Guild,
        key: AccountKey,
        cases: list[OrderRef],
        options: list[discord.SelectOption],
        pager: Pager,
    ) -> None:
        super().__init__(order_flow.gate, user_id, guild)
        self._order_flow = order_flow
        self._cases = cases
        if options:
            self.add_item(ChoiceMenu(_("Choose one to see more"), options, self._choose))
        turn = partial(order_flow.show_member, guild_id=guild.id, user_id=key.user_id)
        for button in pager.buttons(_("Newer"), _("Older"), turn):
            self.add_item(button)

    async def _choose(self, interaction: discord.Interaction[Red], number: str) -> None:
        try:
            await self._order_flow.show_case(interaction, self.guild, self._cases[int(number)])
            self.stop()
        except Refusal as refusal:
            await say(interaction, staff_sentence(refusal))


class StaffOrderView(StaffView):
    """What can be done about a purchase. Nothing is done before it was asked once more."""

    def __init__(
        self,
        order_flow: OrderFlow,
        user_id: int,
        guild: discord.Guild,
        case: OrderRef,
        matter: Matter,
    ) -> None:
        super().__init__(order_flow.gate, user_id, guild)
        self._order_flow = order_flow
        self._number = number_of(matter)
        order_actions, number = order_flow.order_actions, self._number
        paid = not isinstance(matter, Order) or matter.paid_at is not None
        danger = discord.ButtonStyle.danger
        if paid and matter.revoked is None:
            redeliver = partial(order_actions.ask_redeliver, guild=guild, number=number)
            self.add_item(PressButton(_("Redeliver"), redeliver))
            self.add_item(PressButton(_("Revoke"), self._revoke, style=danger))
        elif matter.revoked is not None:
            give_back = partial(order_actions.ask_give_back, guild=guild, number=number)
            self.add_item(PressButton(_("Give back"), give_back))
        if isinstance(matter, Subscription) and matter.moved and matter.revoked is None:
            leave = partial(order_actions.ask_leave_plan, guild=guild, number=number)
            self.add_item(PressButton(_("Leave it as it is"), leave))
        if isinstance(matter, Order) and matter.needs_decision:
            for button in decision_buttons(case.key, matter):
                self.add_item(button)
        member = partial(order_flow.show_member, guild_id=guild.id, user_id=case.key.user_id)
        self.add_item(PressButton(_("Member"), member, ends=True))

    async def _revoke(self, interaction: discord.Interaction[Red]) -> None:
        async def submit(answer: discord.Interaction[Red], reason: str) -> None:
            await self._order_flow.order_actions.ask_revoke(
                answer, self.guild, self._number, reason
            )

        await interaction.response.send_modal(
            TextModal(
                self.gate,
                self.user_id,
                title=_("Revoke"),
                label=_("Why is it taken back?"),
                description=_("Only the staff reads this. You are asked once more after it."),
                submit=submit,
            )
        )
