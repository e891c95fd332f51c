"""The handlers of the Dev API, one module for each family of calls."""
