"""`[p]shoppexset setup` and the overview of the settings."""
