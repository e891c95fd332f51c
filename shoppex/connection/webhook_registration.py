"""Registration of this bot's webhook at Shoppex: found, made, or given a new secret."""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import Sequence

from ..api import MOST_WEBHOOK_EVENTS, ApiError, NotFound, ShoppexClient, Webhook
from ..fulfilment.intake.shop_clients import ShopClients
from ..store.errors import StoreUnavailable
from ..store.settings import Settings
from ..webhook.listener import Listener
from .addresses import webhook_address
from .errors import SetupError, SetupErrorKind, trouble_from
from .scopes import EVENTS, NEEDED_EVENTS, PAID_EVENT, missing_scopes
from .webhook_secrets import WebhookSecrets, with_webhook

log = logging.getLogger("red.shoppex.shoppex.connection.webhook_registration")

_SCOPES = ("webhooks.read", "webhooks.write")


class WebhookSetup:
    """Manages one webhook for each guild; one thing at a time in each."""

    def __init__(
        self,
        settings: Settings,
        clients: ShopClients,
        listener: Listener,
        secrets: WebhookSecrets,
    ) -> None:
        self._settings = settings
        self._clients = clients
        self._listener = listener
        self._secrets = secrets
        self._locks: weakref.WeakValueDictionary[int, asyncio.Lock] = weakref.WeakValueDictionary()

    async def rotate(self, guild_id: int) -> None:
        """Have Shoppex make a new secret, and take both for a while.

        Raises
        ------
        SetupError
            What stands in the way. After ``SECRET_DOUBTFUL``, ``SECRET_LOST`` and
            ``SECRET_UNTOLD`` Shoppex may sign with a secret that is not known here.
        StoreUnavailable
            When nothing can be kept; nothing was asked of Shoppex then.
        """
        async with self._turn(guild_id):
            client = await self._client(guild_id)
            hook = self._ours(await _all_webhooks(client), guild_id)
            if hook is None:
                raise SetupError(SetupErrorKind.NO_WEBHOOK)
            await self._renew_secret(client, guild_id, hook.id, hook.url)

    async def register(self, guild_id: int) -> tuple[str, ...]:
        """Have Shoppex send what happens to the public address, signed so that it is taken.

        A webhook that leads there already is used, so there is never a second one.

        Returns
        -------
        tuple[str, ...]
            The events that Shoppex does not know and that would be needed.

        Raises
        ------
        SetupError
            What stands in the way; see `rotate`. It can be tried again after each of them.
        StoreUnavailable
            When nothing can be kept.
        """
        async with self._turn(guild_id):
            address = webhook_address(self._settings.listener, guild_id)
            if address is None:
                raise SetupError(SetupErrorKind.NO_ADDRESS)
            client = await self._client(guild_id)
            events = await _events(client)
            hook = self._ours(await _all_webhooks(client), guild_id)
            if hook is None:
                await self._create(client, guild_id, address, events)
            else:
                await self._reuse(client, guild_id, hook, address, events)
            return tuple(event for event in NEEDED_EVENTS if event not in events)

    async def _create(
        self, client: ShoppexClient, guild_id: int, address: str, events: Sequence[str]
    ) -> None:
        try:
            async with self._listener.awaiting_secret(guild_id):
                made = await client.webhooks.create(address, events)
                if made.secret is not None:
                    await self._keep(guild_id, made.secret, made.id, address)
                    return
            webhook_id = made.id
        except ApiError as error:
            if not error.ambiguous:
                raise _trouble_from(error) from error
            webhook_id = await self._look_for_it(client, guild_id)
        await self._renew_secret(client, guild_id, webhook_id, address)

    async def _look_for_it(self, client: ShoppexClient, guild_id: int) -> str:
        """The id of a webhook that may have been made or not."""
        try:
            hook = self._ours(await _all_webhooks(client), guild_id)
        except SetupError as trouble:
            raise SetupError(SetupErrorKind.WEBHOOK_DOUBTFUL) from trouble
        if hook is None:
            raise SetupError(SetupErrorKind.WEBHOOK_DOUBTFUL)
        return hook.id

    async def _reuse(
        self,
        client: ShoppexClient,
        guild_id: int,
        hook: Webhook,
        address: str,
        events: Sequence[str],
    ) -> None:
        shop = self._settings.guild(guild_id)
        if hook.url != address or {*hook.events} != {*events}:
            url = None if hook.url == address else address
            try:
                await client.webhooks.update(hook.id, url=url, events=events)
            except ApiError as error:
                raise _trouble_from(error) from error
        is_ours = shop.webhook_id in (hook.id, hook.uniqid)
        if is_ours and shop.secret is not None and not shop.secret_doubtful:
            await self._settings.update_guild(
                guild_id, lambda s: with_webhook(s, hook.id, address)
            )
        else:
            await self._renew_secret(client, guild_id, hook.id, address)

    def _turn(self, guild_id: int) -> asyncio.Lock:
        return self._locks.setdefault(guild_id, asyncio.Lock())

    async def _client(self, guild_id: int) -> ShoppexClient:
        """A client that may manage webhooks."""
        client = self._clients.of(guild_id)
        if client is None:
            raise SetupError(SetupErrorKind.NO_KEY)
        try:
            missing = missing_scopes(_SCOPES, await client.shop.capabilities())
        except ApiError as error:
            raise trouble_from(error) from error
        if missing:
            raise SetupError(SetupErrorKind.SCOPES_MISSING, scopes=missing)
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

    async def _renew_secret(
        self, client: ShoppexClient, guild_id: int, webhook_id: str, url: str | None
    ) -> None:
        # Kept before anything is asked: whatever happens from here on, staff are told of it.
        was_doubtful = self._settings.guild(guild_id).secret_doubtful
        await self._secrets.doubt(guild_id, doubtful=True)
        try:
            async with self._listener.awaiting_secret(guild_id):
                secret = await client.webhooks.rotate_secret(webhook_id)
                if secret is not None:
                    await self._keep(guild_id, secret, webhook_id, url)
        except ApiError as error:
            if error.ambiguous:
                raise SetupError(SetupErrorKind.SECRET_DOUBTFUL) from error
            await self._secrets.doubt(guild_id, doubtful=was_doubtful)
            raise _trouble_from(error) from error
        finally:
            self._secrets.report(guild_id)
        if secret is None:
            await self._settings.update_guild(
                guild_id, lambda shop: with_webhook(shop, webhook_id, url)
            )
            raise SetupError(SetupErrorKind.SECRET_UNTOLD)

    async def _keep(self, guild_id: int, secret: str, webhook_id: str, url: str | None) -> None:
        try:
            await self._secrets.keep(guild_id, secret, (webhook_id, url))
        except StoreUnavailable as error:
            raise SetupError(SetupErrorKind.SECRET_LOST) from error
        log.info("Webhooks of guild %s are signed with a new secret", guild_id)


async def _all_webhooks(client: ShoppexClient) -> list[Webhook]:
    try:
        return [each async for each in client.webhooks.list()]
    except ApiError as error:
        raise _trouble_from(error) from error


async def _events(client: ShoppexClient) -> tuple[str, ...]:
    """Those of ours that Shoppex knows, as many as one webhook may have."""
    try:
        known = await client.webhooks.events()
    except ApiError as error:
        raise _trouble_from(error) from error
    if PAID_EVENT not in known:
        raise SetupError(SetupErrorKind.NO_EVENTS)
    return tuple(event for event in EVENTS if event in known)[:MOST_WEBHOOK_EVENTS]


def _trouble_from(error: ApiError) -> SetupError:
    if isinstance(error, NotFound):
        return SetupError(SetupErrorKind.NO_WEBHOOK)
    return trouble_from(error)
