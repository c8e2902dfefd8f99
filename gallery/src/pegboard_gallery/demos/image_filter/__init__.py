"""Example app: image filter."""
