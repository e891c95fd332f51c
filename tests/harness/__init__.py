"""A real Red under SimCord, a local Shoppex, and the people of one server."""

from .red import PREFIX, ROOT, RedInstance, bot_of, free_port
from .world import World, open_world

__all__ = ("PREFIX", "ROOT", "RedInstance", "World", "bot_of", "free_port", "open_world")
