"""Digests of a dataset's files as other systems compute them, so that lineage which names content finds it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dsr_desk.lineage.importers.reading import CHUNK
from dsr_desk.storage.tables import Database

_UNTRACKED = {".git", ".dvc", ".hg", ".svn"}


@dataclass(frozen=True)
class Content:
    """`whole` are digests of all of a dataset version, `parts` of single files of it, by name."""

    whole: tuple[str, ...] = ()
    parts: tuple[tuple[str, tuple[str, ...]], ...] = ()


def digests_of_file(path: Path) -> tuple[str, str]:
    """SHA-256 and MD5, each with its name before it; the file is read once. Raises OSError."""
    found = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            for one in found:
                one.update(chunk)
    return f"sha256:{found[0].hexdigest()}", f"md5:{found[1].hexdigest()}"


def digest_of_folder(root: Path, looked: Callable[[Path, tuple[str, str]], None]) -> str:
    """The digest that DVC gives a folder: MD5 over a JSON list of all files by path, with the MD5 of each.

    `looked` is called after each file with its digests, and may raise to stop. Raises OSError.
    """
    listed = []
    for path in sorted(_files(root)):
        digests = digests_of_file(path)
        looked(path, digests)
        listed.append({"md5": digests[1].removeprefix("md5:"), "relpath": path.relative_to(root).as_posix()})
    listed.sort(key=lambda entry: entry["relpath"])
    text = json.dumps(listed, sort_keys=True).encode()
    return f"md5:{hashlib.md5(text, usedforsecurity=False).hexdigest()}.dir"


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in _UNTRACKED]
        yield from (path for name in names if (path := Path(folder) / name).is_file() and name != ".dvcignore")


def keep(db: Database, dataset_version: str, content: Content) -> None:
    """Replaces what was kept of a dataset version."""
    with db.atomic():
        db.conn.execute("DELETE FROM lineage_digests WHERE dataset_version = ?", [dataset_version])
        db.conn.executemany(
            "INSERT OR IGNORE INTO lineage_digests VALUES (?, ?, ?)",
            [
                (dataset_version, part, digest)
                for part, digests in (("", content.whole), *content.parts)
                for digest in digests
            ],
        )


def kept(db: Database) -> dict[str, Content]:
    """What is known of each dataset version's content."""
    found: dict[str, dict[str, list[str]]] = {}
    rows = db.conn.execute("SELECT dataset_version, part, digest FROM lineage_digests ORDER BY 1, 2, 3")
    for version, part, digest in rows:
        found.setdefault(version, {}).setdefault(part, []).append(digest)
    return {
        version: Content(
            tuple(parts.get("", ())), tuple((part, tuple(listed)) for part, listed in parts.items() if part)
        )
        for version, parts in found.items()
    }
