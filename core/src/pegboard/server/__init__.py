"""The HTTP side: the only place that knows the web framework."""
