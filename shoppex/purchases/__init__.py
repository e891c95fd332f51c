"""`/purchases`: what a member has bought, and help with it."""
