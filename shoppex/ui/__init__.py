"""Views, permissions, converters and command bases that all features share."""
