"""Products and items that a server sells, and its policies."""
