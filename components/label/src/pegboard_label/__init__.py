"""Label: what a classifier says, with how sure it is."""

from pegboard_label.component import Label

__all__ = ["Label"]
