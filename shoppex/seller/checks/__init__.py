"""Single checks, by what they look at. Each asks one question, and says how it is in words."""
