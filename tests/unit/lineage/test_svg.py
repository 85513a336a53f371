from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

from dsr_desk.core.lineage import Edge, Node, NodeKind, Role
from dsr_desk.core.message import quoted
from dsr_desk.lineage.drawing import draw_all
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.svg import to_svg
from lineage_fakes import graph_of

SVG = "{http://www.w3.org/2000/svg}"


def test_every_node_and_edge_is_in_the_picture_with_its_role(draw: Callable[..., Graph]) -> None:
    graph = draw("dataset:faces@1 train run:1", "run:1 produce model:net@2", "model:net@2 serve deployment:door ?")
    root = ElementTree.fromstring(to_svg(draw_all(graph, runs=True), quoted("Case 2026-001")))
    texts = [element.text for element in root.iter(f"{SVG}text")]

    assert {"Case 2026-001", "faces", "1", "net", "door", "trains", "serves"} <= set(texts)
    boxes = [element for element in root.iter(f"{SVG}g") if element.get("data-id")]
    assert len(boxes) == 4
    paths = [element for element in root.iter(f"{SVG}path") if element.get("marker-end")]
    assert len(paths) == 3
    assert [path.get("stroke-dasharray") for path in paths].count("6 4") == 1


def test_names_cannot_break_out_of_the_picture() -> None:
    evil = Node('model:"><script>', NodeKind.MODEL, '<script>alert("1")</script>\x00\x1b', '"&<')
    other = Node("dataset:x", NodeKind.DATASET, "x" * 300)
    picture = to_svg(draw_all(graph_of((evil, other), [Edge("dataset:x", evil.id, Role.TRAIN)])), quoted("<b>&"))
    root = ElementTree.fromstring(picture)

    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {
        "svg", "title", "defs", "marker", "path", "rect", "text", "g",
    }  # fmt: skip
    assert all(len(element.text or "") <= 90 for element in root.iter(f"{SVG}text"))
    assert "http" not in picture.replace("http://www.w3.org/2000/svg", "")


def test_an_empty_part_is_an_empty_picture() -> None:
    assert ElementTree.fromstring(to_svg(draw_all(graph_of([], [])))).tag == f"{SVG}svg"
