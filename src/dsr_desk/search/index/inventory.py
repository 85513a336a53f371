"""Reads containers into an inventory: items by digest, nothing looked at, no network.

Cells list and hash, several containers side by side; what they say crosses by column, many items at once. Here it is
written in the order of the containers, with the number of items done, so that a build that was killed goes on behind
them.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from dsr_desk.core.codec import to_text
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import DatasetVersion, LedgerClass
from dsr_desk.core.message import Message, message
from dsr_desk.datasets.celled import CelledContainer
from dsr_desk.datasets.container import Accounts, ContainerDamaged, ContainerNotRead, Unread
from dsr_desk.datasets.hashed import Block
from dsr_desk.jobs.progress import Cancelled, CancelToken, Progress, Report
from dsr_desk.search.index.addresses import prepare_addresses
from dsr_desk.search.index.erase import erase_rows
from dsr_desk.search.index.folder import read_setting
from dsr_desk.search.index.lookup import Files, look_up
from dsr_desk.search.index.reading import Read, WaitingContainer
from dsr_desk.search.index.unread_rows import forget_unread, write_unread
from dsr_desk.search.index.writer import ContainerWriter
from dsr_desk.storage.database import transaction
from dsr_desk.storage.tables import Database

BATCH_ITEMS = 32_768
"""So many are written in one transaction."""

REPORT_SECONDS = 0.2


class Inventory:
    """One run over all containers that are not read yet. `read` says how they are read."""

    def __init__(
        self,
        db: Database,
        folder: Path,
        version: DatasetVersion,
        read: Read,
        report: Report,
        cancel: CancelToken,
        named: frozenset[Path],
    ) -> None:
        self._db, self._folder, self._version = db, folder, version
        self._read_with, self._report, self._cancel, self._named = read, report, cancel, named
        self._files = Files(db, folder)
        self._reported = 0.0
        self._done = db.conn.execute("SELECT count(*) FROM items").fetchone()[0]

    def run(self, containers: Sequence[CelledContainer]) -> int:
        """Reads what is waiting, fills the lookup tables; returns how many containers were read."""
        waiting = list(self._waiting(containers))
        with transaction(self._db, self._folder):
            prepare_addresses(self._db, self._version.name)
        with closing(self._read_with(waiting, self._cancel)) as reading:
            for one, pieces in reading:
                self._write(one, pieces)
        self._files.write()
        country = read_setting(self._db, "country")
        look_up(self._db, self._folder, country, self._report, self._cancel)
        return len(waiting)

    def _waiting(self, containers: Iterable[CelledContainer]) -> Iterator[WaitingContainer]:
        query = "SELECT id, state, entries FROM containers WHERE name = ?"
        for container in containers:
            row, state, done = self._db.conn.execute(query, [container.name]).fetchone()
            if state in ("waiting", "reading"):
                yield WaitingContainer(container, row, done)

    def _write(self, one: WaitingContainer, pieces: Iterator[Block | Unread | Accounts]) -> None:
        writer = ContainerWriter(self._db, self._version.name, one.row, one.container.name)
        with transaction(self._db, self._folder):
            forget_unread(self._db, one.row)
        told = _Told(pieces, only_names=not one.done)
        ended = cancelled = False
        while not ended:
            with transaction(self._db, self._folder):
                try:
                    ended = self._write_batch(one, told, writer)
                except Cancelled:
                    # What came in since the last batch is kept, so that counts and entries agree.
                    ended = cancelled = True
                except DeskError as error:
                    if one.container.path in self._named and not isinstance(error, ContainerDamaged | ContainerNotRead):
                        raise
                    told.problem = (
                        error.why if isinstance(error, ContainerDamaged | ContainerNotRead) else error.message
                    )
                    ended = True
                self._note(one, writer, told, ended=ended and not cancelled)
        if cancelled:
            raise Cancelled

    def _write_batch(self, one: WaitingContainer, told: _Told, writer: ContainerWriter) -> bool:
        """Writes until a batch is full; True where there was nothing more to write."""
        written = 0
        for block in told.blocks:
            named = writer.block(block)
            told.only_names = told.only_names and named is not None
            if named is not None and told.only_names:
                self._files.add(one.row, named.first, named.members)
            written += len(block)
            self._done += len(block)
            self._tell()
            self._cancel.check()
            if written >= BATCH_ITEMS:
                return False
        return True

    def _note(self, one: WaitingContainer, writer: ContainerWriter, told: _Told, *, ended: bool) -> None:
        writer.flush()
        places, told.unread = told.unread, []
        write_unread(self._db, one.row, places)
        if ended:
            erase_rows(self._db, writer.stale_rows())
        state = "reading" if not ended else "damaged" if told.problem else "read"
        problem = to_text(told.problem) if told.problem else ""
        accounts = to_text(told.accounts) if told.accounts else ""
        self._db.conn.execute(
            "UPDATE containers SET state = ?, problem = ?, entries = ?, accounts = ? WHERE id = ?",
            [state, problem, one.done + writer.written, accounts, one.row],
        )

    def _tell(self) -> None:
        moment = time.monotonic()
        if moment - self._reported >= REPORT_SECONDS:
            self._reported = moment
            self._report(Progress(message("phase.reading"), self._done, None, {LedgerClass.LISTED: self._done}))


class _Told:
    """What is said of a container beside its items, while these are taken off.

    `only_names` says that all items so far are found by the names of their files alone.
    """

    def __init__(self, pieces: Iterator[Block | Unread | Accounts], *, only_names: bool) -> None:
        self.only_names = only_names
        self.problem: Message | None = None
        self.unread: list[Unread] = []
        self.accounts: Accounts | None = None
        self.blocks = self._taken(pieces)

    def _taken(self, pieces: Iterator[Block | Unread | Accounts]) -> Iterator[Block]:
        for one in pieces:
            if isinstance(one, Unread):
                self.unread.append(one)
            elif isinstance(one, Accounts):
                self.accounts = one
            else:
                yield one
