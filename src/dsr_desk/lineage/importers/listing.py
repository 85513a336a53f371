"""The digest of a folder from a list of what is in it, so that sources which only list files join with others."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable


def digest_of_listing(files: Iterable[tuple[str, str]]) -> str:
    """The digest that DVC gives a folder: MD5 over a JSON list of all files by path (with `/`), with the MD5 (hex) of
    each."""
    listed = [{"md5": md5, "relpath": path} for path, md5 in sorted(files)]
    text = json.dumps(listed, sort_keys=True).encode()
    return f"md5:{hashlib.md5(text, usedforsecurity=False).hexdigest()}.dir"
