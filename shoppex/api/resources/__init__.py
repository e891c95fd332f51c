"""The endpoints of the Dev API, a file for each."""
