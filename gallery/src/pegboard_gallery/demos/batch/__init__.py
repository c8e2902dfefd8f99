"""Example app: batch."""
