"""Texts for the buyer: why a purchase is refused, and what is known of a payment."""

from __future__ import annotations

from discord.utils import format_dt

from ..domain.account import Order
from ..domain.status import OrderStatus
from ..errors import NotSetUp, Refusal, TooOften
from ..formatting import format_money, plain
from ..fulfilment.steps.message_text import underpaid_text
from ..i18n import _
from .errors import (
    AlreadyPaid,
    BeingConfirmed,
    BelowMinimum,
    CouponRejected,
    EmailRejected,
    NotForSale,
    PaymentHeld,
    QuantityOutOfRange,
    RoleRequired,
    SeveralNamed,
    ShopMisconfigured,
    ShopRefused,
    SoldOut,
    Underpaid,
    VariantNeeded,
)


def refusal_sentence(refusal: Refusal) -> str:
    """Why something cannot be bought, for the buyer."""
    if isinstance(refusal, SoldOut):
        return _sold_out(refusal)
    if isinstance(refusal, SeveralNamed):
        return _(
            "Several things have that name: {each}. Nothing was changed. Name the one you mean by "
            "its id."
        ).format(each=", ".join(f"{plain(text)} (`{name}`)" for text, name in refusal.each[:10]))
    if isinstance(refusal, RoleRequired):
        return _role_required(refusal)
    if isinstance(refusal, QuantityOutOfRange):
        return _quantity(refusal)
    if isinstance(refusal, TooOften):
        return _(
            "That was a lot in a short time: many tries, or several checkouts of which none is "
            "paid yet. Pay one of those, or try again {when}."
        ).format(when=format_dt(refusal.until, "R"))
    if isinstance(refusal, ShopRefused):
        return _(
            "The shop did not take this order. It says: “{reason}”. Nothing was ordered. Change "
            "your choice, or ask the server's staff."
        ).format(reason=plain(refusal.said))
    if isinstance(refusal, PaymentHeld):
        return _(
            "A payment for this has arrived that does not match what was agreed, so it waits for "
            "the server's staff. Do not pay again. Tell them the order: {id}."
        ).format(id=plain(refusal.uniqid))
    if isinstance(refusal, Underpaid):
        return underpaid_text(refusal.order)
    if isinstance(refusal, BelowMinimum):
        return _("That is too little to be paid: the least is {money}. Choose more.").format(
            money=format_money(refusal.minimum)
        )
    return _fixed_sentence(refusal)


def _fixed_sentence(refusal: Refusal) -> str:
    sentences = {
        NotSetUp: _(
            "Nothing is for sale in this server yet. Its staff can add something with "
            "`/shoppexset product add` or `/shoppexset item add`."
        ),
        NotForSale: _(
            "There is nothing of that name for sale here. Use `/buy` without a product to see "
            "everything that is."
        ),
        VariantNeeded: _("This product comes in several variants. Please choose one of them."),
        CouponRejected: _(
            "This coupon does not work for this product: it is misspelt, has ended, or belongs "
            "to something else. Nothing was ordered. Try again without it, or with another."
        ),
        EmailRejected: _(
            "That does not look like a working e-mail address, so nothing was ordered. Please "
            "check it for typing mistakes and try again."
        ),
        AlreadyPaid: _(
            "This one is already paid. What you bought is on its way: your roles arrive by "
            "themselves, and a direct message follows."
        ),
        BeingConfirmed: _(
            "Your payment for this is being confirmed, which takes some minutes with some ways "
            "of paying. There is nothing more to do: everything arrives by itself."
        ),
        ShopMisconfigured: _(
            "The shop cannot take orders right now, because Shoppex refuses this server's key. "
            "Nothing was ordered. Please tell the server's staff; they can set a new key with "
            "`/shoppexset apikey`."
        ),
    }
    return sentences.get(
        type(refusal),
        _(
            "The shop cannot be reached right now. Nothing was lost, and you were not charged. "
            "Please try again in a few minutes."
        ),
    )


def _sold_out(refusal: SoldOut) -> str:
    if refusal.left is None:
        return _("There are not that many left right now. Choose a smaller quantity.")
    if refusal.left <= 0:
        return _("This is sold out right now. Nothing was ordered. Please try again later.")
    return _(
        "There are not that many left: {left} can be bought right now. Choose a smaller quantity."
    ).format(left=refusal.left)


def _role_required(refusal: RoleRequired) -> str:
    if refusal.server is None:
        return _(
            "This is only for members who have {role}. You do not have that role, so nothing was "
            "ordered. Ask the server's staff how to get it."
        ).format(role=refusal.role)
    return _(
        "This is only for members of **{server}** who have the role **{role}** there. You do not "
        "have it, so nothing was ordered. Get the role there first, then use `/buy` again."
    ).format(server=plain(refusal.server), role=plain(refusal.role))


def _quantity(refusal: QuantityOutOfRange) -> str:
    if refusal.maximum is None:
        return _("This is sold from {minimum} pieces on. Choose a larger quantity.").format(
            minimum=refusal.minimum
        )
    return _("This is sold in quantities from {minimum} to {maximum}. Choose within that.").format(
        minimum=refusal.minimum, maximum=refusal.maximum
    )


def payment_sentence(order: Order | None) -> str:
    """What is known of the payment of an order, for the buyer who says that they paid.

    Parameters
    ----------
    order
        ``None`` when it is forgotten.
    """
    if order is None:
        return _(
            "I do not remember this order any more: nobody paid for it for a long time, or your "
            "data was deleted. If you have paid, please tell the server's staff."
        )
    if order.held is not None:
        return refusal_sentence(PaymentHeld(order.uniqid or "?"))
    if order.paid_at is not None:
        return refusal_sentence(AlreadyPaid())
    if order.underpayment is not None:
        return underpaid_text(order)
    if order.status is OrderStatus.PARTIAL or order.heard_paid_at is not None:
        return refusal_sentence(BeingConfirmed())
    return _(
        "Shoppex has not seen a payment for this yet. Some ways of paying take a few minutes; "
        "what you bought then arrives by itself. If you have not paid, use the link. If you "
        "paid more than an hour ago, tell the server's staff the order: {id}."
    ).format(id=plain(order.uniqid or "?"))


def unseen_payment_sentence() -> str:
    """For the buyer who says that they paid while Shoppex cannot be asked."""
    return _(
        "Shoppex cannot be asked right now. If you have paid, there is nothing more to do: I go "
        "on looking, and what you bought arrives by itself. Do not pay again."
    )
