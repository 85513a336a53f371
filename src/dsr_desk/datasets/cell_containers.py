"""Containers in cells: what lies in the bytes of one value, read and written anew by its format's own reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message
from dsr_desk.datasets import nested
from dsr_desk.datasets.accounts import ReaderTally
from dsr_desk.datasets.container import MAX_ITEM_BYTES, ContainerEntry, ContainerNotRead, ItemUnreadable, Unread
from dsr_desk.datasets.names import INSIDE

_STARTS = (
    *(b"PK\x03\x04", b"PK\x05\x06", b"%PDF-", b"PAR1", b"ARROW1", b"Obj\x01", b"ORC", b"SQLite format 3\0"),
    *(b"\x89HDF\r\n\x1a\n", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf\x27\x1c"),
)
_TAR, _TAR_AT = b"ustar", 257


@dataclass(frozen=True)
class ItemInside:
    """`place` is its place in the reader's own order."""

    kind: ItemKind
    member: str
    data: bytes
    record: Mapping[str, str] | None
    place: int


@dataclass(frozen=True)
class OpenedCell:
    """What a value holds: its items, and what of it is not read."""

    items: tuple[ItemInside, ...]
    unread: tuple[Unread, ...]


def may_be_one(data: bytes) -> bool:
    """Whether bytes begin as a container does. Cheap, since every cell of bytes is asked."""
    return data.startswith(_STARTS) or data[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR


def opened(data: bytes) -> OpenedCell | Message | None:
    """What lies in a value; why it is not looked at; None where no reader knows it."""
    tally = ReaderTally()
    items: list[ItemInside] = []
    unread: list[Unread] = []
    size = place = 0
    try:
        with nested.held(nested.around(len(data)), "", [data]) as found:
            if found.reader is None:
                return None
            for one in nested.listing_of(found, tally, "", None):
                if isinstance(one, Unread):
                    unread.append(replace(one, place=one.place.removeprefix(INSIDE)))
                elif isinstance(one, ContainerEntry):
                    size += one.size
                    if size > MAX_ITEM_BYTES:
                        return message("why.nested.large", most=MAX_ITEM_BYTES)
                    told = _item(one, place)
                    if isinstance(told, Unread):
                        unread.append(told)
                    else:
                        items.append(told)
                    place += 1
    except nested.NotHeld as error:
        return error.why
    if not tally.against(1).opened:
        return unread[-1].why
    return OpenedCell(tuple(items), tuple(unread))


def _item(entry: ContainerEntry, place: int) -> ItemInside | Unread:
    kind, member = message("kind.item-in-cell"), entry.member.removeprefix(INSIDE)
    if entry.problem is not None:
        return Unread(member, kind, entry.problem, size=entry.size)
    try:
        return ItemInside(entry.kind, member, entry.read(), entry.record, place)
    except ItemUnreadable as error:
        return Unread(member, kind, error.why, size=entry.size)


def changed(data: bytes, items: Sequence[ItemInside], new: Sequence[bytes | None]) -> bytes:
    """The value with other bytes in place of its items, None for one that goes. Raises DeskError."""
    changes = {one.place: other for one, other in zip(items, new, strict=True) if other is None or other != one.data}
    return _rewritten(data, tuple(changes.items())) if changes else data


@lru_cache(maxsize=8)
def _rewritten(data: bytes, changes: tuple[tuple[int, bytes | None], ...]) -> bytes:
    """Written once, since what is written and what is compared with it must be the same bytes."""
    try:
        return nested.rewritten_in_memory(nested.around(len(data)), "", data, dict(changes))
    except nested.NotHeld as error:
        raise ContainerNotRead(name="", why=error.why) from error
