"""Subscriptions: reading them, cancelling, pausing, changing the plan."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from ...domain.remote import RemoteSubscription
from ..pagination import entries
from ..payloads.subscription import parse_subscription
from ..records import read_record, read_records
from ..transport import Transport


class SubscriptionResource:
    """``/subscriptions`` (contract, section 5). Each call raises `ApiError` when it fails.

    What a change does at once and what at the end of the period is the gateway's affair, and
    Shoppex does not say how it answers: read the subscription afterwards.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def get(self, subscription_id: str) -> RemoteSubscription:
        """Read one subscription with its invoices, by id or uniqid."""
        answer = await self._transport.request("GET", "subscriptions", subscription_id)
        return read_record(answer.data, parse_subscription, "subscription")

    def list(self, status: str | None = None) -> AsyncIterator[RemoteSubscription]:
        """Give every subscription, or those with Shoppex's word for a status.

        The word for cancelled has two spellings (C6): each may find another part of them.
        """
        found = entries(self._transport, "subscriptions", params={"status": status})
        return read_records(found, parse_subscription, "subscription")

    async def cancel(self, subscription_id: str) -> None:
        """Let a subscription renew no more; PayPal's ends at once (C15)."""
        await self._act(subscription_id, "cancel", {})

    async def pause(self, subscription_id: str) -> None:
        """Stop charging for a subscription."""
        await self._act(subscription_id, "pause", {})

    async def resume(self, subscription_id: str) -> None:
        """Charge again for a paused subscription."""
        await self._act(subscription_id, "resume", {})

    async def change_plan(self, subscription_id: str, product_id: str) -> None:
        """Move a subscription to another product: up at once, down at the next renewal."""
        await self._act(subscription_id, "change-plan", {"product_id": product_id})

    async def _act(self, subscription_id: str, verb: str, body: Mapping[str, object]) -> None:
        await self._transport.request("POST", "subscriptions", subscription_id, verb, json=body)
