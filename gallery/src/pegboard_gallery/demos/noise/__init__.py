"""Example app: noise."""
