"""A real Red under SimCord, a local Shoppex, and the people of one server."""

from .red import PREFIX, ROOT, RedInstance, bot_of
from .storage import BACKEND, store_away
from .world import World, open_world

__all__ = (
    "BACKEND",
    "PREFIX",
    "ROOT",
    "RedInstance",
    "World",
    "bot_of",
    "open_world",
    "store_away",
)
