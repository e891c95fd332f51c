"""`/license`: licence keys of a member."""
