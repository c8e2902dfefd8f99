from contextlib import contextmanager
@contextmanager
def reporting(reporter):
    yield
