"""Checks of the webhook: whether Shoppex knows where to send events, and they arrive."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus

from ...api import ApiError, Forbidden, LogStatus, ShoppexClient, Webhook, WebhookLog
from ...connection.addresses import webhook_address
from ...connection.scopes import EVENTS
from ...store.settings import Settings
from ...store.settings_model import GuildSettings
from ...webhook.listener import Listener
from ...webhook.signature import UNSIGNED, Trust
from ..check_context import CheckContext, Depth
from ..findings import Finding, Verdict

log = logging.getLogger("red.shoppex.shoppex.health.checks.webhooks")

_PAID = "order:paid"
# Of all events this one leads to the least, should anybody take its sample for a real one.
_TEST_WITH = "order:updated"
_WAIT_SECONDS = 12.0
# The log is Shoppex's, and so are the times in it.
_CLOCKS_DIFFER = timedelta(minutes=5)
_MOST_LOGS = 50


class ListenerCheck:
    """The listener of this bot."""

    names: tuple[str, ...] = ("listener",)
    depth = Depth.GLANCE

    def __init__(self, settings: Settings, listener: Listener) -> None:
        self._settings = settings
        self._listener = listener

    async def look(self, case: CheckContext) -> Sequence[Finding]:
        """See whether it runs. Who is not sent anything can do without."""
        where = self._settings.listener
        place: dict[str, str | int] = {"host": where.host, "port": where.port}
        if self._listener.running:
            return [Finding("listener", Verdict.GOOD, "listening", details=place)]
        needed = where.public_url is not None and not case.shop.polling_only
        verdict = Verdict.BAD if needed else Verdict.WARN
        return [Finding("listener", verdict, "not_listening", details=place)]


class WebhooksCheck:
    """The webhook at Shoppex that leads here; and the way from there, walked by a test event."""

    names: tuple[str, ...] = ("webhook", "reach")
    depth = Depth.ROUND

    def __init__(
        self, settings: Settings, listener: Listener, clock: Callable[[], datetime]
    ) -> None:
        self._settings = settings
        self._listener = listener
        self._clock = clock

    async def look(self, case: CheckContext) -> Sequence[Finding]:
        """Look for it; for somebody who waits have a test event sent, and wait for that."""
        if case.shop.polling_only:
            return [Finding("webhook", Verdict.GOOD, "polled")]
        url = webhook_address(self._settings.listener, case.guild.id)
        if url is None:
            return [Finding("webhook", Verdict.WARN, "polling_only")]
        if case.client is None:
            return ()
        try:
            listed = [webhook async for webhook in case.client.webhooks.list()]
        except Forbidden:
            return [Finding("webhook", Verdict.UNKNOWN, "scope_needed", ("webhooks.read",))]
        found = [webhook for webhook in listed if _leads_to(url, webhook)]
        found.sort(key=lambda webhook: not _is_own(case.shop, webhook))
        if not found and any(_is_own(case.shop, webhook) for webhook in listed):
            return [Finding("webhook", Verdict.BAD, "moved")]
        findings = _registration(found, case.shop)
        ready = found and case.shop.secret is not None and self._listener.running
        if ready and case.depth is Depth.VISIT:
            findings.append(await self._try(case, case.client, found[0]))
        return findings

    async def _try(self, case: CheckContext, client: ShoppexClient, webhook: Webhook) -> Finding:
        event = _TEST_WITH if _TEST_WITH in webhook.events else next(iter(webhook.events), _PAID)
        asked_at = self._clock()
        with self._listener.arrivals.watch(case.guild.id) as watch:
            try:
                await client.webhooks.test(webhook.id, event)
            except Forbidden:
                return Finding("reach", Verdict.UNKNOWN, "scope_needed", ("webhooks.write",))
            except ApiError:
                return Finding("reach", Verdict.UNKNOWN, "shoppex_unasked")
            came = await watch.first(_WAIT_SECONDS)
        if came is None:
            return _lost(await _log_of(client, webhook, event, asked_at - _CLOCKS_DIFFER))
        if came.trust is Trust.FORGED:
            reason = "unsigned" if came.reason == UNSIGNED else "secret_differs"
            return Finding("reach", Verdict.BAD, reason)
        if came.trust is Trust.STALE and not case.shop.legacy_signatures:
            return Finding("reach", Verdict.BAD, "came_old")
        return Finding("reach", Verdict.GOOD, "came_back")


def _registration(found: Sequence[Webhook], shop: GuildSettings) -> list[Finding]:
    """What is to be said of the webhooks that lead here."""
    if not found:
        return [Finding("webhook", Verdict.BAD, "not_registered")]
    if shop.secret is None:
        return [Finding("webhook", Verdict.BAD, "no_secret")]
    findings = []
    if shop.secret_doubtful:
        findings.append(Finding("webhook", Verdict.BAD, "secret_doubtful"))
    heard = {event for webhook in found for event in webhook.events}
    missing = tuple(event for event in EVENTS if event not in heard)
    if _PAID in missing:
        findings.append(Finding("webhook", Verdict.BAD, "payments_unheard", missing))
    elif missing:
        findings.append(Finding("webhook", Verdict.WARN, "events_missing", missing))
    if len(found) > 1:
        findings.append(Finding("webhook", Verdict.WARN, "registered_twice"))
    return findings or [Finding("webhook", Verdict.GOOD, "registered")]


def _lost(entry: WebhookLog | None) -> Finding:
    """What Shoppex says about an event that did not arrive here."""
    if entry is not None and entry.status_code is not None:
        details = {"status": entry.status_code}
        return Finding("reach", Verdict.BAD, _why_lost(entry.status_code), details=details)
    if entry is not None and (entry.error or entry.status is LogStatus.FAILED):
        said = {"said": entry.error}
        return Finding("reach", Verdict.BAD, "no_connection", details=said)
    return Finding("reach", Verdict.BAD, "nothing_came")


def _why_lost(status: int) -> str:
    """What answered in this bot's place, by its HTTP status."""
    if status == HTTPStatus.NOT_FOUND:
        return "wrong_path"
    kinds = {2: "somebody_else_answered", 3: "redirected", 5: "bot_not_behind"}
    return kinds.get(status // 100, "refused_on_the_way")


async def _log_of(
    client: ShoppexClient, webhook: Webhook, event: str, since: datetime
) -> WebhookLog | None:
    """The newest log of that event to that webhook; ``None`` when it cannot be seen."""
    looked_at = 0
    try:
        async for entry in client.webhooks.logs():
            ours = entry.webhook_id in (None, webhook.id, webhook.uniqid)
            if ours and entry.event_type == event and (entry.created_at or since) >= since:
                return entry
            looked_at += 1
            if looked_at == _MOST_LOGS:
                break
    except ApiError as error:
        log.info("The log of webhooks is not to be had: %s", error)
    return None


def _is_own(shop: GuildSettings, webhook: Webhook) -> bool:
    """Whether the bot registered it, and so knows its secret."""
    return shop.webhook_id in (webhook.id, webhook.uniqid)


def _leads_to(url: str, webhook: Webhook) -> bool:
    # A host is the same in any case. With a slash at its end an address is another one.
    return (webhook.url or "").casefold() == url.casefold()
