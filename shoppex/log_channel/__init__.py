"""The log channel: what staff read of sales and of what waits for them."""
