"""Checks of a server: whether the bot can give what it sells, and members find it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence

import discord
from redbot.core.bot import Red

from ...fulfilment.engine.discord_budget import Budget
from ...fulfilment.engine.role_checks import GAINED_POWER, powers_of, why_not_give
from ..check_context import CheckContext, Depth
from ..findings import Finding, Verdict


class IntentsCheck:
    """Whether Discord tells the bot of members."""

    names: tuple[str, ...] = ("intents",)
    depth = Depth.GLANCE

    def __init__(self, bot: Red) -> None:
        self._bot = bot

    async def look(self, case: CheckContext) -> Sequence[Finding]:  # noqa: ARG002 - one for all servers
        """See what the bot asked for when it logged in."""
        if self._bot.intents.members:
            return [Finding("intents", Verdict.GOOD, "members_seen")]
        return [Finding("intents", Verdict.BAD, "members_unseen")]


class PermissionCheck:
    """Manage Roles, without which no role is given."""

    names: tuple[str, ...] = ("permission",)
    depth = Depth.GLANCE

    async def look(self, case: CheckContext) -> Sequence[Finding]:
        """See whether the bot has it. Who sells no roles needs none."""
        if not case.shop.sold_roles():
            return ()
        if case.guild.me.guild_permissions.manage_roles:
            return [Finding("permission", Verdict.GOOD, "may_manage_roles")]
        return [Finding("permission", Verdict.BAD, "no_manage_roles")]


class RolesCheck:
    """Each role that is sold."""

    names: tuple[str, ...] = ("roles",)
    depth = Depth.GLANCE

    async def look(self, case: CheckContext) -> Sequence[Finding]:
        """See what stands in the way of giving each."""
        obstacles: defaultdict[str, list[str]] = defaultdict(list)
        sold = sorted(case.shop.sold_roles())
        for role_id in sold:
            role = case.guild.get_role(role_id)
            reason = _obstacle(role, case.guild.me)
            accepted = case.shop.powers.get(role_id)
            if reason is None and role is not None and accepted is not None:
                reason = GAINED_POWER if powers_of(role) & ~accepted else None
            if reason is not None:
                obstacles[reason].append(str(role_id))
        if obstacles:
            return [
                Finding("roles", Verdict.BAD, reason, tuple(roles))
                for reason, roles in obstacles.items()
            ]
        return [Finding("roles", Verdict.GOOD, "roles_below")] if sold else ()


class SlashCommandsCheck:
    """The slash commands, which Red holds back until its owner lets them out.

    Parameters
    ----------
    names
        Gives those that the cog has.
    """

    names: tuple[str, ...] = ("slash",)
    depth = Depth.VISIT

    def __init__(self, bot: Red, budget: Budget, names: Callable[[], Collection[str]]) -> None:
        self._bot = bot
        self._budget = budget
        self._names = names

    async def look(self, case: CheckContext) -> Sequence[Finding]:  # noqa: ARG002 - one for all servers
        """Compare what the bot has, what Red lets out, and what Discord knows."""
        tree = self._bot.tree
        enabled = (await self._bot.list_enabled_app_commands())["slash"]
        held_back = tuple(sorted(name for name in self._names() if name not in enabled))
        if held_back:
            return [Finding("slash", Verdict.BAD, "not_enabled", held_back)]
        known = {
            command.name: command for command in await self._budget.request(tree.fetch_commands)
        }
        unknown = tuple(sorted(name for name in self._names() if name not in known))
        if unknown:
            return [Finding("slash", Verdict.BAD, "not_synced", unknown)]
        outdated = tuple(
            sorted(
                path
                for name in self._names()
                for path in {*_paths(tree.get_command(name))} - {*_known_paths(known[name])}
            )
        )
        if outdated:
            return [Finding("slash", Verdict.WARN, "outdated", outdated)]
        return [Finding("slash", Verdict.GOOD, "synced")]


def _obstacle(role: discord.Role | None, me: discord.Member) -> str | None:
    """What stands in the way, whether or not the bot may give roles at all."""
    reason = why_not_give(role, me)
    if reason != "no_manage_roles":
        return reason
    return "role_too_high" if role is not None and role >= me.top_role else None


def _paths(command: object) -> Iterator[str]:
    """The full name of each command of a group."""
    if isinstance(command, discord.app_commands.Group):
        for child in command.commands:
            yield child.qualified_name
            yield from _paths(child)


def _known_paths(command: object) -> Iterator[str]:
    """The same of a group as Discord knows it."""
    groups = (discord.app_commands.AppCommand, discord.app_commands.AppCommandGroup)
    if isinstance(command, groups):
        for child in command.options:
            if isinstance(child, discord.app_commands.AppCommandGroup):
                yield child.qualified_name
                yield from _known_paths(child)
