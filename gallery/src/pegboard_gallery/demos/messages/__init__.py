"""Example app: messages."""
