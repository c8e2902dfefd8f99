"""The seed apps run on the same browser, page and server as the tests of the page."""

from tests.browser.conftest import browser, page, problems, serve

__all__ = ["browser", "page", "problems", "serve"]
