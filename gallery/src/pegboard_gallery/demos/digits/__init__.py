"""Example app: digits."""
