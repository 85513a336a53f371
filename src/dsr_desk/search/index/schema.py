"""Tables of an index, as migrations."""

from __future__ import annotations

from dsr_desk.core.codec import from_text
from dsr_desk.core.message import Message
from dsr_desk.search.index.addresses import UNIQUE
from dsr_desk.search.index.postings import TABLES as POSTINGS
from dsr_desk.search.index.unread_rows import SOURCES, as_unread, write_unread
from dsr_desk.search.index.vocabulary import TABLES as VOCABULARY
from dsr_desk.storage.migrations import Migration
from dsr_desk.storage.tables import Database

_TABLES = (
    "CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    # `entries` counts the entries that are written, so that a killed build goes on behind them;
    # `looked_up` is the last item that can be found by what it is known by.
    """CREATE TABLE containers (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, path TEXT NOT NULL, format TEXT NOT NULL,
        fingerprint TEXT NOT NULL, state TEXT NOT NULL, problem TEXT NOT NULL DEFAULT '',
        entries INTEGER NOT NULL DEFAULT 0, looked_up INTEGER NOT NULL DEFAULT 0)""",
    "CREATE TABLE left_out (name TEXT PRIMARY KEY, why TEXT NOT NULL) WITHOUT ROWID",
    # Row numbers are never used twice, since `looked_up` counts on it; `stale` items belong to a container that is
    # being read again and were not seen there so far.
    """CREATE TABLE items (
        id INTEGER PRIMARY KEY AUTOINCREMENT, address BLOB NOT NULL UNIQUE,
        container INTEGER NOT NULL REFERENCES containers(id), member TEXT NOT NULL, digest BLOB NOT NULL,
        occurrence INTEGER NOT NULL, record INTEGER NOT NULL,
        hint INTEGER, sample TEXT NOT NULL DEFAULT '', size INTEGER NOT NULL, width INTEGER, height INTEGER,
        orientation INTEGER, phash BLOB, ledger TEXT, reason TEXT, stale INTEGER NOT NULL DEFAULT 0)""",
    "CREATE INDEX items_of_container ON items (container, sample)",
    """CREATE TABLE faces (
        id INTEGER PRIMARY KEY, item INTEGER NOT NULL, number INTEGER NOT NULL,
        x INTEGER NOT NULL, y INTEGER NOT NULL, right INTEGER NOT NULL, bottom INTEGER NOT NULL,
        score REAL NOT NULL, comparable INTEGER NOT NULL, quality TEXT NOT NULL)""",
    "CREATE INDEX faces_of_item ON faces (item, number)",
    # Templates of faces first_face .. first_face + count - 1: see search/index/codes.py.
    """CREATE TABLE blocks (
        id INTEGER PRIMARY KEY, container INTEGER NOT NULL, first_face INTEGER NOT NULL, count INTEGER NOT NULL,
        scales BLOB NOT NULL, coarse BLOB NOT NULL)""",
    "CREATE TABLE fine (block INTEGER PRIMARY KEY, codes BLOB NOT NULL)",
    "CREATE TABLE thumbnails (face INTEGER PRIMARY KEY, jpeg BLOB NOT NULL)",
    """CREATE TABLE columns (
        container INTEGER NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL DEFAULT '',
        confirmed INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (container, number)) WITHOUT ROWID""",
    "CREATE TABLE records (item INTEGER PRIMARY KEY, fields TEXT NOT NULL)",
    *POSTINGS,
    *VOCABULARY,
    """CREATE VIRTUAL TABLE free_text USING fts5(
        text, tokenize = 'trigram', content = '', contentless_delete = 1, detail = none)""",
)


_UNREAD = (
    # What no search sees of a container (see `datasets.container.Unread`; container 0: below the sources), in the
    # reader's own order. `count` and `size` of a kind are sums over its places.
    """CREATE TABLE unread_kinds (
        id INTEGER PRIMARY KEY, container INTEGER NOT NULL, kind TEXT NOT NULL, why TEXT NOT NULL,
        count INTEGER NOT NULL, size INTEGER NOT NULL, UNIQUE (container, kind, why))""",
    "CREATE INDEX unread_kinds_alike ON unread_kinds (kind, why)",
    """CREATE TABLE unread (
        id INTEGER PRIMARY KEY, what INTEGER NOT NULL, place TEXT NOT NULL, count INTEGER NOT NULL,
        size INTEGER NOT NULL)""",
    "CREATE INDEX unread_of_kind ON unread (what)",
    # Of an index that was built before readers gave accounts, or of a container that was not listed to its end, "".
    "ALTER TABLE containers ADD COLUMN accounts TEXT NOT NULL DEFAULT ''",
)


_PHOTOS = (
    # Number of the picture of its file in which a face was found: see `faces.frames`.
    "ALTER TABLE faces ADD COLUMN frame INTEGER NOT NULL DEFAULT 0",
    # 1 for photos whose pictures and texts were all looked at, or named in `partly`; 0 for those of older programs.
    "ALTER TABLE items ADD COLUMN looked INTEGER NOT NULL DEFAULT 0",
    "CREATE TABLE partly (item INTEGER NOT NULL, kind TEXT NOT NULL, why TEXT NOT NULL)",
    "CREATE INDEX partly_of_item ON partly (item)",
    "CREATE INDEX partly_by_kind ON partly (kind)",
    # Perceptual hashes of pictures after the first.
    "CREATE TABLE looks (item INTEGER NOT NULL, phash BLOB NOT NULL)",
    "CREATE INDEX looks_of_item ON looks (item)",
    # Empty once all photos were looked at by this program or a later one: an update asks it, and not all items.
    "CREATE INDEX items_half_looked ON items (container) WHERE record = 0 AND looked = 0",
)


_APART = (
    # The index over addresses by itself, since an inventory builds it behind its items: see search/index/addresses.py.
    """CREATE TABLE items_apart (
        id INTEGER PRIMARY KEY AUTOINCREMENT, address BLOB NOT NULL,
        container INTEGER NOT NULL REFERENCES containers(id), member TEXT NOT NULL, digest BLOB NOT NULL,
        occurrence INTEGER NOT NULL, record INTEGER NOT NULL,
        hint INTEGER, sample TEXT NOT NULL DEFAULT '', size INTEGER NOT NULL, width INTEGER, height INTEGER,
        orientation INTEGER, phash BLOB, ledger TEXT, reason TEXT, stale INTEGER NOT NULL DEFAULT 0,
        looked INTEGER NOT NULL DEFAULT 0)""",
    "INSERT INTO items_apart SELECT id, address, container, member, digest, occurrence, record, hint, sample, size, "
    "width, height, orientation, phash, ledger, reason, stale, looked FROM items",
    "INSERT INTO sqlite_sequence (name, seq) SELECT 'items_apart', 0 WHERE NOT EXISTS "
    "(SELECT 1 FROM sqlite_sequence WHERE name = 'items_apart')",
    "UPDATE sqlite_sequence SET seq = coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'items'), 0) "
    "WHERE name = 'items_apart'",
    "DROP TABLE items",
    "ALTER TABLE items_apart RENAME TO items",
    "CREATE INDEX items_of_container ON items (container, sample)",
    "CREATE INDEX items_half_looked ON items (container) WHERE record = 0 AND looked = 0",
    UNIQUE,
)


def _first(db: Database) -> None:
    for statement in _TABLES:
        db.conn.execute(statement)


def _second(db: Database) -> None:
    for statement in _UNREAD:
        db.conn.execute(statement)
    known = db.conn.execute("SELECT name, why FROM left_out ORDER BY name").fetchall()
    write_unread(db, SOURCES, [as_unread(name, from_text(why, Message)) for name, why in known])
    db.conn.execute("DROP TABLE left_out")


def _third(db: Database) -> None:
    for statement in _PHOTOS:
        db.conn.execute(statement)


def _fourth(db: Database) -> None:
    for statement in _APART:
        db.conn.execute(statement)


MIGRATIONS: tuple[Migration, ...] = (
    Migration("index-001-postings", _first),
    Migration("index-002-unread", _second),
    Migration("index-003-photos", _third),
    Migration("index-004-addresses", _fourth),
)
