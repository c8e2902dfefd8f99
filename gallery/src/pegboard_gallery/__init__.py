"""Example apps for Pegboard."""
