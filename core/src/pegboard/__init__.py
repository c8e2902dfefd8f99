"""Pegboard: a web page for a Python function, out of components that are all plugins."""
