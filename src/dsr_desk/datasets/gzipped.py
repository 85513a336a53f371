"""Files that are the same format with and without gzip around them."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

MAGIC = b"\x1f\x8b"
BROKEN = (EOFError, zlib.error, gzip.BadGzipFile)


def unpacked_head(path: Path, head: bytes, size: int) -> bytes:
    """The first bytes of what a file holds, of which `head` are the stored ones; b"" where it cannot be unpacked."""
    if not head.startswith(MAGIC):
        return head[:size]
    try:
        with gzip.open(path) as file:
            return file.read(size)
    except (OSError, EOFError, zlib.error):
        return b""


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """For reading, unpacked; seeking back unpacks again from the start."""
    with path.open("rb") as plain:
        if plain.read(len(MAGIC)) == MAGIC:
            with gzip.open(path) as unpacked:
                yield cast(IO[bytes], unpacked)
        else:
            plain.seek(0)
            yield plain


@contextmanager
def packed_like(path: Path, target: Path) -> Iterator[IO[bytes]]:
    """For writing to the file at `target`, with gzip around it if the file at `path` has it."""
    with path.open("rb") as old:
        gzipped = old.read(len(MAGIC)) == MAGIC
    with target.open("r+b") as plain:
        if gzipped:
            with gzip.GzipFile(filename="", fileobj=plain, mode="wb", mtime=0) as out:
                yield cast(IO[bytes], out)
        else:
            yield plain
