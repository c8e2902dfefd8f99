"""Example app: behind a login."""
