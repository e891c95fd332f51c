"""Parsing of references to other records: products, customers, gateways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..fields import as_list, as_mapping, parse_id, parse_text, parse_time

_MOST_ENTRIES = 1000
_MOST_INVOICES = 36
_LONGEST_TITLE = 256


def parse_product_ids(records: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    """Collect every id that ``records`` give for products, each once.

    Contract, section 1, *Ids*: any of them may be used. Within a record public ids come first.
    """
    return tuple(dict.fromkeys(name for record in records for name in _product_ids(record)))


def parse_product_title(record: Mapping[str, object]) -> str:
    """Read the title of the product of a record; empty when there is none."""
    titles = (record.get("product_title"), *(entry.get("title") for entry in _products(record)))
    texts = ((parse_text(title) or "").strip() for title in titles)
    return next((text for text in texts if text), "")[:_LONGEST_TITLE]


def parse_customer_id(record: Mapping[str, object]) -> str | None:
    """Read which customer a record belongs to."""
    customer = as_mapping(record.get("customer"))
    return parse_id(record.get("customer_id")) or parse_id(customer.get("id"))


def parse_gateway(record: Mapping[str, object]) -> str | None:
    """Read how a record is paid, in upper case; ``None`` where nobody chose yet."""
    name = parse_id(record.get("gateway"))
    return None if name is None else name.upper()


def parse_uniqids(value: object) -> tuple[str, ...]:
    """Read the public ids in a list of records or of plain ids; the internal where it has none."""
    names = (_uniqid(entry) for entry in as_list(value)[:_MOST_ENTRIES])
    return tuple(dict.fromkeys(name for name in names if name is not None))


def parse_invoices(value: object) -> tuple[str, ...]:
    """Read the ids of the newest invoices in a list, as `parse_uniqids` does; at most 36.

    The newest come first; where not all say when they were made, they are as in the list.
    """
    entries = as_list(value)[:_MOST_ENTRIES]
    times = [parse_time(as_mapping(entry).get("created_at")) for entry in entries]
    if all(time is not None for time in times):
        made = sorted(zip(times, range(len(entries)), strict=True), reverse=True)
        entries = [entries[place] for _, place in made]
    return parse_uniqids(entries)[:_MOST_INVOICES]


def _uniqid(entry: object) -> str | None:
    record = as_mapping(entry)
    names = map(parse_id, (record.get("uniqid"), record.get("id"), entry))
    return next((name for name in names if name is not None), None)


def _product_ids(record: Mapping[str, object]) -> Iterator[str]:
    products = _products(record)
    values = (
        *(product.get("uniqid") for product in products),
        record.get("product_uniqid"),
        record.get("product_id"),
        *(product.get("id") for product in products),
        *(product.get("slug") for product in products),
    )
    names = (parse_id(value) for value in values)
    return (name for name in names if name is not None)


def _products(record: Mapping[str, object]) -> list[Mapping[str, object]]:
    """The products within a record: one, or those of a ``:product`` event."""
    several = as_list(record.get("products"))[:_MOST_ENTRIES]
    return [as_mapping(entry) for entry in (record.get("product"), *several)]
