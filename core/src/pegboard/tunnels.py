"""Tunnels: how ``share=True`` gives an app a public address, through whatever provider is installed.

A provider is an entry point in the group ``pegboard.tunnels``: a function that takes a `TunnelWish` and
returns a `Tunnel`, or raises `TunnelError` with advice. ``share_server_address`` chooses by its scheme
(``ssh://user@host``); ``PEGBOARD_TUNNEL`` names a provider; otherwise the only one installed serves.
Nothing of a provider is imported before an app is shared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import importlib_metadata

from pegboard.errors import PegboardError
from pegboard.settings import environment

GROUP = "pegboard.tunnels"


class TunnelError(PegboardError):
    """An app could not be shared; the message says why and what to do."""

    slug = "tunnel"


class Tunnel(Protocol):
    """An open tunnel."""

    @property
    def url(self) -> str:
        """Public address of the app."""

    def close(self) -> None:
        """Close it; repeated calls do nothing."""


@dataclass(frozen=True, slots=True)
class TunnelWish:
    """What is to be shared, and through which server.

    Attributes:
        port: Where the app listens on this machine.
        scheme: ``http`` or ``https``: what the app speaks there.
        address: ``share_server_address``: the server, in a form that the provider knows.
        protocol: ``share_server_protocol``: what the public address speaks, if given.
        certificate: ``share_server_tls_certificate``: a file that proves who the server is.
    """

    port: int
    scheme: str = "http"
    address: str | None = None
    protocol: str | None = None
    certificate: str | None = None


TunnelProvider = Callable[[TunnelWish], Tunnel]


def open_tunnel(wish: TunnelWish) -> Tunnel:
    """Open a tunnel through the provider that fits.

    Raises:
        TunnelError: There is none, or it could not open one.
    """
    name, load = _chosen(wish)
    try:
        provider: TunnelProvider = load()
        return provider(wish)
    except TunnelError:
        raise
    except Exception as problem:  # someone else's code; sharing is no reason to stop an app
        raise TunnelError(
            TunnelError.three_parts(
                f"The tunnel provider {name!r} failed.",
                got=f"{type(problem).__name__}: {problem}",
                expected="an open tunnel",
                fix="see its documentation, or launch without share",
            )
        ) from problem


def _chosen(wish: TunnelWish) -> tuple[str, Callable[[], TunnelProvider]]:
    found = {point.name: point.load for point in importlib_metadata.entry_points(group=GROUP)}
    wanted = environment("TUNNEL")
    if wish.address is not None and "://" in wish.address:
        wanted = wish.address.partition("://")[0]
    if wanted is not None and wanted in found:
        return wanted, found[wanted]
    if wanted is None and len(found) == 1:
        return next(iter(found.items()))
    names = ", ".join(sorted(found))
    raise TunnelError(
        TunnelError.three_parts(
            "The app has no public address.",
            got=f"share=True{f' through {wanted!r}' if wanted else ''}, with "
            + (f"these tunnel providers installed: {names}" if found else "no tunnel provider installed"),
            expected="one tunnel provider",
            fix=(
                f"choose one by PEGBOARD_TUNNEL, or by the scheme of share_server_address ({names})"
                if found
                else "install one (pegboard-tunnel-ssh, for a server that you can reach by SSH)"
            ),
        )
    )
