"""The real `redbot` process between two stand-ins, over real sockets."""

from .red_process import RedProcess
from .world import LiveWorld, open_live_world

__all__ = ["LiveWorld", "RedProcess", "open_live_world"]
