"""What every container format offers to the rest of the program."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol

from dsr_desk.core.items import ItemKind


@dataclass(frozen=True)
class Entry:
    """One item as a container lists it.

    `member` is the path inside the container, "" for a row of a table. `hint` is a row number or offset that helps
    to find it again quickly and proves nothing. `group` ties items of one container that belong together (the key
    of a WebDataset sample, the stem of a file with a sidecar), "" where there is no such tie. `record` holds a
    record's fields as text. `problem` says in a few words why the item cannot be read (then `read` raises).
    `read` returns the stored bytes; on streamed containers it must be called before the next entry is taken.
    """

    kind: ItemKind
    member: str
    size: int
    read: Callable[[], bytes]
    hint: int | None = None
    group: str = ""
    record: Mapping[str, str] | None = None
    problem: str = ""
    orientation: int | None = None


@dataclass(frozen=True)
class Doomed:
    """An item that is to be erased: found by member, digest (SHA-256 of the stored bytes) and occurrence.

    `replacement` holds new bytes where the item stays but changes (a masked photo), None where it goes.
    """

    member: str
    digest: str
    occurrence: int = 0
    hint: int | None = None
    replacement: bytes | None = None


@dataclass(frozen=True)
class Erased:
    """What an erasure did, from looking at the new container before it replaced the old one."""

    kept: int
    erased: tuple[Doomed, ...]
    missing: tuple[Doomed, ...]
    digest_before: str
    digest_after: str


@dataclass(frozen=True)
class Summary:
    """What a path turned out to be: for the registration dialog, before anything is indexed."""

    format: str
    says: str
    not_understood: tuple[str, ...] = field(default=())


class Container(Protocol):
    """One container of one format at one place.

    `name` is what addresses use: the path relative to the folder that holds the source, with forward slashes.
    """

    format: ClassVar[str]
    path: Path
    name: str

    def entries(self) -> Iterator[Entry]:
        """All items, streamed in a stable order. Raises ContainerDamaged where the container cannot be read."""
        ...

    def read(self, member: str, digest: str, occurrence: int = 0, hint: int | None = None) -> bytes:
        """Stored bytes of one item; raises ItemGone where no such item is there any more."""
        ...

    def erase(self, doomed: Collection[Doomed]) -> Erased:
        """Rewrite without (or with changed) items: new beside old, verified, swapped atomically, fsynced.

        Safe to call again after a kill at any moment. Items that are already gone come back as `missing`.
        """
        ...

    def fingerprint(self) -> str:
        """Changes whenever the container's stored bytes may have changed (size, mtime); cheap."""
        ...
