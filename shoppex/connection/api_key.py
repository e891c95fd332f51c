"""Acceptance of an API key: it is checked at Shoppex before it is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ..api import ApiError, ClientPool, ShopInfo
from ..fulfilment.reconcile.brake import Brake
from ..store.settings import Settings
from ..store.settings_model import GuildSettings
from .errors import SetupError, SetupErrorKind, trouble_from
from .scopes import NEEDED_SCOPES, USEFUL_SCOPES, missing_scopes


@dataclass(frozen=True, slots=True)
class AcceptedKey:
    """A key that works and is kept.

    Parameters
    ----------
    same_shop
        Whether it opens the shop in which was sold before.
    lacking
        The permissions that it could use and does not have.
    """

    shop_name: str
    same_shop: bool
    lacking: tuple[str, ...]


class ApiKeySetup:
    """Takes API keys.

    Parameters
    ----------
    wake
        Called with a guild that has another key: all that waited for one may go on.
    """

    def __init__(
        self,
        settings: Settings,
        clients: ClientPool,
        brake: Brake,
        wake: Callable[[int], None],
    ) -> None:
        self._settings = settings
        self._clients = clients
        self._brake = brake
        self._wake = wake

    async def take(self, guild_id: int, key: str) -> AcceptedKey:
        """Check a key, and keep it when it will do.

        Raises
        ------
        SetupError
            Why it was not kept.
        StoreUnavailable
            When it could not be kept.
        """
        if not (key.isascii() and key.isprintable() and " " not in key and key):
            raise SetupError(SetupErrorKind.NOT_A_KEY)
        client = self._clients.client_for(key)
        try:
            scopes = await client.shop.capabilities()
            info = await client.shop.me()
        except ApiError as error:
            raise trouble_from(error) from error
        missing = missing_scopes(NEEDED_SCOPES, scopes)
        if missing:
            raise SetupError(SetupErrorKind.SCOPES_MISSING, scopes=missing)
        same_shop = await self._keep(guild_id, key, info)
        self._wake(guild_id)
        return AcceptedKey(info.name or "", same_shop, missing_scopes(USEFUL_SCOPES, scopes))

    async def _keep(self, guild_id: int, key: str, info: ShopInfo) -> bool:
        moved = self._settings.guild(guild_id).shop_id not in (None, info.id)
        # First, so that nothing is concluded from what the key of another shop does not find.
        same_shop = await self._brake.is_the_same_shop(guild_id, info.id)

        def change(shop: GuildSettings) -> GuildSettings:
            shop = replace(shop, api_key=key, shop_name=info.name or "")
            return _without_webhook(shop) if moved and info.id is not None else shop

        await self._settings.update_guild(guild_id, change)
        return same_shop


def _without_webhook(shop: GuildSettings) -> GuildSettings:
    """Another shop has webhooks of its own, and signs them with secrets of its own."""
    doubtful = shop.secret is not None
    return replace(shop, webhook_id=None, webhook_url=None, secret_doubtful=doubtful)
