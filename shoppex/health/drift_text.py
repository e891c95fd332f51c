"""Texts on drift: how roles and purchases disagree."""

from __future__ import annotations

from ..fulfilment.reconcile.drift import DriftKind
from ..i18n import _
from ..ui.reason_text import progress_sentence


def drift_sentence(kind: DriftKind, reason: str | None) -> str:
    """How roles and purchases disagree, why, and what that leads to."""
    why = "" if reason is None else f" ({progress_sentence(reason)})"
    sentences = {
        DriftKind.UNPAID: _("has it without a purchase. Take it by hand if that is not meant."),
        DriftKind.HAD_BEFORE: _(
            "had it before buying, and nothing pays for it now. I take only what I gave."
        ),
        DriftKind.ENDED: _("has it although what paid for it has ended. I take it{why}."),
        DriftKind.ENDED_KEPT: _(
            "has it again although what paid for it has ended. It is not from me, so I leave it."
        ),
        DriftKind.WAITING: _("paid for it and does not have it yet. I give it{why}."),
        DriftKind.TAKEN: _(
            "paid for it and lacks it: somebody took it, or it was not given back after a return. "
            "Give it by hand if that is not meant."
        ),
        DriftKind.BANNED: _("paid for it before a ban, which ended that. A new purchase counts."),
        DriftKind.OTHER_PLAN: _(
            "keeps it although their subscription changed at Shoppex to a plan that is not for "
            "sale here. Put that plan on sale, or revoke the subscription."
        ),
        DriftKind.END_UNKNOWN: _(
            "keeps it because I cannot read the end date of their subscription at Shoppex. Check "
            "it there, and revoke the subscription when it is over."
        ),
        DriftKind.OVERDUE: _(
            "keeps it although nothing was paid for their subscription for 30 days after its end. "
            "Check it at Shoppex, and revoke the subscription if it is over."
        ),
    }
    return sentences[kind].format(why=why)
