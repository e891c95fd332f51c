"""What becomes of a purchase in its buyer's hands: what they have, and what they ask for."""
