"""The drawing of a lineage by itself: keys, mouse, light on a path, the tree that holds the same, every look."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QWheelEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bench.sample.large import write_large_lineage
from dsr_desk.app.models.view import Drawing, NodeStanding, PlacedEdge, PlacedNode
from dsr_desk.core.lineage import Certainty, Edge, Node, NodeKind, Role
from dsr_desk.lineage.drawing import draw_all, draw_impact
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers.registry import import_file
from dsr_desk.ui import icons, lineage_words, theme, words
from dsr_desk.ui.graph_items import DASHES, FAR
from dsr_desk.ui.graph_parts import Legend, TreeView, png_of
from dsr_desk.ui.graph_view import MOST_SAID, GraphView
from dsr_desk.ui.models.lineage_tree import NODE, LineageTree
from dsr_desk.ui.theme import Tokens
from lineage_fakes import graph_of

FACES = Node("d:faces", NodeKind.DATASET, "faces", "1")
GATE = Node("m:gate", NodeKind.MODEL, "gate", "1")
PHONE = Node("m:phone", NodeKind.MODEL, "phone", "1")
AGES = Node("m:ages", NodeKind.MODEL, "ages", "1")
DOOR = Node("x:door", NodeKind.DEPLOYMENT, "front door")
COPIES = tuple(Node(f"m:copy{i}", NodeKind.MODEL, f"copy-{i}", "1") for i in range(4))
EDGES = (
    Edge("d:faces", "m:gate", Role.TRAIN),
    Edge("d:faces", "m:ages", Role.EVALUATE),
    Edge("m:gate", "m:phone", Role.DISTIL, Certainty.INFERRED),
    Edge("m:gate", "x:door", Role.SERVE),
    Edge("m:ages", "x:door", Role.SERVE),
    *(Edge("m:phone", one.id, Role.QUANTISE) for one in COPIES),
)


def draw(opened: tuple[str, ...] = ()) -> Drawing:
    graph = graph_of((FACES, GATE, PHONE, AGES, DOOR, *COPIES), EDGES)
    impact = affected(graph, ["faces@1"], {"faces@1": 3})
    return draw_impact(graph, ["faces@1"], impact, opened)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Drawing:
    path = tmp_path_factory.mktemp("large") / "large.json"
    assert write_large_lineage(path) > 250
    said = import_file(path)
    return draw_all(graph_of(said.nodes, said.edges))


@pytest.fixture
def view(qtbot: QtBot) -> GraphView:
    made = GraphView("Lineage")
    qtbot.addWidget(made)
    made.resize(900, 400)
    made.show()
    made.show_drawing(draw())
    return made


def the_box(view: GraphView) -> str:
    return next(key for key, item in view.nodes.items() if item.placed.folded)


def test_the_first_arrow_goes_to_the_hits_and_the_next_ones_along_the_lines(view: GraphView, qtbot: QtBot) -> None:
    went: list[str] = []
    view.chosen.connect(went.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(view, key)
    assert went[0] == "d:faces"
    assert went[1] in ("m:gate", "m:ages")
    assert (went[1], went[2]) in view.edges
    assert (went[3], went[2]) in view.edges


def test_up_and_down_stay_in_the_column(view: GraphView, qtbot: QtBot) -> None:
    upper, lower = sorted(("m:gate", "m:ages"), key=lambda key: view.nodes[key].placed.y)
    view.choose(upper)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.current == lower
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.current == lower
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert view.current == upper


def test_keys_zoom_and_nought_fits_again(view: GraphView, qtbot: QtBot) -> None:
    view.fit()
    fitted = view.transform().m11()
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert view.transform().m11() > fitted
    qtbot.keyClick(view, Qt.Key.Key_Minus)
    qtbot.keyClick(view, Qt.Key.Key_Minus)
    assert view.transform().m11() < fitted
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert view.transform().m11() == pytest.approx(fitted)


def test_enter_opens_a_box_or_asks_about_a_node_and_esc_leaves(view: GraphView, qtbot: QtBot) -> None:
    view.choose(the_box(view))
    with qtbot.waitSignal(view.unfolded) as unfolded:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert unfolded.args == [the_box(view)]
    view.choose("m:gate")
    with qtbot.waitSignal(view.opened) as opened:
        qtbot.keyClick(view, Qt.Key.Key_Enter)
    assert opened.args == ["m:gate"]
    with qtbot.waitSignal(view.left):
        qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.current == ""


def test_a_click_goes_to_a_node_and_opens_a_box(view: GraphView, qtbot: QtBot) -> None:
    gate = view.mapFromScene(view.nodes["m:gate"].sceneBoundingRect().center())
    with qtbot.waitSignal(view.chosen) as chosen:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=gate)
    assert chosen.args == ["m:gate"]
    box = view.mapFromScene(view.nodes[the_box(view)].sceneBoundingRect().center())
    with qtbot.waitSignal(view.unfolded):
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=box)


def test_dragging_moves_the_drawing_and_chooses_nothing(view: GraphView, qtbot: QtBot) -> None:
    view.zoom(3)
    gate = view.mapFromScene(view.nodes["m:gate"].sceneBoundingRect().center())
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=gate)
    qtbot.mouseMove(view.viewport(), gate + QPoint(60, 0))
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=gate + QPoint(60, 0))
    assert view.current == ""


def test_what_leads_to_the_chosen_model_is_lit_and_the_rest_stands_back(view: GraphView) -> None:
    view.choose("m:phone")
    assert {key for key, item in view.nodes.items() if item.lit} == {"d:faces", "m:gate", "m:phone"}
    assert {key for key, line in view.edges.items() if line.lit} == {("d:faces", "m:gate"), ("m:gate", "m:phone")}
    assert view.nodes["m:ages"].dim
    view.choose("")
    assert not any(item.lit or item.dim for item in view.nodes.values())


def test_hovering_lights_a_way_without_choosing_it(view: GraphView, qtbot: QtBot) -> None:
    ages = view.mapFromScene(view.nodes["m:ages"].sceneBoundingRect().center())
    qtbot.mouseMove(view.viewport(), ages)
    assert {key for key, item in view.nodes.items() if item.lit} == {"d:faces", "m:ages"}
    assert view.current == ""
    qtbot.mouseMove(view.viewport(), QPoint(2, 2))
    assert not any(item.lit for item in view.nodes.values())


def test_the_shortest_way_is_lit_first_and_every_way_on_demand(view: GraphView) -> None:
    assert view.way_to("x:door") < view.all_ways_to("x:door")
    assert view.all_ways_to("x:door") == {"d:faces", "m:gate", "m:ages", "x:door"}
    assert view.way_to("d:faces") == set(view.nodes)


def test_a_role_is_written_on_its_line_and_certainty_is_its_style(view: GraphView) -> None:
    assert view.edges["d:faces", "m:ages"].word == "evaluates"
    line = view.edges["m:gate", "m:phone"]
    assert DASHES[line.placed.certainty] is Qt.PenStyle.DashLine
    assert len(set(DASHES.values())) == len(Certainty)
    legend = Legend()
    assert legend.accessibleName() == (
        "Solid lines are recorded, dashed ones inferred, dotted ones a question for you."
    )
    legend.deleteLater()


def test_a_box_says_how_many_it_stands_for(view: GraphView) -> None:
    placed = view.nodes[the_box(view)].placed
    assert lineage_words.title_of(placed) == "+ 4 × copy-…"
    assert lineage_words.sentence_of(placed) == "+ 4 × copy-…, model, affected, quantised from (inferred)"


def test_roles_that_would_cover_each_other_wait_until_they_are_lit(qtbot: QtBot, large: Drawing) -> None:
    view = GraphView("Lineage")
    qtbot.addWidget(view)
    view.show_drawing(large)
    shown = [label for label in view._labels.values() if label._always]
    assert shown
    assert not any(
        one._place.intersects(other._place) for place, one in enumerate(shown) for other in shown[place + 1 :]
    )


def test_with_very_many_lines_a_role_is_written_where_it_is_lit(qtbot: QtBot) -> None:
    names = [Node(f"m:{i}", NodeKind.MODEL, f"model-{i}") for i in range(MOST_SAID + 2)]
    placed = tuple(PlacedNode(node, 300.0 * (i % 2), 70.0 * i) for i, node in enumerate(names))
    lines = tuple(
        PlacedEdge("m:0", node.id, (Role.DISTIL,), Certainty.RECORDED, ((204.0, 25.0), (300.0, 70.0 * i)))
        for i, node in enumerate(names[1:], start=1)
    )
    view = GraphView("Lineage")
    qtbot.addWidget(view)
    view.show_drawing(Drawing(placed, lines, 504.0, 70.0 * len(names), len(names)))
    assert not view._labels
    view.choose("m:3")
    assert set(view._labels) == {("m:0", "m:3")}
    assert view._labels["m:0", "m:3"].lit


def test_graph_and_tree_hold_the_same(large: Drawing) -> None:
    tree = LineageTree()
    tree.show_drawing(large)
    assert {row.placed.id for row in tree.rows} == {placed.id for placed in large.nodes}
    lines = [(row.edge.origin, row.edge.target) for row in tree.rows if row.edge is not None]
    assert sorted(lines) == sorted((edge.origin, edge.target) for edge in large.edges)
    opened_out = [row.placed.id for row in tree.rows if not row.again]
    assert len(opened_out) == len(set(opened_out)) == len(large.nodes)
    tree.deleteLater()


@pytest.mark.usefixtures("qapp")
def test_a_circle_ends_in_the_tree() -> None:
    nodes = [Node("d:drawn", NodeKind.DATASET, "drawn"), Node("m:artist", NodeKind.MODEL, "artist")]
    edges = [Edge("d:drawn", "m:artist", Role.TRAIN), Edge("m:artist", "d:drawn", Role.GENERATE)]
    tree = LineageTree()
    tree.show_drawing(draw_all(graph_of(nodes, edges)))
    assert [row.again for row in tree.rows] == [False, False, True]
    tree.deleteLater()


@pytest.mark.usefixtures("qapp")
def test_the_tree_keeps_qts_rules_and_every_row_is_a_sentence() -> None:
    tree = LineageTree()
    tester = QAbstractItemModelTester(tree, QAbstractItemModelTester.FailureReportingMode.Fatal)
    tree.show_drawing(draw())
    assert tree.index_of("m:phone").data(Qt.ItemDataRole.AccessibleTextRole) == (
        "phone 1, model, affected, distilled from (inferred), distilled from, inferred"
    )
    door = tree.index_of("x:door")
    assert door.data(NODE) == "x:door"
    again = [row for row in tree.rows if row.again]
    assert [row.placed.id for row in again] == ["x:door"]
    assert "opened out elsewhere" in tree.sentence(again[0])
    tester.deleteLater()
    tree.deleteLater()


def test_keys_open_and_leave_the_tree_too(qtbot: QtBot) -> None:
    tree = LineageTree()
    shown = TreeView(tree, "Tree")
    qtbot.addWidget(shown)
    tree.show_drawing(draw())
    shown.expandAll()
    with qtbot.waitSignal(shown.chosen) as chosen:
        shown.setCurrentIndex(tree.index_of("m:gate"))
    assert chosen.args == ["m:gate"]
    with qtbot.waitSignal(shown.opened) as opened:
        qtbot.keyClick(shown, Qt.Key.Key_Return)
    assert opened.args == ["m:gate"]
    with qtbot.waitSignal(shown.left):
        qtbot.keyClick(shown, Qt.Key.Key_Escape)
    shown.setModel(None)
    tree.deleteLater()


@pytest.mark.parametrize("palette", theme.ALL, ids=lambda palette: palette.name)
@pytest.mark.parametrize(
    ("scale", "ratio"),
    [(0.4, 1), (1.0, 2), *(pytest.param(*one, marks=pytest.mark.long) for one in ((0.4, 2), (1.0, 1)))],
)
def test_every_look_paints_near_and_far(qtbot: QtBot, palette: Tokens, scale: float, ratio: int) -> None:
    view = GraphView("Lineage")
    qtbot.addWidget(view)
    view.resize(700, 300)
    view.show_drawing(draw())
    view.choose("m:phone")
    theme.use(palette)
    try:
        view._scale_to(scale)
        image = QImage(view.size() * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        painter = QPainter(image)
        view.render(painter, QRectF(view.rect()), view.rect())
        painter.end()
    finally:
        theme.use(theme.LIGHT)
    colours = {image.pixelColor(x, y).name().upper() for x in range(image.width()) for y in range(0, image.height(), 3)}
    assert {palette.surface, palette.text, palette.focus} <= colours
    assert (scale < FAR) == (scale == 0.4)


def test_names_stay_inside_their_boxes_when_far_away(qtbot: QtBot, large: Drawing) -> None:
    view = GraphView("Lineage")
    qtbot.addWidget(view)
    view.resize(1320, 560)
    view.show()
    view.show_drawing(large)
    view.fit()
    assert view.transform().m11() < 1
    outside = [
        placed.id for placed in large.nodes if not view.sceneRect().contains(view.nodes[placed.id].sceneBoundingRect())
    ]
    assert outside == []


def test_the_picture_of_a_300_model_organisation_is_small_enough_to_read(large: Drawing) -> None:
    assert large.whole > 280
    assert len(large.nodes) <= 60
    assert 1320 / large.width > 0.45
    assert 620 / large.height > 0.45


def test_every_kind_and_standing_has_a_word_and_a_sign(qapp: QApplication) -> None:
    assert qapp is not None
    shipped = set(icons.names())
    assert {kind.value for kind in NodeKind} <= shipped
    for kind in NodeKind:
        assert words.term(kind)
    assert all(words.term(role) and lineage_words.edge_word([role]) for role in Role)
    for standing in NodeStanding:
        said, sign = lineage_words.standing_name(standing), lineage_words.standing_icon(standing)
        assert bool(said) == bool(sign) == (standing is not NodeStanding.BESIDE)
        assert not sign or sign in shipped


def test_a_png_is_twice_the_drawing_and_always_light(view: GraphView, tmp_path: Path) -> None:
    view.choose("m:gate")
    theme.use(theme.DARK)
    try:
        path = tmp_path / "drawing.png"
        path.write_bytes(png_of(view, "Lineage of case 2026-001"))
    finally:
        theme.use(theme.LIGHT)
    image = QImage(str(path))
    assert image.width() == round(view.sceneRect().width() * 2)
    assert image.height() == round((view.sceneRect().height() + 56) * 2)
    assert image.pixelColor(2, 2).name().upper() == theme.LIGHT.surface
    colours = {image.pixelColor(x, y).name().upper() for x in range(0, image.width(), 2) for y in range(image.height())}
    assert theme.LIGHT.text in colours
    assert theme.LIGHT.focus not in colours
    assert view.current == "m:gate"
    assert view.nodes["m:gate"].chosen


def test_the_wheel_zooms_where_the_mouse_is(view: GraphView) -> None:
    fitted = view.transform().m11()
    for turned in (120, -120, -120):
        place = QPointF(view.viewport().rect().center())
        wheel = QWheelEvent(
            place,
            view.viewport().mapToGlobal(place),
            QPoint(),
            QPoint(0, turned),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(view.viewport(), wheel)
    assert view.transform().m11() == pytest.approx(fitted / 1.25)


@pytest.mark.parametrize("size", [(1320, 560), (640, 200)])
def test_a_drawing_opens_readable_and_at_the_first_model_that_is_affected(
    qtbot: QtBot, large: Drawing, size: tuple[int, int]
) -> None:
    view = GraphView("Lineage")
    qtbot.addWidget(view)
    view.resize(*size)
    view.show()
    for drawing, wanted in ((draw(), "m:gate"), (large, None)):
        view.show_drawing(drawing)
        assert view.transform().m11() >= 1
        if wanted is not None:
            seen = view.mapToScene(view.viewport().rect()).boundingRect()
            assert seen.contains(view.nodes[wanted].sceneBoundingRect().center())
    view.fit()
    assert view.transform().m11() < 1
