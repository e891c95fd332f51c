"""A process of Red's that begins anew, and where it can listen. Needs no simulated Discord."""

from __future__ import annotations

import socket
import sys

from redbot.core import _cog_manager, _config
from redbot.core import config as red_config
from redbot.core._drivers import json as json_driver


def forget_process() -> None:
    """Drop what Red and the cog keep for the life of a process, so that files are read again."""
    red_config._config_cache.clear()
    _config._retrieved.clear()
    for finalizer in json_driver._finalizers:
        # It would count down the drivers of the next bot when the last one's are collected.
        finalizer.detach()
    json_driver._finalizers.clear()
    json_driver._shared_datastore.clear()
    json_driver._driver_counts.clear()
    json_driver._locks.clear()
    _cog_manager._TEMP_PATHS.clear()
    for name in [n for n in sys.modules if n == "shoppex" or n.startswith("shoppex.")]:
        del sys.modules[name]


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
