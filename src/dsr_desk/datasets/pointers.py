"""Files that stand for data that is not here: pointers of Git LFS and the like, placeholders of synced folders."""

from __future__ import annotations

import json
import re
from pathlib import Path

from dsr_desk.core.message import Message, message

MOST_BYTES = 4096
"""No pointer is larger."""

_STARTS = (
    (re.compile(rb"version https?://[^\s]*git-lfs[^\s]*/spec/v\d+\s"), "lfs"),
    (re.compile(rb"version https?://[^\s]*hawser[^\s]*/spec/v\d+\s"), "lfs"),
    (re.compile(rb"# xet version \d"), "xet"),
    (re.compile(rb"/annex/objects/\S+\s*\Z"), "annex"),
    (re.compile(rb"(?:\.\./)*\.git/annex/objects/\S+\s*\Z"), "annex"),
)
_PLACEHOLDERS = {
    ".icloud": "icloud",
    ".cloud": "cloud",
    ".cloudf": "cloud",
    ".nextcloud": "cloud",
    ".owncloud": "cloud",
}
_CLOUD_DOCUMENTS = frozenset({".gdoc", ".gsheet", ".gslides", ".gdraw", ".gform", ".gtable"})
_OUTPUT = re.compile(rb"^\s*(?:- )?\s*(?:md5|hash|etag):\s", re.MULTILINE)
_OUTPUT_PATH = re.compile(rb"^\s*(?:- )?\s*path:\s*(.+?)\s*$", re.MULTILINE)


def pointer_at(path: Path) -> Message | None:
    """Where the data is that a file stands for, None for a file that is itself. Raises OSError."""
    if (size := path.stat().st_size) > MOST_BYTES:
        return None
    suffix = path.suffix.lower()
    if suffix in _PLACEHOLDERS:
        return message(f"why.pointer.{_PLACEHOLDERS[suffix]}")
    with path.open("rb") as file:
        head = file.read(size)
    for start, kind in _STARTS:
        if start.match(head):
            return message(f"why.pointer.{kind}")
    if suffix in _CLOUD_DOCUMENTS and _is_link(head):
        return message("why.pointer.document")
    return message("why.pointer.dvc") if suffix == ".dvc" and not _is_here(path, head) else None


def pointing_link(leads: str) -> Message | None:
    """The same of a link by where it leads."""
    return message("why.pointer.annex") if ".git/annex/objects/" in leads else None


def _is_link(head: bytes) -> bool:
    try:
        said = json.loads(head)
    except ValueError:
        return False
    return isinstance(said, dict) and bool(said.keys() & {"url", "doc_id", "resource_id"})


def _is_here(pointer: Path, head: bytes) -> bool:
    """Whether all that a DVC file tracks lies beside it."""
    if not _OUTPUT.search(head):
        return True
    paths = [found.decode("utf-8", "replace").strip("'\"") for found in _OUTPUT_PATH.findall(head)]
    return bool(paths) and all((pointer.parent / path).exists() for path in paths)
