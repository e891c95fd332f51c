"""Whatever can be pressed asks first who presses."""

from __future__ import annotations

import importlib
import pkgutil

import discord
import pytest

import shoppex

# Those who buy press these, and each sees no more than what is theirs.
BUYERS = {
    "CardView",
    "InvoiceView",
    "LicenseView",
    "ListView",
    "OrderView",
    "PrivatelyView",
    "ShelfView",
    "SubscriptionView",
    "ConfirmationView",
}
Kinds = dict[str, type[object]]


@pytest.fixture
def kinds() -> Kinds:
    """Every class of the cog, by name."""
    names = [module.name for module in pkgutil.walk_packages(shoppex.__path__, "shoppex.")]
    modules = [importlib.import_module(name) for name in names]
    return {
        name: each
        for module in modules
        for name, each in vars(module).items()
        if isinstance(each, type) and each.__module__ == module.__name__
    }


def below(kinds: Kinds, *above: type[object]) -> set[str]:
    return {name for name, kind in kinds.items() if issubclass(kind, above)}


def test_every_page_and_form_is_guarded(kinds: Kinds) -> None:
    assert below(kinds, discord.ui.View) == below(kinds, kinds["GuardedView"])
    assert below(kinds, discord.ui.Modal) == below(kinds, kinds["GuardedModal"])


def test_it_is_known_of_every_page_for_whom_it_is(kinds: Kinds) -> None:
    for_others = below(kinds, kinds["AdminView"], kinds["StaffView"])
    assert {"SetupView", "DoctorPage", "StaffOrderView", "StatisticsView"} <= for_others
    assert below(kinds, kinds["GuardedView"]) - for_others - {"GuardedView"} == BUYERS
