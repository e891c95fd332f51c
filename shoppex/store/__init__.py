"""Persistence on Red's Config. Nothing else uses Config."""
