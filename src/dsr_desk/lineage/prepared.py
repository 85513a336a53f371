"""What a graph consists of once it is built: arrays and packed lines, which take little memory and can be kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core.codec import to_text
from dsr_desk.core.items import recipients_in
from dsr_desk.core.lineage import Node, NodeKind, Role
from dsr_desk.core.lineage_questions import LineageQuestion
from dsr_desk.core.retained import Received
from dsr_desk.lineage.building import Built
from dsr_desk.lineage.candidates import named_version
from dsr_desk.lineage.edges import EdgeTable, Indices, Mask, mask_of
from dsr_desk.lineage.identity import ERASED, REGISTERED
from dsr_desk.lineage.importers.draft import BY_FILE, KIND_WHY, UNCLASSIFIED, UNIDENTIFIED
from dsr_desk.lineage.keys import KeyTable
from dsr_desk.lineage.packing import Lines, PackedNodes

PASSED_ON_TO = "passed-on-to"
"""Attribute of a model: who received it."""

KINDS = tuple(NodeKind)
MARKS = (UNIDENTIFIED, UNCLASSIFIED, KIND_WHY, BY_FILE, REGISTERED, ERASED)
"""Attributes that are asked for of all nodes; each has a bit."""

NEVER = np.iinfo(np.int64).max
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class GraphWords:
    """Digests of sources, names of files by system, and by place who received what stands there."""

    sources: tuple[str, ...]
    labels: dict[str, tuple[str, ...]]
    received: dict[int, tuple[Received, ...]]


@dataclass(frozen=True)
class PreparedGraph:
    """A place is a position among `nodes`, which ends with twins. `original`, `said`, `edges`, `stated`: see `Built`.

    `kind` are positions in KINDS, `marks` bits of MARKS. `moments` are when a run ended and when anything else came to
    be, in microseconds since 1970 (UTC), NEVER where that is not recorded. `keys` are those of `keys_of`.

    `question_ends` cut `question_places` into the places that hang on each of `questions`; `asked` are the keys under
    which an answer can be given. `words` are `GraphWords` as text.
    """

    nodes: Lines
    original: Indices
    kind: NDArray[np.uint8]
    marks: NDArray[np.uint8]
    moments: NDArray[np.int64]
    name_rank: Indices
    keys: KeyTable
    said: EdgeTable
    edges: EdgeTable
    notes: Lines
    stated: Mask
    trained: Mask
    complete: Mask
    questions: Lines
    question_ends: Indices
    question_places: Indices
    asked: Lines
    asked_keys: KeyTable
    words: str


def prepared(built: Built) -> PreparedGraph:
    """All but what takes walks through the graph: `trained`, `complete`, and questions."""
    size = len(built.nodes)
    none, nothing = mask_of(size), Lines.of(())
    no_places = np.zeros(0, dtype=np.int64)
    members = (built.members.get(place, ()) for place in range(size))
    return PreparedGraph(
        nodes=PackedNodes.of(zip(built.nodes, members, strict=True)).lines,
        original=built.original,
        kind=np.fromiter((KINDS.index(node.kind) for node in built.nodes), dtype=np.uint8, count=size),
        marks=np.fromiter(map(_marks, built.nodes), dtype=np.uint8, count=size),
        moments=np.fromiter(map(_moment, built.nodes), dtype=np.int64, count=size),
        name_rank=_ranks([(node.name, node.version, node.id) for node in built.nodes]),
        keys=_keys(built),
        said=built.said,
        edges=built.edges,
        notes=Lines.of(json.dumps(dict(note), ensure_ascii=False) for note in built.notes),
        stated=built.stated,
        trained=none,
        complete=none,
        questions=nothing,
        question_ends=no_places,
        question_places=no_places,
        asked=nothing,
        asked_keys=KeyTable.of((), ()),
        words=to_text(GraphWords(built.sources, _labels(built), _received(built))),
    )


def with_questions(asked: Sequence[tuple[LineageQuestion, Indices]], keys: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Values of the fields that hold questions, from these with the places that hang on each, and the keys of all
    answers that can be given."""
    spelled = [asked_key(*pair) for pair in keys]
    return {
        "questions": Lines.of(to_text(question) for question, _ in asked),
        "question_ends": np.cumsum([len(places) for _, places in asked], dtype=np.int64),
        "question_places": np.concatenate([np.zeros(0, dtype=np.int64), *(places for _, places in asked)]),
        "asked": Lines.of(spelled),
        "asked_keys": KeyTable.of(spelled, range(len(spelled))),
    }


def asked_key(first: str, second: str) -> str:
    return json.dumps([first, second], ensure_ascii=False)


def keys_of(node: Node) -> Iterator[str]:
    """What a node is found by: its id, its name with and without version."""
    yield id_key(node.id)
    name, version = named_version(node)
    yield name_key(node.kind, name, version)
    yield name_key(node.kind, name)
    plain = node.name.casefold()
    if plain != name:
        yield name_key(node.kind, plain)
    if node.version and (plain, node.version.casefold()) != (name, version):
        yield name_key(node.kind, plain, node.version.casefold())


def id_key(ident: str) -> str:
    return f"\0{ident}"


def name_key(kind: NodeKind, name: str, version: str | None = None) -> str:
    """Of all versions of a name where `version` is None."""
    return f"{kind.value}\0{name}" if version is None else f"{kind.value}\0{name}\0{version}"


def _keys(built: Built) -> KeyTable:
    seats = np.fromiter((built.place_of[node.id] for node in built.listed), dtype=np.int64, count=len(built.listed))
    counts: list[int] = []

    def all_keys() -> Iterator[str]:
        for node in built.listed:
            found = list(keys_of(node))
            counts.append(len(found))
            yield from found

    digests = KeyTable.digests_of(all_keys())
    return KeyTable.in_order(digests, np.repeat(seats, counts))


def _labels(built: Built) -> dict[str, tuple[str, ...]]:
    return {space: tuple(files) for space, files in built.labels.items()}


def _marks(node: Node) -> int:
    if not node.attributes:
        return 0
    return sum(1 << bit for bit, name in enumerate(MARKS) if name in node.attributes)


def _moment(node: Node) -> int:
    time = node.ended if node.kind is NodeKind.RUN else node.created
    return moment(time)


def moment(time: str) -> int:
    """Microseconds since 1970 of a UTC timestamp; NEVER of what is none."""
    try:
        found = datetime.fromisoformat(time)
    except ValueError:
        return int(NEVER)
    return (found.replace(tzinfo=found.tzinfo or UTC) - _EPOCH) // timedelta(microseconds=1)


def day_of(moment: int) -> str:
    """The UTC date of a moment."""
    return (_EPOCH + timedelta(microseconds=moment)).date().isoformat()


def _ranks(names: list[tuple[str, str, str]]) -> Indices:
    ranks = np.empty(len(names), dtype=np.int64)
    ranks[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    return ranks


def _received(built: Built) -> dict[int, tuple[Received, ...]]:
    """Who received what stands at a place, as any source says it; none where one says so."""
    found: dict[int, dict[str, Received]] = {}
    for place, members in built.members.items():
        for node in members:
            names = recipients_in(node.attributes.get(PASSED_ON_TO, "")) if node.attributes else None
            if names is not None:
                found.setdefault(place, {}).update({name: Received(name) for name in names})
    for k in np.flatnonzero(built.said.has_role(Role.PASS_ON)).tolist():
        note = int(built.said.note[k])
        noted = built.notes[note] if note >= 0 else {}
        name = built.nodes[int(built.said.target[k])].name
        got = Received(name, noted.get("since", ""), noted.get("told", ""))
        found.setdefault(int(built.said.origin[k]), {})[name] = got
    return {place: tuple(received.values()) for place, received in found.items()}
