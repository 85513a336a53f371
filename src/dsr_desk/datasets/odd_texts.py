"""Texts that are bytes: as Python prints them, which is how pandas writes photos into a CSV; and others."""

from __future__ import annotations

import ast
import re
import zlib
from collections.abc import Callable, Sequence
from typing import Any

SHORTEST = 64
"""Fewer letters hold no photo."""

LONG_RUN = 1024
MOST_ODD = 0.02
LEAST_PACKED = 0.7
"""Of so many letters without a blank, a text in any language can be packed into less of its length; bytes cannot."""

_PRINTED = re.compile(r"\s*b(?P<quote>['\"])(?:(?!(?P=quote))[^\\\n]|\\.)*(?P=quote)\s*")
_ODD = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_UNBROKEN = re.compile(rf"[!-~]{{{LONG_RUN},}}")


def may_be_odd(text: str) -> bool:
    """Whether one of the others may say more of a text. Cheap."""
    if len(text) < SHORTEST:
        return False
    return text.lstrip()[:2] in ("b'", 'b"') or bool(_ODD.search(text)) or _UNBROKEN.search(text) is not None


def printed_bytes(text: str) -> bytes | None:
    """The bytes of which a text is what Python prints; None for any other text."""
    if len(text) < SHORTEST or _PRINTED.fullmatch(text) is None:
        return None
    try:
        value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return value if isinstance(value, bytes) else None


def as_printed(
    changed: Callable[[Sequence[bytes | None], bool], Any], photos: Sequence[bytes | None], around: bool
) -> str | None:
    """What bytes become by `changed`, as Python prints that."""
    new = changed(photos, around)
    return None if new is None else repr(new)


def is_no_text(text: str) -> bool:
    """Whether it is bytes in letters of whatever kind: control characters, or a long run that says nothing twice."""
    if len(_ODD.findall(text)) > MOST_ODD * len(text):
        return True
    runs = (run.group().encode() for run in _UNBROKEN.finditer(text))
    return any(len(zlib.compress(run, 1)) > LEAST_PACKED * len(run) for run in runs)
