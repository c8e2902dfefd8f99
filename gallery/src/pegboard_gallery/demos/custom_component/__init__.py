"""Example app: a component of your own."""
