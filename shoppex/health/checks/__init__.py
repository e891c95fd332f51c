"""Health checks, grouped by what they look at. Each gives one answer, as stable words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from redbot.core.bot import Red

from ...fulfilment.engine.discord_budget import Budget
from ...fulfilment.engine.engine import Engine
from ...fulfilment.engine.staff_alerts import StaffAlerts
from ...store.ledger import Ledger
from ...store.settings import Settings
from ...webhook.listener import Listener
from ..check_context import Check
from .api import AccessCheck, ClockCheck
from .host import StorageCheck, WaitingCheck, WorkCheck
from .products import SoldProductsCheck
from .server import IntentsCheck, PermissionCheck, RolesCheck, SlashCommandsCheck
from .subscriptions import SubscriptionsCheck
from .webhooks import ListenerCheck, WebhooksCheck


def every_check(
    bot: Red,
    settings: Settings,
    ledger: Ledger,
    engine: Engine,
    staff_alerts: StaffAlerts,
    webhooks: Listener,
    budget: Budget,
    command_names: Callable[[], list[str]],
    clock: Callable[[], datetime],
) -> list[Check]:
    """All of them, in the order in which they are shown."""
    return [
        AccessCheck(),
        ClockCheck(clock),
        ListenerCheck(settings, webhooks),
        WebhooksCheck(settings, webhooks, clock),
        IntentsCheck(bot),
        PermissionCheck(),
        RolesCheck(),
        SlashCommandsCheck(bot, budget, command_names),
        SoldProductsCheck(),
        SubscriptionsCheck(ledger, clock),
        StorageCheck(ledger, settings),
        WorkCheck(engine, clock),
        WaitingCheck(staff_alerts),
    ]
