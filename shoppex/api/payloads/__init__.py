"""Parsing what Shoppex sends: answers of the API and bodies of webhooks."""
