"""The door through which Shoppex tells us of payments."""
