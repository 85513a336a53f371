from __future__ import annotations

from collections.abc import Callable

import pytest

from dsr_desk.core.lineage import Certainty, Edge, Node, NodeKind, Role
from dsr_desk.lineage import drawing
from dsr_desk.lineage.drawing import LineageTooLargeToDraw, NodeStanding, draw_all, draw_impact
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.identity import NodeAnswer
from dsr_desk.lineage.impact import affected
from lineage_fakes import graph_of
from unit.lineage.conftest import short

Draw = Callable[..., Graph]


@pytest.fixture
def graph(draw: Draw) -> Graph:
    return draw(
        "dataset:faces@1 train run:1",
        "run:1 produce model:net@1",
        "dataset:faces@1 evaluate model:judged",
        "dataset:other train model:judged",
        "dataset:faces@1 train model:old",
        "model:net@1 serve deployment:door",
        "dataset:other train model:far",
        "dataset:part copy dataset:faces@1",
        *(f"model:net@1 fine-tune-base model:small@{i} ?" for i in range(4)),
        nodes=(Node("model:old", NodeKind.MODEL, "old", created="2020-01-01T00:00:00Z"), short("model:silent")),
    )


def test_a_case_is_drawn_with_the_standing_certainty_and_hits_of_each_node(graph: Graph) -> None:
    impact = affected(graph, ["faces@1"], {"faces@1": 7}, {"faces@1": "2024-01-01T00:00:00Z"})
    drawn = draw_impact(graph, ["faces@1"], impact)
    about = {placed.title.say(): placed for placed in drawn.nodes}

    assert set(about) == {"faces", "net", "judged", "old", "door", "4 × small"}
    assert {name: placed.standing for name, placed in about.items()} == {
        "faces": NodeStanding.HIT, "net": NodeStanding.AFFECTED, "judged": NodeStanding.MEASURED,
        "old": NodeStanding.EXCLUDED, "door": NodeStanding.BESIDE, "4 × small": NodeStanding.AFFECTED,
    }  # fmt: skip
    assert (about["faces"].hits, about["net"].hits) == (7, 0)
    assert about["net"].certainty is Certainty.RECORDED
    assert about["net"].certainties == {Role.TRAIN: Certainty.RECORDED}
    assert about["4 × small"].certainty is Certainty.INFERRED
    assert about["4 × small"].members == tuple(f"model:small@{i}" for i in range(4))
    assert drawn.node("model:small@2") is about["4 × small"]
    assert drawn.node("model:far") is None
    assert drawn.whole == 9


def test_every_edge_runs_from_box_to_box(graph: Graph) -> None:
    drawn = draw_all(graph, runs=True)
    wide, high = drawn.box

    assert {placed.node.kind for placed in drawn.nodes} >= {NodeKind.RUN, NodeKind.DATASET}
    assert drawn.edges
    for edge in drawn.edges:
        origin, target = drawn.node(edge.origin), drawn.node(edge.target)
        assert origin is not None
        assert target is not None
        assert edge.points[0] == pytest.approx((origin.x + wide, origin.y + high / 2))
        assert edge.points[-1] == pytest.approx((target.x, target.y + high / 2))
    assert max(placed.x + wide for placed in drawn.nodes) <= drawn.width
    assert max(placed.y + high for placed in drawn.nodes) <= drawn.height


def test_everything_is_drawn_with_the_models_that_say_nothing_of_their_data(graph: Graph) -> None:
    drawn = draw_all(graph)
    assert [placed.node.name for placed in drawn.nodes if placed.standing is NodeStanding.SILENT] == ["silent"]
    assert {"other", "far"} <= {placed.node.name for placed in drawn.nodes}


def test_opening_and_closing_a_box_gives_the_same_drawing_again(graph: Graph) -> None:
    closed = draw_all(graph)
    (box,) = [placed for placed in closed.nodes if placed.folded]
    opened = draw_all(graph, box.members)
    one = opened.node("model:small@1")

    assert one is not None
    assert not one.folded
    assert set(one.alike) == set(box.members)
    assert draw_all(graph, set(box.members) - set(one.alike)) == closed


def test_an_open_question_is_drawn_and_the_model_behind_it_is_perhaps_affected() -> None:
    nodes = [short("dataset:faces"), Node("dataset:b", NodeKind.DATASET, "faces", "", "lake"), short("model:net")]
    edges = [Edge("dataset:b", "model:net", Role.TRAIN)]
    graph = graph_of(nodes, edges)
    drawn = draw_impact(graph, ["dataset:faces"], affected(graph, ["dataset:faces"]))

    net = drawn.node("model:net")
    assert net is not None
    assert net.standing is NodeStanding.PERHAPS
    assert {edge.certainty for edge in drawn.edges} == {Certainty.UNKNOWN, Certainty.RECORDED}
    said = graph_of(nodes, edges, answers=[NodeAnswer("dataset:b", "dataset:faces", same=False)])
    assert draw_impact(said, ["dataset:faces"], affected(said, ["dataset:faces"])).node("model:net") is None


def test_a_part_is_drawn_into_its_whole_which_is_not_drawn_twice(draw: Draw) -> None:
    lines = ("dataset:faces contain dataset:part", "dataset:faces train model:net", "dataset:faces contain dataset:z")
    graph = draw(*lines)
    drawn = draw_impact(graph, ["dataset:part"], affected(graph, ["dataset:part"]))

    assert sorted(placed.node.name for placed in drawn.nodes) == ["faces", "net", "part"]
    assert {(edge.origin, edge.target) for edge in drawn.edges} == {
        ("dataset:part", "dataset:faces"), ("dataset:faces", "model:net"),
    }  # fmt: skip


def test_what_nobody_could_read_is_not_drawn(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "MOST_DRAWN", 5)
    with pytest.raises(LineageTooLargeToDraw, match="boxes"):
        draw_all(graph)


def test_nodes_are_found_by_name_version_id_and_other_names_the_exact_one_first(draw: Draw) -> None:
    graph = draw(
        "dataset:face train model:face-net@1", "dataset:surface train model:x",
        nodes=(short("dataset:plain"), Node("dataset:y", NodeKind.DATASET, "y", aliases=("s3://Faces/1",))),
    )  # fmt: skip
    assert [node.name for node in graph.search("FACE")] == ["face", "face-net", "surface", "y"]
    assert [node.name for node in graph.search("face-net@1")] == ["face-net"]
    assert [node.id for node in graph.search("model:x")] == ["model:x"]
    assert graph.search("  ") == []
