"""URLs at Shoppex that people are sent to."""

from __future__ import annotations

from urllib.parse import quote

from .account import Order


def hosted_checkout(uniqid: str) -> str:
    """Return where to pay an order when Shoppex gave no link (contract, section 2.1)."""
    return f"https://checkout.shoppex.io/invoice/{quote(uniqid, safe='')}"


def order_page(order: Order) -> str:
    """Return the URL of an order's page, as it may be used in the brackets of Markdown."""
    url = order.url or hosted_checkout(order.uniqid or "")
    return url.replace("(", "%28").replace(")", "%29").replace(" ", "%20")
