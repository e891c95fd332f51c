"""Texts on licences."""

from __future__ import annotations

import discord
from discord.utils import format_dt

from ..domain.license import License, LicenseStatus
from ..formatting import plain
from ..i18n import _
from .service import OwnedLicense

_SHOWN_OF_A_MACHINE = 6
_SHOWN_OF_A_KEY = 4


def status_text(license_: License) -> str:
    """Whether a licence may be used."""
    texts = {
        LicenseStatus.ACTIVE: _("active"),
        LicenseStatus.SUSPENDED: _("suspended"),
        LicenseStatus.REVOKED: _("revoked"),
        LicenseStatus.EXPIRED: _("expired"),
        LicenseStatus.UNKNOWN: _("unknown"),
    }
    return texts[license_.status]


def advice(license_: License) -> str | None:
    """What its owner can do about it."""
    texts = {
        LicenseStatus.SUSPENDED: _(
            "The staff stopped it for now. Ask them why, and name the number below."
        ),
        LicenseStatus.REVOKED: _(
            "It was taken back for good, often after a refund. Ask the staff if that surprises "
            "you."
        ),
        LicenseStatus.EXPIRED: _("Its time is over. Buy it again with `/buy` to go on using it."),
        LicenseStatus.UNKNOWN: _("Shoppex did not say how it stands. Ask the staff."),
    }
    if license_.status is not LicenseStatus.ACTIVE:
        return texts.get(license_.status)
    if license_.used_up:
        return _("It was used as often as it may be, and works no more. Ask the staff for help.")
    if license_.address_bound:
        return _(
            "It works from certain internet addresses only. If yours has changed, ask the staff."
        )
    if license_.hardware_id is not None:
        return _(
            "If your program says that it is another machine, free the licence from this one."
        )
    return None


def short(license_: License) -> str:
    """A licence in a few words, by the end of its key."""
    title = license_.product_title or _("Licence")
    end = "…" + license_.key[-_SHOWN_OF_A_KEY:] if license_.key else license_.uniqid
    return f"{title} · {end}"


def license_embed(holding: OwnedLicense, colour: discord.Colour, *, staff: bool) -> discord.Embed:
    """One licence in full, with its machine shortened. The key is its owner's to see.

    Parameters
    ----------
    staff
        Whether it is also said whose it is.
    """
    license_ = holding.license
    text = f"**{status_text(license_)}**"
    if not staff and (what := advice(license_)) is not None:
        text += f"\n{what}"
    embed = discord.Embed(title=plain(short(license_)), description=text, colour=colour)
    embed.add_field(name=_("Expires"), value=_expires(license_))
    embed.add_field(name=_("Uses"), value=_uses(license_))
    embed.add_field(name=_("Machine"), value=_machine(license_))
    if staff and holding.owner is not None:
        embed.add_field(name=_("Member"), value=f"<@{holding.owner.user_id}>")
    if staff and license_.invoice_ids:
        embed.add_field(name=_("Order"), value=f"`{plain(license_.invoice_ids[0])}`")
    embed.set_footer(text=_("Only you can see this. Licence {id}").format(id=license_.uniqid))
    return embed


def _expires(license_: License) -> str:
    if license_.end_unreadable:
        return _("at a time that I cannot read; the staff can see it at Shoppex")
    return _("never") if license_.expires_at is None else format_dt(license_.expires_at, "f")


def _uses(license_: License) -> str:
    if license_.uses is None:
        return _("not counted")
    if license_.max_uses is None:
        return str(license_.uses)
    return _("{uses} of {most}").format(uses=license_.uses, most=license_.max_uses)


def _machine(license_: License) -> str:
    if license_.hardware_id is not None:
        return f"`{plain(license_.hardware_id[:_SHOWN_OF_A_MACHINE])}…`"
    return _("the next one that uses it") if license_.hwid_pending else _("none")
