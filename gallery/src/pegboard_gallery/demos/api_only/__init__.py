"""Example app: api only."""
