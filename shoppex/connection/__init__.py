"""The connection to Shoppex: API key, webhook, secrets, the owner's settings."""
