"""Simulated payment of a test order, by the way that is nearest to Shoppex's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ..domain.status import OrderStatus
from ..fulfilment.intake.recorder import Recorder, WebhookEvent
from ..store.ledger import Ledger
from ..store.settings import Settings
from ..webhook.listener import Listener
from ..webhook.probe import ProbeResult, local_url, send_probe
from ..webhook.signature import sign
from .payload import EVENT, body_of, paid_data
from .report import DryRun, DryRunStep, Mark, StepResult, failed

# Nobody knows from within whether the world gets through: a router may not lead its own network
# back to itself.
_MAY_WORK_FROM_OUTSIDE = ("refused", "no_answer", "unreachable")
_TAKEN = range(200, 300)


class DryRunPayment:
    """Signs as Shoppex does, and sends it through the public address, else to the listener.

    Parameters
    ----------
    webhooks
        The listener that is to be tested.
    """

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        recorder: Recorder,
        webhooks: Listener,
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._recorder = recorder
        self._webhooks = webhooks
        self._clock = clock

    async def pay(self, test: DryRun) -> bool:
        """Tell of the payment; whether it is known then.

        Raises
        ------
        StoreUnavailable
            When it cannot be written down.
        """
        guild_id, where = test.key.guild_id, self._settings.listener
        secret = self._settings.guild(guild_id).secret
        if secret is None:
            return await self._record(test, "no_secret")
        if not self._webhooks.running:
            await test.tell(failed(DryRunStep.LISTENER, "not_listening"))
            return await self._record(test, "without_webhook")
        if where.public_url is None:
            await test.tell(StepResult(DryRunStep.PUBLIC, Mark.DOUBTFUL, "no_address"))
        else:
            url = f"{where.public_url}/shoppex/{guild_id}"
            if await self._post(test, DryRunStep.PUBLIC, url, secret):
                return True
        url = local_url(where.host, where.port, guild_id)
        if await self._post(test, DryRunStep.LISTENER, url, secret):
            return True
        return await self._record(test, "without_webhook")

    async def _post(self, test: DryRun, step: DryRunStep, url: str, secret: str) -> bool:
        begun = self._clock()
        body = body_of(paid_data(test.key, test.order, begun), begun)
        headers = sign(secret, test.delivery_id, int(begun.timestamp()), body)
        answer = await send_probe(url, {**headers, "X-Shoppex-Event": EVENT}, body)
        paid = self._is_paid(test)
        seconds = (self._clock() - begun).total_seconds()
        await test.tell(replace(_judged(step, answer, paid=paid), seconds=seconds))
        return paid

    async def _record(self, test: DryRun, reason: str) -> bool:
        """Go on without a webhook, as with a payment that is found by asking."""
        news = WebhookEvent(EVENT, paid_data(test.key, test.order, self._clock()))
        await self._recorder.hear(test.key.guild_id, news, test.delivery_id, fresh=True)
        paid = self._is_paid(test)
        result = StepResult(DryRunStep.RECORD, Mark.LEFT_OUT, reason)
        await test.tell(result if paid else failed(DryRunStep.RECORD, "not_believed"))
        return paid

    def _is_paid(self, test: DryRun) -> bool:
        order = self._ledger.get(test.key).orders.get(test.order.nonce)
        return order is not None and order.status is OrderStatus.PAID


def _judged(step: DryRunStep, answer: ProbeResult, *, paid: bool) -> StepResult:
    """What an answer says of the way that was tried.

    Parameters
    ----------
    paid
        Whether the payment arrived here; whoever says yes without that is somebody else.
    """
    if answer.trouble is not None:
        doubtful = step is DryRunStep.PUBLIC and answer.trouble in _MAY_WORK_FROM_OUTSIDE
        return StepResult(step, Mark.DOUBTFUL if doubtful else Mark.FAILED, answer.trouble)
    if answer.status not in _TAKEN:
        return replace(failed(step, "status"), status=answer.status)
    return StepResult(step, Mark.FINE) if paid else failed(step, "somebody_else")
