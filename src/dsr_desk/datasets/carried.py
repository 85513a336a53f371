"""Entries of a listing as they cross from a cell to the owner of the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dsr_desk.core.codec import prepare
from dsr_desk.core.errors import DeskError, error_of
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message, refused
from dsr_desk.datasets.container import Accounts, ContainerEntry, ItemUnreadable, Unread


@dataclass(frozen=True)
class CarriedEntry:
    """A `ContainerEntry` as it crosses: with its bytes, or with the error that reading them raised, or with neither."""

    kind: ItemKind
    member: str
    size: int
    hint: int | None
    group: str
    record: Mapping[str, str] | None
    problem: Message | None
    orientation: int | None
    data: bytes | None
    failed: Message | None


@dataclass(frozen=True)
class Batch:
    """A piece of a listing as it crosses; `accounts` are in the last one."""

    entries: tuple[CarriedEntry, ...] = ()
    unread: tuple[Unread, ...] = ()
    accounts: Accounts | None = None

    def __len__(self) -> int:
        return len(self.entries)


class Once:
    """Of what is not read, what was not said before, where a listing is begun anew: it says the same in its order."""

    def __init__(self) -> None:
        self._told = self._again = 0

    def begin(self) -> None:
        self._again = 0

    def new(self, unread: tuple[Unread, ...]) -> tuple[Unread, ...]:
        known = min(len(unread), max(0, self._told - self._again))
        self._again += len(unread)
        self._told = max(self._told, self._again)
        return unread[known:]


def bytes_of(listed: CarriedEntry, name: str) -> bytes:
    if listed.data is None:
        raise _error(listed.failed, name)
    return listed.data


def _error(said: Message | None, name: str) -> DeskError:
    try:
        return error_of(said) if said is not None else ItemUnreadable(name=name, why=message("why.cell.unfit"))
    except (KeyError, TypeError, ValueError):
        return ItemUnreadable(name=name, why=message("why.cell.unfit"))


def carried(entry: ContainerEntry, name: str, *, with_bytes: bool) -> CarriedEntry:
    data: bytes | None = None
    failed: Message | None = None
    if with_bytes:
        try:
            data = entry.read()
        except DeskError as error:
            failed = error.message
        except OSError as error:
            failed = ItemUnreadable(name=name, why=refused(error)).message
    return CarriedEntry(
        entry.kind,
        entry.member,
        entry.size,
        entry.hint,
        entry.group,
        entry.record,
        entry.problem,
        entry.orientation,
        data,
        failed,
    )


prepare(Batch)
