#!/usr/bin/env python3
"""Looks on your own disks for files that you were asked to erase. It changes nothing, sends nothing, needs no network.

    python3 check_items.py FOLDER... --name "YOUR NAME" [--role TEXT] [--answer FILE]

Keep it beside the items.csv and instruction.json that came with it. Every file below each FOLDER is read, and every
file inside zip and tar archives and gzip, bzip2 and xz files; its SHA-256 is compared with the list, and so is that of
each row of CSV, TSV and JSON Lines files. What could not be read, what a link leads to and what kinds of files were not
looked into is named: a copy may be in there. The answer is a file, answer.json beside the list unless you say where:
sign it off by giving your name, and send it back.

Python 3.8 or later and nothing else. Ends with 0 if nothing on the list is left and all was read, 1 if something is
left, 2 if it was called wrongly, 3 if nothing was found and something was not read.
"""

from __future__ import annotations

import argparse
import bz2
import csv
import gzip
import hashlib
import json
import lzma
import os
import platform
import stat
import sys
import tarfile
import zipfile
import zlib
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Any, Iterator

LIST, ABOUT, ANSWER, FORM = "items.csv", "instruction.json", "answer.json", 1
_PIECE, _NAMED = 1 << 20, 10_000
_BROKEN = (
    OSError, EOFError, ValueError, RuntimeError, NotImplementedError, MemoryError, zlib.error, lzma.LZMAError,
    zipfile.BadZipFile, tarfile.TarError,
)  # fmt: skip
"""What reading a damaged, locked or unknown file may raise."""
_PACKED = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
_CLOSED = {
    b"7z\xbc\xaf": "7z archive", b"Rar!": "rar archive", b"PAR1": "Parquet file", b"SQLite format 3": "SQLite database",
    b"\x89HDF": "HDF5 file", b"(\xb5/\xfd": "zstd file", b"Obj\x01": "Avro file", b"ARROW1": "Arrow file",
    b"%PDF": "PDF file", b"\x93NUMPY": "NumPy file", b"hsqs": "disk image", b"QFI\xfb": "disk image",
}  # fmt: skip
"""Kinds of files, by their first bytes, that may hold others and are not looked into."""
_CLOSED_NAMES = {
    ".mdb": "LMDB database", ".lmdb": "LMDB database", ".tfrecord": "TFRecord file", ".pkl": "pickled file",
    ".iso": "disk image", ".img": "disk image", ".vmdk": "disk image", ".age": "encrypted file",
    ".gpg": "encrypted file", ".pgp": "encrypted file", ".mp4": "video", ".mov": "video", ".avi": "video",
    ".mkv": "video", ".webm": "video", ".csv": "table", ".tsv": "table", ".jsonl": "table", ".ndjson": "table",
}  # fmt: skip


_ROWS = (".csv", ".tsv", ".jsonl", ".ndjson")
"""Names of texts in which a row is a line, or several where a quoted text goes on."""


class DiskLook:
    """What is looked for and what was found."""

    def __init__(self, wanted: set[bytes], sizes: set[int] | None) -> None:
        """`sizes` in bytes are those that anything wanted can have; None where not all of them are known."""
        self.wanted, self.sizes = wanted, sizes
        self.left: set[bytes] = set()
        self.places: list[dict[str, str]] = []
        self.not_read: list[dict[str, str]] = []
        self.counts: Counter[str] = Counter()
        self.closed: Counter[str] = Counter()

    def folder(self, root: str) -> None:
        """Everything below a folder, or one file."""
        if not os.path.isdir(root):
            self.file(root)
            return
        for inside, folders, names in os.walk(root, onerror=self._not_listed):
            for name in [one for one in folders if os.path.islink(os.path.join(inside, one))]:
                self.skip(os.path.join(inside, name), "a link; name what it leads to as a FOLDER")
            for name in names:
                self.file(os.path.join(inside, name))

    def file(self, path: str) -> None:
        """One file of the disk, with what is packed into it."""
        try:
            kind = os.lstat(path)
            if stat.S_ISLNK(kind.st_mode):
                self.skip(path, "a link; name what it leads to as a FOLDER")
            elif not stat.S_ISREG(kind.st_mode):
                self.skip(path, "no file")
            else:
                self.counts["files"] += 1
                self.counts["bytes"] += kind.st_size
                with open(path, "rb") as opened:
                    head = opened.read(512)
                    if self.sizes is None or kind.st_size in self.sizes:
                        opened.seek(0)
                        self.content(path, opened)
                    if ending(path) in _ROWS:
                        opened.seek(0)
                        self.rows(path, opened)
                self.inside(path, path, head)
        except _BROKEN as error:
            self.skip(path, why(error))

    def inside(self, path: str, shown: str, head: bytes) -> None:
        """What is packed into a file of the disk, one level deep."""
        name = shown.lower()
        packed = next((way for mark, way in _PACKED.items() if head.startswith(mark)), None)
        if head.startswith((b"PK\x03\x04", b"PK\x05\x06")) or name.endswith(".zip"):
            with zipfile.ZipFile(path) as archive:
                for one in archive.infolist():
                    if not one.is_dir():
                        self.member(shown, one.filename, lambda one=one: archive.open(one))
        elif head[257:262] == b"ustar" or name.endswith(".tar"):
            with tarfile.open(path, "r:") as tar:
                self.tar(shown, tar)
        elif packed is not None:
            self.packed(path, shown, packed)
        else:
            self.closed_kind(shown, head)

    def packed(self, path: str, shown: str, way: Any) -> None:
        """A file that was packed by itself, or a tar archive in it."""
        with way(path) as opened:
            if opened.read(512)[257:262] != b"ustar":
                opened.seek(0)
                self.counts["members"] += 1
                self.content(shown + " (unpacked)", opened)
                return
        with tarfile.open(path, "r:*") as tar:
            self.tar(shown, tar)

    def tar(self, shown: str, tar: tarfile.TarFile) -> None:
        for one in tar:
            if one.isreg():
                self.member(shown, one.name, lambda one=one: tar.extractfile(one))

    def member(self, shown: str, name: str, opens: Any) -> None:
        """One file in an archive; an archive in it is not looked into, and named."""
        place = shown + "!/" + name
        try:
            with opens() as opened:
                self.counts["members"] += 1
                head = self.content(place, opened)
                if head.startswith((b"PK\x03\x04", *_PACKED)) or head[257:262] == b"ustar":
                    self.skip(place, "an archive in an archive; unpack it and look again")
                else:
                    self.closed_kind(place, head)
            if ending(name) in _ROWS:
                with opens() as opened:
                    self.rows(place, opened)
        except _BROKEN as error:
            self.skip(place, why(error))

    def content(self, place: str, opened: IO[bytes]) -> bytes:
        """Compares what can be read there; returns how it begins."""
        digest, head = hashlib.sha256(), b""
        while True:
            piece = opened.read(_PIECE)
            if not piece:
                break
            head = head or piece[:512]
            digest.update(piece)
        self.compare(digest.digest(), place)
        return head

    def rows(self, place: str, opened: IO[bytes]) -> None:
        """Each row of a text; in a table a quoted text may go on over several lines."""
        quotes = ending(place) in (".csv", ".tsv")
        row, number = b"", 0
        for number, line in enumerate(opened, start=1):
            row += line
            if quotes and row.count(b'"') % 2 and len(row) < _PIECE:
                continue
            self.row(place, number, row)
            row = b""
        self.row(place, number, row)

    def row(self, place: str, number: int, row: bytes) -> None:
        bare = row.rstrip(b"\r\n")
        if bare:
            self.compare(hashlib.sha256(bare).digest(), place + ", line " + str(number))

    def compare(self, digest: bytes, place: str) -> None:
        if digest in self.wanted:
            self.left.add(digest)
            self.counts["places"] += 1
            if len(self.places) < _NAMED:
                self.places.append({"sha256": digest.hex(), "path": shown_name(place)})

    def closed_kind(self, place: str, head: bytes) -> None:
        kind = next((kind for mark, kind in _CLOSED.items() if head.startswith(mark)), "")
        kind = kind or _CLOSED_NAMES.get(ending(place), "")
        if kind:
            self.closed[kind] += 1

    def skip(self, path: str, reason: str) -> None:
        self.counts["not_read"] += 1
        if len(self.not_read) < _NAMED:
            self.not_read.append({"path": shown_name(path), "why": reason})

    def _not_listed(self, error: OSError) -> None:
        self.skip(str(error.filename), why(error))


def ending(name: str) -> str:
    return os.path.splitext(name.lower())[1]


def why(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error)[:200] or type(error).__name__


def shown_name(path: str) -> str:
    """A name as text, whatever bytes it has."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def read_list(file: Path) -> tuple[set[bytes], set[int] | None]:
    """Digests, and all sizes in bytes; None for those where any is missing. Raises ValueError."""
    wanted: set[bytes] = set()
    sizes: set[int] = set()
    all_sized = True
    with file.open(encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened):
            digest = bytes.fromhex(row["sha256"])
            if len(digest) != 32:
                raise ValueError("the list holds something that is no SHA-256")
            wanted.add(digest)
            if row["bytes"]:
                sizes.add(int(row["bytes"]))
            else:
                all_sized = False
    return wanted, sizes if all_sized else None


def sha256_of(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        for piece in iter(lambda: opened.read(_PIECE), b""):
            digest.update(piece)
    return digest.hexdigest()


def answer_of(search: DiskLook, about: Any, listed: str, folders: list[str], signed: dict[str, str], began: str) -> Any:
    """What is sent back."""
    return {
        "dsr-desk-answer": FORM,
        "instruction": about,
        "list": listed,
        "items": len(search.wanted),
        "left": len(search.left),
        "left_at": search.places,
        "places": search.counts["places"],
        "looked_in": [shown_name(os.path.abspath(one)) for one in folders],
        "files": search.counts["files"],
        "members": search.counts["members"],
        "bytes": search.counts["bytes"],
        "not_read": search.counts["not_read"],
        "not_read_at": search.not_read,
        "not_looked_into": dict(sorted(search.closed.items())),
        "began": began,
        "ended": now(),
        "checker": sha256_of(Path(__file__)),
        "python": platform.python_version(),
        "signed": signed,
    }


def lines(search: DiskLook) -> Iterator[str]:
    """What a person is told."""
    for one in search.places:
        yield "still there: " + one["path"]
    for one in search.not_read:
        yield "not read: " + one["path"] + ": " + one["why"]
    for kind, count in sorted(search.closed.items()):
        yield "not looked into: " + str(count) + " x " + kind
    yield "{} files and {} in archives were looked at; {} of {} items of the list are still there.".format(
        search.counts["files"], search.counts["members"], len(search.left), len(search.wanted)
    )


def now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", metavar="FOLDER", help="where copies may lie: whole disks, backups")
    parser.add_argument("--name", required=True, help="who signs the answer off")
    parser.add_argument("--role", default="", help="and in which function")
    parser.add_argument("--list", default=str(Path(__file__).with_name(LIST)), help="the list, if it lies elsewhere")
    parser.add_argument("--answer", default="", help="where to write the answer")
    options = parser.parse_args(arguments)
    listed = Path(options.list)
    missing = [one for one in options.folders if not os.path.lexists(one)]
    try:
        wanted, sizes = read_list(listed)
        about = json.loads(listed.with_name(ABOUT).read_text(encoding="utf-8"))
        digest = sha256_of(listed)
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        print("the list or " + ABOUT + " beside it cannot be read: " + why(error), file=sys.stderr)
        return 2
    if missing or not options.name.strip():
        print("not there: " + ", ".join(missing) if missing else "give your name", file=sys.stderr)
        return 2
    began, search = now(), DiskLook(wanted, sizes)
    for folder in options.folders:
        search.folder(folder)
    signed = {"name": options.name.strip()[:200], "role": options.role.strip()[:200], "day": now()[:10]}
    answer = answer_of(search, about, digest, options.folders, signed, began)
    to = Path(options.answer) if options.answer else listed.with_name(ANSWER)
    to.write_text(json.dumps(answer, ensure_ascii=True, indent=1) + "\n", encoding="utf-8")
    for line in lines(search):
        print(line)
    print("The answer is " + str(to) + "; send it back.")
    if search.left:
        return 1
    return 3 if search.counts["not_read"] or search.closed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
