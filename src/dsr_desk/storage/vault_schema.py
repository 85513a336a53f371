"""Tables of the vault that belong to no single room, as migrations."""

from __future__ import annotations

from sqlite_utils import Database

from dsr_desk.storage.migrations import Migration

_FIRST = """
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE officers (
    public_key TEXT PRIMARY KEY,          -- Ed25519, hex
    slot TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    added TEXT NOT NULL,
    removed TEXT
);

CREATE TABLE journal (
    seq INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    time TEXT NOT NULL,
    kind TEXT NOT NULL,
    case_ref TEXT NOT NULL,
    officer TEXT NOT NULL,
    body TEXT NOT NULL,
    salt BLOB NOT NULL,
    leaf BLOB NOT NULL,
    signature BLOB NOT NULL
);
CREATE TRIGGER journal_keeps_entries BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
CREATE TRIGGER journal_is_fixed BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;

CREATE TABLE dataset_versions (
    id TEXT PRIMARY KEY,                  -- name@version
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    facts TEXT NOT NULL,                  -- JSON of core.items.DatasetVersion
    registered TEXT NOT NULL,
    derived_from TEXT NOT NULL DEFAULT ''
);

CREATE TABLE indexes (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    path TEXT NOT NULL,
    dataset_version TEXT NOT NULL REFERENCES dataset_versions(id),
    about TEXT NOT NULL,                  -- JSON, as about.json was when it was last looked at
    registered TEXT NOT NULL,
    destroyed TEXT
);

CREATE TABLE cases (
    ref TEXT PRIMARY KEY,                 -- 2026-001
    state TEXT NOT NULL,
    right_asked TEXT NOT NULL,
    law TEXT NOT NULL,
    received TEXT NOT NULL,
    due TEXT NOT NULL,
    deadline TEXT NOT NULL,               -- JSON: the arithmetic shown
    request TEXT NOT NULL,                -- JSON of the request as it was read
    identifiers TEXT NOT NULL,            -- JSON, as confirmed
    letter BLOB,
    searches_faces INTEGER NOT NULL DEFAULT 1,  -- 0: opened without a photo, records are searched alone
    opened TEXT NOT NULL,
    closed TEXT,
    end_reason TEXT NOT NULL DEFAULT ''
);

CREATE TABLE reference_photos (
    id INTEGER PRIMARY KEY,
    case_ref TEXT NOT NULL REFERENCES cases(ref),
    digest TEXT NOT NULL,
    photo BLOB,                           -- NULL once destroyed
    face INTEGER,                         -- which face, NULL while several wait for a choice
    name TEXT NOT NULL,                   -- what the file was called
    faces TEXT NOT NULL,                  -- JSON: box and quality of each face found
    added TEXT NOT NULL,
    destroyed TEXT,
    UNIQUE (case_ref, digest)
);

CREATE TABLE identity_checks (
    id INTEGER PRIMARY KEY,
    case_ref TEXT NOT NULL REFERENCES cases(ref),
    method TEXT NOT NULL,
    result TEXT NOT NULL,
    photo_shows_requester TEXT NOT NULL,
    officer TEXT NOT NULL REFERENCES officers(public_key),
    time TEXT NOT NULL
);

CREATE TABLE searches (
    id INTEGER PRIMARY KEY,
    case_ref TEXT NOT NULL REFERENCES cases(ref),
    time TEXT NOT NULL,
    officer TEXT NOT NULL REFERENCES officers(public_key),
    kind TEXT NOT NULL,                   -- search, or read-back
    result TEXT NOT NULL,                 -- JSON of core.findings.SearchResult without its candidates
    searched TEXT NOT NULL                -- JSON: what each index said of itself at that moment
);

CREATE TABLE candidates (
    case_ref TEXT NOT NULL REFERENCES cases(ref),
    item TEXT NOT NULL,
    search INTEGER NOT NULL REFERENCES searches(id),
    position INTEGER NOT NULL,            -- order of review: bands, shuffled inside
    content TEXT NOT NULL,                -- JSON of core.findings.Candidate
    PRIMARY KEY (case_ref, item)
);

CREATE TABLE decisions (
    id INTEGER PRIMARY KEY,
    case_ref TEXT NOT NULL REFERENCES cases(ref),
    item TEXT NOT NULL,
    address TEXT NOT NULL,                -- JSON of core.items.ItemAddress
    face INTEGER,
    verdict TEXT NOT NULL,
    officer TEXT NOT NULL REFERENCES officers(public_key),
    time TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    crop BLOB,                            -- JPEG of the face decided on
    supersedes INTEGER REFERENCES decisions(id),
    undone TEXT                           -- when it was undone or superseded
);
CREATE UNIQUE INDEX decisions_in_force ON decisions (case_ref, item) WHERE undone IS NULL;

CREATE TABLE refused_links (
    case_ref TEXT NOT NULL REFERENCES cases(ref),
    item TEXT NOT NULL,
    linked_item TEXT NOT NULL,
    PRIMARY KEY (case_ref, item, linked_item)
);

CREATE TABLE recipients (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,                   -- requester, regulator
    age_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL UNIQUE,
    compared TEXT                         -- when the fingerprint was compared by voice
);

CREATE TABLE organisation_keys (
    fingerprint TEXT PRIMARY KEY,         -- SHA-256 of the certificate
    private_key BLOB NOT NULL,            -- PKCS#8, DER
    certificate BLOB NOT NULL,            -- DER
    made TEXT NOT NULL,
    retired TEXT
);

CREATE TABLE item_salts (
    case_ref TEXT NOT NULL REFERENCES cases(ref),
    item TEXT NOT NULL,
    salt BLOB NOT NULL,                   -- 32 random bytes: what is handed out of an item's digest is salted
    PRIMARY KEY (case_ref, item)
);

CREATE TABLE bundles (
    id INTEGER PRIMARY KEY,
    case_ref TEXT NOT NULL REFERENCES cases(ref),
    edition TEXT NOT NULL,
    path TEXT NOT NULL,
    digest TEXT NOT NULL,
    evidence_digest TEXT NOT NULL,
    recipient TEXT NOT NULL,
    sealed TEXT NOT NULL,
    tree_size INTEGER NOT NULL,
    checkpoint TEXT NOT NULL
);
"""


def _first(db: Database) -> None:
    run_statements(db, _FIRST)


def run_statements(db: Database, text: str) -> None:
    """Runs statements one by one, so that they stay inside the caller's transaction (executescript commits)."""
    statement = ""
    for line in text.splitlines():
        statement += line + "\n"
        if line.split("--")[0].rstrip().endswith(";"):
            db.conn.execute(statement)
            statement = ""


def _acting_for(db: Database) -> None:
    db.conn.execute("ALTER TABLE identity_checks ADD COLUMN acting_for TEXT NOT NULL DEFAULT ''")


MIGRATIONS: tuple[Migration, ...] = (
    Migration("vault-001-first", _first),
    Migration("vault-002-acting-for", _acting_for),
)
