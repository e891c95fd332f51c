"""Bodies of writes, read field by field; all problems are reported at once."""
