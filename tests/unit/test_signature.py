"""Who signed a delivery, and what a forger may try."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from shoppex.webhook.signature import Trust, sign, sign_legacy, sign_v2, verify

SECRET = "whsec_4f1c_ümlaut"  # noqa: S105 (the whole text is the key)
BODY = json.dumps({"event": "order:paid", "data": {"uniqid": "u-1"}}).encode()
ID = "whd_123"
TIME = 1_772_366_400
STAMP = str(TIME)

V2 = "X-Shoppex-Signature-V2"
LEGACY = "X-Shoppex-Signature"
TIMESTAMP = "X-Shoppex-Timestamp"
DELIVERY = "X-Shoppex-Delivery"
DELIVERY_ID = "X-Shoppex-Delivery-Id"


def digest(secret: str = SECRET, id_: str = ID, stamp: str = STAMP, body: bytes = BODY) -> str:
    message = id_.encode() + b"." + stamp.encode() + b"." + body
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def signed(stamp: str = STAMP, delivery: str = ID) -> CIMultiDict[str]:
    """The headers of a genuine delivery of BODY."""
    return CIMultiDict(
        {
            DELIVERY: delivery,
            TIMESTAMP: stamp,
            V2: f"v1,t={stamp},h={digest(id_=delivery, stamp=stamp)}",
        }
    )


def legacy_signed() -> CIMultiDict[str]:
    legacy = hmac.new(SECRET.encode(), BODY, hashlib.sha512).hexdigest()
    return CIMultiDict({DELIVERY: ID, LEGACY: legacy})


def trust(
    headers: CIMultiDict[str],
    body: bytes = BODY,
    secret: str = SECRET,
    now: float = TIME,
    *,
    legacy: bool = False,
) -> Trust:
    verdict = verify(headers, body, (secret,), now, legacy=legacy)
    assert (verdict.delivery_id == "") == (verdict.trust is Trust.FORGED)
    assert not secret or secret not in verdict.reason
    return verdict.trust


def test_a_genuine_delivery_is_believed_and_named() -> None:
    verdict = verify(signed(), BODY, (SECRET,), TIME)
    assert verdict.trust is Trust.GENUINE
    assert verdict.delivery_id == ID


def test_the_signatures_are_those_of_the_contract() -> None:
    assert sign_v2(SECRET, ID, STAMP, BODY) == digest()
    assert sign_legacy(SECRET, BODY) == legacy_signed()[LEGACY]
    # HMAC-SHA256 of `a.1.{}` under the key `k`, by `openssl dgst -sha256 -hmac k`.
    assert sign_v2("k", "a", "1", b"{}") == (
        "a8e1d4dd934423b24bd456605969fbcb31117455dcac350e578373d294fea6e4"
    )


@given(st.text(max_size=40), st.binary(max_size=200))
def test_any_body_under_any_secret_is_believed(tail: str, body: bytes) -> None:
    secret = "s" + tail.encode(errors="ignore").decode()
    headers = signed()
    headers[V2] = f"v1,t={STAMP},h={digest(secret=secret, body=body)}"
    assert trust(headers, body, secret) is Trust.GENUINE


@pytest.mark.parametrize("name", [V2, TIMESTAMP, DELIVERY])
def test_without_one_header_nothing_is_believed(name: str) -> None:
    headers = signed()
    del headers[name]
    assert trust(headers) is Trust.FORGED
    assert trust(headers, legacy=True) is Trust.FORGED


@pytest.mark.parametrize("name", [V2, TIMESTAMP])
@pytest.mark.parametrize("same", [True, False])
def test_a_header_sent_twice_is_refused(name: str, *, same: bool) -> None:
    headers = signed()
    headers.add(name, headers[name] if same else "x")
    assert trust(headers) is Trust.FORGED


def test_two_delivery_ids_are_refused() -> None:
    for name in (DELIVERY, DELIVERY_ID):
        headers = signed()
        headers.add(name, "whd_124")
        assert trust(headers) is Trust.FORGED


@pytest.mark.parametrize(
    "header",
    [
        "",
        digest(),
        f"t={STAMP},h={digest()}",
        f"v2,t={STAMP},h={digest()}",
        f"v1,h={digest()}",
        f"v1,t={STAMP}",
        f"v1,t=,h={digest()}",
        f"v1,t=-{STAMP},h={digest()}",
        f"v1,t={STAMP},h={digest()[:-1]}",
        f"v1,t={STAMP},h={digest()}0",
        f"v1,t={STAMP},h={digest()}\n",
        f"v1,t={STAMP},h={'g' * 64}",
        f"v1,t={STAMP},h={digest()},h={digest()}",
        f"v1,t={STAMP},h={'é' * 64}",
        f"v1,t={STAMP.translate({ord('1'): '١'})},h={digest()}",
        "é",
    ],
)
def test_a_malformed_signature_is_refused(header: str) -> None:
    headers = signed()
    headers[V2] = header
    assert trust(headers) is Trust.FORGED
    headers[LEGACY] = legacy_signed()[LEGACY]
    assert trust(headers, legacy=True) is Trust.FORGED


def test_hex_in_upper_case_is_refused() -> None:
    headers = signed()
    headers[V2] = f"v1,t={STAMP},h={digest().upper()}"
    assert digest().upper() != digest()
    assert trust(headers) is Trust.FORGED
    old = legacy_signed()
    old[LEGACY] = old[LEGACY].upper()
    assert trust(old, legacy=True) is Trust.FORGED


@pytest.mark.parametrize(
    "value", ["", "soon", f" {STAMP}", f"{STAMP}.0", f"0{STAMP}", "١٧٧٢٣٦٦٤٠٠", "1" * 16, "-1"]
)
def test_a_malformed_timestamp_is_refused(value: str) -> None:
    headers = signed(stamp=value)
    headers[V2] = f"v1,t={STAMP},h={digest(stamp=value)}"
    assert trust(headers) is Trust.FORGED


@pytest.mark.parametrize("value", ["", "with space", "whd_é", "whd\n", "x" * 129, "\0", "\ud800"])
def test_a_malformed_delivery_id_is_refused(value: str) -> None:
    headers = signed()
    headers[DELIVERY] = value
    assert trust(headers) is Trust.FORGED
    old = legacy_signed()
    old[DELIVERY] = value
    assert trust(old, legacy=True) is Trust.FORGED


def test_the_signed_time_must_be_the_one_in_the_header() -> None:
    headers = signed()
    headers[TIMESTAMP] = str(TIME + 1)
    assert trust(headers) is Trust.FORGED
    # Not even where the digest is right for one of the two.
    headers[V2] = f"v1,t={STAMP},h={digest(stamp=str(TIME + 1))}"
    assert trust(headers) is Trust.FORGED


@pytest.mark.parametrize("late", [-300, -299, 0, 299, 299.9, 300])
def test_a_timestamp_of_up_to_five_minutes_is_fresh(late: float) -> None:
    assert trust(signed(), now=TIME + late) is Trust.GENUINE


@pytest.mark.parametrize("late", [-86400, -301, 300.5, 301, 10**9])
def test_an_older_timestamp_is_only_a_hint(late: float) -> None:
    assert trust(signed(), now=TIME + late) is Trust.STALE


def test_an_old_forgery_is_a_forgery() -> None:
    assert trust(signed(), body=BODY + b" ", now=TIME + 301) is Trust.FORGED


def test_another_body_secret_or_delivery_is_refused() -> None:
    assert trust(signed(), body=BODY + b" ") is Trust.FORGED
    assert trust(signed(), body=b"") is Trust.FORGED
    assert trust(signed(), secret=SECRET.removeprefix("whsec_")) is Trust.FORGED
    assert trust(signed(), secret="") is Trust.FORGED
    headers = signed()
    headers[DELIVERY] = "whd_124"
    assert trust(headers) is Trust.FORGED


def test_either_name_of_the_delivery_header_will_do() -> None:
    headers = signed()
    headers[DELIVERY_ID] = headers.pop(DELIVERY)
    assert trust(headers) is Trust.GENUINE
    headers[DELIVERY] = ID
    assert trust(headers) is Trust.GENUINE


def test_header_names_are_read_in_any_case() -> None:
    headers = CIMultiDict({name.upper(): value for name, value in signed().items()})
    assert trust(headers) is Trust.GENUINE


def test_a_legacy_signature_counts_only_where_it_is_allowed_and_then_as_a_hint() -> None:
    assert trust(legacy_signed()) is Trust.FORGED
    assert trust(legacy_signed(), legacy=True) is Trust.STALE


def test_a_wrong_legacy_signature_is_refused() -> None:
    assert trust(legacy_signed(), body=BODY + b" ", legacy=True) is Trust.FORGED
    assert trust(legacy_signed(), secret=SECRET + "x", legacy=True) is Trust.FORGED
    twice = legacy_signed()
    twice.add(LEGACY, twice[LEGACY])
    assert trust(twice, legacy=True) is Trust.FORGED
    for value in ("", "0" * 127, "é" * 128, digest()):
        wrong = legacy_signed()
        wrong[LEGACY] = value
        assert trust(wrong, legacy=True) is Trust.FORGED
    unnamed = legacy_signed()
    del unnamed[DELIVERY]
    assert trust(unnamed, legacy=True) is Trust.FORGED


@pytest.mark.parametrize("v2", ["", "x", f"v1,t={STAMP},h={'0' * 64}"])
def test_a_right_legacy_signature_does_not_help_a_wrong_v2(v2: str) -> None:
    headers = legacy_signed()
    headers[TIMESTAMP] = STAMP
    headers[V2] = v2
    assert trust(headers, legacy=True) is Trust.FORGED


def test_a_wrong_legacy_signature_does_not_harm_a_right_v2() -> None:
    headers = signed()
    headers[LEGACY] = "0" * 128
    assert trust(headers, legacy=True) is Trust.GENUINE


@given(place=st.integers(0, len(BODY) - 1), change=st.integers(1, 255), legacy=st.booleans())
def test_one_changed_byte_of_the_body_is_noticed(place: int, change: int, *, legacy: bool) -> None:
    body = bytearray(BODY)
    body[place] ^= change
    headers = signed()
    headers.extend(legacy_signed().copy() if legacy else {})
    headers[DELIVERY] = ID
    assert trust(headers, body=bytes(body), legacy=legacy) is Trust.FORGED
    assert trust(legacy_signed(), body=bytes(body), legacy=True) is Trust.FORGED


@given(st.integers(0, len(ID) - 1), st.characters(min_codepoint=0x00, max_codepoint=0xFF))
def test_one_changed_character_of_the_delivery_id_is_noticed(place: int, other: str) -> None:
    changed = ID[:place] + other + ID[place + 1 :]
    headers = signed()
    headers[DELIVERY] = changed
    assert (trust(headers) is Trust.FORGED) == (changed != ID)


@given(st.integers(0, len(STAMP) - 1), st.characters(min_codepoint=0x00, max_codepoint=0xFF))
def test_one_changed_character_of_the_timestamp_is_noticed(place: int, other: str) -> None:
    changed = STAMP[:place] + other + STAMP[place + 1 :]
    for in_header, in_signature in ((changed, STAMP), (STAMP, changed), (changed, changed)):
        headers = signed()
        headers[TIMESTAMP] = in_header
        headers[V2] = f"v1,t={in_signature},h={digest()}"
        assert (trust(headers) is Trust.FORGED) == (changed != STAMP)


def test_what_is_signed_here_is_believed_here_and_nowhere_else() -> None:
    headers = CIMultiDict(sign(SECRET, ID, TIME, BODY))
    assert {**signed(), **headers} == headers
    assert trust(headers) is Trust.GENUINE
    assert trust(headers, secret=SECRET + "2") is Trust.FORGED
    assert trust(headers, body=BODY + b" ") is Trust.FORGED


@pytest.mark.parametrize("place", [0, 1, 2])
def test_any_of_several_secrets_may_have_signed(place: int) -> None:
    secrets = ["whsec_one", "whsec_two"]
    assert verify(signed(), BODY, secrets, TIME).trust is Trust.FORGED
    secrets.insert(place, SECRET)
    assert verify(signed(), BODY, secrets, TIME).trust is Trust.GENUINE
    assert verify(legacy_signed(), BODY, secrets, TIME, legacy=True).trust is Trust.STALE


def test_nothing_is_signed_where_no_secret_is_known() -> None:
    assert verify(signed(), BODY, (), TIME).trust is Trust.FORGED
