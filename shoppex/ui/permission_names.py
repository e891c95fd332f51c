"""Discord's names of the permissions that give power over a server."""

from __future__ import annotations

from collections.abc import Iterable

from ..i18n import _


def permission_names(permissions: Iterable[str]) -> str:
    """The names that Discord shows, for names such as ``manage_guild``."""
    names = {
        "administrator": _("Administrator"),
        "manage_guild": _("Manage Server"),
        "manage_roles": _("Manage Roles"),
        "manage_channels": _("Manage Channels"),
        "manage_webhooks": _("Manage Webhooks"),
        "manage_messages": _("Manage Messages"),
        "manage_threads": _("Manage Threads"),
        "manage_nicknames": _("Manage Nicknames"),
        "manage_expressions": _("Manage Expressions"),
        "kick_members": _("Kick Members"),
        "ban_members": _("Ban Members"),
        "moderate_members": _("Timeout Members"),
        "mention_everyone": _("Mention @everyone, @here, and All Roles"),
        "view_audit_log": _("View Audit Log"),
    }
    return ", ".join(names.get(name) or name.replace("_", " ") for name in permissions)
