"""One package per example app; each has an ``app`` module with a ``demo`` to launch."""
