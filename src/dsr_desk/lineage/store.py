"""The lineage in a vault's database: sources as they were read, answers of officers, the graph over all of it."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from sys import intern
from typing import Any

import numpy as np

from dsr_desk.core.codec import from_text, to_text
from dsr_desk.core.errors import DeskError
from dsr_desk.core.imported import Imported
from dsr_desk.core.lineage import Node, NodeKind
from dsr_desk.core.message import Message
from dsr_desk.lineage.building import IS_A, build
from dsr_desk.lineage.edges import CERTAINTY_CODE, NO_NOTE, ROLE_CODE, EdgeTable
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


@dataclass(frozen=True)
class SourcesSaid:
    """What all sources say, as `build` takes it."""

    nodes: Sequence[Node]
    edges: EdgeTable
    sources: Sequence[str]
    files: Sequence[tuple[int, str]]
    notes: Sequence[Mapping[str, str]]


def read(turn: Callable[[], AbstractContextManager[Database]]) -> SourcesSaid:
    """Reads all sources, some rows in a turn, so that nobody waits for long. Whoever reads makes sure that nothing was
    changed meanwhile."""
    with turn() as db:
        sources = db.conn.execute("SELECT source, digest, file FROM lineage_sources ORDER BY source").fetchall()
    file_of = {source: (source, file) for source, _, file in sources}
    numbers, nodes, files = array("q"), list[Node](), list[tuple[int, str]]()
    for num, source, *row in _rows(turn, _NODES):
        numbers.append(num)
        files.append(file_of[source])
        nodes.append(_node(*row))
    columns = [array("q") for _ in range(6)]
    seat_of = {source: i for i, (source, *_) in enumerate(sources)}
    notes: dict[str, int] = {"{}": NO_NOTE}
    for _, source, origin, target, role, certainty, attributes in _rows(turn, _EDGES):
        note = notes.setdefault(attributes, len(notes) - 1)
        values = (origin, target, _ROLES[role], _CERTAINTIES[certainty], seat_of[source], note)
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    seats = np.array(numbers, dtype=np.int64)
    origins, targets, roles, certainties, stating, noted_as = (np.array(one, dtype=np.int64) for one in columns)
    placed = EdgeTable(
        np.searchsorted(seats, origins), np.searchsorted(seats, targets), roles.astype(np.uint8),
        certainties.astype(np.uint8), stating.astype(np.int32), noted_as.astype(np.int32),
    )  # fmt: skip
    noted = [json.loads(text) for text in notes if text != "{}"]
    return SourcesSaid(nodes, placed, [digest for _, digest, _ in sources], files, noted)


def _rows(turn: Callable[[], AbstractContextManager[Database]], query: str) -> Iterator[Sequence[Any]]:
    """All rows of a query that asks for what comes after a number, the first column, in its order."""
    last = -1
    while True:
        with turn() as db:
            rows = db.conn.execute(f"{query} LIMIT {_A_TURN}", [last]).fetchall()
        yield from rows
        if len(rows) < _A_TURN:
            return
        last = rows[-1][0]


_A_TURN = 10_000
_NODES = """SELECT num, source, id, kind, name, version, namespace, digests, aliases, created, ended, attributes
            FROM lineage_nodes WHERE num > ? ORDER BY num"""
_EDGES = """SELECT rowid, source, origin, target, role, certainty, attributes
            FROM lineage_edges WHERE rowid > ? ORDER BY rowid"""
_ROLES = {role.value: code for role, code in ROLE_CODE.items()}
_CERTAINTIES = {certainty.value: code for certainty, code in CERTAINTY_CODE.items()}
_KINDS = {kind.value: kind for kind in NodeKind}
_NO_ATTRIBUTES: dict[str, str] = {}


def _node(
    ident: str, kind: str, name: str, version: str, space: str, digests: str, aliases: str, created: str, ended: str,
    attributes: str,
) -> Node:  # fmt: skip
    return Node(
        ident, _KINDS[kind], name, version, intern(space),
        () if digests == "[]" else tuple(json.loads(digests)),
        () if aliases == "[]" else tuple(json.loads(aliases)),
        created, ended, _NO_ATTRIBUTES if attributes == "{}" else json.loads(attributes),
    )  # fmt: skip


def load(db: Database, registered: Iterable[RegisteredVersion] = ()) -> Graph:
    """The graph over all sources, the registered dataset versions and the officers' answers, made anew."""
    return graph_of(read(lambda: nullcontext(db)), registered, answers(db))


def graph_of(said: SourcesSaid, registered: Iterable[RegisteredVersion], answered: Iterable[NodeAnswer]) -> Graph:
    return Graph(build(said.nodes, said.edges, said.sources, registered, answered, said.files, said.notes))


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
