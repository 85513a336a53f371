"""A container's entries as tasks for workers, with what needs no worker between them in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind, LedgerClass
from dsr_desk.core.message import Message
from dsr_desk.datasets.container import Accounts, Container, ContainerDamaged, ContainerEntry, ContainerNotRead, Unread
from dsr_desk.faces.photo import PhotoResult
from dsr_desk.jobs.progress import Cancelled
from dsr_desk.jobs.workers import Task
from dsr_desk.search.index.writer import without_pixels


@dataclass(frozen=True)
class ListedEntry:
    """An entry and the digest of its bytes ("" where there are none).

    `result` is there where no worker is needed; `kept` is the row of an item that the index holds already.
    """

    entry: ContainerEntry
    digest: str
    result: PhotoResult | None = None
    kept: int | None = None


class Listing:
    """Lists a container behind the first `done` entries. `problem` says why it broke off, None where it did not.

    `known` gives the row of an item that is in the index already, by member and digest; None where it is not. A
    container that was `named` itself raises what keeps it from being read (a table without a header, say); one that
    lies in a folder keeps that as its problem, and the others are read. `unread` collects what is not read of it, from
    its beginning on, and may be emptied meanwhile; `accounts` are there once it was listed to its end.
    """

    def __init__(
        self,
        container: Container,
        done: int,
        known: Callable[[str, str], int | None],
        *,
        named: bool = False,
    ) -> None:
        self.problem: Message | None = None
        self.unread: list[Unread] = []
        self.accounts: Accounts | None = None
        self._named = named
        self._known = known
        self._container = container
        self._done = done

    def tasks(self) -> Iterator[Task[ListedEntry]]:
        try:
            for one in self._container.listing(self._done):
                if isinstance(one, Unread):
                    self.unread.append(one)
                elif isinstance(one, Accounts):
                    self.accounts = one
                else:
                    yield self._task(one)
        except (ContainerDamaged, ContainerNotRead) as error:
            self.problem = error.why
        except Cancelled:
            raise
        except DeskError as error:
            if self._named:
                raise
            self.problem = error.message

    def _task(self, entry: ContainerEntry) -> Task[ListedEntry]:
        data, problem = _bytes_of(entry)
        digest = sha256_hex(data) if data is not None else ""
        kept = self._known(entry.member, digest)
        if kept is not None or entry.kind is ItemKind.RECORD:
            return Task(ListedEntry(entry, digest, kept=kept), None)
        if data is None:
            return Task(ListedEntry(entry, digest, without_pixels(LedgerClass.UNREADABLE, problem)), None)
        return Task(ListedEntry(entry, digest), (data, entry.orientation), len(data))


def _bytes_of(entry: ContainerEntry) -> tuple[bytes | None, Message | None]:
    if entry.problem:
        return None, entry.problem
    try:
        return entry.read(), None
    except ContainerDamaged:
        raise
    except DeskError as error:
        return None, error.why
