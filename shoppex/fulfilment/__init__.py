"""From facts to roles and keys: what is heard is recorded, what is owed is done."""
