"""Lists of photos with what is said of each: a line begins with the name of a photo file, without a header above.

So are written CelebA's attributes, landmarks and identities (with the count of lines above, and the attributes' names),
the captions of Flickr8k and Flickr30k (`photo.jpg#0<TAB>caption`), and lists of photos with their classes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, ClassVar

from dsr_desk.datasets import sniff
from dsr_desk.datasets.container import MAX_ITEM_BYTES
from dsr_desk.datasets.erasing import Changes
from dsr_desk.datasets.row_file import FileRow, RowFile
from dsr_desk.datasets.rows import Row

FILE, REST = "file_name", "text"
_SUFFIXES = frozenset({"", ".txt", ".lst", ".list", ".token", ".csv", ".tsv", ".caption", ".captions"})
_LOOKED_AT = 50
_ABOVE = 2
"""Lines that may stand above: how many there are, and what their numbers are."""

_LINE = re.compile(r"\s*(?P<name>[^\t,;|]*?)(?:#(?P<number>\d+))?(?:[\t,;|]+|$)(?P<rest>.*)", re.DOTALL)
_SPACED = re.compile(r"\s*(?P<name>\S+?)(?:#(?P<number>\d+))?(?:\s+|$)(?P<rest>.*)", re.DOTALL)


class AnnotationLines(RowFile):
    """A line is a record. The count above goes down with each line that goes."""

    format: ClassVar[str] = "annotations"
    tabular: ClassVar[bool] = True

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        if path.suffix.lower() not in _SUFFIXES or not head.strip() or b"\0" in head:
            return False
        lines = head.splitlines()
        # The last of them may be cut off.
        lines = lines[:-1] if len(lines) > _ABOVE + 1 else lines
        texts = [_text(line) for line in islice(lines, _LOOKED_AT) if line.strip()]
        above = next((at for at, text in enumerate(texts) if _named(text)), len(texts))
        if above and not texts[0].strip().isdecimal():
            return False
        return above <= _ABOVE and above < len(texts) and all(map(_named, texts[above:]))

    @property
    def header(self) -> Collection[str]:
        """See `RowFile.header`. Words of a name are joined there, since blanks part the columns."""
        with self.path.open("rb") as file:
            above = [file.readline(MAX_ITEM_BYTES) for _ in range(_ABOVE)]
        names = [name for line in above if self.values_of(line) is None for name in _text(line).split()]
        return [name.replace("_", " ") for name in names if not name.isdigit()]

    def rows(self, file: IO[bytes]) -> Iterator[FileRow]:
        offset = above = 0
        file.seek(0)
        names: list[str] = []
        while line := file.readline(MAX_ITEM_BYTES):
            raw = line.rstrip(b"\r\n")
            values = self.values_of(raw)
            if values is not None:
                above = _ABOVE
                values = _with_names(values, names) if names else values
            elif raw.strip() and above < _ABOVE:
                above += 1
                names = [] if raw.strip().isdigit() else _text(raw).split()
            elif raw.strip():
                values = {REST: _text(raw)}
            yield FileRow(offset, raw, line[len(raw) :], values)
            offset += len(line)

    def row_at(self, file: IO[bytes], offset: int) -> FileRow | None:
        file.seek(offset)
        raw = file.readline(MAX_ITEM_BYTES).rstrip(b"\r\n")
        return FileRow(offset, raw, b"", self.values_of(raw))

    def values_of(self, raw: bytes) -> Row | None:
        text = _text(raw)
        name, rest = _parts(text)
        if sniff.named_like_photo(name):
            return {FILE: name, REST: rest} if rest else {FILE: name}
        return None

    def spelt(self, row: FileRow, values: Row) -> bytes:
        """A line holds one text, which goes as a whole or stays."""
        del values
        return row.raw

    def label(self, row: FileRow, changes: Changes) -> bytes:
        raw = row.raw.strip()
        if row.offset or not raw.isdigit():
            return row.raw
        count = int(raw) - sum(new is None for new in changes.values())
        return row.raw.replace(raw, str(max(0, count)).encode())


def _text(raw: bytes) -> str:
    return raw.decode("utf-8-sig", "replace").rstrip("\r\n")


def _named(text: str) -> bool:
    return sniff.named_like_photo(_parts(text)[0])


def _parts(text: str) -> tuple[str, str]:
    """The photo's name and what follows. A name may hold blanks where a tab or a comma ends it."""
    for pattern in (_LINE, _SPACED):
        match = pattern.match(text)
        if match is not None and sniff.named_like_photo(match["name"]):
            return match["name"], match["rest"].strip()
    return "", text


def _with_names(values: Row, names: list[str]) -> Row:
    numbers = str(values.get(REST, "")).split()
    return {FILE: values[FILE], **dict(zip(names, numbers, strict=True))} if len(numbers) == len(names) else values
