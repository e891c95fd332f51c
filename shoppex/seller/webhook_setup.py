"""The webhook at Shoppex that leads here: found, made, and given a new secret."""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import Sequence

from ..api import ApiError, ClientPool, NotFound, ShoppexClient, Webhook
from ..selling.requirements import missing_scopes
from ..store.errors import StoreUnavailable
from ..store.settings import Settings
from ..webhook.listener import Listener
from .addresses import webhook_address
from .errors import SetupTrouble, Trouble, trouble_from
from .webhook_secrets import WebhookSecrets

log = logging.getLogger("red.shoppex.webhooks")

_SCOPES = ("webhooks.read", "webhooks.write")


class WebhookSetup:
    """Manages one webhook for each guild; one thing at a time in each."""

    def __init__(
        self,
        settings: Settings,
        clients: ClientPool,
        listener: Listener,
        secrets: WebhookSecrets,
    ) -> None:
        self._settings = settings
        self._clients = clients
        self._listener = listener
        self._secrets = secrets
        self._turns: weakref.WeakValueDictionary[int, asyncio.Lock] = weakref.WeakValueDictionary()

    async def rotate(self, guild_id: int) -> None:
        """Have Shoppex make a new secret, and take both for a while.

        Raises
        ------
        SetupTrouble
            What stands in the way. After `Trouble.SECRET_DOUBTFUL`, `Trouble.SECRET_LOST` and
            `Trouble.SECRET_UNTOLD` Shoppex may sign with a secret that is not known here.
        StoreUnavailable
            When nothing can be kept; nothing was asked of Shoppex then.
        """
        async with self._turn(guild_id):
            client = await self._client(guild_id)
            hook = self._ours(await _all_webhooks(client), guild_id)
            if hook is None:
                raise SetupTrouble(Trouble.NO_WEBHOOK)
            await self._renew_secret(client, guild_id, hook.id)

    def _turn(self, guild_id: int) -> asyncio.Lock:
        return self._turns.setdefault(guild_id, asyncio.Lock())

    async def _client(self, guild_id: int) -> ShoppexClient:
        """A client that may manage webhooks."""
        api_key = self._settings.guild(guild_id).api_key
        if api_key is None:
            raise SetupTrouble(Trouble.NO_KEY)
        client = self._clients.client_for(api_key)
        try:
            missing = missing_scopes(_SCOPES, await client.shop.capabilities())
        except ApiError as error:
            raise trouble_from(error) from error
        if missing:
            raise SetupTrouble(Trouble.SCOPES_MISSING, scopes=missing)
        return client

    def _ours(self, hooks: Sequence[Webhook], guild_id: int) -> Webhook | None:
        """The webhook that leads here, or did when the bot registered it."""
        shop = self._settings.guild(guild_id)
        address = webhook_address(self._settings.listener, guild_id)
        registered = [each for each in hooks if shop.webhook_id in (each.id, each.uniqid)]
        leading_here = [each for each in hooks if address is not None and each.url == address]
        moved = [each for each in registered if each.url == shop.webhook_url]
        found = [each for each in registered if each in leading_here] or leading_here or moved
        return found[0] if found else None

    async def _renew_secret(self, client: ShoppexClient, guild_id: int, webhook_id: str) -> None:
        # Kept before anything is asked: whatever happens from here on, staff are told of it.
        was_doubtful = self._settings.guild(guild_id).secret_doubtful
        await self._secrets.doubt(guild_id, doubtful=True)
        try:
            async with self._listener.awaiting_secret(guild_id):
                await self._take_new_secret(client, guild_id, webhook_id)
        except ApiError as error:
            if error.ambiguous:
                raise SetupTrouble(Trouble.SECRET_DOUBTFUL) from error
            await self._secrets.doubt(guild_id, doubtful=was_doubtful)
            raise _trouble_from(error) from error
        finally:
            self._secrets.report(guild_id)
        log.info("Webhooks of guild %s are signed with a new secret", guild_id)

    async def _take_new_secret(
        self, client: ShoppexClient, guild_id: int, webhook_id: str
    ) -> None:
        secret = await client.webhooks.rotate_secret(webhook_id)
        if secret is None:
            raise SetupTrouble(Trouble.SECRET_UNTOLD)
        try:
            await self._secrets.keep(guild_id, secret)
        except StoreUnavailable as error:
            raise SetupTrouble(Trouble.SECRET_LOST) from error


async def _all_webhooks(client: ShoppexClient) -> list[Webhook]:
    try:
        return [each async for each in client.webhooks.list()]
    except ApiError as error:
        raise _trouble_from(error) from error


def _trouble_from(error: ApiError) -> SetupTrouble:
    if isinstance(error, NotFound):
        return SetupTrouble(Trouble.NO_WEBHOOK)
    return trouble_from(error)
