"""Example app: inputs that depend on another."""
