"""A real Red under SimCord, a local Shoppex, and the people of one server."""

from .red import OWNER_ID, PREFIX, ROOT, RedInstance, free_port
from .world import World, open_world

__all__ = ("OWNER_ID", "PREFIX", "ROOT", "RedInstance", "World", "free_port", "open_world")
