"""Example app: live."""
