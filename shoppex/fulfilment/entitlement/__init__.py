"""Entitlement of a member: roles, messages, and what staff are told. Pure."""
