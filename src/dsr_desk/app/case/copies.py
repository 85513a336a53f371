"""Whether bytes hold a photo, however it is packed: as it is, in base64, in a zip or a PDF, or as another picture file.

Used to prove that a destroyed photo is nowhere in the vault. What cannot be looked into is counted, never passed over.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import quopri
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dsr_desk.core.message import message
from dsr_desk.faces.decode import decode, size_of
from dsr_desk.intake.pdf import PdfUnreadable, pictures_in
from dsr_desk.intake.photos import looks_like_picture
from dsr_desk.jobs.cell import CellFailed, Limits, ask

LEAST = 1_024
"""Bytes. No other file of a photo in which a face can be found is as short."""

DEEPEST = 5
LARGEST = 256 * 1024 * 1024
_PROBE = 1_024
_SPELLED = re.compile(rb"[A-Za-z0-9+/]+(?:[\s>]+[A-Za-z0-9+/]+)*")
_SIGNS = bytes(ord("A") if re.match(rb"[A-Za-z0-9+/]", bytes([one])) else ord(" ") for one in range(256))
_RUN = b"A" * 40
_STREAM = re.compile(rb"stream\r?\n")
_BREAKS = b" \t\r\n>\\"


_LIMITS = Limits(seconds=180)


@dataclass(frozen=True)
class Photo:
    """What a photo is known by: bytes from its middle, their base64 at each of three places, its pixels."""

    number: int
    probe: bytes
    spelled: tuple[bytes, ...]
    size: tuple[int, int] | None = None
    pixels: str = ""


@dataclass(frozen=True)
class FoundCopies:
    """Numbers of the photos that each of some values holds, and what was met in them and could not be looked into."""

    held: tuple[tuple[int, ...], ...]
    unread: int


@dataclass
class Copies:
    """Looks for some photos, in cells. `least` is the size below which nothing can hold one.

    `unread` counts what was met and could not be looked into.
    """

    photos: list[Photo]
    least: int
    unread: int = 0

    @classmethod
    def of(cls, photos: Sequence[bytes]) -> Copies:
        copies = cls([], min([LEAST, *map(len, photos)]))
        for number, data in enumerate(photos):
            photo = _bare(number, data)
            try:
                photo = ask(Photo, with_pixels, photo, data, limits=_LIMITS)
            except CellFailed:
                copies.unread += 1
            copies.photos.append(photo)
        return copies

    def held_by(self, *contents: bytes | str) -> list[frozenset[int]]:
        """For each of these stored values the numbers (from 0) of the photos that it holds."""
        try:
            found: FoundCopies = ask(FoundCopies, look_into, self.photos, self.least, contents, limits=_LIMITS)
            if len(found.held) != len(contents):
                raise CellFailed(why=message("why.cell.unfit"))
        except CellFailed:
            if len(contents) > 1:
                return [one for content in contents for one in self.held_by(content)]
            self.unread += 1
            return [frozenset()]
        self.unread += found.unread
        return [frozenset(one) for one in found.held]


def with_pixels(photo: Photo, data: bytes) -> Photo:
    """Inside a cell."""
    return replace(photo, size=size_of(data), pixels=_pixels(data))


def look_into(photos: Sequence[Photo], least: int, contents: Sequence[bytes | str]) -> FoundCopies:
    """Inside a cell."""
    look = _Look(photos, least)
    return FoundCopies(tuple(tuple(sorted(look.held_by(one))) for one in contents), look.unread)


@dataclass
class _Look:
    photos: Sequence[Photo]
    least: int
    unread: int = 0

    def held_by(self, content: bytes | str) -> frozenset[int]:
        if isinstance(content, bytes):
            return self._held(content, 0)
        found: frozenset[int] = frozenset()
        for text in _texts(content, self.least):
            found |= self._held(text.encode("utf-8", "surrogatepass"), 0)
        return found

    def _held(self, data: bytes, depth: int) -> frozenset[int]:
        bare = data.translate(None, _BREAKS)
        found = {one.number for one in self.photos if one.probe in data or any(text in bare for text in one.spelled)}
        found |= self._alike(data)
        for inner in self._inside(data):
            if len(inner) < self.least:
                continue
            if depth == DEEPEST:
                self.unread += 1
                break
            found |= self._held(inner, depth + 1)
        return frozenset(found)

    def _alike(self, data: bytes) -> set[int]:
        """Photos of which this is another file of the same pixels."""
        size = size_of(data) if looks_like_picture(data) else None
        if size is None or not any(one.size and sorted(one.size) == sorted(size) for one in self.photos):
            return set()
        pixels = _pixels(data)
        return {one.number for one in self.photos if pixels and one.pixels == pixels}

    def _inside(self, data: bytes) -> Iterator[bytes]:
        yield from _spelled(data)
        if b"quoted-printable" in data.lower():
            plain = quopri.decodestring(data)
            if plain != data:
                yield plain
        if b"PK\x03\x04" in data:
            yield from self._members(data)
        if data.startswith(b"\x1f\x8b"):
            yield from self._inflated(data, 31)
        if b"%PDF-" in data[:1024]:
            for match in _STREAM.finditer(data):
                yield from self._inflated(memoryview(data)[match.end() :], zlib.MAX_WBITS)
            try:
                yield from pictures_in(data)
            except PdfUnreadable:
                self.unread += 1

    def _members(self, data: bytes) -> Iterator[bytes]:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                for member in packed.infolist():
                    if member.flag_bits & 1 or member.file_size > LARGEST:
                        self.unread += 1
                    else:
                        yield packed.read(member)
        except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, EOFError):
            self.unread += 1

    def _inflated(self, data: bytes | memoryview, bits: int) -> Iterator[bytes]:
        stream = zlib.decompressobj(bits)
        try:
            content = stream.decompress(data, LARGEST)
        except zlib.error:
            return  # not packed this way; as it is it was looked at before
        if stream.unconsumed_tail:
            self.unread += 1
        yield content


def _bare(number: int, data: bytes) -> Photo:
    probe = data[(len(data) - _PROBE) // 2 :][:_PROBE] if len(data) > _PROBE else data
    return Photo(number, probe, tuple(_middle(probe[shift:]) for shift in range(3)))


def _middle(data: bytes) -> bytes:
    """The base64 of whole groups of three: the same wherever these bytes stand in what was spelled."""
    return base64.b64encode(data[: len(data) // 3 * 3])


def _pixels(data: bytes) -> str:
    pixels = decode(data).pixels
    return "" if pixels is None else hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest()


def _spelled(data: bytes) -> Iterator[bytes]:
    signs = data.translate(_SIGNS)
    at = signs.find(_RUN)  # many times as fast as looking for the expression itself
    while at >= 0 and (match := _SPELLED.match(data, at)):
        at = signs.find(_RUN, match.end())
        text = match[0].translate(None, _BREAKS)
        text = text[:-1] if len(text) % 4 == 1 else text  # no byte ends there
        yield base64.b64decode(text + b"=" * (-len(text) % 4))


def _texts(text: str, least: int) -> Iterator[str]:
    """The text, and every text inside it where it is JSON: there, breaks of lines are spelled."""
    yield text
    if "\\" not in text:
        return  # as it is written, it says the same
    try:
        waiting: list[Any] = [json.loads(text)]
    except (ValueError, RecursionError):
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and len(value) >= least:
            yield value
