"""The lineage in a vault's database: sources as they were read, answers of officers, the graph over all of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from sys import intern

import numpy as np

from dsr_desk.core.codec import from_text, to_text
from dsr_desk.core.errors import DeskError
from dsr_desk.core.lineage import Imported, Node, NodeKind
from dsr_desk.core.message import Message
from dsr_desk.lineage.building import IS_A, build
from dsr_desk.lineage.edges import CERTAINTIES, NO_NOTE, ROLES, EdgeTable
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.identity import NodeAnswer, RegisteredVersion
from dsr_desk.lineage.importers import hugging_face, own_table
from dsr_desk.lineage.sightings import Import, Imports
from dsr_desk.storage.registers import Touch, touch
from dsr_desk.storage.tables import Database

REFER = (hugging_face.FORMAT, own_table.FORMAT)
"""Formats that name the model at the beginning of an arrow without saying that it is there: a card names what its own
model was made from, a table what once ran where."""


class NoSuchSource(DeskError):
    code = "LINEAGE-NO-SUCH-SOURCE"
    happened = "No imported lineage file has the digest {digest}."
    means = "Nothing was changed."
    todo = "Look at the list of imported files: it shows the digest of each."


@dataclass(frozen=True)
class Source:
    """An imported file. `newest` is the latest time in it, `imported` when it was read here; both UTC."""

    digest: str
    file: str
    format: str
    newest: str
    imported: str
    nodes: int
    edges: int
    warnings: tuple[Message, ...]


def save(db: Database, imported: Imported, now: str) -> list[Touch]:
    """Keeps a source, all of it or nothing; returns what the act that goes with it touches.

    Nothing is changed or touched where the same bytes were imported before.
    """
    with db.atomic():
        if db.conn.execute("SELECT 1 FROM lineage_sources WHERE digest = ?", [imported.digest]).fetchone():
            return []
        source: int = db.conn.execute(
            "INSERT INTO lineage_sources (digest, file, format, newest, imported, warnings) "
            "VALUES (?, ?, ?, ?, ?, ?) RETURNING source",
            [imported.digest, imported.file, imported.format, imported.newest, now, to_text(imported.warnings)],
        ).fetchone()[0]
        first = db.conn.execute("SELECT coalesce(max(num), 0) + 1 FROM lineage_nodes").fetchone()[0]
        number = {node.id: first + i for i, node in enumerate(imported.nodes)}
        db.conn.executemany(
            "INSERT INTO lineage_nodes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    number[n.id], source, n.id, n.kind.value, n.name, n.version, n.namespace, json.dumps(n.digests),
                    json.dumps(n.aliases), n.created, n.ended, json.dumps(dict(n.attributes), ensure_ascii=False),
                )
                for n in imported.nodes
            ),
        )  # fmt: skip
        db.conn.executemany(
            "INSERT INTO lineage_edges VALUES (?, ?, ?, ?, ?, ?)",
            (
                (
                    source, number[e.origin], number[e.target], e.role.value, e.certainty.value,
                    json.dumps(dict(e.attributes), ensure_ascii=False) if e.attributes else "{}",
                )
                for e in imported.edges
            ),
        )  # fmt: skip
    return _touches(source)


def forget(db: Database, digest: str) -> list[Touch]:
    """Takes a source out of the graph; returns what the act touches. Answers stay. Raises NoSuchSource."""
    with db.atomic():
        row = db.conn.execute("SELECT source FROM lineage_sources WHERE digest = ?", [digest]).fetchone()
        if row is None:
            raise NoSuchSource(digest=digest)
        for table in _BY_SOURCE:
            db.conn.execute(f"DELETE FROM {table} WHERE source = ?", [row[0]])
    return _touches(row[0])


def _touches(source: int) -> list[Touch]:
    return [touch(table, source) for table in _BY_SOURCE]


_BY_SOURCE = ("lineage_edges", "lineage_nodes", "lineage_sources")


def sources(db: Database) -> list[Source]:
    """All imported files, in the order of their import."""
    return [
        Source(digest, file, form, newest, imported, nodes, edges, from_text(warnings, tuple[Message, ...]))
        for digest, file, form, newest, imported, warnings, nodes, edges in db.conn.execute(
            """SELECT digest, file, format, newest, imported, warnings,
                      (SELECT count(*) FROM lineage_nodes AS n WHERE n.source = s.source),
                      (SELECT count(*) FROM lineage_edges AS e WHERE e.source = s.source)
               FROM lineage_sources AS s ORDER BY source"""
        )
    ]


def load(db: Database, registered: Iterable[RegisteredVersion] = ()) -> Graph:
    """The graph over all sources, the registered dataset versions and the officers' answers."""
    numbers: list[int] = []
    files: list[tuple[int, str]] = []
    file_of = dict(db.conn.execute("SELECT source, file FROM lineage_sources").fetchall())
    nodes: list[Node] = []
    for num, source, ident, kind, name, version, space, digests, aliases, created, ended, attributes in db.conn.execute(
        """SELECT num, source, id, kind, name, version, namespace, digests, aliases, created, ended, attributes
           FROM lineage_nodes ORDER BY num"""
    ):
        numbers.append(num)
        files.append((source, file_of[source]))
        nodes.append(
            Node(
                ident, NodeKind(kind), name, version, space,
                () if digests == "[]" else tuple(json.loads(digests)),
                () if aliases == "[]" else tuple(json.loads(aliases)),
                created, ended, {} if attributes == "{}" else json.loads(attributes),
            )
        )  # fmt: skip
    digests_of = dict(db.conn.execute("SELECT source, digest FROM lineage_sources ORDER BY source").fetchall())
    source_seat = {source: i for i, source in enumerate(digests_of)}
    role_code = {role.value: i for i, role in enumerate(ROLES)}
    certainty_code = {certainty.value: i for i, certainty in enumerate(CERTAINTIES)}
    rows = db.conn.execute("SELECT source, origin, target, role, certainty, attributes FROM lineage_edges").fetchall()
    source, origin, target, role, certainty, attributes = zip(*rows, strict=True) if rows else ((),) * 6
    notes = {text: i for i, text in enumerate(dict.fromkeys(text for text in attributes if text != "{}"))}
    seats = np.array(numbers, dtype=np.int64)
    placed = EdgeTable(
        np.searchsorted(seats, np.array(origin, dtype=np.int64)),
        np.searchsorted(seats, np.array(target, dtype=np.int64)),
        np.fromiter(map(role_code.__getitem__, role), dtype=np.uint8, count=len(rows)),
        np.fromiter(map(certainty_code.__getitem__, certainty), dtype=np.uint8, count=len(rows)),
        np.fromiter(map(source_seat.__getitem__, source), dtype=np.int32, count=len(rows)),
        np.fromiter((notes.get(text, NO_NOTE) for text in attributes), dtype=np.int32, count=len(rows)),
    )
    noted = [json.loads(text) for text in notes]
    return Graph(build(nodes, placed, list(digests_of.values()), registered, answers(db), files, noted))


def answers(db: Database) -> list[NodeAnswer]:
    """What officers said on open questions."""
    rows = db.conn.execute("SELECT first, second, same FROM lineage_answers ORDER BY first, second")
    return [NodeAnswer(first, second, bool(same)) for first, second, same in rows]


def answer(db: Database, first: str, second: str, yes: bool | None, officer: str, now: str) -> list[Touch]:
    """Remembers what an officer said on a question; None takes an answer back. Returns what the act touches.

    A thing is of one kind: what was said of its kind before is replaced.
    """
    low, high = sorted_keys(first, second)
    gone = [(low, high)]
    with db.atomic():
        if high.startswith(f"{IS_A}:"):
            rows = db.conn.execute(
                "SELECT second FROM lineage_answers WHERE first = ? AND second LIKE ?", [low, f"{IS_A}:%"]
            )
            gone += [(low, other) for (other,) in rows.fetchall() if other != high]
        db.conn.executemany("DELETE FROM lineage_answers WHERE first = ? AND second = ?", gone)
        if yes is not None:
            db.conn.execute("INSERT INTO lineage_answers VALUES (?, ?, ?, ?, ?)", [low, high, int(yes), officer, now])
    return [touch("lineage_answers", *keys) for keys in gone]


def sorted_keys(first: str, second: str) -> tuple[str, str]:
    """Two things in the order in which an answer about them is kept; other keys as they are."""
    if first.startswith(("use:", "uses:")) or second.startswith(f"{IS_A}:"):
        return first, second
    low, high = sorted((first, second))
    return low, high


def imports(db: Database, times: Mapping[str, Sequence[str]]) -> Imports:
    """All sources with what they name. `times` are all the moments at which each was imported, by digest: the
    same bytes may have come again."""
    found = Imports()
    known = {
        source: (Import(digest, file, form, newest, tuple(sorted({imported, *times.get(digest, ())}))), form)
        for source, digest, file, form, newest, imported in db.conn.execute(
            "SELECT source, digest, file, format, newest, imported FROM lineage_sources ORDER BY source"
        )
    }
    for source, (one, form) in known.items():
        nodes = (
            Node(
                intern(ident), NodeKind(kind), "", digests=() if digests == "[]" else tuple(json.loads(digests)),
                ended=ended, attributes={} if more == "{}" else json.loads(more),
            )
            for ident, kind, digests, ended, more in db.conn.execute(
                "SELECT id, kind, digests, ended, attributes FROM lineage_nodes WHERE source = ? ORDER BY num", [source]
            )
        )  # fmt: skip
        made_of = db.conn.execute(
            "SELECT DISTINCT n.id FROM lineage_edges AS e JOIN lineage_nodes AS n ON n.num = e.origin "
            "WHERE e.source = ? AND n.kind = ?",
            [source, NodeKind.MODEL.value],
        )
        found.add(one, nodes, {ident for (ident,) in made_of} if form in REFER else ())
    return found
