"""Example app: cancel."""
