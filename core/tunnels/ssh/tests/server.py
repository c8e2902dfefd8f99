"""A real SSH server for the tests: one key may log in, and may have ports forwarded.

Run as ``python server.py HOST_KEY AUTHORIZED_KEYS [MODE [PORT]]``; prints its port. The mode ``deny``
forwards nothing.
"""

from __future__ import annotations

import asyncio
import sys

import asyncssh


class Server(asyncssh.SSHServer):
    """Forwards ports of loopback only: these are tests."""

    may_forward = True

    def server_requested(self, listen_host: str, listen_port: int) -> bool:
        """Say whether a client may listen here."""
        return self.may_forward and listen_host in ("127.0.0.1", "localhost")


async def main(host_key: str, authorized: str, mode: str = "allow", port: str = "0") -> None:
    """Serve until the process is ended."""
    Server.may_forward = mode != "deny"
    acceptor = await asyncssh.create_server(
        Server, "127.0.0.1", int(port), server_host_keys=[host_key], authorized_client_keys=authorized
    )
    print(acceptor.get_port(), flush=True)
    await acceptor.wait_closed()


asyncio.run(main(*sys.argv[1:]))
