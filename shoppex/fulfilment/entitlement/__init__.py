"""What a member is owed: roles, messages, and what staff are told. Pure."""
