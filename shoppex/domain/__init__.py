"""Domain model of a shop: money, products, orders, accounts. Pure values, no I/O.

Nothing here imports another part of the cog.
"""
