"""Whatever can be pressed asks first who presses."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import discord

import shoppex
from shoppex.views.admin_view import AdminView
from shoppex.views.gate import GuardedModal, GuardedView
from shoppex.views.staff_view import StaffView

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
    "SureView",
}


def below(kind: type[object]) -> Iterator[type[object]]:
    """Every kind of ours that is one of these."""
    for each in kind.__subclasses__():
        if each.__module__.startswith("shoppex."):
            yield each
        yield from below(each)


def load_everything() -> None:
    for module in pkgutil.walk_packages(shoppex.__path__, "shoppex."):
        importlib.import_module(module.name)


def test_every_page_and_form_is_guarded() -> None:
    load_everything()
    pages, forms = {*below(discord.ui.View)}, {*below(discord.ui.Modal)}
    assert len(pages) > len(BUYERS)
    assert pages == {GuardedView, *below(GuardedView)}
    assert forms == {GuardedModal, *below(GuardedModal)}


def test_it_is_known_of_every_page_for_whom_it_is() -> None:
    load_everything()
    for_others = {AdminView, *below(AdminView), StaffView, *below(StaffView)}
    assert {each.__name__ for each in {*below(GuardedView)} - for_others} == BUYERS
