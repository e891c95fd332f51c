"""How far a server's shop is set up: follows from its settings alone. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from ..connection.addresses import webhook_address
from ..store.settings_model import GuildSettings, ListenerSettings


class Step(str, Enum):
    """The steps, in the order in which they are gone through; kept under these words."""

    KEY = "key"
    HEARING = "hearing"
    WEBHOOK = "webhook"
    PRODUCT = "product"
    LOG = "log"
    TEST = "test"


class Standing(Enum):
    """How a step stands."""

    DONE = "done"
    PASSED = "passed"
    """Not needed, or left out by staff."""
    BROKEN = "broken"
    """Was done, and holds no longer."""
    OPEN = "open"


def standings(
    shop: GuildSettings, listener: ListenerSettings, guild_id: int, *, listening: bool
) -> Mapping[Step, Standing]:
    """How each step stands.

    Parameters
    ----------
    listening
        Whether the listener runs.
    """
    address = webhook_address(listener, guild_id)
    return {
        Step.KEY: _done(is_done=shop.api_key is not None),
        Step.HEARING: _hearing(shop, address, listening=listening),
        Step.WEBHOOK: _webhook(shop, address),
        Step.PRODUCT: _passable(shop, Step.PRODUCT, is_done=bool(shop.entries())),
        Step.LOG: _passable(shop, Step.LOG, is_done=shop.log_channel is not None),
        # That it went well is all that is known of a test.
        Step.TEST: _done(is_done=Step.TEST.value in shop.setup_passed),
    }


def first_open(steps: Mapping[Step, Standing]) -> Step:
    """Where to go on: the first step that has to be done, or the last of all."""
    undone = (Standing.OPEN, Standing.BROKEN)
    return next((step for step in Step if steps[step] in undone), Step.TEST)


def has_moved(shop: GuildSettings, listener: ListenerSettings, guild_id: int) -> bool:
    """Whether the webhook that the bot registered leads to another address than today's."""
    return _has_moved(shop, webhook_address(listener, guild_id))


def _has_moved(shop: GuildSettings, address: str | None) -> bool:
    return shop.webhook_id is not None and shop.webhook_url != address


def _hearing(shop: GuildSettings, address: str | None, *, listening: bool) -> Standing:
    if shop.polling_only:
        return Standing.DONE
    if address is None:
        return Standing.OPEN
    return Standing.DONE if listening else Standing.BROKEN


def _webhook(shop: GuildSettings, address: str | None) -> Standing:
    if shop.polling_only:
        return Standing.PASSED
    if shop.secret_doubtful or _has_moved(shop, address):
        return Standing.BROKEN
    return _done(is_done=shop.secret is not None)


def _passable(shop: GuildSettings, step: Step, *, is_done: bool) -> Standing:
    if not is_done and step.value in shop.setup_passed:
        return Standing.PASSED
    return _done(is_done=is_done)


def _done(*, is_done: bool) -> Standing:
    return Standing.DONE if is_done else Standing.OPEN
