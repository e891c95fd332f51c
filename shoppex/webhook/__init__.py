"""Receiver of Shoppex's webhooks."""
