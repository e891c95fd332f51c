"""From news of Shoppex to facts in the ledger."""
