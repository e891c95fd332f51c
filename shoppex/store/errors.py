"""Errors of the store."""

from __future__ import annotations


class StoreUnavailable(Exception):
    """Nothing was kept: the disk is full, or the database is away.

    Whoever hears this must not claim that the change happened.
    """


class NewerLedger(Exception):
    """Stored data was written by a later version of the cog, and cannot be read by this one."""
