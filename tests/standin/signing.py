"""Webhook signatures (contract, sections 4.1 and 4.2). Pure functions.

The key is in both schemes the whole secret string as UTF-8, its ``whsec_`` included.
"""

from __future__ import annotations

import hashlib
import hmac


def sign_v2(secret: str, delivery_id: str, timestamp: int | str, body: bytes) -> str:
    """HMAC-SHA256 over ``<delivery id>.<timestamp>.<raw body>``, as 64 hex digits."""
    signed = f"{delivery_id}.{timestamp}.".encode() + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def v2_header(secret: str, delivery_id: str, timestamp: int | str, body: bytes) -> str:
    """The value of ``X-Shoppex-Signature-V2``."""
    return f"v1,t={timestamp},h={sign_v2(secret, delivery_id, timestamp, body)}"


def sign_legacy(secret: str, body: bytes) -> str:
    """HMAC-SHA512 over the raw body, as 128 hex digits: ``X-Shoppex-Signature``."""
    return hmac.new(secret.encode(), body, hashlib.sha512).hexdigest()
