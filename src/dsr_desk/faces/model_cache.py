"""Networks made ready once and kept in the user's cache folder, each under the digest of what it was made from.

A file is its own SHA-256 (32 bytes) and then the bytes: a damaged one is made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import platformdirs

from dsr_desk.core.errors import DeskError
from dsr_desk.jobs.cell import Grants
from dsr_desk.storage.files import write_whole

CACHE_VARIABLE = "DSR_DESK_CACHE"


def cache_folder() -> Path:
    """The folder of the environment variable DSR_DESK_CACHE, or the user's cache folder."""
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_cache_dir("dsr-desk"))


def preset_grants() -> Grants:
    """What a cell reads to load one of this program's engines. Their weights are files of the program."""
    return Grants(read=(cache_folder() / "graphs",))


def cached(name: str, digest: str, make: Callable[[], bytes]) -> bytes:
    """The bytes of that name and digest, made where it is missing or damaged. A full or read-only disk only slows."""
    path = cache_folder() / "graphs" / f"{name}-{digest[:32]}.bin"
    kept = _read(path)
    if kept is not None:
        return kept
    made = make()
    with contextlib.suppress(OSError, DeskError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(path, hashlib.sha256(made).digest() + made)
    return made


def _read(path: Path) -> bytes | None:
    try:
        stored = path.read_bytes()
    except OSError:
        return None
    kept = stored[32:]
    return kept if hashlib.sha256(kept).digest() == stored[:32] else None
