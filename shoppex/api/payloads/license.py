"""Parsing of licences (contract, section 6)."""

from __future__ import annotations

from collections.abc import Mapping

from ...domain.license import License, parse_license_status
from ..errors import MalformedRecord
from ..fields import (
    as_list,
    as_mapping,
    is_unreadable_end,
    parse_count,
    parse_end,
    parse_flag,
    parse_id,
    parse_text,
    parse_time,
    unwrap,
)
from .references import parse_customer_id, parse_product_ids, parse_product_title

# Contract, C25.
_WRAPPERS = ("productLicense", "product_license", "license")
# As in Shoppex's page on listing licences: /api-reference/licenses/list-licenses.
LIST_WRAPPERS = ("productLicenses", "product_licenses", "licenses")
_KEYS = ("license_key", "key")


class MalformedLicense(MalformedRecord):
    """Data that does not say which licence it is about."""


def parse_license(data: Mapping[str, object]) -> License:
    """Read a licence. Whatever is missing or cannot be read is left out.

    Raises
    ------
    MalformedLicense
        When there is no id.
    """
    data = as_mapping(unwrap(data, *_WRAPPERS)) or data
    public, internal = parse_id(data.get("uniqid")), parse_id(data.get("id"))
    name = public or internal
    if name is None:
        raise MalformedLicense("a licence without an id")
    keys = (parse_text(data.get(field)) for field in _KEYS)
    most = parse_count(data.get("max_uses"))
    return License(
        uniqid=name,
        id=internal or name,
        status=parse_license_status(data.get("status")),
        key=next((key for key in keys if key and key.strip()), None),
        product_ids=parse_product_ids([data]),
        product_title=parse_product_title(data),
        invoice_ids=_invoice_ids(data),
        customer_id=parse_customer_id(data),
        hardware_id=(parse_text(data.get("hardware_id")) or "").strip() or None,
        hwid_pending=parse_flag(data.get("hwid_pending")) or False,
        address_bound=any(map(parse_text, as_list(data.get("allowed_ips")))),
        uses=parse_count(data.get("uses")),
        max_uses=most if most is not None and most > 0 else None,
        expires_at=parse_end(data.get("expires_at")),
        end_unreadable=is_unreadable_end(data.get("expires_at")),
        created_at=parse_time(data.get("created_at")),
        updated_at=parse_time(data.get("updated_at")),
    )


def _invoice_ids(data: Mapping[str, object]) -> tuple[str, ...]:
    invoice = as_mapping(data.get("invoice"))
    ids = (
        invoice.get("uniqid"),
        data.get("invoice_uniqid"),
        data.get("invoice_id"),
        invoice.get("id"),
    )
    return tuple(dict.fromkeys(name for name in map(parse_id, ids) if name is not None))
