"""`/buy`: from the catalogue to the link to pay."""
