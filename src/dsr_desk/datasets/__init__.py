"""Containers as they lie on disk: list their items, read one, erase some. One module a format."""
