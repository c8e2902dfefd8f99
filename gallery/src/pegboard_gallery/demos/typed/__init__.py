"""Example app: from annotations alone."""
