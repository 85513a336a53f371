"""A graph as it is kept in the vault's database, ready to be asked: made once, read by everybody after.

It rests on what sources say, on answers and on what is registered. Whatever changes one of these takes it away in the
same transaction (`schema.drop_ready`); what does not fit them is not used. It is no record: nothing in it is signed, a
check of the vault takes it away, and it is made from the tables that were checked.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import astuple, fields, is_dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, cast, get_type_hints

import numpy as np
from numpy.typing import NDArray

from dsr_desk import __version__
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.identity import RegisteredVersion
from dsr_desk.lineage.prepared import PreparedGraph
from dsr_desk.storage.tables import Database

_RESTS_ON = (
    "SELECT source, digest, file, format FROM lineage_sources ORDER BY source",
    "SELECT source, count(*) FROM lineage_nodes GROUP BY source ORDER BY source",
    "SELECT source, count(*) FROM lineage_edges GROUP BY source ORDER BY source",
    "SELECT first, second, same FROM lineage_answers ORDER BY first, second",
    "SELECT dataset_version, count(*) FROM lineage_digests GROUP BY dataset_version ORDER BY dataset_version",
)


@cache
def code() -> str:
    """SHA-256 (hex) of what makes a graph: another program may make another from the same. The version of the program
    alone where it lies there without its source."""
    here = Path(__file__).parent
    files = sorted((*here.glob("*.py"), *here.parent.glob("core/lineage.py")))
    return sha256(b"\0".join((__version__.encode(), *(file.read_bytes() for file in files)))).hexdigest()


def rests_on(db: Database, registered: Iterable[RegisteredVersion]) -> str:
    """SHA-256 (hex) over what a graph is made from: sources by their digests, answers, registered versions, code."""
    rows = [[list(row) for row in db.conn.execute(query)] for query in _RESTS_ON]
    known = [astuple(version) for version in registered]
    return sha256(json.dumps([code(), rows, known]).encode()).hexdigest()


def keep(db: Database, fingerprint: str, graph: Graph) -> None:
    """In the place of what was kept."""
    with db.atomic():
        db.conn.execute("DELETE FROM lineage_ready")
        db.conn.execute("INSERT INTO lineage_ready VALUES (?, ?)", [fingerprint, to_bytes(graph.prepared)])


def kept(db: Database, fingerprint: str) -> Graph | None:
    """What is kept and rests on this; None where nothing is, or where it cannot be read."""
    row = db.conn.execute("SELECT content FROM lineage_ready WHERE rests_on = ?", [fingerprint]).fetchone()
    if row is None:
        return None
    try:
        return Graph.of(from_bytes(row[0]))
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is made anew
        return None


def to_bytes(prepared: PreparedGraph) -> bytes:
    file = io.BytesIO()
    arrays: dict[str, Any] = dict(_arrays(prepared, ""))
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def from_bytes(content: bytes) -> PreparedGraph:
    """Raises, anything, where the content is damaged."""
    with np.load(io.BytesIO(content), allow_pickle=False) as found:
        whole: PreparedGraph = _made(PreparedGraph, "", found)
    if not _fits(whole):
        raise ValueError("arrays that do not fit each other")
    return whole


def _fits(made: PreparedGraph) -> bool:
    """Whether arrays have the lengths that they must have and name nothing that is not there."""
    size = made.nodes.count
    by_place = (made.original, made.kind, made.marks, made.moments, made.name_rank, made.stated, made.trained)
    tables = (made.said, made.edges)
    ends = (end for table in tables for end in (table.origin, table.target))
    places: tuple[NDArray[Any], ...] = (made.original, made.keys.seats, made.question_places, *ends)
    return (
        all(len(column) == size for column in (*by_place, made.complete))
        and all(place.min(initial=0) >= 0 and place.max(initial=-1) < size for place in places)
        and all(len({len(column) for column in table.columns()}) == 1 for table in tables)
        and all(table.note.max(initial=-1) < made.notes.count for table in tables)
        and len(made.question_ends) == made.questions.count
        and made.question_ends.max(initial=0) == len(made.question_places)
        and bool((np.diff(made.edges.origin) >= 0).all())
    )


def _arrays(value: Any, name: str) -> Iterator[tuple[str, NDArray[Any]]]:
    if is_dataclass(value):
        for field in fields(value):
            yield from _arrays(getattr(value, field.name), f"{name}.{field.name}".lstrip("."))
    elif isinstance(value, str | bytes):
        yield name, np.frombuffer(value.encode() if isinstance(value, str) else value, dtype=np.uint8)
    else:
        yield name, np.asarray(value)


def _made(kind: Any, name: str, found: Mapping[str, NDArray[Any]]) -> Any:
    if is_dataclass(kind):
        hints, make = get_type_hints(kind), cast("Callable[..., Any]", kind)
        return make(*(_made(hints[one.name], f"{name}.{one.name}".lstrip("."), found) for one in fields(kind)))
    value = found[name]
    if kind is str:
        return value.tobytes().decode()
    if kind is bytes:
        return value.tobytes()
    return int(value) if kind is int else value
