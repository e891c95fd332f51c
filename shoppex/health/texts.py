"""Texts for the doctor's findings, with what they are about."""

from __future__ import annotations

from discord.utils import escape_markdown

from ..formatting import plain
from ..i18n import _
from .findings import Finding, Problem
from .problem_texts import problem_sentence

_MOST_NAMED = 10
_LONGEST_NAME = 80
_MEGABYTE = 1_000_000


def title_of(name: str) -> str:
    """What a check looks at."""
    titles = {
        "access": _("API key"),
        "clock": _("Clock"),
        "listener": _("Listener"),
        "webhook": _("Webhook at Shoppex"),
        "reach": _("Reachable from outside"),
        "intents": _("Members are seen"),
        "permission": _("Manage Roles"),
        "roles": _("Roles that you sell"),
        "slash": _("Slash commands"),
        "products": _("Products at Shoppex"),
        "role_bot": _("Shoppex's own role bot"),
        "subscriptions": _("Subscriptions"),
        "storage": _("Storage"),
        "lanes": _("Deliveries under way"),
        "waiting": _("Waits for you"),
    }
    return titles.get(name, name)


def good_text(finding: Finding) -> str:
    """What is in order, in a few words."""
    details = {
        "key_works": "{shop}",
        "listening": _("port {port}"),
        "polled": _("not needed: Shoppex is asked for payments"),
        "kept": _("{backend}, {size}, members known: {people}"),
        "keeps_up": _("due: {accounts}"),
    }
    title = title_of(finding.name)
    about = details.get(finding.reason, "").format(**_values(finding, ""))
    return f"{title} ({about})" if about else title


def problem_text(finding: Finding, prefix: str) -> str:
    """What is not in order, what that means, and the fix.

    Parameters
    ----------
    prefix
        With which commands of Red itself are typed here.
    """
    return problem_sentence(finding.name, finding.reason).format(**_values(finding, prefix))


def ailment_text(ailment: Problem) -> str:
    """What was bad, in a few words."""
    title = title_of(ailment.name)
    return f"{title}: {_name(ailment.name, ailment.subject)}" if ailment.subject else title


def _values(finding: Finding, prefix: str) -> dict[str, object]:
    """All that may stand in a sentence. What comes from outside is made harmless."""
    outside = {
        name: plain(value) if isinstance(value, str) else value
        for name, value in finding.details.items()
    }
    size = _size(finding.details.get("bytes", 0))
    return {**outside, "size": size, "subjects": _names(finding), "prefix": prefix}


def _names(finding: Finding) -> str:
    names = [_name(finding.name, subject) for subject in finding.subjects[:_MOST_NAMED]]
    more = len(finding.subjects) - len(names)
    text = ", ".join(names)
    return _("{names} and {more} more").format(names=text, more=more) if more else text


def _name(check: str, subject: str) -> str:
    if check == "roles":
        return f"<@&{subject}>"
    if check == "slash":
        return f"`/{subject}`"
    if check in ("products", "role_bot"):
        return f"**{plain(subject, _LONGEST_NAME)}**"
    return f"`{escape_markdown(subject)}`"


def _size(count: str | float) -> str:
    return _("{number} MB").format(number=f"{float(count) / _MEGABYTE:.1f}")
