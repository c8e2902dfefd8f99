"""Fetching of addresses that came from outside: http(s), public addresses only, bounded.

The address is checked where it counts: the name is resolved once, every answer must be public, and
the connection goes to the very address that was checked, so that a second answer of the name server
cannot redirect it. Each redirect is checked the same way. Standard library only.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from pegboard.errors import FileRefused

MAX_REDIRECTS = 5
TIMEOUT_S = 20.0
CHUNK_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch gave: written to ``path``; the name and type are only what the server claims."""

    path: Path
    name: str
    mime_type: str | None
    size: int


def is_public(address: str) -> bool:
    """Say whether an IP address belongs to the public internet."""
    ip = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is not None:
            return is_public(str(inner))
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def fetch_text(url: str, max_bytes: int = 1 << 20, timeout_s: float = 5.0) -> str:
    """Return the text at a public http(s) address, read as UTF-8.

    Raises:
        FileRefused: As `fetch`, or it is no text.
    """
    with tempfile.TemporaryDirectory() as folder:
        got = fetch(url, Path(folder) / "text", max_bytes, timeout_s=timeout_s)
        try:
            return got.path.read_text("utf-8-sig")
        except UnicodeError:
            raise FileRefused(_refusal(url, "text in UTF-8")) from None


def fetch(
    url: str,
    target: Path,
    max_bytes: int,
    is_allowed: Callable[[str], bool] = is_public,
    *,
    timeout_s: float = TIMEOUT_S,
) -> Fetched:
    """Write what is at a public http(s) address to a file.

    Args:
        timeout_s: Longest wait for one answer of the network.

    Raises:
        FileRefused: The address is not public http(s), the answer is no success, or it is too large.
    """
    for _ in range(MAX_REDIRECTS + 1):
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise FileRefused(_refusal(url, "an http or https address with a host name"))
        try:
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            raise FileRefused(_refusal(url, "a port between 1 and 65535")) from None
        connection = _connect(parts.scheme, parts.hostname, port, url, is_allowed, timeout_s)
        try:
            path = parts.path or "/"
            if parts.query:
                path += f"?{parts.query}"
            connection.request("GET", path, headers={"User-Agent": "pegboard", "Accept": "*/*"})
            answer = connection.getresponse()
            if answer.status in (301, 302, 303, 307, 308) and answer.getheader("location"):
                url = urljoin(url, answer.getheader("location") or "")
                continue
            if answer.status != 200:
                raise FileRefused(_refusal(url, f"an answer of 200, not {answer.status}"))
            size = _copy(answer, target, max_bytes, url)
            mime = (answer.getheader("content-type") or "").split(";")[0].strip() or None
            name = unquote(parts.path.rsplit("/", 1)[-1]) or "file"
            return Fetched(target, name, mime, size)
        except (OSError, http.client.HTTPException, UnicodeError, ValueError) as problem:
            if isinstance(problem, FileRefused):
                raise
            raise FileRefused(_refusal(url, "an address that answers")) from None
        finally:
            connection.close()
    raise FileRefused(_refusal(url, f"at most {MAX_REDIRECTS} redirects"))


def _connect(
    scheme: str, host: str, port: int, url: str, is_allowed: Callable[[str], bool], timeout_s: float
) -> http.client.HTTPConnection:
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise FileRefused(_refusal(url, "a host name that exists")) from None
    addresses = [str(answer[4][0]) for answer in answers]
    if not addresses or not all(is_allowed(address) for address in addresses):
        raise FileRefused(_refusal(url, "a public address"))
    try:
        raw = socket.create_connection((addresses[0], port), timeout=timeout_s)
        if scheme == "https":
            raw = ssl.create_default_context().wrap_socket(raw, server_hostname=host)
    except OSError:
        raise FileRefused(_refusal(url, "an address that answers")) from None
    connection = http.client.HTTPConnection(host, port, timeout=timeout_s)
    connection.sock = raw
    return connection


def _copy(answer: http.client.HTTPResponse, target: Path, max_bytes: int, url: str) -> int:
    size = 0
    with target.open("wb") as out:
        while chunk := answer.read(CHUNK_BYTES):
            size += len(chunk)
            if size > max_bytes:
                raise FileRefused(_refusal(url, f"at most {max_bytes} bytes"))
            out.write(chunk)
    return size


def _refusal(url: str, expected: str) -> str:
    # Only scheme and host: the rest of an address may hold a token.
    parts = urlsplit(url)
    shown = f"{parts.scheme}://{parts.hostname}/…"
    return FileRefused.three_parts(
        "This address could not be fetched.",
        got=shown,
        expected=expected,
        fix="upload the file instead, or use a public address",
    )
