"""Compares containers with the inventory of their index, and proves that the index finds its own faces again."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np

from dsr_desk.core import merkle
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import LedgerClass
from dsr_desk.core.message import Message, message, quoted, refused
from dsr_desk.datasets.container import Container, ContainerEntry
from dsr_desk.datasets.registry import open_source
from dsr_desk.faces.facts import engine_grants
from dsr_desk.faces.photo import PhotoResult
from dsr_desk.faces.registry import loader
from dsr_desk.jobs.progress import CancelToken, Progress, Report, silent
from dsr_desk.jobs.start import start_workers
from dsr_desk.jobs.workers import Task
from dsr_desk.search.faces.search import reaching
from dsr_desk.search.index.contents import ContainerState, IndexedItem
from dsr_desk.search.index.finish import inventory_leaves
from dsr_desk.search.index.folder import Index
from dsr_desk.search.index.work import LoadEngine, examined, recipe_for

SAMPLE = 20
SAME_FACE = 0.999
REPORTED_EVERY = 200


@dataclass(frozen=True)
class Changed:
    """Items, as container and member (or row), that were added, removed or changed since they were indexed."""

    added: tuple[Message, ...]
    removed: tuple[Message, ...]
    changed: tuple[Message, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


@dataclass(frozen=True)
class FoundAgain:
    """Of `tried` faces, read again from their photos and searched, `found` came back as themselves."""

    tried: int
    found: int


@dataclass(frozen=True)
class CheckReport:
    """`problems` are about the index itself and about containers that cannot be read any more."""

    ok: bool
    found_again: FoundAgain
    changed: Changed
    problems: tuple[Message, ...]


def check(
    index: Index,
    *,
    load: LoadEngine | None = None,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> CheckReport:
    """Reads every container again; `ok` where nothing changed, nothing is damaged and every face was found again.

    `load` gives the engine, by default the one that the index names. Raises IndexDamaged, Cancelled.
    """
    cancel = cancel or CancelToken()
    run = _Check(index, report, cancel)
    for state in index.containers():
        run.compare(state)
    changed = run.changed()
    problems = (*_own_problems(index), *run.problems)
    again = _find_again(index, run.unchanged, load, cancel)
    ok = not changed and not problems and again.found == again.tried
    return CheckReport(ok, again, changed, problems)


def reopen(state: ContainerState) -> Container | None:
    """The container as it lies there now, under the name it was indexed by; None where it is gone."""
    base = state.path
    for _ in state.name.split("/"):
        base = base.parent
    return next((container for container in open_source(state.path, base) if container.path == state.path), None)


class _Check:
    def __init__(self, index: Index, report: Report, cancel: CancelToken) -> None:
        self.index = index
        self.problems: list[Message] = []
        self.unchanged: dict[str, Container] = {}
        self._report, self._cancel = report, cancel
        self._added: list[Message] = []
        self._removed: list[Message] = []
        self._changed: list[Message] = []
        self._seen = 0

    def compare(self, state: ContainerState) -> None:
        try:
            container = reopen(state)
            there = self._read(container) if container else Counter()
        except (DeskError, OSError) as error:
            why = error.message if isinstance(error, DeskError) else refused(error)
            self.problems.append(message("check.container", container=state.name, why=why))
            return
        if state.state != "read":
            self.problems.append(message("check.container.unfinished", container=state.name))
        query = "SELECT member, digest, hint FROM items WHERE container = ?"
        known: Counter[tuple[str, str]] = Counter()
        hints: dict[tuple[str, str], list[int | None]] = defaultdict(list)
        for member, digest, hint in self.index.rows(query, [state.row]):
            known[member, digest.hex()] += 1
            if not member:
                hints[member, digest.hex()].append(hint)
        self._sort(state.name, known, there, hints)
        if container is not None:
            self.unchanged[state.name] = container

    def changed(self) -> Changed:
        return Changed(*(tuple(sorted(found, key=str)) for found in (self._added, self._removed, self._changed)))

    def _read(self, container: Container) -> Counter[tuple[str, str]]:
        found: Counter[tuple[str, str]] = Counter()
        self._rows: dict[tuple[str, str], list[int | None]] = defaultdict(list)
        for entry in container.entries():
            key = entry.member, _digest(entry)
            found[key] += 1
            if not entry.member:
                self._rows[key].append(entry.hint)
            self._seen += 1
            if self._seen % REPORTED_EVERY == 0:
                self._cancel.check()
                self._report(Progress(message("phase.comparing"), self._seen, self.index.about.items))
        return found

    def _sort(
        self,
        name: str,
        known: Counter[tuple[str, str]],
        there: Counter[tuple[str, str]],
        hints: dict[tuple[str, str], list[int | None]],
    ) -> None:
        added, removed = there - known, known - there
        members = {member for member, _ in added if member} & {member for member, _ in removed if member}
        self._changed += [message("item.member", container=name, member=member) for member in members]
        for counts, rows, into in ((added, self._rows, self._added), (removed, hints, self._removed)):
            for (member, digest), count in counts.items():
                if member and member not in members:
                    into += [message("item.member", container=name, member=member)] * count
                elif not member:
                    into += [_row(name, hint) for hint in rows[member, digest][-count:]]


def _digest(entry: ContainerEntry) -> str:
    if entry.problem:
        return ""
    try:
        return sha256_hex(entry.read())
    except (DeskError, OSError):
        return ""


def _row(name: str, hint: int | None) -> Message:
    return message("item.row", container=name) if hint is None else message("item.row.at", container=name, at=hint)


def _own_problems(index: Index) -> list[Message]:
    found = [
        message("check.index.damaged", why=quoted(str(row[0]))) for row in index.rows("PRAGMA cipher_integrity_check")
    ]
    root = merkle.root(inventory_leaves(index.db)).hex()
    if root != index.about.inventory:
        found.append(message("check.index.inventory"))
    if len(index.coarse) != index.about.faces:
        found.append(message("check.index.faces"))
    return found


def _find_again(
    index: Index, containers: dict[str, Container], load: LoadEngine | None, cancel: CancelToken
) -> FoundAgain:
    query = "SELECT id FROM items WHERE ledger = ? ORDER BY id"
    rows = [row for (row,) in index.rows(query, [str(LedgerClass.FACES)])]
    chosen = rows[:: max(1, len(rows) // SAMPLE)][:SAMPLE]
    items = [item for item in index.items(chosen).values() if item.address.container in containers]
    if not items:
        return FoundAgain(0, 0)
    name, digest = index.about.engine, index.about.engine_digest
    recipe = recipe_for(load or loader(name), digest, engine_grants(name), thumbnails=False)
    read = ((item, _bytes(containers[item.address.container], item)) for item in items)
    tasks = (Task(item, (data, item.orientation), len(data)) for item, data in read if data is not None)
    tried = found = 0
    with start_workers(1, recipe) as workers:
        for item, seen in examined(workers, tasks, cancel, index.about.dimension):
            own = {face.row for face in index.faces_of([item.row]).get(item.row, [])}
            if not isinstance(seen, PhotoResult):
                tried += len(own)
                continue
            for face in seen.faces:
                tried += 1
                hits = reaching(index, np.asarray(face.template, np.float64), SAME_FACE)
                found += bool(own.intersection(index.coarse.face_rows[hits.positions].tolist()))
    return FoundAgain(tried, found)


def _bytes(container: Container, item: IndexedItem) -> bytes | None:
    address = item.address
    try:
        return container.read(address.member, address.digest, address.occurrence, item.hint)
    except (DeskError, OSError):
        return None
