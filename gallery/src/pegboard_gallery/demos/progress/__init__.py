"""Example app: progress."""
