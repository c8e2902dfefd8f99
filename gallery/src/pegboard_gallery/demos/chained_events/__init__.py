"""Example app: one after the other."""
