"""The tunnel: an SSH connection in a thread of its own, with one port forwarded, kept open.

The server's key is always checked. Nothing is asked on the terminal, so a login needs a key.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncssh

from pegboard.tunnels import TunnelError, TunnelWish
from pegboard_tunnel_ssh.target import Target, read_target

OPEN_LIMIT_S = 20.0
KEEPALIVE_S = 15
AGAIN_AFTER_S = (1, 2, 4, 8, 16, 30)
LOOPBACK = "127.0.0.1"


class SshTunnel:
    """An open tunnel.

    Attributes:
        url: Public address of the app.
    """

    def __init__(self, wish: TunnelWish, target: Target) -> None:
        self.url = ""
        self._wish = wish
        self._target = target
        self._port = target.listen_port
        self._opened = threading.Event()
        self._problem: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, name="pegboard-tunnel", daemon=True)

    def open(self) -> None:
        """Connect, and return when visitors can come.

        Raises:
            TunnelError: The server cannot be reached, is not who it should be, or does not forward.
        """
        self._thread.start()
        in_time = self._opened.wait(OPEN_LIMIT_S)
        if in_time and self._problem is None:
            return
        self.close()
        raise self._explained(self._problem or TimeoutError(f"no answer in {OPEN_LIMIT_S:.0f} seconds"))

    def close(self) -> None:
        """Close the connection; repeated calls do nothing."""
        loop, task = self._loop, self._task
        if loop is not None and task is not None:
            with suppress(RuntimeError):  # the loop has ended by itself
                loop.call_soon_threadsafe(task.cancel)
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(5)

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._keep())
        with suppress(asyncio.CancelledError):
            await self._task

    async def _keep(self) -> None:
        """Hold the tunnel open: connect again when it breaks, later each time it fails."""
        failures = 0
        while True:
            try:
                async with await self._connect() as connection:
                    listener = await connection.forward_remote_port(
                        self._target.listen_host, self._port, LOOPBACK, self._wish.port
                    )
                    # The same port again after a break, so that the address stays true.
                    self._port = listener.get_port()
                    self.url = self._public_url()
                    failures = 0
                    self._opened.set()
                    await connection.wait_closed()
            except (OSError, asyncssh.Error, asyncssh.ChannelListenError, ValueError) as problem:
                if not self._opened.is_set():
                    self._problem = problem
                    self._opened.set()
                    return
            await asyncio.sleep(AGAIN_AFTER_S[min(failures, len(AGAIN_AFTER_S) - 1)])
            failures += 1

    async def _connect(self) -> asyncssh.SSHClientConnection:
        target = self._target
        options: dict[str, Any] = {}
        if target.user is not None:
            options["username"] = target.user
        if target.key is not None:
            options["client_keys"] = [target.key]
        if self._wish.certificate is not None:
            options["known_hosts"] = str(Path(self._wish.certificate).expanduser())
        connection: asyncssh.SSHClientConnection = await asyncssh.connect(
            target.host,
            target.port,
            keepalive_interval=KEEPALIVE_S,
            preferred_auth="publickey",
            connect_timeout=OPEN_LIMIT_S,
            **options,
        )
        return connection

    def _public_url(self) -> str:
        target = self._target
        if target.url is not None:
            return target.url.replace("{port}", str(self._port))
        host = f"[{target.host}]" if ":" in target.host else target.host
        return f"{self._wish.protocol or self._wish.scheme}://{host}:{self._port}"

    def _explained(self, problem: BaseException) -> TunnelError:
        target = self._target
        where = f"{target.host}:{target.port}"
        known = self._wish.certificate or "~/.ssh/known_hosts"
        if isinstance(problem, asyncssh.HostKeyNotVerifiable):
            fix = (
                f"if the server is the right one, add its key: "
                f"ssh-keyscan -p {target.port} {target.host} >> {known}"
            )
        elif isinstance(problem, asyncssh.PermissionDenied):
            fix = "install your public key on the server (ssh-copy-id), or name another with &key=FILE"
        elif isinstance(problem, asyncssh.ChannelListenError):
            fix = "allow forwarding in its sshd_config (GatewayPorts clientspecified), or another listen="
        else:
            fix = "check the name, the port and the network"
        return TunnelError(
            TunnelError.three_parts(
                f"The SSH server {where} gave no tunnel.",
                got=f"{type(problem).__name__}: {problem}",
                expected="a server that is known, lets you in by key and forwards a port",
                fix=fix,
            )
        )


def open_tunnel(wish: TunnelWish) -> SshTunnel:
    """Open a tunnel to the server that ``share_server_address`` names.

    Raises:
        TunnelError: The address is wrong, or the server gives no tunnel; the message says what to do.
    """
    tunnel = SshTunnel(wish, read_target(wish.address))
    tunnel.open()
    return tunnel
