"""Items as an inventory needs them: by digests, many side by side, as they cross from a cell to the owner of the data.

A reader may say `Hashed` of photos that it has hashed while it read on, in place of whole entries. `blocks` hashes what
it says as entries, so that every format is listed by the same function.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from dsr_desk.core.codec import prepare
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, refused
from dsr_desk.datasets.container import Accounts, ContainerDamaged, ContainerEntry, Listed, Unread
from dsr_desk.datasets.names import safe_address

DIGEST = 32
NO_HINT = -1
SEPARATOR = "\n"
"""No address that is safe to show holds one."""

BLOCK_ITEMS, BLOCK_BYTES, BLOCK_TEXT = 4096, 64 << 20, 1 << 20
"""So many items, bytes that were hashed, and characters of records cross at once."""

_KINDS = (ItemKind.PHOTO, ItemKind.RECORD)


HASHED_ITEMS, HASHED_BYTES = 512, 16 << 20
"""So many photos, or of so many bytes, a reader hashes before it says so."""


@dataclass(slots=True)
class Hashed:
    """Photos that follow each other and were read and hashed, by column; see `ContainerEntry`.

    `digests` are the 32 bytes of their SHA-256, a hint is -1 where there is none; `records` are there where any of them
    has one.
    """

    members: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    hints: list[int] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)
    records: list[Mapping[str, str] | None] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.digests)

    def add(self, member: str, group: str, size: int, hint: int, digest: bytes) -> None:
        self.members.append(member)
        self.groups.append(group)
        self.sizes.append(size)
        self.hints.append(hint)
        self.digests.append(digest)

    def part(self, start: int, end: int) -> Hashed:
        """Those from `start` on and before `end`."""
        own = slice(start, end)
        return Hashed(
            self.members[own], self.groups[own], self.sizes[own], self.hints[own], self.digests[own], self.records[own]
        )


@dataclass(frozen=True)
class Apart:
    """What an item says beside its columns. `place` is its number in the block, `why` says why it was not read."""

    place: int
    record: Mapping[str, str] | None = None
    why: Message | None = None
    orientation: int | None = None


@dataclass(frozen=True)
class Block:
    """Items that follow each other in a listing, by column.

    `kinds` has a byte for each (0 photo, 1 record), `digests` 32, which are zeros where `apart` says why; `sizes` and
    `hints` are int64 (-1: none) as the machine has them; `members` and `groups` are joined by line ends.
    """

    kinds: bytes
    members: str
    groups: str
    sizes: bytes
    hints: bytes
    digests: bytes
    apart: tuple[Apart, ...] = ()

    def __len__(self) -> int:
        return len(self.kinds)

    def is_whole(self) -> bool:
        """Whether all columns have as many values as it has items, and none that there is not."""
        count = len(self)
        columns = (self.sizes, 8), (self.hints, 8), (self.digests, DIGEST)
        return (
            count > 0
            and not self.kinds.strip(b"\0\1")
            and all(len(column) == width * count for column, width in columns)
            and all(text.count(SEPARATOR) == count - 1 for text in (self.members, self.groups))
            and all(0 <= one.place < count for one in self.apart)
            and min(array("q", self.sizes)) >= 0
        )


@dataclass(frozen=True)
class Blocks:
    """A piece of a listing as it crosses; `accounts` are in the last one."""

    block: Block | None = None
    unread: tuple[Unread, ...] = ()
    accounts: Accounts | None = None

    def __len__(self) -> int:
        return len(self.block) if self.block is not None else 0


def blocks(listing: Iterable[Listed | Hashed], first: int, at_once: int) -> Iterator[Blocks]:
    """A listing behind the first items, in pieces. What was listed before an error goes out before it."""
    wanted = _Columns()
    unread: list[Unread] = []
    accounts: Accounts | None = None
    number = 0
    try:
        for one in listing:
            if isinstance(one, Hashed):
                at, end = max(0, first - number), len(one)
                number += end
                while at < end:
                    room = max(1, at_once - len(wanted.digests) - len(unread))
                    wanted.add(one.part(at, at + room))
                    at += room
                    if at < end:
                        yield Blocks(wanted.taken(), tuple(unread))
                        unread.clear()
            elif isinstance(one, ContainerEntry):
                number += 1
                if number > first:
                    wanted.hash(one)
            elif isinstance(one, Unread):
                unread.append(one)
            else:
                accounts = one
            if len(wanted.digests) + len(unread) >= at_once or wanted.is_full:
                yield Blocks(wanted.taken(), tuple(unread))
                unread.clear()
    except Exception:
        if wanted.digests or unread:
            yield Blocks(wanted.taken(), tuple(unread))
        raise
    if wanted.digests or unread or accounts is not None:
        yield Blocks(wanted.taken(), tuple(unread), accounts)


class _Columns:
    """A block that grows."""

    def __init__(self) -> None:
        self._begin()

    @property
    def is_full(self) -> bool:
        return self._bytes >= BLOCK_BYTES or self._text >= BLOCK_TEXT

    def add(self, many: Hashed) -> None:
        for at, record in enumerate(many.records, start=len(self.digests)):
            if record is not None:
                self._say(Apart(at, record))
        self._members += many.members
        self._groups += many.groups
        self._sizes.extend(many.sizes)
        self._hints.extend(many.hints)
        self._kinds += bytes(len(many))
        self.digests += many.digests
        self._bytes += sum(many.sizes)

    def hash(self, entry: ContainerEntry) -> None:
        """Raises ContainerDamaged where the container ends in this item."""
        digest, why = _digest_of(entry)
        if entry.record is not None or why is not None or entry.orientation is not None:
            self._say(Apart(len(self.digests), entry.record, why, entry.orientation))
        self._members.append(entry.member)
        self._groups.append(entry.group)
        self._sizes.append(entry.size)
        self._hints.append(NO_HINT if entry.hint is None else entry.hint)
        self._kinds.append(_KINDS.index(entry.kind))
        self.digests.append(digest or bytes(DIGEST))
        self._bytes += entry.size

    def _say(self, said: Apart) -> None:
        self._apart.append(said)
        self._text += sum(map(len, (said.record or {}).values()))

    def taken(self) -> Block | None:
        """What there is, which then is there no more."""
        if not self.digests:
            return None
        block = Block(
            bytes(self._kinds),
            _joined(self._members),
            _joined(self._groups),
            self._sizes.tobytes(),
            self._hints.tobytes(),
            b"".join(self.digests),
            tuple(self._apart),
        )
        self._begin()
        return block

    def _begin(self) -> None:
        self.digests: list[bytes] = []
        self._members: list[str] = []
        self._groups: list[str] = []
        self._kinds = bytearray()
        self._sizes, self._hints = array("q"), array("q")
        self._apart: list[Apart] = []
        self._bytes = self._text = 0


def _joined(texts: list[str]) -> str:
    joined = SEPARATOR.join(texts)
    if joined.count(SEPARATOR) == len(texts) - 1:
        return joined
    return SEPARATOR.join(map(safe_address, texts))


def _digest_of(entry: ContainerEntry) -> tuple[bytes | None, Message | None]:
    if entry.problem is not None:
        return None, entry.problem
    try:
        return sha256(entry.read()).digest(), None
    except ContainerDamaged:
        raise
    except DeskError as error:
        return None, error.why
    except OSError as error:
        return None, refused(error)


prepare(Blocks)
