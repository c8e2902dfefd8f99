"""Example app: who is asking."""
