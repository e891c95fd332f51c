"""Texts for the owner about damage of the store."""

from __future__ import annotations

from collections.abc import Iterable

from ..i18n import _
from ..store.damage import SETTINGS, Damage, Fault

_SHOWN = 8


def describe_damages(damages: Iterable[Damage]) -> str:
    """What is broken, and what it means."""
    found = list(damages)
    lines = [_("⚠️ The bot cannot read part of its own data:")]
    lines += [f"- {_line(damage)}" for damage in found[:_SHOWN]]
    if len(found) > _SHOWN:
        lines.append(
            "- " + _("and {count} more, which are in the log").format(count=len(found) - _SHOWN)
        )
    if any(d.place == SETTINGS and d.fault is not Fault.RECORD for d in found):
        lines.append(
            _("Without the settings no shop sells, and nobody gets or loses a role meanwhile.")
        )
    else:
        lines.append(
            _(
                "The members concerned get and lose nothing meanwhile, and cannot buy. Everybody "
                "else is served as usual."
            )
        )
    lines.append(_("Nothing was deleted."))
    return "\n".join(lines)


def restore_hint(prefix: str) -> str:
    """What the bot's owner can do about it."""
    return _("`{prefix}shoppexset owner restore` brings back what it can.").format(prefix=prefix)


def _line(damage: Damage) -> str:
    if damage.fault is Fault.RECORD and damage.place == SETTINGS:
        return _("The settings of the server {guild} cannot be read.").format(guild=damage.detail)
    if damage.fault is Fault.RECORD:
        return _(
            "One record in `{place}` (server/member {detail}) cannot be read; a later version "
            "may have written it."
        ).format(place=damage.place, detail=damage.detail)
    if damage.fault is Fault.MISSING:
        return _("`{place}` is missing or empty, though there was something in it.").format(
            place=damage.place
        )
    return _("`{place}` cannot be read ({detail}). The file is kept as `{kept_as}`.").format(
        place=damage.place, detail=damage.detail, kept_as=damage.kept_as
    )
