"""The pegboard command."""

VERSION = "0.1.0"
"""Of the kit, its templates and its npm packages: all distributions carry one version."""
