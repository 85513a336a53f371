"""Readers that somebody planted: what a hostile container could make a library do. What they do stands in the file."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from deeds import connect, crash, eat, fork, hang
from dsr_desk.core.message import Message
from dsr_desk.datasets.celled import ContainerPlace
from dsr_desk.datasets.container import ContainerEntry, Doomed, Listed, items_of, record_entry
from dsr_desk.datasets.erasing import Changes, Rewritten
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.formats import Recognised, recognised

WHILE_WRITING = "while writing: "


def look_around(path: str) -> None:
    Path(path).read_bytes()


def write_around(path: str) -> None:
    Path(path).write_bytes(b"was here")


def fault(_: str) -> None:
    raise ValueError("ada@example.org")


DEEDS: dict[str, Callable[[str], None]] = {
    one.__name__: one for one in (crash, hang, eat, look_around, write_around, fork, connect, fault)
}


class PlantedReader(FileContainer):
    """A line is a record, or "! DEED what with", which is done; "while writing: " puts it off until then."""

    format: ClassVar[str] = "csv"
    tabular: ClassVar[bool] = True

    def listing(self) -> Iterator[Listed]:
        for number, line in enumerate(self.path.read_text().splitlines()):
            if line.startswith("! "):
                _do(line)
            elif not line.startswith(WHILE_WRITING):
                yield record_entry(line.encode(), number, {"name": line})

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        lines = self.path.read_text().splitlines()
        target.write_text("".join(f"{line}\n" for at, line in enumerate(lines) if at not in changes))
        for line in lines:
            if line.startswith(WHILE_WRITING):
                _do(line.removeprefix(WHILE_WRITING))
        return []


def _do(line: str) -> None:
    _, deed, given = f"{line} ".split(" ", 2)
    DEEDS[deed](given.strip())


@dataclass(frozen=True)
class PlantedPlace(ContainerPlace):
    def reader(self) -> PlantedReader:
        return PlantedReader(self.path, self.name)


class LyingReader(PlantedReader):
    """Says that it wrote files, or found items, that are none of its own; gives other bytes than it was asked for."""

    def read(self, member: str, digest: str, occurrence: int = 0, hint: int | None = None) -> bytes:
        del member, digest, occurrence, hint
        return b"something else"

    def listing(self) -> Iterator[Listed]:
        for entry in items_of(super().listing()):
            yield ContainerEntry(entry.kind, "a\x1b[31m\n.jpg", entry.size, entry.read)

    def rewrite(self, doomed: Collection[Doomed], work: Path) -> Rewritten:
        lie = self.path.read_text().splitlines()[0]
        (work / self.path.name).write_text("")
        if lie == "link":
            (work / self.path.name).unlink()
            (work / "other").write_text("")
            os.link(work / "other", work / self.path.name)
        files = {"link": (self.path.name,), "outside": ("../other",), "twice": (self.path.name,) * 2}[lie]
        return Rewritten(0, tuple(doomed), (), files)


@dataclass(frozen=True)
class LyingPlace(ContainerPlace):
    def reader(self) -> LyingReader:
        return LyingReader(self.path, self.name)


def recognised_but_one(path: Path) -> Recognised:
    """Ends its process at a file whose name begins with "bad"."""
    if path.name.startswith("bad"):
        crash("")
    return recognised(path)
