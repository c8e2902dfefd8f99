"""Example app: validation."""
