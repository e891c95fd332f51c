"""Background jobs: reconciliation, retention, backups, the brake."""
