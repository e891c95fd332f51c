"""What a server sells, and its policies."""
