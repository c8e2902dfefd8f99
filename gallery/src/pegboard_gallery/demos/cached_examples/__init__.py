"""Example app: examples with answers."""
