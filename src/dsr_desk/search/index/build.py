"""Builds an index from containers, or goes on with one: reads, lets workers find the faces, writes in order.

Everything is written in the order in which a container lists it, a batch a transaction, with the number of entries
done. So a build that was killed goes on behind them, and its index equals one that was built without interruption.
"""

from __future__ import annotations

import json
import secrets
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from dsr_desk.core.codec import from_text, plain, to_text
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import DatasetVersion, ItemKind, LedgerClass
from dsr_desk.core.message import Message, message
from dsr_desk.datasets.celled import CelledContainer
from dsr_desk.datasets.container import Container
from dsr_desk.datasets.registry import survey
from dsr_desk.faces.facts import INVENTORY, engine_facts, engine_grants
from dsr_desk.faces.photo import PhotoResult
from dsr_desk.faces.registry import loader
from dsr_desk.jobs.progress import Cancelled, CancelToken, Progress, Report, silent
from dsr_desk.jobs.start import Where, start_workers
from dsr_desk.jobs.workers import Crash, Workers
from dsr_desk.search.index import unread_rows
from dsr_desk.search.index.about import About, IndexPurpose, IndexSigner
from dsr_desk.search.index.erase import erase_rows
from dsr_desk.search.index.finish import finish, name_settings, write_setting
from dsr_desk.search.index.folder import DATABASE, LOCK, FolderNotAnIndex, IndexOtherEngine, open_database, read_setting
from dsr_desk.search.index.inventory import REPORT_SECONDS, Inventory
from dsr_desk.search.index.keyfile import KEY, PASSPHRASE_KEY, Secret, write_key
from dsr_desk.search.index.listing import ListedEntry, Listing
from dsr_desk.search.index.lookup import look_up
from dsr_desk.search.index.reading import Read, reading
from dsr_desk.search.index.schema import MIGRATIONS
from dsr_desk.search.index.unread_rows import SOURCES, as_unread, forget_unread, write_unread
from dsr_desk.search.index.work import LoadEngine, examined, recipe_for
from dsr_desk.search.index.writer import ContainerWriter, remove_container, without_pixels
from dsr_desk.storage.database import open_encrypted, transaction
from dsr_desk.storage.files import disk_errors, refuse_network_disk
from dsr_desk.storage.locks import FileLock
from dsr_desk.storage.migrations import migrate
from dsr_desk.storage.tables import Database

PHOTO_WEIGHT, RECORD_WEIGHT, BATCH_WEIGHT = 64, 1, 2048

LOOKED_AT_IN_PART = "SELECT DISTINCT container FROM items WHERE record = 0 AND looked = 0"
"""Containers with photos that an older program looked at."""


class IndexOtherDataset(DeskError):
    code = "INDEX-OTHER-DATASET"
    happened = "The index {where} belongs to the dataset version {there}, not {given}."
    means = "Nothing was read or written."
    todo = "Give the new version an index of its own."


class IndexOtherWriter(DeskError):
    code = "INDEX-OTHER-WRITER"
    happened = "The index {where} is written by another vault."
    means = "Two vaults that write one index would contradict each other. Nothing was written."
    todo = "Update it where it was built, then export and claim it again."


class SourcesAlike(DeskError):
    code = "INDEX-SOURCES-ALIKE"
    happened = "Two sources are both called {name}."
    means = "Items of the two could not be told apart, so nothing was read."
    todo = "Index their common folder, or rename one of them."


@dataclass(frozen=True)
class BuildReport:
    """What an index holds after a build. `ledger` counts all its photos by class and sums to `photos`.

    `read` counts containers read in this run, `kept` those that had not changed. `complete` is False after a cancel.
    """

    index: str
    photos: int
    records: int
    faces: int
    ledger: dict[str, int]
    read: int
    kept: int
    removed: int
    damaged: dict[str, Message]
    left_out: dict[str, Message]
    complete: bool
    seconds: float
    about: About = field(repr=False)


@dataclass(frozen=True)
class Addressed:
    """For whom an index is: public keys (age), with the own secret that opens it, or a passphrase alone."""

    recipients: tuple[str, ...] = ()
    secret: Secret = field(default_factory=Secret)


def build(
    sources: Sequence[Path],
    to: Path,
    *,
    version: DatasetVersion,
    addressed: Addressed,
    register: IndexPurpose | None = None,
    signer: IndexSigner | None = None,
    engine_name: str = "standard",
    load: LoadEngine | None = None,
    country: str = "",
    thumbnails: bool = False,
    workers: Where = 1,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> BuildReport:
    """Reads `sources` into the index `to`, which is made if it is not there, and returns what it holds.

    An INVENTORY in the place of an engine lists and hashes; no photo is looked at. Containers that have not changed
    since they were read are not read again; in those that have, only items that are new go through the networks.
    Containers that are gone from a source folder are taken out. `register`, where given, replaces the one in the index.
    After a cancel the index holds what was done until then, and says that it is not complete. Raises what opening
    sources and indexes raises, IndexOtherDataset, IndexOtherEngine, IndexOtherWriter, SourcesAlike.
    """
    began = time.monotonic()
    cancel = cancel or CancelToken()
    load = load or loader(engine_name)
    containers, left_out = _open_all(sources)
    engine = engine_facts(engine_name, load)
    opened, lock = _open_or_create(to, addressed)
    try:
        _refuse_another(opened, to, version, engine.digest)
        made_with = {"name": engine_name, **plain(engine)}
        named = frozenset(source.absolute() for source in sources if source.is_file())
        read = kept = removed = 0
        complete = False
        # A cluster that cannot be used is refused here, before a finished index would count as unfinished.
        recipe = recipe_for(load, engine.digest, engine_grants(engine_name), thumbnails=thumbnails)
        lists = engine_name == INVENTORY
        begins: AbstractContextManager[Workers | Read]
        begins = reading(workers, sources) if lists else start_workers(workers, recipe)
        with suppress(Cancelled), begins as started:
            _settle(opened, to, version, register, country, made_with)
            kept, removed = _plan(opened, to, containers, sources, left_out)
            how = (report, cancel, named)
            if isinstance(started, Workers):
                read = _Build(opened, to, version, engine.dimension, started, *how).run(containers)
            else:
                read = Inventory(opened, to, version, started, *how).run(containers)
            complete = True
        about = finish(opened, to, signer, complete=complete)
        return _report(opened, about, read, kept, removed, time.monotonic() - began)
    finally:
        opened.close()
        lock.release()


class _Build:
    """One run over all containers that are not read yet."""

    def __init__(
        self,
        db: Database,
        folder: Path,
        version: DatasetVersion,
        dimension: int,
        workers: Workers,
        report: Report,
        cancel: CancelToken,
        named: frozenset[Path] = frozenset(),
    ) -> None:
        self._named = named
        self.db = db
        self.folder = folder
        self.version = version
        self.cancel = cancel
        self.country = read_setting(db, "country")
        self._dimension, self._workers = dimension, workers
        self._report = report
        self._reported = 0.0
        self._notes: Counter[str] = Counter(
            dict(db.conn.execute("SELECT ledger, count(*) FROM items WHERE record = 0 GROUP BY ledger"))
        )
        self._done = db.conn.execute("SELECT count(*) FROM items").fetchone()[0]

    def run(self, containers: Sequence[Container]) -> int:
        """Reads what is waiting, fills the lookup tables; returns how many containers were read."""
        read = 0
        for container in containers:
            self.cancel.check()
            row, state = self.db.conn.execute(
                "SELECT id, state FROM containers WHERE name = ?", [container.name]
            ).fetchone()
            if state in ("waiting", "reading"):
                self._read(container, row)
                read += 1
        look_up(self.db, self.folder, self.country, self._report, self.cancel)
        return read

    def _read(self, container: Container, row: int) -> None:
        done = self.db.conn.execute("SELECT entries FROM containers WHERE id = ?", [row]).fetchone()[0]
        writer = ContainerWriter(self.db, self.version.name, row, container.name)
        listing = Listing(container, done, writer.known, named=container.path in self._named)
        results = examined(self._workers, listing.tasks(), self.cancel, self._dimension)
        ended = cancelled = False
        with transaction(self.db, self.folder):
            forget_unread(self.db, row)
        while not ended:
            with transaction(self.db, self.folder):
                try:
                    ended = self._write_batch(results, writer)
                except Cancelled:
                    # What came in since the last batch is kept, so that counts and entries agree.
                    ended = cancelled = True
                state = "reading" if cancelled or not ended else "damaged" if listing.problem else "read"
                writer.flush()
                places, listing.unread = listing.unread, []
                write_unread(self.db, row, places)
                if ended and not cancelled:
                    erase_rows(self.db, writer.stale_rows())
                accounts = to_text(listing.accounts) if listing.accounts else ""
                self.db.conn.execute(
                    "UPDATE containers SET state = ?, problem = ?, entries = ?, accounts = ? WHERE id = ?",
                    [state, to_text(listing.problem) if listing.problem else "", done + writer.written, accounts, row],
                )
        if cancelled:
            raise Cancelled()

    def _write_batch(
        self, results: Iterator[tuple[ListedEntry, PhotoResult | Crash | None]], writer: ContainerWriter
    ) -> bool:
        """Writes until a batch is full; True where there was nothing more to write."""
        weight = 0
        for listed, outcome in results:
            if listed.kept is not None:
                writer.keep(listed.entry, listed.kept)
                weight += RECORD_WEIGHT
            elif listed.entry.kind is ItemKind.PHOTO:
                result = listed.result if outcome is None else outcome
                if isinstance(result, Crash) or result is None:
                    result = without_pixels(LedgerClass.CRASHED, result.why if result else message("why.no-worker"))
                writer.photo(listed.entry, listed.digest, result)
                self._notes[str(result.ledger_class)] += 1
                weight += PHOTO_WEIGHT
            else:
                writer.record(listed.entry, listed.digest, listed.entry.record or {})
                self._notes["records"] += 1
                weight += RECORD_WEIGHT
            self._done += 1
            self._tell("phase.reading")
            if weight >= BATCH_WEIGHT:
                return False
        return True

    def _tell(self, code: str) -> None:
        moment = time.monotonic()
        if moment - self._reported >= REPORT_SECONDS:
            self._reported = moment
            self._report(Progress(message(code), self._done, None, dict(self._notes)))


def _open_all(sources: Sequence[Path]) -> tuple[list[CelledContainer], dict[str, Message]]:
    """The containers, and the files below the sources that no reader understands, with the reason."""
    found = [(source.name, survey(source)) for source in sources]
    containers = [container for _, seen in found for container in seen.containers]
    for name, count in Counter(container.name for container in containers).items():
        if count > 1:
            raise SourcesAlike(name=name)
    return containers, {f"{source}/{one.name}": one.why for source, seen in found for one in seen.not_understood}


def _open_or_create(folder: Path, addressed: Addressed) -> tuple[Database, FileLock]:
    ours = any((folder / name).exists() for name in (DATABASE, KEY, PASSPHRASE_KEY, LOCK))
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not ours)):
        raise FolderNotAnIndex(where=folder)
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        refuse_network_disk(folder)
        lock = FileLock(folder / LOCK, folder)
        try:
            if not (folder / DATABASE).is_file():
                key = secrets.token_bytes(32)
                write_key(folder, key, addressed.recipients, addressed.secret.passphrase)
                db = open_encrypted(folder / DATABASE, key)
                migrate(db, MIGRATIONS, folder)
                return db, lock
            return open_database(folder, addressed.secret), lock
        except BaseException:
            lock.release()
            raise


def _refuse_another(db: Database, folder: Path, version: DatasetVersion, engine_digest: str) -> None:
    """Raises before anything is written, so that an index that is refused can still be searched."""
    if read_setting(db, "claimed"):
        raise IndexOtherWriter(where=folder)
    known = read_setting(db, "version")
    if known and from_text(known, DatasetVersion).id != version.id:
        raise IndexOtherDataset(where=folder, there=from_text(known, DatasetVersion).id, given=version.id)
    engine = json.loads(read_setting(db, "engine") or "null")
    if engine is not None and engine["digest"] != engine_digest:
        raise IndexOtherEngine(where=folder, made_with=engine["name"])


def _settle(
    db: Database,
    folder: Path,
    version: DatasetVersion,
    register: IndexPurpose | None,
    country: str,
    made_with: Mapping[str, object],
) -> None:
    """Writes what an index is, the most of it once."""
    new = not read_setting(db, "version")
    # What is known of the engine may have become more; its name is the one that the index began with.
    name = json.loads(read_setting(db, "engine") or "{}").get("name", made_with["name"])
    made = json.dumps({**made_with, "name": name})
    wanted = {"version": to_text(version), "state": "building", "engine": made, **name_settings(db, new=new)}
    if register is not None or new:
        wanted["register"] = to_text(register or IndexPurpose())
    if new:
        wanted |= {"index": secrets.token_hex(16), "salt": secrets.token_hex(32), "generation": "0", "country": country}
    with transaction(db, folder):
        for key, value in wanted.items():
            write_setting(db, key, value)


def _plan(
    db: Database, folder: Path, containers: Sequence[Container], sources: Sequence[Path], left_out: dict[str, Message]
) -> tuple[int, int]:
    """Notes what is to be read; returns how many containers are kept as they are and how many were taken out."""
    known = {
        name: (row, fingerprint, state, Path(path))
        for row, name, fingerprint, state, path in db.conn.execute(
            "SELECT id, name, fingerprint, state, path FROM containers"
        )
    }
    here = {container.name for container in containers}
    roots = [source.absolute() for source in sources if source.is_dir()]
    gone = [name for name, (*_, path) in known.items() if name not in here and _below(path, roots)]
    # Photos that an older program looked at were looked at in part: they are read again as if they were new.
    in_part = {row for (row,) in db.conn.execute(LOOKED_AT_IN_PART)}
    kept = 0
    with transaction(db, folder):
        for name in gone:
            remove_container(db, known[name][0])
        for container in containers:
            fingerprint = container.fingerprint()
            old = known.get(container.name)
            if old and old[0] in in_part:
                remove_container(db, old[0])
                old = None
            if old and old[1] == fingerprint and old[3] == container.path:
                kept += old[2] in ("read", "damaged")
                continue
            facts = [str(container.path), container.format, fingerprint]
            if old:
                # What it held is kept until it was read again, so that only what is new costs a look at pixels.
                db.conn.execute("UPDATE items SET stale = 1 WHERE container = ?", [old[0]])
                query = (
                    "UPDATE containers SET path = ?, format = ?, fingerprint = ?, state = 'waiting', problem = '', "
                    "entries = 0, accounts = '' WHERE id = ?"
                )
                db.conn.execute(query, [*facts, old[0]])
            else:
                query = "INSERT INTO containers (path, format, fingerprint, state, name) VALUES (?, ?, ?, 'waiting', ?)"
                db.conn.execute(query, [*facts, container.name])
        forget_unread(db, SOURCES)
        write_unread(db, SOURCES, [as_unread(name, why) for name, why in sorted(left_out.items())])
    return kept, len(gone)


def _below(path: Path, roots: Sequence[Path]) -> bool:
    return any(path.is_relative_to(root) for root in roots)


def _report(db: Database, about: About, read: int, kept: int, removed: int, seconds: float) -> BuildReport:
    damaged = db.conn.execute("SELECT name, problem FROM containers WHERE state = 'damaged' ORDER BY name")
    return BuildReport(
        index=about.index,
        photos=about.photos,
        records=about.records,
        faces=about.faces,
        ledger=about.ledger,
        read=read,
        kept=kept,
        removed=removed,
        damaged={name: from_text(why, Message) for name, why in damaged},
        left_out=unread_rows.left_out(db),
        complete=about.complete,
        seconds=seconds,
        about=about,
    )
