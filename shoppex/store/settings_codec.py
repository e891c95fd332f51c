"""JSON codec for settings. A setting that is missing has its default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import timedelta
from decimal import Decimal
from typing import Any

from ..domain.log_level import LogLevel
from ..domain.money import Money
from ..domain.policy import OwnPolicy, Policy
from .codec_parts import Record, time_from_json, time_to_json, without_empty
from .settings_model import (
    FormerSecret,
    GuildSettings,
    ItemEntry,
    LicensePolicy,
    ListenerSettings,
    ProductEntry,
    Retention,
    SoldEntry,
)


def listener_to_record(listener: ListenerSettings) -> Record:
    """Serialise where the listener binds, and how the world reaches it."""
    return asdict(listener)


def listener_from_record(record: Mapping[str, Any]) -> ListenerSettings:
    """Read what :func:`listener_to_record` wrote."""
    return ListenerSettings(**_known(ListenerSettings, record))


def retention_to_record(retention: Retention) -> dict[str, int]:
    """Serialise the retention periods, in days."""
    return {"unpaid": retention.unpaid.days, "details": retention.details.days}


def retention_from_record(record: Mapping[str, int]) -> Retention:
    """Read what :func:`retention_to_record` wrote."""
    known = _known(Retention, record)
    return Retention(**{name: timedelta(days=days) for name, days in known.items()})


def guild_to_record(settings: GuildSettings) -> Record:
    """Serialise the settings of one guild."""
    return {
        "api_key": settings.api_key,
        "secret": settings.secret,
        "former_secrets": [
            [each.text, time_to_json(each.ends_at)] for each in settings.former_secrets
        ],
        "secret_doubtful": settings.secret_doubtful,
        "webhook_id": settings.webhook_id,
        "webhook_url": settings.webhook_url,
        "polling_only": settings.polling_only,
        "setup_passed": sorted(settings.setup_passed),
        "shop_name": settings.shop_name,
        "shop_id": settings.shop_id,
        "legacy_signatures": settings.legacy_signatures,
        "log_channel": None if settings.log_channel is None else str(settings.log_channel),
        "log_level": settings.log_level.value,
        "pickup_channel": (
            None if settings.pickup_channel is None else str(settings.pickup_channel)
        ),
        "staff_role": None if settings.staff_role is None else str(settings.staff_role),
        "licenses": {
            "cooldown": int(settings.licenses.cooldown.total_seconds()),
            "per_month": settings.licenses.per_month,
        },
        "told": sorted(settings.told),
        "ailments": sorted(settings.ailments),
        "policy": asdict(settings.policy),
        "remind_days": list(settings.remind_days),
        "rejoin": settings.rejoin,
        "powers": {str(role_id): bits for role_id, bits in settings.powers.items()},
        "brake": settings.brake,
        "products": {
            entry.id: {"title": entry.title, **_gifts_to_record(entry)}
            for entry in settings.products.values()
        },
        "items": {
            entry.id: {
                "title": entry.title,
                "price": [str(entry.price.amount), entry.price.currency],
                **_gifts_to_record(entry),
                **without_empty(pool=entry.pool),
            }
            for entry in settings.items.values()
        },
    }


def guild_from_record(record: Mapping[str, Any]) -> GuildSettings:
    """Read what :func:`guild_to_record` wrote."""
    return GuildSettings(
        api_key=record.get("api_key"),
        secret=record.get("secret"),
        former_secrets=tuple(
            FormerSecret(text, ends_at)
            for text, time in record.get("former_secrets", ())
            if (ends_at := time_from_json(time)) is not None
        ),
        secret_doubtful=record.get("secret_doubtful", False),
        webhook_id=record.get("webhook_id"),
        webhook_url=record.get("webhook_url"),
        polling_only=record.get("polling_only", False),
        setup_passed=frozenset(record.get("setup_passed", ())),
        shop_name=record.get("shop_name", ""),
        shop_id=record.get("shop_id"),
        legacy_signatures=record.get("legacy_signatures", False),
        log_channel=int(record["log_channel"]) if record.get("log_channel") else None,
        log_level=LogLevel(record.get("log_level", GuildSettings().log_level)),
        pickup_channel=int(record["pickup_channel"]) if record.get("pickup_channel") else None,
        staff_role=int(record["staff_role"]) if record.get("staff_role") else None,
        licenses=_license_policy(record.get("licenses")),
        told=frozenset(record.get("told", ())),
        ailments=frozenset(record.get("ailments", ())),
        policy=Policy(**_known(Policy, record.get("policy", {}))),
        remind_days=tuple(record.get("remind_days", GuildSettings().remind_days)),
        rejoin=record.get("rejoin", True),
        powers={int(role_id): bits for role_id, bits in record.get("powers", {}).items()},
        brake=record.get("brake"),
        products={
            key: ProductEntry(key, entry["title"], **_gifts_from_record(entry))
            for key, entry in record.get("products", {}).items()
        },
        items={
            key: ItemEntry(
                key,
                entry["title"],
                Money(Decimal(entry["price"][0]), entry["price"][1]),
                pool=entry.get("pool"),
                **_gifts_from_record(entry),
            )
            for key, entry in record.get("items", {}).items()
        },
    )


def _known(kind: type[Any], record: Mapping[str, Any]) -> dict[str, Any]:
    """What a record holds of the fields of a dataclass."""
    return {each.name: record[each.name] for each in fields(kind) if each.name in record}


def _license_policy(record: Mapping[str, int] | None) -> LicensePolicy:
    if record is None:
        return LicensePolicy()
    return LicensePolicy(timedelta(seconds=record["cooldown"]), record["per_month"])


def _gifts_to_record(entry: SoldEntry) -> Record:
    """What products and items have in common: what they give, for how long, on which terms."""
    return {
        "roles": [str(role_id) for role_id in entry.roles],
        **without_empty(
            days=None if entry.lasts is None else entry.lasts.days,
            policy={name: word for name, word in asdict(entry.policy).items() if word is not None},
        ),
    }


def _gifts_from_record(entry: Mapping[str, Any]) -> dict[str, Any]:
    days = entry.get("days")
    return {
        "roles": tuple(int(role_id) for role_id in entry["roles"]),
        "lasts": None if days is None else timedelta(days=days),
        "policy": OwnPolicy(**_known(OwnPolicy, entry.get("policy", {}))),
    }
