"""Error replies and checks where Red leaves a user of slash commands without them."""

from __future__ import annotations

from redbot.core import commands

from ..command_mentions import read_by_prefix
from ..i18n import _
from ..store.errors import StoreUnavailable
from .command_base import CommandBase


class ErrorReplies(CommandBase):
    """The checks and errors of all commands."""

    async def cog_check(self, ctx: commands.Context) -> bool:
        """What a group asks for holds for its commands in slash form as well.

        Discord lets a server open them to anybody, and Red then looks at the command alone.
        """
        if ctx.interaction is None or ctx.command is None:
            return True
        for group in reversed(ctx.command.parents):
            if not await group.requires.verify(ctx):
                return False
        return True

    async def cog_before_invoke(self, ctx: commands.Context) -> None:
        """Name commands with the prefix of the server, where there is no slash command."""
        read_by_prefix(ctx.clean_prefix)

    async def cog_command_error(self, ctx: commands.Context, error: Exception) -> None:
        """Answer what Red leaves without an answer, and hand on the rest."""
        if ctx.interaction is not None:
            if not ctx.interaction.response.is_done():
                await ctx.defer(ephemeral=True)
            sentence = _refusal_by_red(ctx, error)
            if sentence is not None:
                await ctx.send(sentence, ephemeral=True)
                return
        if isinstance(_cause(error), StoreUnavailable):
            await ctx.send(
                _("The bot cannot save anything right now. Please try again later."),
                ephemeral=True,
            )
            return
        # `unhandled_by_cog` is Red's own; discord.py's signature lacks it.
        await self.bot.on_command_error(ctx, error, unhandled_by_cog=True)  # type: ignore[call-arg, arg-type]


def _cause(error: BaseException) -> BaseException:
    """What went wrong in a command: discord.py wraps it once, for a slash user twice."""
    inner = getattr(error, "original", None)
    return _cause(inner) if isinstance(inner, BaseException) else error


def _refusal_by_red(ctx: commands.Context, error: Exception) -> str | None:
    """Why Red's own checks refused, for a slash user whom Red would leave waiting."""
    if isinstance(error, commands.DisabledCommand):
        return _("This command is switched off in this server. Its staff can switch it on again.")
    if isinstance(error, commands.UserFeedbackCheckFailure) and error.message:
        return str(error.message)
    if isinstance(error, (commands.BotMissingPermissions, commands.NoPrivateMessage)):
        return None
    if not isinstance(error, commands.CheckFailure):
        return None
    if ctx.command is not None and ctx.command.root_parent is None:
        return _("You are not allowed to use this command here. Ask the server's staff about it.")
    if ctx.command is not None and ctx.command.root_parent.qualified_name == "shoppex":
        return _(
            "You are not allowed to use this command. It is for the shop's staff: those with the "
            "role of `/shoppexset staffrole`, the permission Manage Server, or the server's "
            "admin role."
        )
    return _(
        "You are not allowed to use this command. It needs the permission Manage Server, the "
        "server's admin role, or the bot's owner."
    )
