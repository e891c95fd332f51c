"""Intake: turns news of Shoppex into facts in the ledger."""
