"""A graph that is kept ready says what the one says that was made; one that does not fit is never used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from dsr_desk.core.lineage import Certainty, Edge, Node, NodeKind, Role
from dsr_desk.core.lineage_questions import QuestionKind
from dsr_desk.core.retained import Received
from dsr_desk.lineage import kept, keys
from dsr_desk.lineage.coverage import coverage
from dsr_desk.lineage.edges import EdgeTable
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.identity import RegisteredVersion
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers.draft import KIND_TEXT, KIND_WHY
from dsr_desk.lineage.packing import A_BLOCK, Lines, Packed, PackedNodes
from dsr_desk.lineage.part import drawn_part
from dsr_desk.lineage.prepared import PASSED_ON_TO
from dsr_desk.storage.tables import Database

Draw = Callable[..., Graph]
NOW = "2026-11-21T10:00:00Z"
SAME = ("sha256:ab",)
NODES = (
    Node("dataset:lake|Faces|1", NodeKind.DATASET, "Faces", "1", "lake", SAME, ("s3://lake/faces",)),
    Node("dataset:here|Straße|1", NodeKind.DATASET, "Straße", "1", "here", SAME),
    Node("run:7", NodeKind.RUN, "train", "7", ended="2024-05-06T07:08:09Z"),
    Node("model:odd", NodeKind.MODEL, 'a "\\\n name', "v@1", attributes={KIND_WHY: "guess.kind.file", KIND_TEXT: "x"}),
    Node("model:given", NodeKind.MODEL, "given", attributes={PASSED_ON_TO: "none"}),
    Node("recipient:acme", NodeKind.RECIPIENT, "Acme"),
)
LINES = (
    "dataset:lake|Faces|1 train run:7",
    "run:7 produce model:odd",
    "model:odd pass-on recipient:acme",
    "model:odd serve deployment:gate",
    "dataset:whole contain dataset:part",
    "dataset:whole train model:given",
    "dataset:other@1 evaluate model:given",
    "model:given quantise model:small",
)
GUESS = Edge("dataset:part", "model:small", Role.TRAIN, source="src")


@pytest.fixture
def graph(draw: Draw) -> Graph:
    noted = {"why": "guess.parameter", "by": "data", "text": "part"}
    guess = replace(GUESS, certainty=Certainty.INFERRED, attributes=noted)
    return draw(*LINES, nodes=NODES, edges=(guess,), registered=(RegisteredVersion("faces", "1"),))


@pytest.fixture
def again(graph: Graph) -> Graph:
    return Graph.of(kept.from_bytes(kept.to_bytes(graph.prepared)))


def test_all_that_is_asked_of_it_is_answered_as_before_it_was_kept(graph: Graph, again: Graph) -> None:
    assert again.nodes == graph.nodes
    assert [again.members(place) for place in range(len(again.nodes))] == [
        graph.members(place) for place in range(len(graph.nodes))
    ]
    assert again.questions == graph.questions
    assert {one.kind for one in again.questions} >= {QuestionKind.USES, QuestionKind.A_MODEL}
    assert all(again.is_asked(one.first, one.second) for one in graph.questions)
    assert not again.is_asked("model:odd", "model:given")
    for version in ("faces@1", "dataset:whole", "dataset:part", "dataset:other@1", "Straße@1"):
        assert affected(again, [version]).as_json() == affected(graph, [version]).as_json()
        assert drawn_part(again, [version]) == drawn_part(graph, [version])
    assert coverage(again, (), NOW) == coverage(graph, (), NOW)
    assert again.counts() == graph.counts()
    assert again.received == graph.received
    place = again.position("model:odd")
    assert place is not None
    assert again.received[place] == (Received("Acme"),)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("STRASSE", ["dataset:lake|Faces|1"]),
        ("faces@1", ["dataset:lake|Faces|1"]),
        ("s3://lake/faces", ["dataset:lake|Faces|1"]),
        ('"\\\n na', ["model:odd"]),
        ("name@v@1", ["model:odd"]),
        ("e@v", ["model:odd"]),
        ("no such thing", []),
        ("  ", []),
        ("", []),
    ],
)
def test_a_text_is_found_in_any_name_whatever_its_case(text: str, found: list[str], again: Graph) -> None:
    assert {node.id for node in again.search(text)} >= set(found)
    assert bool(again.search(text)) is bool(found)


def test_names_and_ids_are_told_apart_where_their_digests_are_one(draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_digest", lambda _key: bytes(8))
    graph = draw(*LINES, nodes=NODES)
    for node in graph.nodes:
        place = graph.position(node.id)
        assert place is not None
        assert graph.nodes[place] == node
    assert graph.position("model:none") is None
    assert [graph.nodes[place].id for place in graph.find("small", NodeKind.MODEL)] == ["model:small"]
    assert graph.find("small", NodeKind.DATASET) == []
    assert not graph.is_asked("model:odd", "model:given")


def test_what_was_kept_for_something_else_is_not_used(db: Database, graph: Graph) -> None:
    kept.keep(db, "rests on this", graph)
    assert kept.kept(db, "rests on that") is None
    found = kept.kept(db, "rests on this")
    assert found is not None
    assert found.nodes == graph.nodes

    kept.keep(db, "rests on that", graph)
    assert db.conn.execute("SELECT rests_on FROM lineage_ready").fetchall() == [("rests on that",)]


def test_what_is_damaged_is_not_used(db: Database, graph: Graph) -> None:
    kept.keep(db, "all", graph)
    (content,) = db.conn.execute("SELECT content FROM lineage_ready").fetchone()
    shorter = replace(graph.prepared, kind=graph.prepared.kind[1:])
    wordless = replace(graph.prepared, words="[]")
    elsewhere = replace(graph.prepared, edges=_moved(graph.prepared.edges))
    broken = [
        content[:-1],
        content[: len(content) // 2],
        b"",
        b"no graph",
        *(_flipped(content, part) for part in range(8)),
    ]
    for bad in (*broken, *map(kept.to_bytes, (shorter, elsewhere, wordless))):
        db.conn.execute("UPDATE lineage_ready SET content = ?", [bad])
        found = kept.kept(db, "all")
        assert found is None or kept.to_bytes(found.prepared) == content


def _flipped(content: bytes, part: int) -> bytes:
    at = len(content) * part // 8 + 40
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def _moved(edges: EdgeTable) -> EdgeTable:
    return replace(edges, target=edges.target + 10_000)


def test_it_rests_on_everything_that_a_graph_is_made_from(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    version = RegisteredVersion("faces", "1")
    seen = {kept.rests_on(db, []), kept.rests_on(db, [version]), kept.rests_on(db, [replace(version, places=("/a",))])}
    for change in (
        "INSERT INTO lineage_sources VALUES (1, 'd', 'a.csv', 'CSV', '', '', '[]')",
        "INSERT INTO lineage_nodes VALUES (1, 1, 'model:a', 'model', 'a', '', '', '[]', '[]', '', '', '{}')",
        "INSERT INTO lineage_edges VALUES (1, 1, 1, 'train', 'recorded', '{}')",
        "INSERT INTO lineage_answers VALUES ('a', 'b', 1, 'o', '')",
        "UPDATE lineage_answers SET same = 0",
        "INSERT INTO lineage_digests VALUES ('faces@1', '', 'sha256:ab')",
    ):
        db.conn.execute(change)
        seen.add(kept.rests_on(db, []))
    assert len(seen) == 9
    monkeypatch.setattr(kept, "code", lambda: "another")
    assert kept.rests_on(db, []) not in seen


@pytest.mark.parametrize("count", [0, 1, A_BLOCK, A_BLOCK + 1, 5 * A_BLOCK])
def test_lines_are_at_hand_one_by_one_and_together(count: int) -> None:
    texts = [f"line {i} ä" for i in range(count)]
    packed = Packed(Lines.of(texts), str)
    assert packed == texts
    assert [packed[i] for i in range(count)] == texts
    assert packed[1:3] == texts[1:3]
    assert packed[::-1] == texts[::-1]
    assert [packed[-1]] == texts[-1:] if texts else True
    for place in (count, -count - 1):
        with pytest.raises(IndexError):
            packed[place]


def test_hundreds_of_thousands_of_nodes_take_little_room() -> None:
    many = [Node(f"run:mlflow|{i:032x}", NodeKind.RUN, f"train-{i}", f"{i:032x}", "mlflow") for i in range(20_000)]
    packed = PackedNodes.of((node, [node]) for node in many)
    assert len(packed.lines.blocks) < 40 * len(many)
    assert packed[12_345] == many[12_345]
    assert packed.members(12_345) == [many[12_345]]
