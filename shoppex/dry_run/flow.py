"""Flow of a test purchase for staff: each step, what went wrong, and how to mend it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial

import discord
from redbot.core.bot import Red

from ..checkout.texts import refusal_sentence
from ..discord_limits import BODY
from ..embed_text import edit_as
from ..errors import Refusal
from ..formatting import format_price, plain, shorten
from ..fulfilment.engine.failures import REQUEST_ERRORS
from ..i18n import _
from ..store.errors import StoreUnavailable
from ..ui.permissions import PermissionGuard
from ..ui.reason_text import progress_sentence
from .report import DryRunReport, DryRunStep, Mark, StepResult
from .service import DryRunActive, DryRunService, RoleAboveTester

log = logging.getLogger("red.shoppex.shoppex.dry_run.flow")

Send = Callable[..., Awaitable[discord.Message]]

_SIGNS = {Mark.FINE: "✅", Mark.DOUBTFUL: "⚠️", Mark.FAILED: "❌", Mark.LEFT_OUT: "➖"}
_NOT_FOUND, _UNAUTHORIZED, _METHOD = 404, 401, 405
_REDIRECTS = range(300, 400)
_GATEWAY = (502, 503, 504)


class DryRunFlow:
    """Goes through a test purchase before the eyes of the one who asked for it."""

    def __init__(self, gate: PermissionGuard, tests: DryRunService) -> None:
        self._gate = gate
        self._tests = tests

    async def press(self, interaction: discord.Interaction[Red], offer_ref: str) -> bool:
        """Answer a click with a test of one offer; whether all of it went well."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild, member = interaction.guild, interaction.user
        if guild is None or not isinstance(member, discord.Member):
            return False
        colour = await self._gate.colour(interaction)
        send = partial(interaction.followup.send, ephemeral=True, wait=True)
        return await self.test(guild, member, offer_ref, send, colour)

    async def test(
        self,
        guild: discord.Guild,
        member: discord.Member,
        offer_ref: str,
        send: Send,
        colour: discord.Colour,
    ) -> bool:
        """Test one offer and show how it goes; whether all of it went well.

        Parameters
        ----------
        send
            Says something to ``member`` alone.
        """
        message = _DryRunMessage(send, colour)
        try:
            report = await self._tests.run(guild, member, offer_ref, message.show)
        except Refusal as refusal:
            await send(_refusal(refusal))
            return False
        except StoreUnavailable:
            await send(
                _("The bot cannot save anything right now, so nothing was tested. Try later.")
            )
            return False
        await message.show(report)
        return not report.failed


class _DryRunMessage:
    """One message that shows how far a test has come."""

    def __init__(self, send: Send, colour: discord.Colour) -> None:
        self._send = send
        self._colour = colour
        self._message: discord.Message | None = None

    async def show(self, report: DryRunReport) -> None:
        """Show it. A test goes on where its message is gone."""
        embed = _report_embed(report, self._colour)
        try:
            if self._message is None:
                self._message = await self._send(embed=embed)
            else:
                await self._message.edit(**edit_as(self._message, embed))
        except REQUEST_ERRORS:
            log.debug("A test goes on without a message that shows it")


def _report_embed(report: DryRunReport, colour: discord.Colour) -> discord.Embed:
    """The steps so far."""
    embed = discord.Embed(
        title=_heading(report),
        description=shorten("\n\n".join(_line(r) for r in report.results), BODY) or "…",
        colour=colour,
    )
    embed.add_field(
        name=_("Tested"),
        value=f"**{plain(report.offer.title)}**, {format_price(report.offer.price)}",
        inline=False,
    )
    if report.over:
        embed.set_footer(
            text=_(
                "No money moved, and Shoppex was not asked. So this cannot show whether Shoppex "
                "sends its webhooks to this address and signs them with the secret you entered."
            )
        )
    return embed


def _refusal(refusal: Refusal) -> str:
    """Why a test does not begin."""
    if isinstance(refusal, DryRunActive):
        return _(
            "A test is running in this server, or the last one is still being undone: I am "
            "trying that again now. Nothing new was begun. Wait for its report, then try again. "
            "If this stays so, look whether my role is above the roles that you sell."
        )
    if isinstance(refusal, RoleAboveTester):
        return _(
            "You would have {role} for a moment, and you lack Manage Roles, or it is not below "
            "your own highest role: nobody gets by a test what they could not hand out. Nothing "
            "was tested. Ask somebody who could."
        ).format(role=f"<@&{refusal.role_id}>")
    return refusal_sentence(refusal)


def _heading(report: DryRunReport) -> str:
    if not report.over:
        return _("Test purchase: running …")
    if report.failed:
        return _("Test purchase: something does not work")
    if any(result.mark is Mark.DOUBTFUL for result in report.results):
        return _("Test purchase: it works, with a reservation")
    return _("Test purchase: everything works")


def _line(result: StepResult) -> str:
    time = ""
    if result.seconds is not None:
        time = " · " + _("{seconds} s").format(seconds=f"{result.seconds:.1f}")
    return f"{_SIGNS[result.mark]} {_text(result)}{time}"


def _text(result: StepResult) -> str:
    if result.mark is Mark.FINE:
        return _fine(result)
    if result.step is DryRunStep.PUBLIC:
        return _public(result)
    if result.step is DryRunStep.LISTENER:
        return _listener(result)
    if result.step is DryRunStep.RECORD:
        return _record(result.reason)
    if result.step is DryRunStep.ROLE:
        return _role(result)
    if result.step is DryRunStep.MESSAGE:
        return _message(result.reason)
    return _undo(result)


def _fine(result: StepResult) -> str:
    texts = {
        DryRunStep.PUBLIC: _(
            "**Webhook:** the signed payment came in through your public address and was taken."
        ),
        DryRunStep.LISTENER: _(
            "**Webhook:** the signed payment came in through the listener on this machine and "
            "was taken."
        ),
        DryRunStep.ROLE: _("**Role:** you were given {role}."),
        DryRunStep.MESSAGE: _("**Message:** it is in your direct messages, marked as a test."),
        DryRunStep.UNDO: _(
            "**Undone:** what the test gave is taken away again, and nothing of it is kept or "
            "counted."
        ),
    }
    return texts[result.step].format(role=f"<@&{result.role_id}>")


def _public(result: StepResult) -> str:
    heading = _("**Webhook:**") + " "
    if result.reason == "status":
        return heading + _status(result.status or 0)
    texts = {
        "no_address": _(
            "no public address is set, so Shoppex cannot send webhooks, and payments are found "
            "by asking within a minute. The bot's owner can set one with `/shoppexset publicurl`."
        ),
        "somebody_else": _(
            "something answers at your public address, but it is not this bot: the payment did "
            "not arrive. Let the address lead to the listener of this bot."
        ),
        "unknown_name": _(
            "the name in your public address does not exist. Look for a typing mistake in "
            "`/shoppexset publicurl`, and in the DNS records of your domain."
        ),
        "certificate": _(
            "your public address has no certificate that is trusted, or does not speak HTTPS at "
            "all, so Shoppex would refuse it as well. Renew the certificate of the reverse proxy."
        ),
        "refused": _(
            "from here nobody answers at your public address. That may be so from within only: "
            "many routers do not lead their own network back to itself. Open the address from "
            "elsewhere, such as a phone without Wi-Fi; if it does not answer there, start your "
            "reverse proxy or tunnel."
        ),
    }
    return heading + texts.get(result.reason, texts["refused"])


def _status(status: int) -> str:
    if status == _UNAUTHORIZED:
        return _(
            "it was refused with 401, as not signed with this server's secret. Either your "
            "public address leads to another bot, or what lies between changes the message. Let "
            "the proxy pass it on unchanged."
        )
    if status in (_NOT_FOUND, _METHOD):
        return _(
            "your public address answers {status}: it leads to something that does not know this "
            "bot. Let the reverse proxy pass everything under `/shoppex/` on to the listener."
        ).format(status=status)
    if status in _GATEWAY:
        return _(
            "your public address answers {status}: the reverse proxy or tunnel does not reach "
            "the listener. Compare the host and port it passes on to with `/shoppexset show`."
        ).format(status=status)
    if status in _REDIRECTS:
        return _(
            "your public address leads elsewhere ({status}), and webhooks do not follow. Set the "
            "address that it leads to with `/shoppexset publicurl`."
        ).format(status=status)
    return _(
        "your public address answers {status}. Something before the listener refuses webhooks, "
        "such as a firewall or a login: let it pass what goes to `/shoppex/`."
    ).format(status=status)


def _listener(result: StepResult) -> str:
    if result.reason == "not_listening":
        return _(
            "**Listener:** it is not running, so webhooks do not arrive, and payments are found "
            "by asking within a minute. Another program may use its port: the bot's owner can "
            "choose another with `/shoppexset listener`."
        )
    answer = str(result.status) if result.reason == "status" else _("nothing")
    return _(
        "**Listener:** on this machine it does not take webhooks: it answered {answer}. The bot's "
        "owner can set its address anew with `/shoppexset listener`, and finds more in the log."
    ).format(answer=answer)


def _record(reason: str) -> str:
    texts = {
        "no_secret": _(
            "**Webhook:** there is none to test, because no webhook secret is set. Payments are "
            "found by asking within a minute; with `/shoppexset setup` they arrive at once. The "
            "test goes on as if the payment had been found."
        ),
        "without_webhook": _(
            "**Payment:** the test goes on without the webhook, as if the payment had been found "
            "by asking."
        ),
        "not_kept": _(
            "**Payment:** the bot cannot save anything right now, so nothing was delivered. Look "
            "for space on its disk, or whether its database runs."
        ),
    }
    return texts.get(
        reason,
        _("**Payment:** the bot did not believe it, so nothing was delivered. Look at its log."),
    )


def _role(result: StepResult) -> str:
    role = f"<@&{result.role_id}>"
    if result.reason == "had_before":
        return _(
            "**Role:** you have {role} already, so giving it could not be shown. It stays yours."
        ).format(role=role)
    return _("**Role:** you were not given {role}: {why}.").format(
        role=role, why=_why(result.reason)
    )


def _message(reason: str) -> str:
    if reason == "dms_closed":
        return _(
            "**Message:** you take no direct messages from this server, so it could not be shown. "
            "Buyers who do the same fetch their key with `/purchases`. To see it, allow direct "
            "messages in the server's privacy settings."
        )
    return _("**Message:** it did not go out: {why}.").format(why=_why(reason))


def _undo(result: StepResult) -> str:
    if result.reason == "unloaded":
        return _("**Undone:** not yet. The bot was stopped; it is undone when it starts again.")
    if result.role_id:
        return _(
            "**Undone:** not yet. {role} cannot be taken: {why}. I go on trying, and it is undone "
            "as soon as that works."
        ).format(role=f"<@&{result.role_id}>", why=_why(result.reason))
    return _(
        "**Undone:** not yet, because the bot cannot save anything right now. I go on trying."
    )


def _why(reason: str) -> str:
    if reason == "too_slow":
        return _("it did not happen within a minute; the bot is very busy, or Discord is slow")
    return progress_sentence(reason)
