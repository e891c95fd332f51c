"""What runs by itself: reconciliation, retention, backups, the brake."""
