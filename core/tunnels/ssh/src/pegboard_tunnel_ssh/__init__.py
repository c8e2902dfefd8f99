"""A tunnel provider for Pegboard: SSH remote forwarding to a server of one's own."""

from pegboard_tunnel_ssh.tunnel import SshTunnel, open_tunnel

__all__ = ["SshTunnel", "open_tunnel"]
