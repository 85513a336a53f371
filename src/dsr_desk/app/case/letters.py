"""The letter as it is kept: taken apart, so that each thing lies in the vault once and can go alone.

Attachments are files of their own; a reference photo lies with the act that made it one and is named by its digest.
While every part is there, the letter is put together again byte for byte.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsr_desk.app.desk import Desk
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.storage.files import require_free, write_whole

_CODED = re.compile(rb"[A-Za-z0-9+/]{40,}(?:\r?\n[A-Za-z0-9+/]+)*={0,2}")
_LEAST = 512
"""Bytes. What is shorter stays in the text: no photo is as short."""
_NAME = re.compile(rb"name\*?=\"?([^\";\r\n]{1,120})", re.IGNORECASE)
_HEADERS = 2_000
Piece = dict[str, Any]


class LetterMissing(DeskError):
    code = "CASE-NO-LETTER"
    happened = "Case {case} keeps no letter."
    means = "It was begun without one, or it was forgotten. Nothing was written."
    todo = "Look at the request as it was read: dsr-desk case show."


@dataclass(frozen=True)
class Letter:
    """A letter put together again. `missing` are names of parts that were destroyed; without any it is as it came."""

    data: bytes
    missing: tuple[str, ...]


def taken_apart(letter: bytes, photos: Sequence[bytes]) -> dict[str, Any]:
    """What is kept of a letter: `bytes` in it are to be stored as files. `photos` are stored elsewhere."""
    known = {sha256_hex(one): one for one in photos}
    return {"digest": sha256_hex(letter), "size": len(letter), "pieces": list(_pieces(letter, known))}


def _pieces(data: bytes, known: Mapping[str, bytes]) -> Iterator[Piece]:
    at = 0
    for start, end, piece in sorted(_parts(data, known), key=lambda one: one[0]):
        if start < at:
            continue
        if start > at:
            yield {"file": data[at:start]}
        yield piece
        at = end
    if at < len(data) or not data:
        yield {"file": data[at:]}


def _parts(data: bytes, known: Mapping[str, bytes]) -> Iterator[tuple[int, int, Piece]]:
    """Where photos lie as they are, and what is spelled in base64 in a way that can be spelled again."""
    for digest, photo in known.items():
        at = data.find(photo)
        while at >= 0:
            yield at, at + len(photo), {"photo": digest, "size": len(photo)}
            at = data.find(photo, at + len(photo))
    for match in _CODED.finditer(data):
        spelled = match[0]
        width, line = _lines(spelled)
        content = _decoded(spelled)
        if len(content) < _LEAST or _coded(content, width, line) != spelled:
            continue
        name = _NAME.findall(data[max(0, match.start() - _HEADERS) : match.start()])
        piece: Piece = {
            "width": width,
            "line": line.decode(),
            "name": name[-1].decode("ascii", "replace") if name else "",
        }
        inside = list(_pieces(content, known))
        if len(inside) == 1 and "width" not in inside[0]:
            piece |= inside[0]
        else:
            piece["pieces"] = inside
        yield match.start(), match.end(), piece


def _lines(spelled: bytes) -> tuple[int, bytes]:
    """Width of a line (0 for one line alone) and what ends it."""
    width = spelled.find(b"\n")
    if width < 0:
        return 0, b""
    return (width - 1, b"\r\n") if spelled[width - 1 : width] == b"\r" else (width, b"\n")


def _decoded(spelled: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(spelled.split()), validate=True)
    except binascii.Error:
        return b""


def _coded(content: bytes, width: int, line: bytes) -> bytes:
    text = base64.b64encode(content)
    return line.join(text[at : at + width] for at in range(0, len(text), width)) if width else text


def keeps_letter(desk: Desk, ref: str) -> bool:
    """Whether anything of a letter is still there."""
    with desk.reading(ref) as case:
        kept = desk.values(case.opened[2]).get("letter")
        files = files_of(kept["pieces"]) if kept is not None else ()
        return any(desk.vault.log.blob_content(file["blob"])[1] is not None for _, file in files)


def letter_of(desk: Desk, ref: str) -> Letter | None:
    """The letter as it came, as far as its parts are there; None where there was none, or it was forgotten."""
    with desk.reading(ref) as case:
        kept = desk.values(case.opened[2]).get("letter")
        if kept is None:
            return None
        missing: list[str] = []
        data = b"".join(_joined(desk, ref, kept["pieces"], missing))
        return Letter(data, tuple(missing))


def save_letter(desk: Desk, ref: str, to: Path) -> tuple[str, ...]:
    """Writes the letter to a new file; returns the names of parts that were destroyed and are left empty in it.

    Raises LetterMissing, FileThere.
    """
    require_free(to)
    found = letter_of(desk, ref)
    if found is None:
        raise LetterMissing(case=ref)
    write_whole(to, found.data)
    return found.missing


def _joined(desk: Desk, ref: str, pieces: Sequence[Piece], missing: list[str]) -> Iterator[bytes]:
    for piece in pieces:
        if "pieces" in piece:
            content: bytes | None = b"".join(_joined(desk, ref, piece["pieces"], missing))
        elif "photo" in piece:
            content = _photo(desk, ref, piece["photo"])
        else:
            content = desk.vault.log.blob(piece["file"])
        if content is None:
            missing.append(piece.get("name", ""))
            content = bytes(piece.get("size", 0))  # a photo inside a PDF leaves its place empty
        yield _coded(content, piece["width"], piece["line"].encode()) if "width" in piece else content


def _photo(desk: Desk, ref: str, digest: str) -> bytes | None:
    for one in desk.case(ref).references:
        kept = desk.values(one["seq"]).get("photo", {})
        if kept.get("digest") == digest and (content := desk.vault.log.blob(kept)) is not None:
            return content
    return None


def files_of(pieces: Sequence[Piece], name: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Every stored file of a letter, with the name of the attachment that it is of ("" for the letter itself)."""
    for piece in pieces:
        own = piece.get("name") or name
        if "pieces" in piece:
            yield from files_of(piece["pieces"], own)
        elif "file" in piece:
            yield own, piece["file"]
