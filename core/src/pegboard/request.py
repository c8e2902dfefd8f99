"""Request: what a function may know of the HTTP request that set it off; and `Header`.

Plain data over the raw header list, decoded on first use. Knows no web framework.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from http.cookies import CookieError, SimpleCookie
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

RawHeaders = Sequence[tuple[bytes, bytes]]


class Address(NamedTuple):
    """The peer of a connection."""

    host: str
    port: int


class Headers(Mapping[str, str]):
    """Request headers: a mapping that ignores case; a repeated header gives its values with ``, ``."""

    def __init__(self, raw: RawHeaders) -> None:
        values: dict[str, str] = {}
        for name, value in raw:
            key = name.decode("latin-1").lower()
            text = value.decode("latin-1")
            values[key] = f"{values[key]}, {text}" if key in values else text
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __repr__(self) -> str:
        # Values may be tokens, and a function that prints its request must not log them.
        return f"Headers({sorted(self._values)})"


class Request:
    """The HTTP request behind an event; ask for it with a parameter annotated ``pb.Request``.

    Attributes:
        username: Who is logged in, or ``None``.
        session_hash: The browser tab or client that this event belongs to.
        root_url: Public address of the app, without a trailing slash.
        path: Path of the request.
        path_params: Named parts of the path at which the app is mounted.
    """

    def __init__(
        self,
        *,
        headers: RawHeaders = (),
        query: str = "",
        client: Address | None = None,
        method: str = "POST",
        path: str = "",
        root_url: str = "",
        username: str | None = None,
        session_hash: str | None = None,
        path_params: Mapping[str, Any] | None = None,
        scope: Mapping[str, Any] | None = None,
    ) -> None:
        self._raw_headers = headers
        self._query = query
        self.client = client
        self.method = method
        self.path = path
        self.root_url = root_url
        self.username = username
        self.session_hash = session_hash
        self.path_params: Mapping[str, Any] = path_params or {}
        self._scope = scope or {}

    @cached_property
    def headers(self) -> Headers:
        """The headers, by name in any case."""
        return Headers(self._raw_headers)

    @cached_property
    def query_params(self) -> dict[str, str]:
        """The query string's fields; the last wins when one is repeated."""
        return dict(parse_qsl(self._query, keep_blank_values=True))

    @cached_property
    def cookies(self) -> dict[str, str]:
        """The cookies."""
        jar: SimpleCookie = SimpleCookie()
        try:
            jar.load(self.headers.get("cookie", ""))
        except CookieError:
            return {}
        return {name: morsel.value for name, morsel in jar.items()}

    @property
    def session(self) -> dict[str, Any]:
        """What a session middleware of the surrounding app keeps for this visitor."""
        found = self._scope.get("session", {})
        return found if isinstance(found, dict) else {}

    @property
    def url(self) -> str:
        """Full address of the request."""
        query = f"?{self._query}" if self._query else ""
        return f"{self.root_url}{self.path}{query}"

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.path}>"


class Header(str):
    """Annotation for a parameter that receives a header's value: ``user_agent: pb.Header``.

    Underscores in the parameter's name stand for dashes. A missing header gives ``None``.
    """
