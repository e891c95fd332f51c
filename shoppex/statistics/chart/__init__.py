"""The picture of the statistics. What is drawn is drawn by Pillow; `poster.py` needs nothing."""
