"""Opening the ledger, and bringing what an earlier version kept into today's form."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from .errors import NewerLedger
from .partition import Partition, Texts
from .schema import PARTITIONS, open_partition, partition_of

# 1: records as nested JSON, in 128 partitions. 2: as text, in 256.
_VERSION = 2
_PARTITIONS_OF_1 = 128


async def open_partitions() -> list[Partition]:
    """Every partition, read and up to date.

    Raises
    ------
    NewerLedger
        When a later version of the cog has written one of them.
    """
    partitions = []
    old: dict[int, dict[str, dict[str, Any]]] = {}
    for number in range(PARTITIONS):
        partition = Partition(open_partition(number))
        records = await partition.load()
        if partition.version > _VERSION:
            raise NewerLedger
        if partition.version == 1:
            old[number] = records
        partitions.append(partition)
        await asyncio.sleep(0)
    for number, records in old.items():
        await _upgrade_from_1(partitions, number, records)
    for partition in partitions:
        if partition.version == 0:
            await partition.found(_VERSION)
    return partitions


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
