"""Rotation of webhook secrets: a new one does not end the former one at once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from ..domain.account import AccountKey
from ..fulfilment.engine.scheduler import Scheduler
from ..store.errors import StoreUnavailable
from ..store.settings import Settings
from ..store.settings_model import MOST_SECRETS, FormerSecret, GuildSettings

log = logging.getLogger("red.shoppex.shoppex.connection.webhook_secrets")

# What was signed before the change comes again up to 27 hours later (contract, section 4.8), and
# for how long Shoppex goes on signing with the former secret nobody says.
OVERLAP = timedelta(hours=48)
SHORTEST_SECRET = 16
_AFTER_A_FAILURE = timedelta(minutes=10)
_NOBODY = 0


def is_secret(text: str) -> bool:
    """Whether this can be a secret of Shoppex's."""
    readable = text.isascii() and text.isprintable() and " " not in text
    return readable and len(text) >= SHORTEST_SECRET


def with_secret(shop: GuildSettings, secret: str, now: datetime) -> GuildSettings:
    """The settings with a new secret; the one before is taken for `OVERLAP` from now on."""
    former = [each for each in shop.former_secrets if each.ends_at > now and each.text != secret]
    if shop.secret not in (None, secret):
        former.insert(0, FormerSecret(shop.secret or "", now + OVERLAP))
    kept = tuple(former[: MOST_SECRETS - 1])
    return replace(shop, secret=secret, secret_doubtful=False, former_secrets=kept)


def with_webhook(shop: GuildSettings, webhook_id: str, url: str | None) -> GuildSettings:
    """The settings with the webhook that the bot looks after."""
    return replace(shop, webhook_id=webhook_id, webhook_url=url)


class WebhookSecrets:
    """Keeps a guild's secrets, and deletes those whose time is over.

    Parameters
    ----------
    tell
        Called with a guild in which a secret that nobody here knows came, or ceased, to matter.
    """

    def __init__(
        self, settings: Settings, clock: Callable[[], datetime], tell: Callable[[int], None]
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._tell = tell
        self._scheduler = Scheduler("secrets", self._delete_ended, clock)

    def start(self) -> None:
        """Look after what an earlier run of the bot left."""
        for guild_id in self._settings.guild_ids():
            shop = self._settings.guild(guild_id)
            if shop.former_secrets:
                self._scheduler.mark(AccountKey(guild_id, _NOBODY))
            if shop.secret_doubtful:
                self._tell(guild_id)

    async def close(self) -> None:
        """Stop."""
        await self._scheduler.close()

    async def keep(
        self, guild_id: int, secret: str, webhook: tuple[str, str | None] | None = None
    ) -> GuildSettings:
        """Take a new secret, and the one before for a while.

        Parameters
        ----------
        webhook
            The id and the address of the webhook that is signed with it, where it is the bot's.

        Raises
        ------
        StoreUnavailable
            When it could not be kept; nothing has changed then.
        """
        now = self._clock()

        def change(shop: GuildSettings) -> GuildSettings:
            shop = with_secret(shop, secret, now)
            return shop if webhook is None else with_webhook(shop, *webhook)

        shop = await self._settings.update_guild(guild_id, change)
        self._scheduler.mark(AccountKey(guild_id, _NOBODY))
        self._tell(guild_id)
        return shop

    async def doubt(self, guild_id: int, *, doubtful: bool) -> None:
        """Remember whether Shoppex may sign with a secret that is not known here.

        Raises
        ------
        StoreUnavailable
            When that could not be kept.
        """
        await self._settings.update_guild(
            guild_id, lambda shop: replace(shop, secret_doubtful=doubtful)
        )

    def report(self, guild_id: int) -> None:
        """Have staff told how it stands, if they have to do anything."""
        self._tell(guild_id)

    async def end_former(self, guild_id: int) -> None:
        """Take none but the current secret from now on: another one is in wrong hands.

        Raises
        ------
        StoreUnavailable
            When that could not be kept; the former ones are then taken still.
        """
        await self._settings.update_guild(guild_id, lambda s: replace(s, former_secrets=()))

    async def _delete_ended(self, nobody: AccountKey) -> datetime | None:
        guild_id, now = nobody.guild_id, self._clock()

        def change(shop: GuildSettings) -> GuildSettings:
            left = tuple(each for each in shop.former_secrets if each.ends_at > now)
            return replace(shop, former_secrets=left)

        former = self._settings.guild(guild_id).former_secrets
        if any(each.ends_at <= now for each in former):
            try:
                former = (await self._settings.update_guild(guild_id, change)).former_secrets
            except StoreUnavailable as error:
                log.error("A former secret could not be deleted: %s", error)
                return now + _AFTER_A_FAILURE
        return min((each.ends_at for each in former), default=None)
