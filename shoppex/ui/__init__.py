"""What all features share: permissions, views, buttons, converters, command groups."""
