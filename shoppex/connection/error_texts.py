"""Sentences for staff on why a step of the setup could not be done."""

from __future__ import annotations

from collections.abc import Iterable

from ..formatting import plain
from ..i18n import _
from .errors import SetupError, SetupErrorKind
from .webhook_secrets import SHORTEST_SECRET


def trouble_sentence(trouble: SetupError) -> str:
    """What stands in the way of a step, what that means, and what to do."""
    if trouble.trouble is SetupErrorKind.SCOPES_MISSING:
        return _(
            "The API key works, but it lacks these permissions: {scopes}. Nothing was changed. "
            "Add them at Shoppex under Settings → Developer → API Keys, then try again."
        ).format(scopes=codes(trouble.scopes))
    if trouble.trouble is SetupErrorKind.REFUSED:
        return _("Shoppex refused this, so nothing was changed. It says: “{said}”.").format(
            said=plain(trouble.said)
        )
    return _fixed_sentence(trouble.trouble)


def _fixed_sentence(trouble: SetupErrorKind) -> str:
    sentences = {
        SetupErrorKind.NO_KEY: _("First give me access to your shop with `/shoppexset apikey`."),
        SetupErrorKind.NOT_A_KEY: _(
            "That is not an API key; it would begin with `shx_`. Nothing was changed."
        ),
        SetupErrorKind.KEY_UNKNOWN: _(
            "Shoppex does not know this API key, so nothing was changed. Copy it once more, "
            "whole, or create a new one under Settings → Developer → API Keys."
        ),
        SetupErrorKind.NOT_AN_ADDRESS: _(
            "That is not an address such as https://shop.example.com. Nothing was changed."
        ),
        SetupErrorKind.NOT_LISTENING: _(
            "I cannot hear Shoppex, because another program uses the port that I listen on. The "
            "bot's owner can choose another with `/shoppexset listener`."
        ),
        SetupErrorKind.NO_ADDRESS: _(
            "Shoppex cannot send anything here, because the bot has no public address yet. The "
            "bot's owner sets it with `/shoppexset publicurl`."
        ),
        SetupErrorKind.NO_EVENTS: _(
            "Shoppex has no event any more that tells of a payment, so no webhook was made. "
            "Choose to ask Shoppex instead, and look for an update of this cog."
        ),
        SetupErrorKind.NO_WEBHOOK: _(
            "Shoppex has no webhook that leads to this bot, so nothing was changed. Make one with "
            "`/shoppexset setup`."
        ),
        SetupErrorKind.WEBHOOK_DOUBTFUL: _(
            "Shoppex did not answer in time, so nobody knows whether the webhook was made. Try "
            "again in a few minutes: I look first, and never make a second one."
        ),
        SetupErrorKind.NOT_A_SECRET: _(
            "That is not a webhook secret: it is at least {least} characters long and has no "
            "spaces. Nothing was changed. Copy it once more, whole."
        ).format(least=SHORTEST_SECRET),
        SetupErrorKind.SECRET_DOUBTFUL: _(
            "Shoppex did not answer in time, and may sign with a new secret already. Nothing is "
            "lost: I go on asking Shoppex for payments. Replace the secret once more in a few "
            "minutes."
        ),
        SetupErrorKind.SECRET_UNTOLD: _(
            "Shoppex has made a new secret and does not tell it to me. Copy it at Shoppex under "
            "Settings → Developer → Webhooks, and enter it with the button. Until then I refuse "
            "what is signed with it and ask Shoppex for payments instead, so nothing is lost."
        ),
        SetupErrorKind.SECRET_LOST: _(
            "Shoppex signs with a new secret now, but I could not save it. Nothing is lost: I go "
            "on asking Shoppex for payments. Tell the bot's owner that nothing can be saved, then "
            "replace the secret once more."
        ),
    }
    return sentences.get(
        trouble,
        _(
            "Shoppex cannot be reached right now, so nothing was changed. Please try again in a "
            "few minutes."
        ),
    )


def codes(words: Iterable[str]) -> str:
    """Names that are typed as they stand."""
    return ", ".join(f"`{word}`" for word in words)
