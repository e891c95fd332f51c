"""Whose shop is asked."""

from __future__ import annotations

from ...api import ClientPool, ShoppexClient
from ...errors import NotSetUp
from ...store.settings import Settings


class ShopClients:
    """Gives the client of a server's shop."""

    def __init__(self, settings: Settings, pool: ClientPool) -> None:
        self._settings = settings
        self._pool = pool

    def of(self, guild_id: int, *, background: bool = False) -> ShoppexClient | None:
        """The client of a server's shop; ``None`` when it has no API key.

        Parameters
        ----------
        background
            Whether nobody waits for the answers.
        """
        api_key = self._settings.guild(guild_id).api_key
        return None if api_key is None else self._pool.client_for(api_key, background=background)

    def needed(self, guild_id: int) -> ShoppexClient:
        """The client of a server's shop.

        Raises
        ------
        NotSetUp
            When it has no API key.
        """
        client = self.of(guild_id)
        if client is None:
            raise NotSetUp
        return client
