"""Files that hold the digests of other files: SHA256SUMS and its like, `x.md5` beside x, the manifests of BagIt."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dsr_desk.core.message import Message, message
from dsr_desk.datasets.layouts.rules import Mending, Rule, names_in

MOST_BYTES = 64 * 1024 * 1024
_NAMES = re.compile(
    r"(?:tag)?manifest-(?:md5|sha\d+)\.txt"
    r"|(?:md5|sha1|sha224|sha256|sha384|sha512|b2|blake2b)[-_]?sums?(?:\.txt)?"
    r"|check[-_]?sums?(?:\.(?:txt|md5|sha1|sha256|sha512))?"
    r"|.+\.(?:md5|sha1|sha224|sha256|sha384|sha512)(?:sums?)?",
    re.IGNORECASE,
)
_BAG = "bag-info.txt"
_OXUM = re.compile(rb"^(Payload-Oxum:[ \t]*)(\d+)\.(\d+)", re.MULTILINE)
_GNU = re.compile(rb"(\\?)([0-9a-fA-F]{32,128})[ \t]+\*?(.+)")
_BSD = re.compile(rb"([A-Za-z0-9-]+) ?\((.+)\) ?= ?([0-9a-fA-F]{32,128})")
_ALONE = re.compile(rb"[0-9a-fA-F]{32,128}")
_BY_LENGTH = {32: "md5", 40: "sha1", 56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}


@dataclass(frozen=True)
class SumLine:
    """One line; `file` is relative to where it stands, None for what names no file. `start` to `end` is the digest."""

    stored: bytes
    file: str | None
    method: str = ""
    start: int = 0
    end: int = 0

    def renewed(self, place: Path) -> bytes:
        digest = _digest(place, self.method).encode()
        old = self.stored[self.start : self.end]
        return self.stored[: self.start] + (digest.upper() if old.isupper() else digest) + self.stored[self.end :]


class SumFiles(Rule):
    kind = "checksums"

    def is_root(self, folder: Path, names: frozenset[str]) -> bool:  # noqa: ARG002
        return any(map(_NAMES.fullmatch, names))

    def is_own(self, inner: str) -> bool:
        return "/" not in inner and (_NAMES.fullmatch(inner) is not None or inner == _BAG)

    def concerns(self, root: Path, inner: str) -> bool:
        return any(_mentions(root / name, inner) for name in names_in(root) if _NAMES.fullmatch(name))

    def tells_of(self, root: Path, inner: str) -> bool:
        return self.concerns(root, f"{inner}/")

    def keeps(self, root: Path, inner: str) -> Message | None:  # noqa: ARG002
        """A line goes whatever kind of digest it holds."""
        return None

    def hindrance(self, root: Path, inner: str) -> Message | None:
        for name in names_in(root):
            if _NAMES.fullmatch(name) and _mentions(root / name, inner):
                methods = [line.method for line in _lines(root / name) if line.file == inner]
                if not all(methods):
                    return message("why.layout.checksums")
        return None

    def mend(self, mending: Mending, root: str) -> None:
        """A digest of a changed file is renewed, that of a file that is gone goes. Sums of sums come last."""
        folder = mending.new / root
        sums = sorted(name for name in names_in(folder) if _NAMES.fullmatch(name))
        self._mend_bag(mending, root)
        for name in sorted(sums, key=lambda one: one.startswith("tagmanifest")):
            below = {inner[len(root) + 1 if root else 0 :] for inner in mending.below(root)}
            lines = list(_lines(mending.old / root / name))
            if not any(line.file in below for line in lines):
                continue
            kept = [
                line.renewed(folder / line.file) if line.file in below and line.file else line.stored
                for line in lines
                if line.file is None or line.file not in below or (folder / line.file).exists()
            ]
            if kept:
                mending.write(_below(root, name), b"".join(kept))
            else:
                mending.remove(_below(root, name))
        self._check(mending, root)

    def _mend_bag(self, mending: Mending, root: str) -> None:
        """The number of bytes and files below `data`, as a bag says it."""
        place = mending.old / root / _BAG
        changed = [inner for inner in mending.below(root) if inner.startswith(_below(root, "data/"))]
        if not place.exists() or not changed:
            return
        stored = place.read_bytes()
        grown = sum(_size(mending.new / inner) - _size(mending.old / inner) for inner in changed)
        more = sum((mending.new / inner).exists() - (mending.old / inner).exists() for inner in changed)
        new = _OXUM.sub(lambda found: b"%s%d.%d" % (found[1], int(found[2]) + grown, int(found[3]) + more), stored)
        if new != stored:
            mending.write(_below(root, _BAG), new)

    def _check(self, mending: Mending, root: str) -> None:
        folder = mending.new / root
        for name in names_in(folder):
            if not _NAMES.fullmatch(name):
                continue
            for line in _lines(folder / name):
                inner = _below(root, line.file or "")
                wrong = inner in mending.gone or (
                    inner in mending.changed and line.renewed(mending.new / inner) != line.stored
                )
                if line.file and wrong:
                    raise mending.unfit(message("why.layout.checksums"))


def _mentions(sums: Path, inner: str) -> bool:
    try:
        if not sums.is_file() or sums.stat().st_size > MOST_BYTES:
            return False
        return inner.encode("utf-8", "surrogateescape") in sums.read_bytes() or sums.name.startswith(f"{inner}.")
    except OSError:
        return False


def _lines(sums: Path) -> Iterator[SumLine]:
    for stored in sums.read_bytes().splitlines(keepends=True):
        yield _line(stored, sums.name)


def _line(stored: bytes, name: str) -> SumLine:
    text = stored.rstrip(b"\r\n")
    if found := _BSD.fullmatch(text):
        method = found[1].decode().lower().replace("-", "")
        return SumLine(stored, _name(found[2]), method if method in _BY_LENGTH.values() else "", *found.span(3))
    if found := _GNU.fullmatch(text):
        escaped = found[3].replace(b"\\n", b"\n").replace(b"\\\\", b"\\") if found[1] else found[3]
        return SumLine(stored, _name(escaped), _method(name, found[2]), *found.span(2))
    if found := _ALONE.fullmatch(text.strip()):
        start = text.index(found[0])
        return SumLine(stored, name.rpartition(".")[0], _method(name, found[0]), start, start + len(found[0]))
    return SumLine(stored, None)


def _method(name: str, digest: bytes) -> str:
    """By the length of the digest; BLAKE2 has that of SHA-512."""
    if name.lower().startswith(("b2", "blake2")):
        return "blake2b" if len(digest) == 128 else ""
    return _BY_LENGTH.get(len(digest), "")


def _name(stored: bytes) -> str:
    return stored.decode("utf-8", "surrogateescape").removeprefix("./").strip()


def _digest(place: Path, method: str) -> str:
    with place.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(method, usedforsecurity=False)).hexdigest()


def _size(place: Path) -> int:
    return place.stat().st_size if place.exists() else 0


def _below(root: str, inner: str) -> str:
    return f"{root}/{inner}" if root else inner
