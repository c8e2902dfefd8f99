"""Example app: hello world."""
