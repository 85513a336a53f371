"""Names found in containers, made safe to show, store and sign."""

from __future__ import annotations

import unicodedata

UNFINISHED = ".dsr-new"
"""Suffix of a container that is being written beside the one it will replace."""

GOING = ".dsr-gone"
"""Suffix of a file that says what is meant while a place is removed as a whole."""


INSIDE = " › "
"""Between a container and what lies in it, where an address leads through several."""


def inside(outer: str, inner: str) -> str:
    """The address of `inner` ("" for a row of a table) in the container that lies at `outer`."""
    return f"{outer}{INSIDE}{inner}" if inner else outer


def safe_name(name: str) -> str:
    """The same name with control characters, direction marks, undecodable bytes and `INSIDE`'s sign as `\\x1b`.

    A name is never used as a path outside its container, so `..` and a leading slash are harmless and stay.
    """
    if name.isascii() and name.isprintable():
        return name
    return "".join(_visible(char) for char in name)


def safe_address(address: str) -> str:
    """The same for an address that may lead through several containers."""
    return INSIDE.join(map(safe_name, address.split(INSIDE)))


def safe_texts(lines: str) -> str:
    """The same for many addresses at once, each on a line of its own."""
    if lines.isascii() and lines.replace("\n", "").isprintable():
        return lines
    return "\n".join(map(safe_address, lines.split("\n")))


def without_suffix(name: str) -> str:
    """The name without its last extension, whatever it is made of: what ties a photo to the file beside it."""
    folder, slash, base = name.rpartition("/")
    stem, dot, _ = base.rpartition(".")
    return folder + slash + (stem if dot and stem else base)


def suffix_of(name: str) -> str:
    """The last extension with its dot, in small letters; "" where the base name has none."""
    base = name.rpartition("/")[2]
    stem, dot, suffix = base.rpartition(".")
    return dot + suffix.lower() if stem else ""


def is_unfinished(file_name: str) -> bool:
    """Whether a file is the leftover of an erasure that is running or was killed."""
    return file_name.startswith(".") and file_name.endswith((UNFINISHED, GOING))


def _visible(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if char == INSIDE.strip() or unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    return char
