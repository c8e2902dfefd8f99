"""Example app: flagging."""
