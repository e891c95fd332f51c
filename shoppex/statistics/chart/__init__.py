"""Statistics chart. Pillow draws it; `poster.py` needs nothing."""
