"""API client of each server's shop."""

from __future__ import annotations

from ..api import ClientPool, ShoppexClient
from ..checkout.errors import NotSetUp
from ..store.settings import Settings


class ShopClients:
    """Gives the client of a server's shop."""

    def __init__(self, settings: Settings, clients: ClientPool) -> None:
        self._settings = settings
        self._clients = clients

    def client(self, guild_id: int) -> ShoppexClient:
        """The client of a server's shop.

        Raises
        ------
        NotSetUp
            When it has none.
        """
        api_key = self._settings.guild(guild_id).api_key
        if api_key is None:
            raise NotSetUp
        return self._clients.client_for(api_key)
