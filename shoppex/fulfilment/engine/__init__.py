"""Fulfilment engine: scheduling, rate limits and the classification of failures."""
