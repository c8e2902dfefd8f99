"""Example app: everything at once."""
