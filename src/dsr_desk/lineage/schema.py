"""The lineage tables of a vault. Nodes are stored per source: what a source said stays as it said it."""

from __future__ import annotations

from sqlite_utils import Database

from dsr_desk.storage.migrations import Migration


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
        """CREATE TABLE lineage_dispositions (
            entry INTEGER PRIMARY KEY AUTOINCREMENT, case_id TEXT NOT NULL, model TEXT NOT NULL, name TEXT NOT NULL,
            version TEXT NOT NULL, fate TEXT NOT NULL, reason TEXT NOT NULL, responsible TEXT NOT NULL,
            deadline TEXT NOT NULL, officer TEXT NOT NULL, decided TEXT NOT NULL,
            approved INTEGER NOT NULL DEFAULT 0, undone INTEGER NOT NULL DEFAULT 0)""",
        "CREATE INDEX lineage_dispositions_by_case ON lineage_dispositions (case_id, model)",
        """CREATE TABLE lineage_observations (
            entry INTEGER PRIMARY KEY AUTOINCREMENT, case_id TEXT NOT NULL, model TEXT NOT NULL, name TEXT NOT NULL,
            version TEXT NOT NULL, fate TEXT NOT NULL, how TEXT NOT NULL, officer TEXT NOT NULL, seen TEXT NOT NULL)""",
        "CREATE INDEX lineage_observations_by_case ON lineage_observations (case_id, model)",
    ):
        db.conn.execute(statement)


def _observations_undone(db: Database) -> None:
    db.conn.execute("ALTER TABLE lineage_observations ADD COLUMN undone INTEGER NOT NULL DEFAULT 0")


def _observations_by(db: Database) -> None:
    for column in ("seen_by", "recorded"):
        db.conn.execute(f"ALTER TABLE lineage_observations ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
    db.conn.execute("UPDATE lineage_observations SET recorded = seen")


def _digests(db: Database) -> None:
    db.conn.execute(
        """CREATE TABLE lineage_digests (
            dataset_version TEXT NOT NULL, part TEXT NOT NULL, digest TEXT NOT NULL,
            PRIMARY KEY (dataset_version, part, digest)) WITHOUT ROWID"""
    )


MIGRATIONS = (
    Migration("lineage-001-graph-and-dispositions", _tables),
    Migration("lineage-002-observations-undone", _observations_undone),
    Migration("lineage-003-observations-by", _observations_by),
    Migration("lineage-004-digests-of-datasets", _digests),
)
