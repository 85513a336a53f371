"""Which files are meant to go, kept beside their place while they are removed.

Of every file it is a short digest of its path, size, time and inode, 8 bytes each.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dsr_desk.datasets.names import GOING
from dsr_desk.storage.files import sync_folder

_KEY = 8
_DIGEST = 32
_HEAD = b"dsr-desk whole 1\n"


def key_of(inner: str, state: os.stat_result) -> bytes:
    """Of a file by its path, size, time and inode."""
    said = f"{inner}\0{state.st_size}\0{state.st_mtime_ns}\0{state.st_ino}".encode("utf-8", "surrogateescape")
    return hashlib.blake2b(said, digest_size=_KEY).digest()


def sorted_keys(keys: bytes | bytearray) -> NDArray[np.uint64]:
    return np.sort(np.frombuffer(bytes(keys), np.uint64))


class MeantFiles:
    """The files that are meant to go, by their keys."""

    def __init__(self, keys: bytes | bytearray) -> None:
        self._keys = sorted_keys(keys)

    def knows(self, keys: bytes | bytearray) -> list[bool]:
        """Of each of some keys, whether it is one of them."""
        if not len(self._keys):
            return [False] * (len(keys) // _KEY)
        asked = np.frombuffer(keys, np.uint64)
        at = np.minimum(np.searchsorted(self._keys, asked), len(self._keys) - 1)
        known: list[bool] = (self._keys[at] == asked).tolist()
        return known

    def keep(self, place: Path, plan: str) -> bool:
        """Writes them to a file that says for which plan; whether that could be done. Nothing was removed before."""
        keys = self._keys.tobytes()
        try:
            handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(_HEAD + f"{plan}\n".encode() + hashlib.sha256(keys).digest())
                file.write(keys)
                file.flush()
                os.fsync(file.fileno())
            sync_folder(place.parent)
        except OSError:
            with suppress(OSError):
                place.unlink()
            return False
        return True

    @classmethod
    def kept(cls, place: Path, plan: str) -> MeantFiles | None:
        """Those of a run for this plan that was cut short; None where there was none."""
        try:
            with os.fdopen(os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
                head = file.read(len(_HEAD)), file.readline(), file.read(_DIGEST)
                keys = file.read()
        except OSError:
            return None
        whole = head == (_HEAD, f"{plan}\n".encode(), hashlib.sha256(keys).digest())
        return cls(keys) if whole else None


def kept_at(root: Path) -> Path:
    """Where it is kept what is meant of a place."""
    return root.with_name(f".{root.name}{GOING}")
