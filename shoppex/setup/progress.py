"""Progress of a server's setup, which follows from its settings alone. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from ..connection.addresses import webhook_address
from ..store.settings_model import GuildSettings, ListenerSettings


class SetupStep(str, Enum):
    """The steps, in the order in which they are gone through; kept under these words."""

    KEY = "key"
    HEARING = "hearing"
    WEBHOOK = "webhook"
    PRODUCT = "product"
    LOG = "log"
    TEST = "test"


class StepState(Enum):
    """How a step stands."""

    DONE = "done"
    PASSED = "passed"
    """Not needed, or left out by staff."""
    BROKEN = "broken"
    """Was done, and holds no longer."""
    OPEN = "open"


def standings(
    shop: GuildSettings, listener: ListenerSettings, guild_id: int, *, listening: bool
) -> Mapping[SetupStep, StepState]:
    """How each step stands.

    Parameters
    ----------
    listening
        Whether the listener runs.
    """
    address = webhook_address(listener, guild_id)
    return {
        SetupStep.KEY: _done(is_done=shop.api_key is not None),
        SetupStep.HEARING: _hearing(shop, address, listening=listening),
        SetupStep.WEBHOOK: _webhook(shop, address),
        SetupStep.PRODUCT: _passable(shop, SetupStep.PRODUCT, is_done=bool(shop.entries())),
        SetupStep.LOG: _passable(shop, SetupStep.LOG, is_done=shop.log_channel is not None),
        # That it went well is all that is known of a test.
        SetupStep.TEST: _done(is_done=SetupStep.TEST.value in shop.setup_passed),
    }


def first_open(steps: Mapping[SetupStep, StepState]) -> SetupStep:
    """Where to go on: the first step that has to be done, or the last of all."""
    undone = (StepState.OPEN, StepState.BROKEN)
    return next((step for step in SetupStep if steps[step] in undone), SetupStep.TEST)


def has_moved(shop: GuildSettings, listener: ListenerSettings, guild_id: int) -> bool:
    """Whether the webhook that the bot registered leads to another address than today's."""
    return _has_moved(shop, webhook_address(listener, guild_id))


def _has_moved(shop: GuildSettings, address: str | None) -> bool:
    return shop.webhook_id is not None and shop.webhook_url != address


def _hearing(shop: GuildSettings, address: str | None, *, listening: bool) -> StepState:
    if shop.polling_only:
        return StepState.DONE
    if address is None:
        return StepState.OPEN
    return StepState.DONE if listening else StepState.BROKEN


def _webhook(shop: GuildSettings, address: str | None) -> StepState:
    if shop.polling_only:
        return StepState.PASSED
    if shop.secret_doubtful or _has_moved(shop, address):
        return StepState.BROKEN
    return _done(is_done=shop.secret is not None)


def _passable(shop: GuildSettings, step: SetupStep, *, is_done: bool) -> StepState:
    if not is_done and step.value in shop.setup_passed:
        return StepState.PASSED
    return _done(is_done=is_done)


def _done(*, is_done: bool) -> StepState:
    return StepState.DONE if is_done else StepState.OPEN
