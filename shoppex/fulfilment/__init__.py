"""Fulfilment: from facts to roles and keys.

What is heard is recorded, what is owed is done.
"""
