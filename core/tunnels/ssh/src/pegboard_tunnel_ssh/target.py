"""The server's address: ``ssh://user@host:port?listen=...&url=...&key=...``, read and checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from pegboard.tunnels import TunnelError

FORM = "ssh://user@host:port, with ?listen=HOST:PORT, &url=ADDRESS and &key=FILE where needed"


@dataclass(frozen=True)
class Target:
    """A server, and what is to be asked of it.

    Attributes:
        listen_host, listen_port: Where the server listens for visitors; 0 for a free port.
        url: The public address with ``{port}``, or ``None`` for the server's own name.
        key: A private key's file, or ``None`` for the usual ones.
    """

    host: str
    port: int = 22
    user: str | None = None
    listen_host: str = ""
    listen_port: int = 0
    url: str | None = None
    key: str | None = None


def read_target(address: str | None) -> Target:
    """Read ``share_server_address``.

    Raises:
        TunnelError: It names no server, or a part of it is wrong.
    """
    if not address:
        raise refusal("nothing", fix="launch(share=True, share_server_address='ssh://user@host')")
    parts = urlsplit(address if "://" in address else f"ssh://{address}")
    try:
        host, port = parts.hostname, parts.port
        query = parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError as problem:
        raise refusal(address, fix=f"correct it: {problem}") from None
    if parts.scheme != "ssh" or not host or parts.password is not None:
        fix = "log in by key, not by password" if parts.password else "name the SSH server"
        raise refusal(f"{parts.scheme}://{host or ''}", fix=fix)
    unknown = set(query) - {"listen", "url", "key"}
    if unknown:
        raise refusal(", ".join(sorted(unknown)), fix="use listen, url and key only")
    listen_host, _, listen_port = query.get("listen", [":0"])[0].rpartition(":")
    if not listen_port.isdigit() or int(listen_port) > 65535:
        raise refusal(query["listen"][0], fix="write listen=HOST:PORT, such as listen=0.0.0.0:8080")
    url = query.get("url", [None])[0]
    if url is not None and not url.startswith(("http://", "https://")):
        raise refusal(url, fix="begin the public address with http:// or https://")
    key = query.get("key", [None])[0]
    if key is not None and not Path(key).expanduser().is_file():
        raise refusal(key, fix="name an existing private key")
    return Target(
        host=host,
        port=port or 22,
        user=parts.username,
        listen_host=listen_host,
        listen_port=int(listen_port),
        url=url,
        key=None if key is None else str(Path(key).expanduser()),
    )


def refusal(got: str, *, fix: str) -> TunnelError:
    """Return the error for an address that cannot be used."""
    return TunnelError(
        TunnelError.three_parts(
            "share_server_address does not name an SSH server.", got=got, expected=FORM, fix=fix
        )
    )
