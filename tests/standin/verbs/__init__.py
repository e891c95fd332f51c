"""The verbs with which tests set the stand-in up and drive it, one module for each theme."""
