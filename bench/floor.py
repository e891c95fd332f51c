"""The floor: the least that any honest receiver does before it answers."""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from pathlib import Path

from .sample import SECRET, paid_event

_BYTES = 1024


def acknowledge(folder: Path, number: int) -> float:
    """Check one signature and keep 1 KiB so that no crash takes it away; how long that took.

    Seconds. The same steps as Red's JSON driver: a file of its own, flushed to the disk, put
    in place of the last one, and the folder flushed, too.
    """
    body = paid_event(number)
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    begun = time.perf_counter()
    computed = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(computed, signature):
        raise ValueError("the signature is wrong")
    new, kept = folder / f"floor-{number}.tmp", folder / "floor.json"
    with new.open("wb") as file:
        file.write(body.ljust(_BYTES))
        file.flush()
        os.fsync(file.fileno())
    new.replace(kept)
    directory = os.open(folder, os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return time.perf_counter() - begun
