"""ML Metadata (MLMD), the SQLite store of TFX and Kubeflow Pipelines; its columns differ by schema version."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from itertools import permutations

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.core.message import Message, message
from dsr_desk.lineage.importers.draft import ImportRefused, LineageDraft
from dsr_desk.lineage.importers.peek import Peek, checked_tables, sound_database, the_file
from dsr_desk.lineage.importers.reading import maybe_text, role_named, some_text, utc
from dsr_desk.lineage.importers.settling import settle_roles

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

files = the_file


def sniff(peek: Peek) -> bool:
    return {"artifact", "execution", "event", "type"} <= peek.tables


def read(peek: Peek, draft: LineageDraft) -> None:
    with sound_database(peek.path) as db:
        _read(db, draft, checked_tables(db, _TABLES))
    settle_roles(draft)


def _read(db: sqlite3.Connection, draft: LineageDraft, columns: dict[str, frozenset[str]]) -> None:
    store = _store(db, columns)
    types = {key: some_text(kind, _row("Type", key)) for key, kind in db.execute("SELECT id, name FROM Type")}
    name = "name" if "name" in columns["Artifact"] else "NULL"
    created = "create_time_since_epoch" if "create_time_since_epoch" in columns["Artifact"] else "NULL"
    artifacts: dict[int, str] = {}
    by_uri: dict[str, list[str]] = defaultdict(list)
    told = _properties(db)
    for key, kind, uri, title, time in db.execute(f"SELECT id, type_id, uri, {name}, {created} FROM Artifact"):
        place = _row("Artifact", key)
        if kind not in types:
            raise ImportRefused(place, "damage.no-type")
        uri, title = maybe_text(uri, place), maybe_text(title, place) or told[key].get("display_name", "")
        label = title or told[key].get("name", "") or uri or f"{types[kind]} {key}"
        artifacts[key] = draft.node(
            _kind(types[kind]), label, told[key].get("version", ""), NAMESPACE,
            key=f"artifact:{NAMESPACE}:{store}|{uri or label}|{key}", aliases=[uri], created=utc(time, place),
            type=types[kind], artifact=str(key), licence=told[key].get("license", ""),
        )  # fmt: skip
        if uri and draft.nodes[artifacts[key]].kind == NodeKind.DATASET:
            by_uri[uri].append(artifacts[key])
    # A place that was entered twice may hold what it held: each entry is a version, and which is not recorded.
    for same in by_uri.values():
        for first, second in permutations(same, 2):
            draft.edge(first, second, Role.COPY, Certainty.INFERRED)
    name = "name" if "name" in columns["Execution"] else "NULL"
    created = "create_time_since_epoch" if "create_time_since_epoch" in columns["Execution"] else "NULL"
    updated = "last_update_time_since_epoch" if "last_update_time_since_epoch" in columns["Execution"] else "NULL"
    executions, roles = {}, {}
    for key, kind, title, start, end in db.execute(f"SELECT id, type_id, {name}, {created}, {updated} FROM Execution"):
        place = _row("Execution", key)
        if kind not in types:
            raise ImportRefused(place, "damage.no-type")
        word = maybe_text(title, place) or types[kind].rsplit(".", 1)[-1]
        action = types[kind].rsplit(".", 1)[-1]
        roles[key] = _TRIED_BY.get(action.casefold()) or role_named(action)
        executions[key] = draft.node(
            NodeKind.RUN, word, str(key), NAMESPACE, key=f"execution:{NAMESPACE}:{store}|{word}|{key}",
            created=utc(start, place), ended=utc(end, place), type=types[kind],
        )  # fmt: skip
    for artifact, execution, way in db.execute("SELECT artifact_id, execution_id, type FROM Event"):
        if artifact not in artifacts or execution not in executions:
            raise ImportRefused(_row("Event", execution), "damage.no-artifact")
        node, run = artifacts[artifact], executions[execution]
        if way in _INPUTS:
            is_data = draft.nodes[node].kind == NodeKind.DATASET
            draft.edge(node, run, (roles[execution] if is_data else None) or Role.INPUT)
        elif way in _OUTPUTS:
            draft.edge(run, node, Role.PRODUCE)


def _row(table: str, key: int) -> Message:
    return message("place.id", table=table, id=key)


def _store(db: sqlite3.Connection, columns: dict[str, frozenset[str]]) -> str:
    """A name for the store that stays as it grows: its numbers mean nothing in another one."""
    first = []
    for table, wanted in (("Artifact", "uri"), ("Execution", "type_id")):
        told = ", ".join(column for column in (wanted, "create_time_since_epoch") if column in columns[table])
        first.append(repr(db.execute(f"SELECT id, {told} FROM {table} ORDER BY id LIMIT 1").fetchone()))
    return sha256_hex("\n".join(first).encode())[:12]


def _properties(db: sqlite3.Connection) -> dict[int, dict[str, str]]:
    """What artifacts are called in their properties, by id; the pipelines keep names and versions there."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    if not db.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'ArtifactProperty'").fetchone():
        return found
    needed = ("artifact_id", "name", "int_value", "string_value")
    checked_tables(db, {"ArtifactProperty": needed})
    marks = ", ".join("?" * len(_NAMED_BY))
    rows = db.execute(f"SELECT {', '.join(needed)} FROM ArtifactProperty WHERE name IN ({marks})", _NAMED_BY)
    for artifact, name, number, text in rows:
        value = maybe_text(text, _row("ArtifactProperty", artifact)) or maybe_text(number, "ArtifactProperty")
        if value:
            found[artifact][name] = value
    return found


def _kind(name: str) -> NodeKind:
    word = name.rsplit(".", 1)[-1].casefold()
    if word in ("pushedmodel", "endpoint", "vertexendpoint"):
        return NodeKind.DEPLOYMENT
    if word in ("modelevaluation", "modelblessing", "modelrun", "metrics", "classificationmetrics", "inferenceresult"):
        return NodeKind.OUTPUT
    if word in ("model", "savedmodel", "unmanagedmodel", "vertexmodel") or word.endswith("model"):
        return NodeKind.MODEL
    return NodeKind.DATASET
