"""Example app: tabs."""
