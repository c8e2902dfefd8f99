"""Example app: files in, file out."""
