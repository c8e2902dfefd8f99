"""Build hook for Pegboard distributions."""
