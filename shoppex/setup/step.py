"""Base class of a setup step, and the tools that it may use."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol

import discord

from ..connection.addresses import webhook_address
from ..connection.api_key_form import ApiKeyFlow
from ..connection.secret_form import SecretFlow
from ..connection.webhook_registration import WebhookSetup
from ..offers.listing import Listings
from ..offers.power_notice import PowerNotice
from ..store.settings import Settings
from ..store.settings_model import GuildSettings
from ..ui.permissions import PermissionGuard
from ..webhook.listener import Listener
from .progress import SetupStep

Item = discord.ui.Item[Any]
Work = Callable[[], Awaitable[str | None]]


class StepFailed(Exception):
    """A step that could not be done.

    Parameters
    ----------
    text
        Why, and what to do, for the one who sets it up.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class DryRunRunner(Protocol):
    """Goes through the whole way of a purchase, without money."""

    async def __call__(self, interaction: discord.Interaction[Any], offer_ref: str) -> bool:
        """Answer ``interaction`` with a test of one offer; whether all went well."""


@dataclass(frozen=True, slots=True)
class SetupTools:
    """What the steps work with.

    Parameters
    ----------
    tell_again
        Called when a guild has another log channel: what could not be told may be told now.
    """

    gate: PermissionGuard
    settings: Settings
    webhooks: Listener
    access: ApiKeyFlow
    secrets: SecretFlow
    hooks: WebhookSetup
    listings: Listings
    test: DryRunRunner
    power_notice: PowerNotice
    tell_again: Callable[[int], None]


class Wizard(Protocol):
    """The message that a step is part of."""

    @property
    def tools(self) -> SetupTools:
        """What the steps work with."""

    @property
    def guild(self) -> discord.Guild:
        """The server that is set up."""

    @property
    def user_id(self) -> int:
        """Who sets it up."""

    @property
    def is_owner(self) -> bool:
        """Whether the bot belongs to them."""

    async def work(self, interaction: discord.Interaction[Any], do: Work) -> None:
        """Do something that may take a while, and show what became of it.

        What ``do`` gives is shown, and the setup goes on; with ``None`` the step is not over.
        """

    async def redraw(self) -> None:
        """Show how things stand now."""


class StepPage(ABC):
    """One step: what it says, and what can be pressed."""

    step: ClassVar[SetupStep]

    def __init__(self, wizard: Wizard) -> None:
        self.wizard = wizard
        self.tools = wizard.tools

    @property
    def guild_id(self) -> int:
        """The server that is set up."""
        return self.wizard.guild.id

    @property
    def shop(self) -> GuildSettings:
        """What is set now."""
        return self.tools.settings.guild(self.guild_id)

    @property
    def address(self) -> str | None:
        """Where Shoppex is to send webhooks; ``None`` while nobody knows."""
        return webhook_address(self.tools.settings.listener, self.guild_id)

    @abstractmethod
    def text(self) -> str:
        """What this step is about, and what to do."""

    @abstractmethod
    def items(self) -> Sequence[Item]:
        """What can be pressed."""

    async def update(self, change: Callable[[GuildSettings], GuildSettings]) -> None:
        """Change the server's settings.

        Raises
        ------
        StoreUnavailable
            When that could not be kept.
        """
        await self.tools.settings.update_guild(self.guild_id, change)

    async def pass_on(self) -> None:
        """Remember that staff are done with this step.

        Raises
        ------
        StoreUnavailable
            When that could not be kept.
        """
        word = self.step.value
        await self.update(lambda s: replace(s, setup_passed=s.setup_passed | {word}))
