"""The lineage tables of a vault. Nodes are stored per source: what a source said stays as it said it."""

from __future__ import annotations

from dsr_desk.storage.migrations import Migration
from dsr_desk.storage.registers import Register
from dsr_desk.storage.tables import Database


def _tables(db: Database) -> None:
    for statement in (
        """CREATE TABLE lineage_sources (
            source INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, file TEXT NOT NULL, format TEXT NOT NULL,
            newest TEXT NOT NULL, imported TEXT NOT NULL, warnings TEXT NOT NULL)""",
        """CREATE TABLE lineage_nodes (
            num INTEGER PRIMARY KEY, source INTEGER NOT NULL REFERENCES lineage_sources (source) ON DELETE CASCADE,
            id TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, namespace TEXT NOT NULL,
            digests TEXT NOT NULL, aliases TEXT NOT NULL, created TEXT NOT NULL, ended TEXT NOT NULL,
            attributes TEXT NOT NULL)""",
        "CREATE INDEX lineage_nodes_by_source ON lineage_nodes (source)",
        """CREATE TABLE lineage_edges (
            source INTEGER NOT NULL REFERENCES lineage_sources (source) ON DELETE CASCADE,
            origin INTEGER NOT NULL, target INTEGER NOT NULL, role TEXT NOT NULL, certainty TEXT NOT NULL)""",
        "CREATE INDEX lineage_edges_by_source ON lineage_edges (source)",
        """CREATE TABLE lineage_answers (
            first TEXT NOT NULL, second TEXT NOT NULL, same INTEGER NOT NULL, officer TEXT NOT NULL,
            answered TEXT NOT NULL, PRIMARY KEY (first, second))""",
        """CREATE TABLE lineage_digests (
            dataset_version TEXT NOT NULL, part TEXT NOT NULL, digest TEXT NOT NULL,
            PRIMARY KEY (dataset_version, part, digest)) WITHOUT ROWID""",
    ):
        db.conn.execute(statement)


def _edge_attributes(db: Database) -> None:
    db.conn.execute("ALTER TABLE lineage_edges ADD COLUMN attributes TEXT NOT NULL DEFAULT '{}'")


def _ready(db: Database) -> None:
    db.conn.execute("CREATE TABLE lineage_ready (rests_on TEXT NOT NULL, content BLOB NOT NULL)")


MIGRATIONS = (
    Migration("lineage-001-graph", _tables),
    Migration("lineage-002-edge-attributes", _edge_attributes),
    Migration("lineage-003-ready", _ready),
)

REGISTERS = (
    Register("lineage_sources", ("source",)),
    Register("lineage_nodes", ("source",)),
    Register("lineage_edges", ("source",)),
    Register("lineage_answers", ("first", "second")),
    Register("lineage_digests", ("dataset_version",)),
)


def drop_ready(db: Database) -> None:
    """Takes away the graph that is kept ready: what it rests on changes, or was checked. It is no register."""
    db.conn.execute("DELETE FROM lineage_ready")
