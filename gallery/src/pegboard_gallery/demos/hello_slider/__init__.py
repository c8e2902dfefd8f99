"""Example app: hello slider."""
