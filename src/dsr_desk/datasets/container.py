"""What every container format offers to the rest of the program."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message

if TYPE_CHECKING:
    from dsr_desk.datasets.hashed import Block

MAX_ITEM_BYTES = 256 * 1024 * 1024
"""No single photo or record is larger; what claims to be is a bomb or a mistake and is listed as a problem."""

TOO_LARGE = message("why.too-large", most=MAX_ITEM_BYTES)


class ContainerDamaged(DeskError):
    code = "CONTAINER-DAMAGED"
    happened = "{name} is damaged: {why}."
    means = "Items behind the damage cannot be read, so a search over it would not be complete."
    todo = "Get an undamaged copy from where it came from, or leave it out of scope and say so in the case."


class ContainerNotRead(DeskError):
    code = "CONTAINER-NOT-READ"
    happened = "{name} could not be read: {why}."
    means = "What it holds beyond what was read is not known, so a search over it would not be complete."
    todo = "Try again. If it fails again, get another copy from where it came from, or state it as not searched."


class ItemGone(DeskError):
    code = "ITEM-GONE"
    happened = "An item is no longer in {name} as it was indexed."
    means = "It was erased, moved or changed since the index was built."
    todo = "Update the index, then search again."


class ItemUnreadable(DeskError):
    code = "ITEM-UNREADABLE"
    happened = "An item of {name} cannot be read: {why}."
    means = "What it shows is not known, so it counts as not searched."
    todo = "Mend the item at its source and update the index, or state it as not searched."


@dataclass(frozen=True)
class ContainerEntry:
    """One item as a container lists it.

    `member` is the path inside the container, for a row of a table its sheet or "". `hint` is a row number or offset
    that helps to find it again quickly and proves nothing. `group` ties items of one container that belong together
    (the key of a WebDataset sample, the stem of a file with a sidecar), "" where there is no such tie. `record` holds
    a record's fields as text. `problem` says why the item cannot be read (then `read` raises).
    `read` returns the stored bytes; on streamed containers it must be called before the next entry is taken.
    """

    kind: ItemKind
    member: str
    size: int
    read: Callable[[], bytes]
    hint: int | None = None
    group: str = ""
    record: Mapping[str, str] | None = None
    problem: Message | None = None
    orientation: int | None = None


@dataclass(frozen=True)
class Unread:
    """Places of a container that no search sees: members, columns, frames or bytes.

    `place` is where they are inside it, "" for the container as a whole. `kind` says what kind of content it is, which
    an officer may declare to hold no personal data; `why` says why it is not read. `count` such places hold `size`
    bytes, 0 where that is not known.
    """

    place: str
    kind: Message
    why: Message
    count: int = 1
    size: int = 0


@dataclass(frozen=True)
class Accounts:
    """What a reader answers for, in the unit in which its container counts itself: members, cells, records, keys.

    `own` is the container's own count. Each unit is read as an item, as text of an item, is a label or structure that
    names nobody, was opened (a container inside, whose reader has accounts of its own), or is unread.
    """

    own: int
    items: int = 0
    texts: int = 0
    labels: int = 0
    opened: int = 0
    unread: int = 0

    @property
    def answered(self) -> int:
        return self.items + self.texts + self.labels + self.opened + self.unread

    def disagreement(self, unread: int) -> Message | None:
        """Why they are not to be believed beside so many unread places that were listed; None where they agree."""
        if self.answered == self.own and self.unread == unread:
            return None
        return message("why.accounts", own=self.own, answered=self.answered)


Listed = ContainerEntry | Unread | Accounts
"""What a reader says of its container, one thing after the other; the accounts are the last."""


def items_of(listed: Iterable[Listed]) -> Iterator[ContainerEntry]:
    return (one for one in listed if isinstance(one, ContainerEntry))


def record_entry(data: bytes, hint: int | None, record: Mapping[str, str] | None, member: str = "") -> ContainerEntry:
    """A row of a table as its container lists it; `data` are the bytes that it is told by."""
    return ContainerEntry(ItemKind.RECORD, member, len(data), partial(bytes, data), hint, record=record)


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
    """What an erasure did, from looking at the new container before it replaced the old one.

    `kept` counts the items that stay, changed ones included. `refused` are items that are there and could not be
    erased, each with the reason, where the others were: files of a folder. `notes` are sentences on what else
    happened or remains (other members of an erased sample, a second name of the old file), without personal data.
    """

    kept: int
    erased: tuple[Doomed, ...]
    missing: tuple[Doomed, ...]
    digest_before: str
    digest_after: str
    notes: tuple[Message, ...] = ()
    refused: tuple[tuple[Doomed, Message], ...] = ()


class Container(Protocol):
    """One container of one format at one place.

    `name` is what addresses use: the path relative to the folder that holds the source, with forward slashes.
    `tabular` says that its items are rows or cells of a table.
    """

    format: str
    tabular: bool
    path: Path
    name: str

    def listing(self, first: int = 0) -> Iterator[Listed]:
        """All items but so many of the first ones, all that is not read, and at last the accounts, in a stable order.

        Raises ContainerDamaged or ContainerNotRead where that comes to an end before all were listed.
        """
        ...

    def entries(self) -> Iterator[ContainerEntry]:
        """The items of the listing."""
        ...

    def inventory(self, first: int = 0) -> Iterator[Block | Unread | Accounts]:
        """The same as the listing, with digests in place of bytes, many items at once."""
        ...

    def read(self, member: str, digest: str, occurrence: int = 0, hint: int | None = None) -> bytes:
        """Stored bytes of one item; raises ItemGone where no such item is there any more."""
        ...

    def before_erasing(self, doomed: Collection[Doomed]) -> tuple[Message, ...]:
        """What erasing these items would change beside them: types that become others, statistics that go.

        Changes nothing. Raises DeskError where they cannot be erased here and now.
        """
        ...

    def erase(self, doomed: Collection[Doomed]) -> Erased:
        """Rewrite without (or with changed) items: new beside old, verified, swapped atomically, fsynced.

        Safe to call again after a kill at any moment. Items that are already gone come back as `missing`.
        """
        ...

    def digest(self) -> str:
        """SHA-256 (hex) of the file as it is; of a folder, over the names, sizes and times of its files."""
        ...

    def fingerprint(self) -> str:
        """Changes whenever the container's stored bytes may have changed (size, mtime); cheap."""
        ...
