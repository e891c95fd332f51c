"""The Config objects of the cog: their names, categories and defaults."""

from __future__ import annotations

import zlib

from redbot.core import Config

from .damage import SETTINGS

_IDENTIFIER = 7_409_251_834_620_117

# A set rewrites the whole file of a cog name, so the ledger is spread over many. The number
# is fixed: it decides where an account lies, and `redbot-setup convert` only moves what was
# open when the cog was added.
PARTITIONS = 256

ACCOUNT = "ACCOUNT"


def open_settings() -> Config:
    """The Config of settings: one global group, one per guild."""
    config: Config = Config.get_conf(None, _IDENTIFIER, force_registration=True, cog_name=SETTINGS)
    config.register_global(listener={}, retention={}, held=None)
    config.register_guild(shop={})
    return config


def open_partition(number: int) -> Config:
    """The Config of one part of the ledger. Red reads the whole file here, on the loop."""
    config: Config = Config.get_conf(
        None, _IDENTIFIER, force_registration=True, cog_name=place_of(number)
    )
    config.init_custom(ACCOUNT, 2)
    return config


def place_of(number: int) -> str:
    """The name of a partition's Config, and of its folder."""
    return f"ShoppexLedger{number:03}"


def partition_of(user_id: int) -> int:
    """The partition that holds a user's accounts."""
    return zlib.crc32(str(user_id).encode()) % PARTITIONS
