"""Sentences that several features say in the same words."""

from __future__ import annotations

from ..i18n import _


def not_saved() -> str:
    """The sentence for a store that does not take anything."""
    return _(
        "The bot cannot save anything right now, so nothing was changed. Please try again later."
    )
