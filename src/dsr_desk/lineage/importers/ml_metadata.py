"""ML Metadata (MLMD), the SQLite store of TFX and Kubeflow Pipelines; its columns differ by schema version."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from itertools import permutations

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.core.message import Message, message
from dsr_desk.lineage.importers.draft import (
    KIND_TEXT,
    KIND_WHY,
    UNCLASSIFIED,
    UNIDENTIFIED,
    ImportRefused,
    LineageDraft,
    system_of,
)
from dsr_desk.lineage.importers.names import Likely, is_placeholder, model_file
from dsr_desk.lineage.importers.peek import Peek, checked_tables, sound_database, the_file
from dsr_desk.lineage.importers.reading import role_named, some_text
from dsr_desk.lineage.importers.settling import settle_roles
from dsr_desk.lineage.importers.times import since_1970
from dsr_desk.lineage.importers.trifles import plain_text

FORMAT = "ML Metadata"
NAMESPACE = "mlmd"

_TABLES = {
    "Type": ("id", "name"),
    "Artifact": ("id", "type_id", "uri"),
    "Execution": ("id", "type_id"),
    "Event": ("artifact_id", "execution_id", "type"),
}
_INPUTS = (2, 3, 5)
_OUTPUTS = (1, 4, 6, 7)
_NAMED_BY = ("name", "display_name", "version", "license")
_TRIED_BY = {"evaluator": Role.EVALUATE, "tuner": Role.VALIDATE, "trainer": Role.TRAIN, "bulkinferrer": Role.SERVE}
_NOT_SAID: tuple[Role, Certainty, dict[str, str]] = (Role.INPUT, Certainty.RECORDED, {})
_STATES = {4: "failed", 6: "canceled"}
_KINDS = {
    **dict.fromkeys(("pushedmodel", "vertexendpoint"), NodeKind.DEPLOYMENT), "endpoint": NodeKind.ENDPOINT,
    **dict.fromkeys(("model", "savedmodel", "unmanagedmodel", "vertexmodel"), NodeKind.MODEL),
    **dict.fromkeys(
        (
            "modelevaluation", "modelblessing", "modelrun", "metrics", "classificationmetrics", "inferenceresult",
            "slicedclassificationmetrics", "infrablessing", "html", "markdown",
        ),
        NodeKind.OUTPUT,
    ),
}  # fmt: skip
_DATA = {
    "examples", "dataset", "vertexdataset", "bqtable", "schema", "examplestatistics", "exampleanomalies",
    "transformgraph", "transformcache", "externalartifact", "hyperparameters", "tunerresults",
}  # fmt: skip

files = the_file


def sniff(peek: Peek) -> bool:
    return {"artifact", "execution", "event", "type"} <= peek.tables


def read(peek: Peek, draft: LineageDraft) -> None:
    with sound_database(peek.path) as db:
        _read(db, draft, checked_tables(db, _TABLES))
    settle_roles(draft)


def _read(db: sqlite3.Connection, draft: LineageDraft, columns: dict[str, frozenset[str]]) -> None:
    own = system_of(NAMESPACE, *_marks(db, columns))
    types = {key: some_text(kind, _row("Type", key)) for key, kind in db.execute("SELECT id, name FROM Type")}
    artifacts = _artifacts(db, draft, columns["Artifact"], types, own)
    runs = _executions(db, draft, columns["Execution"], types, own)
    for artifact, execution, way in db.execute("SELECT artifact_id, execution_id, type FROM Event"):
        if artifact not in artifacts or execution not in runs:
            raise ImportRefused(_row("Event", execution), "damage.no-artifact")
        node, run = artifacts[artifact], runs[execution]
        if way in _INPUTS:
            is_data = draft.nodes[node].kind == NodeKind.DATASET
            role, certainty, said = _use(draft.nodes[run].attributes["type"]) if is_data else _NOT_SAID
            draft.edge(node, run, role, certainty, **said)
        elif way in _OUTPUTS:
            draft.edge(run, node, Role.PRODUCE)


def _artifacts(
    db: sqlite3.Connection, draft: LineageDraft, columns: frozenset[str], types: dict[int, str], own: str
) -> dict[int, str]:  # fmt: skip
    """Node ids by number. Raises ImportRefused."""
    found: dict[int, str] = {}
    by_uri: dict[str, list[str]] = defaultdict(list)
    told = _properties(db, draft)
    name, created = (_column(field, columns) for field in ("name", "create_time_since_epoch"))
    for key, kind, uri, title, time in db.execute(f"SELECT id, type_id, uri, {name}, {created} FROM Artifact"):
        place = _row("Artifact", key)
        if kind not in types:
            raise ImportRefused(place, "damage.no-type")
        uri = plain_text(uri, place, draft)
        title = plain_text(title, place, draft) or told[key].get("display_name", "") or told[key].get("name", "")
        label = title or uri or f"{types[kind]} {key}"
        is_a, said = _kind(types[kind], uri or title)
        if is_a is NodeKind.DATASET and not uri and (not title or is_placeholder(title)):
            said = {**said, UNIDENTIFIED: "yes"}
        found[key] = draft.node(
            is_a, label, told[key].get("version", ""), own, key=f"artifact:{own}|{uri or label}|{key}",
            aliases=[uri], created=since_1970(time, place, draft), type=types[kind], artifact=str(key),
            licence=told[key].get("license", ""), **said,
        )  # fmt: skip
        if uri and draft.nodes[found[key]].kind == NodeKind.DATASET:
            by_uri[uri].append(found[key])
    # A place that was entered twice may hold what it held: each entry is a version, and which is not recorded.
    for uri, same in by_uri.items():
        for first, second in permutations(same, 2):
            draft.edge(first, second, Role.COPY, Certainty.INFERRED, why="guess.mlmd.place", by="uri", text=uri)
    return found


def _executions(
    db: sqlite3.Connection, draft: LineageDraft, columns: frozenset[str], types: dict[int, str], own: str
) -> dict[int, str]:  # fmt: skip
    """Node ids by number. Raises ImportRefused."""
    fields = ("name", "create_time_since_epoch", "last_update_time_since_epoch", "last_known_state")
    name, created, updated, state = (_column(field, columns) for field in fields)
    found = {}
    rows = db.execute(f"SELECT id, type_id, {name}, {created}, {updated}, {state} FROM Execution")
    for key, kind, title, start, end, known in rows:
        place = _row("Execution", key)
        if kind not in types:
            raise ImportRefused(place, "damage.no-type")
        word = plain_text(title, place, draft) or types[kind].rsplit(".", 1)[-1]
        found[key] = draft.node(
            NodeKind.RUN, word, str(key), own, key=f"execution:{own}|{word}|{key}",
            created=since_1970(start, place, draft), ended=since_1970(end, place, draft), type=types[kind],
            status=_STATES.get(known, ""),
        )  # fmt: skip
    return found


def _column(name: str, columns: frozenset[str]) -> str:
    """A column, or nothing in stores of a version that has none."""
    return name if name in columns else "NULL"


def _use(kind: str) -> tuple[Role, Certainty, dict[str, str]]:
    """What an execution of this type takes data for: as its pipelines define it, else as the type is called."""
    action = kind.rsplit(".", 1)[-1]
    stated = _TRIED_BY.get(action.casefold())
    if stated is not None:
        return stated, Certainty.RECORDED, {}
    role = role_named(action)
    if role is None:
        return _NOT_SAID
    return role, Certainty.INFERRED, {"why": "guess.mlmd.type", "by": "Type.name", "text": kind}


def _row(table: str, key: int) -> Message:
    return message("place.id", table=table, id=key)


def _marks(db: sqlite3.Connection, columns: dict[str, frozenset[str]]) -> list[str]:
    """What stays in a store as it grows: its first entries. Its numbers mean nothing in another one."""
    first = []
    for table, wanted in (("Artifact", "uri"), ("Execution", "type_id")):
        told = ", ".join(column for column in (wanted, "create_time_since_epoch") if column in columns[table])
        first.append(repr(db.execute(f"SELECT id, {told} FROM {table} ORDER BY id LIMIT 1").fetchone()))
    return first


def _properties(db: sqlite3.Connection, draft: LineageDraft) -> dict[int, dict[str, str]]:
    """What artifacts are called in their properties, by id; the pipelines keep names and versions there."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    if not db.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'ArtifactProperty'").fetchone():
        return found
    needed = ("artifact_id", "name", "int_value", "string_value")
    checked_tables(db, {"ArtifactProperty": needed})
    marks = ", ".join("?" * len(_NAMED_BY))
    rows = db.execute(f"SELECT {', '.join(needed)} FROM ArtifactProperty WHERE name IN ({marks})", _NAMED_BY)
    for artifact, name, number, text in rows:
        place = _row("ArtifactProperty", artifact)
        value = plain_text(text, place, draft) or plain_text(number, place, draft)
        if value:
            found[artifact][name] = value
    return found


def _kind(kind: str, name: str) -> tuple[NodeKind, dict[str, str]]:
    """What a type of the pipelines stands for, with the reason where only the name of a type of one's own says so."""
    word = kind.rsplit(".", 1)[-1].casefold()
    if word in _KINDS:
        return _KINDS[word], {}
    if word.endswith("model"):
        return NodeKind.MODEL, {KIND_WHY: "guess.kind.type", KIND_TEXT: kind}
    if model_file(name) is Likely.YES:
        return NodeKind.MODEL, {KIND_WHY: "guess.kind.file", KIND_TEXT: name}
    return NodeKind.DATASET, {} if word in _DATA else {UNCLASSIFIED: "yes"}
