"""An index: one dataset version's items, faces and records in an encrypted folder `NAME.dsrindex`.

NAME.dsrindex/
    index.db                       SQLCipher under its own random key
    key.age | key.passphrase.age   that key, encrypted
    about.json                     what it holds, in the clear and signed; its digest stands in index.db
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import sqlcipher3.dbapi2 as sqlcipher
from numpy.typing import NDArray

from dsr_desk.core.codec import from_text
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import Box, DatasetVersion, Flaw, ItemAddress, ItemKind, LedgerClass
from dsr_desk.core.message import Message, message
from dsr_desk.search.index.about import ABOUT, About, digest_of_about, read_about
from dsr_desk.search.index.codes import Codes
from dsr_desk.search.index.contents import Coarse, ContainerState, IndexedFace, IndexedItem
from dsr_desk.search.index.keyfile import KEY, PASSPHRASE_KEY, Secret, read_key
from dsr_desk.search.index.postings import Postings
from dsr_desk.search.index.schema import MIGRATIONS
from dsr_desk.search.index.vocabulary import Vocabulary
from dsr_desk.storage.database import DatabaseDamaged, open_encrypted
from dsr_desk.storage.files import refuse_network_disk
from dsr_desk.storage.migrations import NewerFile, migrate
from dsr_desk.storage.tables import Database

SUFFIX = ".dsrindex"
DATABASE = "index.db"
LOCK = ".lock"
IN_CLAUSE = 500


class IndexMissing(DeskError):
    code = "INDEX-MISSING"
    happened = "There is no index at {where}."
    means = "It was not searched."
    todo = "Check the path, or build the index from its dataset."


class FolderNotAnIndex(DeskError):
    code = "INDEX-NOT-A-FOLDER"
    happened = "{where} is there already and is no index."
    means = "Nothing was written."
    todo = "Choose another name for the index; it ends with .dsrindex."


class IndexDamaged(DeskError):
    code = "INDEX-DAMAGED"
    happened = "The index {where} is damaged: {why}."
    means = "It was not searched, since a damaged index could miss a person without saying so."
    todo = "Claim it again from its export, or build it again from the data."


class IndexNewer(DeskError):
    code = "INDEX-NEWER"
    happened = "The index {where} was built by a newer version of DSR Desk."
    means = "It was not opened, so that nothing in it is damaged."
    todo = "Open it with the newer version."


class IndexUnfinished(DeskError):
    code = "INDEX-UNFINISHED"
    happened = "The building of the index {where} was interrupted."
    means = "It was not searched, since a part of the dataset is not in it yet."
    todo = "Start the same build again: it goes on where it stopped."


class IndexOtherEngine(DeskError):
    code = "INDEX-OTHER-ENGINE"
    happened = "The index {where} was made with another face engine ({made_with})."
    means = "Scores between two engines mean nothing, so it was not searched by face."
    todo = "Search with the engine that made it, or build the index again with this one."


class Index:
    """An open index, to be read. Building is in `search.build`."""

    def __init__(self, folder: Path, db: Database, about: About) -> None:
        self.folder = folder
        self.db = db
        self.about = about
        self.name = folder.name.removesuffix(SUFFIX)
        self.version: DatasetVersion = from_text(self.setting("version"), DatasetVersion)
        self.country = self.setting("country")

    @classmethod
    def open(cls, folder: Path, secret: Secret, engine_digest: str | None = None) -> Index:
        """Opens a finished index.

        Raises IndexMissing, IndexForeign, IndexWrongPassphrase, IndexSecretMissing, IndexDamaged, IndexNewer,
        IndexUnfinished, NetworkDisk; IndexOtherEngine where `engine_digest` is given and not the index's.
        """
        return cls.with_key(folder, read_index_key(folder, secret), engine_digest)

    @classmethod
    def with_key(cls, folder: Path, key: bytes, engine_digest: str | None = None) -> Index:
        """Opens with the key itself (32 bytes), where it was read already. Raises as `open` does."""
        db = _open_keyed(folder, key)
        try:
            about = _authenticated_about(folder, db)
            if engine_digest is not None and engine_digest != about.engine_digest:
                raise IndexOtherEngine(where=folder, made_with=about.engine)
            return cls(folder, db, about)
        except BaseException:
            db.close()
            raise

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for loaded in ("coarse", "postings", "vocabulary", "perceptual_hashes"):
            vars(self).pop(loaded, None)
        self.db.close()

    def setting(self, key: str) -> str:
        return read_setting(self.db, key)

    def rows(self, query: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Rows of a query. Raises IndexDamaged where the file cannot be read on."""
        with reading(self.folder):
            yield from self.db.conn.execute(query, values)

    def rows_in(self, query: str, values: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
        """Rows of a query with `IN ({})`, asked in parts so that any number of values will do."""
        todo = list(values)
        for start in range(0, len(todo), IN_CLAUSE):
            part = todo[start : start + IN_CLAUSE]
            yield from self.rows(query.format(",".join("?" * len(part))), part)

    def containers(self) -> list[ContainerState]:
        query = "SELECT id, name, path, format, fingerprint, state, problem, entries FROM containers ORDER BY name"
        return [
            ContainerState(row, name, Path(path), format_, fingerprint, state, reason_of(problem), entries)
            for row, name, path, format_, fingerprint, state, problem, entries in self.rows(query)
        ]

    def items(self, rows: Iterable[int]) -> dict[int, IndexedItem]:
        """Items by row; rows that are not there are left out."""
        found = (self._item(values) for values in self.rows_in(f"{_ITEM} WHERE i.id IN ({{}})", rows))
        return {item.row: item for item in found}

    def item(self, item_id: str) -> IndexedItem | None:
        """The item with this id (`ItemAddress.id`), None where it is not in this index."""
        for values in self.rows(f"{_ITEM} WHERE i.address = ?", [bytes.fromhex(item_id)]):
            return self._item(values)
        return None

    def faces(self, rows: Iterable[int]) -> dict[int, IndexedFace]:
        """Faces by row."""
        found = (_face(values) for values in self.rows_in(f"{_FACE} WHERE id IN ({{}})", rows))
        return {face.row: face for face in found}

    def faces_of(self, items: Iterable[int]) -> dict[int, list[IndexedFace]]:
        """Faces of items, by item row, in the order of their numbers."""
        found: dict[int, list[IndexedFace]] = {}
        for values in self.rows_in(f"{_FACE} WHERE item IN ({{}}) ORDER BY item, number", items):
            face = _face(values)
            found.setdefault(face.item, []).append(face)
        return found

    def thumbnail(self, item_id: str, face: int) -> bytes | None:
        """JPEG of a face if the index was built with thumbnails, else None."""
        query = (
            "SELECT t.jpeg FROM thumbnails t JOIN faces f ON f.id = t.face JOIN items i ON i.id = f.item "
            "WHERE i.address = ? AND f.number = ?"
        )
        return next((row[0] for row in self.rows(query, [bytes.fromhex(item_id), face])), None)

    @property
    def has_thumbnails(self) -> bool:
        """Whether it was built with thumbnails."""
        return any(self.rows("SELECT 1 FROM thumbnails LIMIT 1"))

    def fields(self, item: int) -> dict[str, str]:
        """A record's fields by column name; of a photo what is known of it: see `photo_texts`."""
        query = "SELECT r.fields, i.container FROM records r JOIN items i ON i.id = r.item WHERE r.item = ?"
        for text, container in self.rows(query, [item]):
            names = dict(self.rows("SELECT number, name FROM columns WHERE container = ?", [container]))
            return {names[number]: value for number, value in enumerate(json.loads(text)) if value is not None}
        return {}

    @cached_property
    def postings(self) -> Postings:
        """By which keys items are found; where they begin is loaded once."""
        with reading(self.folder):
            return Postings(self.db)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """All words of names in records, loaded once."""
        with reading(self.folder):
            return Vocabulary(self.db)

    @property
    def last_row(self) -> int:
        """The largest number of an item."""
        return int(next(self.rows("SELECT coalesce(max(id), 0) FROM items"))[0])

    @cached_property
    def perceptual_hashes(self) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """Item rows (n,) and hashes (n,) of all pictures of photos that have one, loaded once."""
        query = "SELECT id, phash FROM items WHERE length(phash) = 8 UNION ALL SELECT item, phash FROM looks"
        stored = list(self.rows(query))
        bits = np.frombuffer(b"".join(value for _, value in stored), ">u8").astype(np.uint64)
        return np.array([row for row, _ in stored], np.int64), bits

    @cached_property
    def coarse(self) -> Coarse:
        """The scanned plane of all faces, loaded once."""
        with reading(self.folder):
            return load_coarse(self.db.conn.execute, self.about.dimension)

    def codes(self, positions: NDArray[np.int64]) -> Codes:
        """Codes of the faces at these positions of `coarse`, in their order."""
        coarse = self.coarse
        dimension = coarse.codes.shape[1]
        fine = np.empty((len(positions), dimension), np.int8)
        owners = np.searchsorted(coarse.starts, positions, side="right") - 1
        for owner in np.unique(owners):
            mine = np.flatnonzero(owners == owner)
            stored = next(self.rows("SELECT codes FROM fine WHERE block = ?", [int(coarse.blocks[owner])]))[0]
            block = np.frombuffer(stored, np.int8).reshape(-1, dimension)
            fine[mine] = block[positions[mine] - coarse.starts[owner]]
        return Codes(coarse.scales[positions], coarse.codes[positions], fine)

    def _item(self, values: tuple[Any, ...]) -> IndexedItem:
        row, container, path, format_, member, digest, occurrence, record, hint, sample, size = values[:11]
        width, height, orientation, phash, ledger, reason = values[11:]
        address = ItemAddress(self.version.name, container, member, digest.hex(), occurrence)
        return IndexedItem(
            row=row,
            address=address,
            kind=ItemKind.RECORD if record else ItemKind.PHOTO,
            path=Path(path),
            format=format_,
            hint=hint,
            group=sample,
            size=size,
            width=width or 0,
            height=height or 0,
            orientation=orientation,
            phash=phash or b"",
            ledger_class=LedgerClass(ledger) if ledger else None,
            reason=reason_of(reason),
        )


_ITEM = (
    "SELECT i.id, c.name, c.path, c.format, i.member, i.digest, i.occurrence, i.record, i.hint, i.sample, i.size, "
    "i.width, i.height, i.orientation, i.phash, i.ledger, i.reason FROM items i JOIN containers c ON c.id = i.container"
)
_FACE = "SELECT id, item, number, x, y, right, bottom, score, comparable, quality, frame FROM faces"


def _face(values: tuple[Any, ...]) -> IndexedFace:
    row, item, number, left, top, right, bottom, score, comparable, quality, frame = values
    words = tuple(map(Flaw, quality.split()))
    return IndexedFace(row, item, number, Box(left, top, right, bottom), score, bool(comparable), words, frame)


def reason_of(stored: str | None) -> Message | None:
    """The sentence in a column of reasons, None where there is none."""
    return from_text(stored, Message) if stored else None


def load_coarse(execute: Callable[[str], Iterable[tuple[Any, ...]]], dimension: int) -> Coarse:
    """Reads the scanned plane of all faces, block after block, into arrays made once."""
    total = next(iter(execute("SELECT coalesce(sum(count), 0) FROM blocks")))[0]
    codes = np.empty((total, dimension), np.int8)
    scales = np.empty(total, np.float32)
    face_rows = np.empty(total, np.int64)
    blocks: list[int] = []
    starts: list[int] = []
    position = 0
    query = "SELECT id, first_face, count, scales, coarse FROM blocks ORDER BY first_face"
    for block, first_face, count, stored_scales, stored in execute(query):
        end = position + count
        codes[position:end] = np.frombuffer(stored, np.int8).reshape(count, dimension)
        scales[position:end] = np.frombuffer(stored_scales, np.float32)
        face_rows[position:end] = np.arange(first_face, first_face + count)
        blocks.append(block)
        starts.append(position)
        position = end
    return Coarse(codes, scales, face_rows, np.array(blocks, np.int64), np.array(starts, np.int64))


def open_database(folder: Path, secret: Secret) -> Database:
    """The database of an index folder, migrated. Raises as `Index.open` does, except for what about.json says."""
    return _open_keyed(folder, read_index_key(folder, secret))


def read_index_key(folder: Path, secret: Secret) -> bytes:
    """The key of an index (32 bytes). Raises IndexMissing, IndexDamaged, NetworkDisk and what `read_key` raises."""
    if not (folder / DATABASE).is_file():
        raise IndexMissing(where=folder)
    refuse_network_disk(folder)
    if not (folder / KEY).is_file() and not (folder / PASSPHRASE_KEY).is_file():
        raise IndexDamaged(where=folder, why=message("why.index.no-key"))
    return read_key(folder, secret)


def _open_keyed(folder: Path, key: bytes) -> Database:
    try:
        db = open_encrypted(folder / DATABASE, key)
    except DatabaseDamaged as error:
        raise IndexDamaged(where=folder, why=message("why.index.database")) from error
    try:
        with reading(folder):
            migrate(db, MIGRATIONS, folder)
    except NewerFile as error:
        db.close()
        raise IndexNewer(where=folder) from error
    except BaseException:
        db.close()
        raise
    return db


def read_setting(db: Database, key: str) -> str:
    """A setting's text, "" where it was never written."""
    row = db.conn.execute("SELECT value FROM settings WHERE key = ?", [key]).fetchone()
    return str(row[0]) if row else ""


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Turns what SQLCipher says about a broken page into IndexDamaged."""
    try:
        yield
    except sqlcipher.OperationalError as error:
        if "I/O" not in str(error):
            raise
        raise IndexDamaged(where=folder, why=message("why.index.disk")) from error
    except sqlcipher.DatabaseError as error:
        raise IndexDamaged(where=folder, why=message("why.index.page")) from error


def _authenticated_about(folder: Path, db: Database) -> About:
    if read_setting(db, "state") != "finished":
        raise IndexUnfinished(where=folder)
    try:
        data = (folder / ABOUT).read_bytes()
        if digest_of_about(data) != read_setting(db, "about"):
            raise IndexDamaged(where=folder, why=message("why.index.other-about"))
        return read_about(data)
    except FileNotFoundError as error:
        raise IndexDamaged(where=folder, why=message("why.index.no-about")) from error
    except ValueError as error:
        raise IndexDamaged(where=folder, why=message("why.index.about")) from error
