"""Example app: changing the page."""
