"""What goes wrong in a build."""


class BuildError(Exception):
    """The frontend cannot be built; the message says why and what to do."""
