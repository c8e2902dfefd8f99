"""The gate in front of every route: Host, Origin, login, and the CORS answer.

On a loopback address the server answers to loopback names only (a foreign name means DNS rebinding)
and to pages of loopback origins only. Elsewhere, pages of other origins may call an app without login,
as public embeds do; with a login they may not, because cookies would carry it.
"""

from __future__ import annotations

import asyncio
import hmac
import inspect
import ipaddress
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Union
from urllib.parse import urlsplit

from pegboard.errors import OptionError
from pegboard.request import Request

Credentials = Union[
    tuple[str, str], Sequence[tuple[str, str]], Callable[[str, str], Union[bool, Awaitable[bool]]]
]

LOGIN_LIFETIME_S = 14 * 24 * 3600.0
MAX_LOGINS = 10_000
FAILURES_PER_MINUTE = 10
MAX_FAILURE_KEYS = 10_000
MAX_ADDRESSES = 256
"""Answers about Host headers that are remembered; the header is the client's, so they are bounded."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who makes a request, as the gate has established it.

    Attributes:
        username: The logged-in person, or ``None``.
        root_url: Public address of the app as this visitor sees it, without trailing slash.
        is_secure: The visitor speaks https.
    """

    username: str | None
    root_url: str
    is_secure: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the gate turned a request away."""

    status: int
    detail: Any


@lru_cache(maxsize=64)
def is_loopback_name(host: str) -> bool:
    """Say whether a host name (without port) can only mean this machine."""
    name = host.strip("[]").lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def split_host(header: str) -> tuple[str, str]:
    """Split a Host header into name and port, either of which may be empty."""
    if header.startswith("["):
        name, _, rest = header.partition("]")
        return name + "]", rest.lstrip(":")
    name, _, port = header.partition(":")
    return name, port


class Guard:
    """Decides on Host and Origin, and computes the public address.

    ``is_local`` says whether the server listens on loopback only; ``None`` asks each connection.
    """

    def __init__(
        self,
        *,
        root_path: str = "",
        allowed_hosts: Sequence[str] = (),
        allowed_origins: Sequence[str] = (),
        strict_cors: bool = True,
        has_login: bool = False,
        is_local: bool | None = None,
    ) -> None:
        self._known_hosts: dict[bytes, bool] = {}
        self._root_path = root_path.rstrip("/")
        path = urlsplit(self._root_path).path if "://" in self._root_path else self._root_path
        self._prefix = f"/{path.strip('/')}" if path.strip("/") else ""
        self._is_local = is_local
        self._allowed_hosts = {host.lower() for host in allowed_hosts}
        if self._root_path.startswith(("http://", "https://")):
            # Whoever names the public address wants its name to be answered.
            self.allow_host(urlsplit(self._root_path).hostname or "")
        self._allowed_origins = {origin.rstrip("/").lower() for origin in allowed_origins}
        self._strict = strict_cors
        self._has_login = has_login
        self._root_urls: dict[tuple[object, ...], str] = {}

    def allow_host(self, name: str) -> None:
        """Answer to one more host name: a tunnel's, for example."""
        if name:
            self._allowed_hosts.add(name.lower())
            self._known_hosts.clear()

    def check(self, scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> Refusal | None:
        """Return why a request is refused, or ``None``."""
        host = headers.get(b"host", b"")
        on_loopback = _is_loopback_server(scope) if self._is_local is None else self._is_local
        if on_loopback and not self._is_known_host(host):
            name, _ = split_host(host.decode("latin-1"))
            return Refusal(
                403,
                f"This server answers to local names only, not to {name[:100]!r}. Behind a proxy, "
                "launch with allowed_hosts=[...] or set PEGBOARD_ALLOWED_HOSTS.",
            )
        origin = headers.get(b"origin")
        if origin is None:
            return None
        if self._is_own_or_allowed(origin.decode("latin-1"), headers, on_loopback):
            return None
        if on_loopback or self._has_login:
            return Refusal(403, "Pages of another origin may not use this app.")
        return None

    def cors_headers(self, headers: Mapping[bytes, bytes]) -> list[tuple[bytes, bytes]]:
        """Return what to add to the answer of a request that has passed `check`."""
        origin = headers.get(b"origin")
        if origin is None:
            return []
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-credentials", b"true"),
            (b"vary", b"origin"),
        ]

    def without_prefix(self, scope: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Return the request below ``root_path``, for a proxy that passes the whole path on."""
        prefix = self._prefix
        path: str = scope["path"]
        if not prefix or not (path == prefix or path.startswith(f"{prefix}/")):
            return scope
        mount = str(scope.get("root_path", ""))
        if mount.endswith(prefix):
            return scope  # mounted there already
        return {**scope, "root_path": mount + prefix}

    def root_url(self, scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> str:
        """Return the public address of the app for this request, without a trailing slash."""
        key = (
            headers.get(b"host"),
            headers.get(b"x-forwarded-host"),
            headers.get(b"x-forwarded-proto"),
            scope.get("scheme"),
            scope.get("root_path"),
            # ASGI allows a list here, which cannot be part of a key.
            tuple(scope.get("server") or ()),
        )
        known = self._root_urls.get(key)
        if known is None:
            if len(self._root_urls) >= MAX_ADDRESSES:
                self._root_urls.clear()
            known = self._root_urls[key] = self._root_url(scope, headers)
        return known

    def _root_url(self, scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> str:
        if self._root_path.startswith(("http://", "https://")):
            return self._root_path
        host = _first(headers.get(b"x-forwarded-host")) or headers.get(b"host", b"").decode("latin-1")
        proto = _first(headers.get(b"x-forwarded-proto")) or str(scope.get("scheme", "http"))
        if proto not in ("http", "https"):
            proto = "http"
        if not host or any(char in host for char in "/\\<>\"' \t"):
            server = scope.get("server") or ("localhost", None)
            host = f"{server[0]}:{server[1]}" if server[1] else str(server[0])
        mount = str(scope.get("root_path", "")).rstrip("/")
        prefix = self._prefix or mount
        return f"{proto}://{host}{prefix}"

    def _is_known_host(self, host: bytes) -> bool:
        known = self._known_hosts.get(host)
        if known is None:
            name, _ = split_host(host.decode("latin-1"))
            known = (
                name == ""
                or is_loopback_name(name)
                or "*" in self._allowed_hosts
                or name.lower() in self._allowed_hosts
            )
            if len(self._known_hosts) >= MAX_ADDRESSES:
                self._known_hosts.clear()
            self._known_hosts[host] = known
        return known

    def _is_own_or_allowed(
        self, origin: str, headers: Mapping[bytes, bytes], on_loopback: bool
    ) -> bool:
        if origin.rstrip("/").lower() in self._allowed_origins or "*" in self._allowed_origins:
            return True
        if origin == "null":
            return not self._strict
        try:
            parts = urlsplit(origin)
            hostname = parts.hostname or ""
        except ValueError:
            return False
        own = {headers.get(b"host", b"").decode("latin-1").lower()}
        forwarded = _first(headers.get(b"x-forwarded-host"))
        if forwarded:
            own.add(forwarded.lower())
        if parts.netloc.lower() in own:
            return True
        return on_loopback and not self._has_login and is_loopback_name(hostname)


class Logins:
    """Who is logged in: checks credentials, hands out tokens, limits attempts.

    Raises:
        OptionError: ``auth`` is neither a pair, a list of pairs, nor a function.
    """

    def __init__(
        self,
        auth: Credentials | None = None,
        dependency: Callable[[Any], Any] | None = None,
        message: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        lifetime_s: float | None = None,
    ) -> None:
        self.message = message
        self.lifetime_s = lifetime_s or LOGIN_LIFETIME_S
        self._dependency = dependency
        self._check: Callable[[str, str], Any] | None = None
        self._accounts: dict[str, str] = {}
        self._clock = clock
        self._tokens: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self.cookie = f"pegboard-login-{secrets.token_hex(4)}"
        # An empty list is a login that lets nobody in, never an app without login.
        self._has_form = auth is not None
        if auth is None:
            return
        if callable(auth):
            self._check = auth
            return
        pairs = [auth] if isinstance(auth, tuple) and len(auth) == 2 and isinstance(auth[0], str) else auth
        try:
            self._accounts = {str(user).strip(): str(password) for user, password in pairs}
        except (TypeError, ValueError):
            raise OptionError(
                "launch(auth=)",
                got="something else",
                expected="(user, password), a list of such pairs, or a function of both",
            ) from None

    @property
    def is_required(self) -> bool:
        """Whether the app has a login at all."""
        return self.has_form or self._dependency is not None

    @property
    def has_form(self) -> bool:
        """Whether people log in by name and password here."""
        return self._has_form

    async def user_of(self, request: Request, http_request: Any) -> str | None:
        """Return who makes a request, or ``None``."""
        if self._dependency is not None:
            found = await self._ask(self._dependency, http_request())
            return str(found) if found else None
        token = request.cookies.get(self.cookie)
        if token is None:
            return None
        entry = self._tokens.get(token)
        if entry is None:
            return None
        user, expires = entry
        if expires < self._clock():
            del self._tokens[token]
            return None
        return user

    def may_try(self, client: str) -> bool:
        """Say whether an address has attempts left in this minute."""
        tries = self._failures.get(client)
        if tries is None:
            return True
        now = self._clock()
        while tries and tries[0] < now - 60:
            tries.popleft()
        return len(tries) < FAILURES_PER_MINUTE

    async def log_in(self, user: str, password: str, client: str) -> str | None:
        """Return a fresh token when the credentials are right, else ``None`` and count the failure."""
        user = user.strip()
        if await self._is_right(user, password):
            token = secrets.token_urlsafe(32)
            self._tokens[token] = (user, self._clock() + self.lifetime_s)
            while len(self._tokens) > MAX_LOGINS:
                self._tokens.popitem(last=False)
            return token
        self._failures.setdefault(client, deque()).append(self._clock())
        self._failures.move_to_end(client)
        while len(self._failures) > MAX_FAILURE_KEYS:
            self._failures.popitem(last=False)
        return None

    def log_out(self, token: str | None, everywhere: bool = True) -> None:
        """End one login, or all of that person's."""
        entry = self._tokens.pop(token or "", None)
        if entry is None or not everywhere:
            return
        for other in [key for key, (user, _) in self._tokens.items() if user == entry[0]]:
            del self._tokens[other]

    async def _ask(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call the author's function where it may block, or wait for what it gives."""
        if _is_async(function):
            return await function(*arguments)
        found = await asyncio.to_thread(function, *arguments)
        return await found if inspect.isawaitable(found) else found

    async def _is_right(self, user: str, password: str) -> bool:
        if self._check is not None:
            return bool(await self._ask(self._check, user, password))
        # Every account is compared, so that time says nothing about which names exist.
        right = False
        for name, secret in self._accounts.items():
            same_name = hmac.compare_digest(name.encode(), user.encode())
            same_secret = hmac.compare_digest(secret.encode(), password.encode())
            right |= same_name and same_secret
        return right


def address_of(scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> str:
    """Return the address that a request comes from.

    A peer on this machine that names another address is a proxy; the last entry is the one that it
    added itself. Anyone else's claim is ignored.
    """
    peer = str((scope.get("client") or ("",))[0])
    if not is_loopback_name(peer):
        return peer
    forwarded = headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")[-1].strip()
    try:
        return str(ipaddress.ip_address(forwarded.strip("[]")))
    except ValueError:
        return peer


def _is_async(function: Callable[..., Any]) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004 - the method itself is asked, not whether it is
    )


def _is_loopback_server(scope: Mapping[str, Any]) -> bool:
    server = scope.get("server")
    return bool(server and server[0] and server[1] and is_loopback_name(str(server[0])))


def _first(value: bytes | None) -> str:
    return value.decode("latin-1").split(",")[0].strip() if value else ""
