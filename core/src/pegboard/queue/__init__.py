"""The event queue: a pure scheduler, the messages it leads to, and the worker that carries it out."""
