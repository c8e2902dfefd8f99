"""Example app: two queues."""
