"""The pegboard command."""
