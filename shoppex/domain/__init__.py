"""What a shop is made of: money, products, orders, accounts. Pure values, no I/O.

Nothing here imports another part of the cog.
"""
