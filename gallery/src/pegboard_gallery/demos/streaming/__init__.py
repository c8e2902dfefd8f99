"""Example app: streaming."""
