"""Example app: hello mixed."""
