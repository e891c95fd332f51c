"""Opening of the ledger, and migration of data that an earlier version kept."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Collection
from datetime import datetime
from typing import Any

from .damage import Damage, Fault
from .errors import NewerLedger
from .files import left_traces, set_aside_unreadable
from .partition import Partition, Texts
from .schema import PARTITIONS, open_partition, partition_of, place_of

log = logging.getLogger("red.shoppex.shoppex.store.migration")

# 1: records as nested JSON, in 128 partitions. 2: as text, in 256.
_VERSION = 2
_PARTITIONS_OF_1 = 128


async def open_partitions(
    now: datetime, held: Collection[int] | None
) -> tuple[list[Partition], list[Damage]]:
    """Every partition, read and up to date; and what could not be read.

    A partition that cannot be read, or is gone though it had accounts, is closed, and the
    others serve.

    Parameters
    ----------
    held
        The numbers of the partitions that are known to have had accounts; ``None`` when nobody
        ever noted them.

    Raises
    ------
    NewerLedger
        When a later version of the cog has written one of them.
    OSError
        When a file could not be read or written at all, as on a full disk.
    """
    partitions: list[Partition] = []
    damages: dict[int, Damage] = {}
    old: dict[int, dict[str, dict[str, Any]]] = {}
    for number in range(PARTITIONS):
        damage = await asyncio.to_thread(set_aside_unreadable, place_of(number), now)
        if damage is not None:
            damages[number] = damage
        partition = Partition(open_partition(number))
        records = await partition.load()
        if partition.version > _VERSION:
            raise NewerLedger
        if partition.version == 1:
            old[number] = records
        partitions.append(partition)
    for number, records in old.items():
        # What could not be read may have held the other half; it is then told of, not replaced.
        await _upgrade_from_1(partitions, number, records)
    if held is None and any(partition.all() for partition in partitions):
        # All are laid out before the first of them gets an account.
        held = range(PARTITIONS)
    for number, partition in enumerate(partitions):
        if partition.version != 0:
            continue
        if number in damages or number in (held or ()) or left_traces(place_of(number)):
            partition.closed = True
            damages.setdefault(number, _missing(number))
        else:
            await partition.found(_VERSION)
    return partitions, list(damages.values())


def _missing(number: int) -> Damage:
    place = place_of(number)
    log.error("%s had accounts, and now nothing is there", place)
    return Damage(place, Fault.MISSING)


async def _upgrade_from_1(
    partitions: list[Partition], number: int, records: dict[str, dict[str, Any]]
) -> None:
    """Split one partition in two.

    The half that moves is written before it is taken away from where it was. Dying in between
    does no harm: the next start does the same again.
    """
    here: Texts = {}
    there: Texts = {}
    for guild_id, members in records.items():
        for user_id, record in members.items():
            stays = partition_of(int(user_id)) == number
            texts = here if stays else there
            text = json.dumps(record, separators=(",", ":"))
            texts.setdefault(guild_id, {})[user_id] = text
    await partitions[number + _PARTITIONS_OF_1].rewrite(there, _VERSION)
    await partitions[number].rewrite(here, _VERSION)
