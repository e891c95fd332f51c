"""Verification of a webhook delivery's signature by the secrets of this guild. Pure.

Contract, sections 4.1 and 4.2.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

TOLERANCE_SECONDS = 300
UNSIGNED = "no V2 signature header"
"""Why a shop is refused that has only the deprecated signature."""

_DELIVERY = ("X-Shoppex-Delivery", "X-Shoppex-Delivery-Id")
_TIMESTAMP = "X-Shoppex-Timestamp"
_V2 = "X-Shoppex-Signature-V2"
_LEGACY = "X-Shoppex-Signature"

_V2_FORM = re.compile(r"v1,t=(?P<time>[0-9]{1,15}),h=(?P<digest>[0-9a-f]{64})")
_LEGACY_FORM = re.compile(r"[0-9a-f]{128}")
_DELIVERY_FORM = re.compile(r"[\x21-\x7e]{1,128}")


class Headers(Protocol):
    """The part of aiohttp's headers that is needed here."""

    def getall(self, key: str, default: Sequence[str]) -> Sequence[str]:
        """Every value that was sent under that name."""


class Trust(Enum):
    """Degree to which a delivery may be believed."""

    GENUINE = "genuine"
    """Signed, and fresh: its payload may be acted on."""
    STALE = "stale"
    """Signed, but without proof that it is fresh: only a hint to ask the API."""
    FORGED = "forged"
    """Not signed by this shop, or not readable as signed."""


@dataclass(frozen=True, slots=True)
class SignatureResult:
    """Verdict on the headers and the body of a delivery.

    Parameters
    ----------
    reason
        Why, for the log and for the sender; free of secrets.
    delivery_id
        Shoppex's id of this delivery; empty when forged.
    """

    trust: Trust
    reason: str
    delivery_id: str = ""


def sign_v2(secret: str, delivery_id: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 over ``id.timestamp.body`` as hex; the whole secret text is the key."""
    message = f"{delivery_id}.{timestamp}.".encode() + body
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def sign(secret: str, delivery_id: str, at: int, body: bytes) -> dict[str, str]:
    """The headers that make :func:`verify` believe a delivery of the Unix second ``at``."""
    digest = sign_v2(secret, delivery_id, f"{at}", body)
    return {
        _DELIVERY[0]: delivery_id,
        _TIMESTAMP: f"{at}",
        _V2: f"v1,t={at},h={digest}",
        f"{_V2}-Algorithm": "HMAC-SHA256",
    }


def sign_legacy(secret: str, body: bytes) -> str:
    """HMAC-SHA512 over the body as hex: deprecated, and no proof against a replay."""
    return hmac.new(secret.encode(), body, hashlib.sha512).hexdigest()


def verify(
    headers: Headers, body: bytes, secrets: Sequence[str], now: float, *, legacy: bool = False
) -> SignatureResult:
    """Judge one delivery.

    Parameters
    ----------
    secrets
        Those of which one must have signed. How long it takes tells nobody which one did.
    now
        Unix time in seconds.
    legacy
        Whether the SHA-512 signature is taken when no V2 header is there at all. It is
        never a fall-back from a wrong V2: that would let a forger choose the weaker one.
    """
    refused = malformed(headers, legacy=legacy)
    if refused is not None:
        return refused
    if headers.getall(_V2, ()):
        return _verify_v2(headers, body, secrets, now)
    return _verify_legacy(headers, body, secrets)


def malformed(headers: Headers, *, legacy: bool = False) -> SignatureResult | None:
    """Return why no body at all could make a delivery genuine; ``None`` when one could.

    Parameters
    ----------
    legacy
        As of :func:`verify`.
    """
    if headers.getall(_V2, ()):
        return _malformed_v2(headers)
    if legacy and headers.getall(_LEGACY, ()):
        return _malformed_legacy(headers)
    return SignatureResult(Trust.FORGED, UNSIGNED)


def _malformed_v2(headers: Headers) -> SignatureResult | None:
    signature, timestamp = _only(headers, _V2), _only(headers, _TIMESTAMP)
    if signature is None or (form := _V2_FORM.fullmatch(signature)) is None:
        return SignatureResult(Trust.FORGED, "V2 signature header malformed or repeated")
    if timestamp is None:
        return SignatureResult(Trust.FORGED, "timestamp header missing or repeated")
    if _delivery_id(headers) is None:
        return SignatureResult(Trust.FORGED, "delivery id header missing, malformed or repeated")
    if timestamp != form["time"]:
        return SignatureResult(Trust.FORGED, "timestamp header and signature disagree")
    return None


def _malformed_legacy(headers: Headers) -> SignatureResult | None:
    signature = _only(headers, _LEGACY)
    if signature is None or _LEGACY_FORM.fullmatch(signature) is None:
        return SignatureResult(Trust.FORGED, "legacy signature header malformed or repeated")
    if _delivery_id(headers) is None:
        return SignatureResult(Trust.FORGED, "delivery id header missing, malformed or repeated")
    return None


def _verify_v2(
    headers: Headers, body: bytes, secrets: Sequence[str], now: float
) -> SignatureResult:
    digest = (_only(headers, _V2) or "").rpartition("h=")[2]
    timestamp, delivery_id = _only(headers, _TIMESTAMP) or "", _delivery_id(headers) or ""
    if not _is_one_of(digest, (sign_v2(each, delivery_id, timestamp, body) for each in secrets)):
        return SignatureResult(Trust.FORGED, "V2 signature does not match")
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        return SignatureResult(Trust.STALE, "timestamp out of tolerance", delivery_id)
    return SignatureResult(Trust.GENUINE, "V2", delivery_id)


def _verify_legacy(headers: Headers, body: bytes, secrets: Sequence[str]) -> SignatureResult:
    signature, delivery_id = _only(headers, _LEGACY) or "", _delivery_id(headers) or ""
    if not _is_one_of(signature, (sign_legacy(each, body) for each in secrets)):
        return SignatureResult(Trust.FORGED, "legacy signature does not match")
    return SignatureResult(Trust.STALE, "legacy", delivery_id)


def _is_one_of(digest: str, expected: Iterable[str]) -> bool:
    """Whether a digest is among the expected ones. Each is made and compared, whatever fits."""
    return sum(hmac.compare_digest(each, digest) for each in expected) > 0


def _only(headers: Headers, name: str) -> str | None:
    """The value of a header sent once; twice is meant to make two readers differ."""
    values = headers.getall(name, ())
    return values[0] if len(values) == 1 else None


def _delivery_id(headers: Headers) -> str | None:
    """The id, whichever of its two headers carries it; both must agree (contract, 4.2)."""
    sent = [headers.getall(name, ()) for name in _DELIVERY]
    values = {value for each in sent for value in each}
    if len(values) != 1 or max(map(len, sent)) > 1:
        return None
    value = values.pop()
    return value if _DELIVERY_FORM.fullmatch(value) else None
