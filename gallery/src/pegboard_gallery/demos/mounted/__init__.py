"""Example app: mounted in your own app."""
