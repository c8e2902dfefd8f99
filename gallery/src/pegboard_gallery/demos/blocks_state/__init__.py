"""Example app: blocks state."""
