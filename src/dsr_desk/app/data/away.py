"""Data that was indexed here and is not here now: a disk that is not connected, a folder that was moved or renamed."""

from __future__ import annotations

from pathlib import Path

from dsr_desk.app.data.indexing import list_indexes
from dsr_desk.app.desk import Desk


def away_now(desk: Desk, index: str = "") -> tuple[Path, ...]:
    """Paths with nothing at them, of one index (by name) or of all; what was indexed elsewhere is none of them."""
    found: dict[Path, None] = {}
    for known in list_indexes(desk):
        if known.destroyed is None and index in ("", known.name):
            found |= dict.fromkeys(one for one in known.sources if not one.exists())
            found |= dict.fromkeys(
                one for one in known.places if known.sources and not one.exists() and not _below(one, found)
            )
    return tuple(found)


def _below(path: Path, folders: dict[Path, None]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)
