"""The Models step and the Lineage place in a real window: drawing, search, files, details, disposition, lacks."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from bench.sample.large import write_large_lineage
from dsr_desk.app.desk import Desk
from dsr_desk.app.models import view as lineage_view
from dsr_desk.app.models.lineage import dispositions, import_lineage
from dsr_desk.app.models.view import Drawing
from dsr_desk.core.acts import Kind
from dsr_desk.core.lineage import DispositionKind, ExcludedModel, Learned, Node, NodeKind
from dsr_desk.core.message import message
from dsr_desk.lineage.drawing import LineageTooLargeToDraw
from dsr_desk.ui import graph_panel, language
from dsr_desk.ui.graph_panel import GRAPH, NOTHING, TREE, LineagePanel
from dsr_desk.ui.models.affected import ExcludedTable
from dsr_desk.ui.models.coverage import Lack
from dsr_desk.ui.navigation import StepLook
from dsr_desk.ui.views.models.disposition import DispositionDialog, ObservationDialog
from dsr_desk.ui.views.models.lineage import LineagePage
from dsr_desk.ui.views.models.models import ModelsPage
from ui.conftest import Visitor


@pytest.fixture
def models(visitor: Visitor) -> ModelsPage:
    """The Models step of a case whose candidates are decided."""
    visitor.identify()
    visitor.search()
    visitor.decide_all()
    page = visitor.open_case("models")
    assert isinstance(page, ModelsPage)
    return page


@pytest.fixture
def large(visitor: Visitor, tmp_path: Path) -> LineagePage:
    """The Lineage place of an organisation with some 300 models."""
    path = tmp_path / "large.json"
    write_large_lineage(path)
    import_lineage(visitor.desk, [path])
    page = visitor.show("lineage")
    assert isinstance(page, LineagePage)
    return page


def said(page: ModelsPage) -> str:
    return "\n".join(one.text() for one in page.details.findChildren(QLabel))


def box(panel: LineagePanel) -> str:
    return next(key for key, item in panel.graph.nodes.items() if item.placed.folded)


def test_models_stand_in_the_graph_the_tree_and_the_list_alike(models: ModelsPage) -> None:
    listed = {row.model.id for row in models.lists.affected.rows}
    assert len(listed) >= 3
    assert models.panel.drawing is not None
    in_graph, in_tree = set(models.panel.graph.nodes), {row.placed.id for row in models.panel.model.rows}
    assert in_graph == in_tree
    for model in listed:
        placed = models.panel.drawing.node(model)
        assert placed is not None
        assert placed.id in in_graph


def test_what_the_list_has_chosen_is_lit_in_the_graph_and_marked_in_the_tree(models: ModelsPage) -> None:
    for place, row in enumerate(models.lists.affected.rows):
        models.table.choose(place)
        placed = models.panel.drawing.node(row.model.id) if models.panel.drawing else None
        assert placed is not None
        assert models.panel.graph.current == placed.id
        assert models.panel.tree.currentIndex() == models.panel.model.index_of(placed.id)
        lit = {key for key, item in models.panel.graph.nodes.items() if item.lit}
        starts = [models.panel.drawing.node(path[0].node.id) for path in row.model.paths]
        assert {start.id for start in starts if start} <= lit


def test_going_along_a_line_chooses_the_model_in_the_list(models: ModelsPage, qtbot: QtBot) -> None:
    graph = models.panel.graph
    graph.choose(next(key for key, item in graph.nodes.items() if item.placed.hits))
    qtbot.keyClick(graph, Qt.Key.Key_Right)
    chosen = models.table.current()
    assert graph.current in (chosen.model.id, box(models.panel) if chosen is None else graph.current)
    assert chosen.model.id == graph.current or models.lists.row_of(graph.current) is None


def test_enter_shows_the_details_and_esc_puts_them_away(models: ModelsPage, qtbot: QtBot) -> None:
    assert not models.details.isVisible()
    models.table.choose(1)
    qtbot.keyClick(models.panel.graph, Qt.Key.Key_Return)
    assert models.details.isVisible()
    assert models.details.shown == models.table.current().model.id
    qtbot.keyClick(models.panel.graph, Qt.Key.Key_Escape)
    assert not models.details.isVisible()


def test_the_details_say_role_path_certainty_period_and_what_stands_on_the_model(
    models: ModelsPage, visitor: Visitor
) -> None:
    rows = models.lists.affected.rows
    deployed = next(row for row in rows if row.model.deployments)
    models._open(deployed.model.id)
    text = said(models)
    for part in ("trained on", "Shortest path", "Deployments", "What was decided", "What was seen afterwards"):
        assert part in text
    assert deployed.model.deployments[0].title.replace("@", " ") in text
    models.details.all_paths.emit()
    visitor.settle()
    assert "in all" in said(models)
    assert models.details.paths.count() == 1 + len(
        lineage_view.paths_to_model(visitor.desk, visitor.office.case, deployed.model.id).paths
    )


def test_a_decision_is_recorded_and_taken_back_and_an_observation_stands_apart(
    models: ModelsPage, visitor: Visitor
) -> None:
    row = models.lists.affected.rows[0]
    models._open(row.model.id)
    models.details.decide.emit()
    dialog = visitor.dialog(DispositionDialog)
    dialog._disposition.choose(DispositionKind.RETRAINED)
    dialog.act.click()
    visitor.settle()
    models.details.observe.emit()
    seen = visitor.dialog(ObservationDialog)
    assert not seen.act.isEnabled()
    seen._disposition.choose(DispositionKind.WITHDRAWN)
    seen._day.day = date(2026, 11, 3)
    seen._by.setText("the platform team")
    seen._how.setText("the endpoint answers 404")
    seen.act.click()
    visitor.settle()
    assert visitor.errors == []
    found = dispositions(visitor.desk, visitor.office.case)[row.model.id]
    assert found.planned is not None
    assert found.observed is not None
    assert (found.planned.disposition, found.observed.disposition) == (
        DispositionKind.RETRAINED,
        DispositionKind.WITHDRAWN,
    )
    assert (found.observed.seen, found.observed.by) == ("2026-11-03", "the platform team")
    shown = [models.lists.affected.index(0, column).data() for column in (3, 5)]
    assert shown[0].startswith("Retrain")
    assert shown[1].startswith("Withdrawn")
    models.details.take_back.emit()
    visitor.settle()
    found = dispositions(visitor.desk, visitor.office.case)[row.model.id]
    assert found.planned is None
    assert found.observed is not None
    models.details.unsee.emit()
    visitor.settle()
    assert row.model.id not in dispositions(visitor.desk, visitor.office.case)
    kinds = [entry.kind for entry in visitor.desk.vault.log.entries(visitor.desk.case(visitor.office.case).id)]
    assert kinds[-4:] == [Kind.DISPOSITION, Kind.OBSERVED, Kind.UNDONE, Kind.UNDONE]


def test_what_records_say_to_a_word_stands_beside_it(models: ModelsPage, visitor: Visitor) -> None:
    row = next(one for one in models.lists.affected.rows if one.model.learned is Learned.ITSELF)
    models._open(row.model.id)
    models.details.observe.emit()
    dialog = visitor.dialog(ObservationDialog)
    dialog._disposition.choose(DispositionKind.NOT_AFFECTED)
    dialog._fit()
    assert not dialog._file.isVisible()
    assert not dialog._instead.isVisible()
    dialog._how.setText("it was trained on other photos")
    dialog.act.click()
    visitor.settle()
    assert visitor.errors == []
    assert "learned from the data: " in said(models)
    shown = next(one for one in models.lists.affected.rows if one.model.id == row.model.id)
    assert "records say otherwise" in models.lists.affected.sentence(shown)


def test_one_decision_can_be_made_for_several_models_with_an_entry_for_each(
    models: ModelsPage, visitor: Visitor
) -> None:
    models.table.selectAll()
    models.decide.click()
    dialog = visitor.dialog(DispositionDialog)
    dialog._responsible.setText("ML platform")
    dialog.act.click()
    visitor.settle()
    rows = models.lists.affected.rows
    assert {row.disposition.planned.responsible for row in rows if row.disposition and row.disposition.planned} == {
        "ML platform"
    }
    entries = visitor.desk.vault.log.entries(visitor.desk.case(visitor.office.case).id)
    assert sum(entry.kind is Kind.DISPOSITION for entry in entries) == len(rows) > 1


def test_the_way_on_leads_from_model_to_model_and_then_to_the_deletion_and_no_tick_comes_before(
    models: ModelsPage, visitor: Visitor
) -> None:
    step = visitor.workspace.side.button("models")
    assert models.on.property("kind") == "primary"
    assert models.panel.graph.transform().m11() >= 1
    for left in range(len(models.lists.affected.rows), 0, -1):
        assert step.state is StepLook.BEGUN
        assert (f"{left} open" in models.on.text()) is (left > 1)
        models.on.click()
        dialog = visitor.dialog(DispositionDialog)
        dialog._responsible.setText("ML platform")
        dialog.act.click()
        visitor.settle()
    assert models.on.text() == "Go on to the deletion"
    assert step.state is StepLook.DONE or "question" in step.note
    models.on.click()
    visitor.settle()
    assert visitor.workspace.place == "deletion"


def test_the_drawing_takes_the_room_of_the_list_and_gives_it_back(models: ModelsPage) -> None:
    before = models.panel.height()
    models.panel.larger.click()
    assert not models.lists.isVisible()
    models.panel.larger.click()
    assert models.lists.isVisible()
    assert models.panel.height() == before


def test_a_decision_leaves_the_drawing_alone_and_new_lineage_draws_it_anew(
    models: ModelsPage, visitor: Visitor
) -> None:
    drawn: list[bool] = []
    models.panel.drawn.connect(lambda: drawn.append(True))
    visitor.hear_of(Kind.DISPOSITION)
    visitor.settle()
    assert drawn == []
    visitor.hear_of(Kind.LINEAGE)
    visitor.settle()
    assert drawn == [True]


def test_models_of_which_nothing_is_recorded_have_a_list_of_their_own(models: ModelsPage) -> None:
    assert [node.name for node in models.lists.silent.rows] == ["crowd-counter"]
    assert models.lists.switch.tabText(2) == "Training not recorded: 1"


def test_a_box_opens_and_folds_again_without_losing_anything(large: LineagePage, visitor: Visitor) -> None:
    panel = large.panel
    assert panel.drawing is not None
    whole, boxes = panel.drawing.whole, len(panel.drawing.nodes)
    members = panel.graph.nodes[box(panel)].placed.members
    panel.unfold(box(panel))
    visitor.settle()
    assert set(members) <= set(panel.graph.nodes)
    assert panel.drawing.whole == whole
    assert panel.fold.isVisible()
    panel.fold.click()
    visitor.settle()
    assert len(panel.drawing.nodes) == boxes
    assert not panel.fold.isVisible()


def test_search_finds_what_is_folded_and_centres_on_it(large: LineagePage, visitor: Visitor, qtbot: QtBot) -> None:
    panel = large.panel
    qtbot.keyClicks(panel.search, "door-gate-oslo")
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    visitor.settle()
    first = panel.graph.current
    assert panel.graph.nodes[first].placed.node.name == "door-gate-oslo"
    assert panel.said.text() == "1 of 12"
    view = panel.graph.viewport().rect()
    assert view.contains(panel.graph.mapFromScene(panel.graph.nodes[first].sceneBoundingRect().center()))
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    visitor.settle()
    assert panel.said.text() == "2 of 12"
    assert panel.graph.current != first
    qtbot.keyClick(panel.search, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    visitor.settle()
    assert panel.graph.current == first


def test_search_says_when_there_is_nothing_and_shows_runs_where_one_is_meant(
    large: LineagePage, visitor: Visitor, qtbot: QtBot
) -> None:
    panel = large.panel
    panel.search.setText("no such thing")
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    visitor.settle()
    assert panel.said.text() == "nothing of that name"
    panel.search.setText("train-event-search")
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    visitor.settle()
    assert panel.runs.isChecked()
    assert panel.graph.nodes[panel.graph.current].placed.node.name == "train-event-search"


@pytest.mark.parametrize("place", ["models", "lineage"])
def test_a_drawing_is_saved_as_svg_and_png_with_sensible_names(
    models: ModelsPage, visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    page = models if place == "models" else visitor.show("lineage")
    panel = page.panel  # type: ignore[attr-defined]
    offered: list[str] = []

    def choose(_parent: object, _title: str, name: str, _kinds: str) -> tuple[str, str]:
        offered.append(name)
        return str(tmp_path / name.removesuffix(".png")), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    panel.svg.click()
    visitor.settle()
    panel.png.click()
    visitor.settle()
    assert visitor.errors == []
    stem = "lineage-2026-001" if place == "models" else "lineage"
    assert offered == [f"{stem}.svg", f"{stem}.png"]
    root = ElementTree.parse(tmp_path / f"{stem}.svg").getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    ids = {one.get("data-id") for one in root.iter() if one.get("data-id")}
    assert ids == set(panel.graph.nodes)
    image = QImage(str(tmp_path / f"{stem}.png"))
    assert image.width() == round(panel.graph.sceneRect().width() * 2)
    kinds = [entry.kind for entry in visitor.desk.vault.log.entries()]
    assert kinds[-2:] == [Kind.LINEAGE_EXPORTED if place == "models" else Kind.LINEAGE] * 2


def test_a_drawing_is_placed_beside_the_window_and_the_last_wish_counts(
    large: LineagePage, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []
    drawn: dict[bool, Drawing] = {}

    def draw(desk: Desk, opened: Collection[str] = (), *, runs: bool = False) -> Drawing:
        threads.append(threading.current_thread().name)
        drawn[runs] = lineage_view.draw_lineage(desk, opened, runs=runs)
        return drawn[runs]

    monkeypatch.setattr(graph_panel, "draw_lineage", draw)
    large.panel.runs.setChecked(True)
    large.panel.runs.setChecked(False)
    visitor.settle()
    assert len(threads) == 2
    assert "MainThread" not in threads
    assert large.panel.drawing is drawn[False]


def test_what_is_too_large_to_draw_says_so_in_the_place_of_the_drawing(
    large: LineagePage, visitor: Visitor, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_words: object) -> Drawing:
        raise LineageTooLargeToDraw(count="9,000")

    monkeypatch.setattr(graph_panel, "draw_lineage", refuse)
    large.panel.reload()
    qtbot.waitUntil(lambda: large.panel.stack.currentIndex() == NOTHING, timeout=60_000)
    visitor.settle()
    assert "9,000 boxes" in large.panel._empty.accessibleName()
    assert visitor.errors == []


def test_the_switch_turns_from_graph_to_tree_and_keeps_the_place(large: LineagePage, qtbot: QtBot) -> None:
    panel = large.panel
    panel.graph.choose(box(panel))
    panel.switch.setCurrentIndex(TREE)
    assert panel.stack.currentWidget() is panel.tree
    assert panel.tree.currentIndex() == panel.model.index_of(panel.graph.current)
    panel.tree.setCurrentIndex(panel.model.index(0, 0))
    assert panel.graph.current == panel.model.rows[0].placed.id
    panel.switch.setCurrentIndex(GRAPH)
    assert panel.stack.currentWidget() is panel.graph
    qtbot.keyClick(panel.graph, Qt.Key.Key_0)


def test_a_question_is_answered_and_the_answer_taken_back(visitor: Visitor, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    ends = {"from": {"kind": "dataset", "name": "badge-photos", "version": "9", "namespace": "elsewhere"}}
    edges = [{**ends, "to": {"kind": "model", "name": "badge-gate", "namespace": "elsewhere"}, "role": "train"}]
    path.write_text(json.dumps({"dsr-desk-lineage": 1, "edges": edges}))
    import_lineage(visitor.desk, [path])
    page = visitor.show("lineage")
    assert isinstance(page, LineagePage)
    page.switch.setCurrentIndex(2)
    coverage = page.coverage
    coverage.list.choose(coverage.lacks.row_of(Lack.QUESTIONS.value))
    asked = coverage.lacks.rows[0].count
    assert asked
    assert coverage.yes.isVisible()
    assert not coverage.undo.isVisible()
    assert "mean the same things" in coverage.table.current().name
    assert "For it: Names that agree" in coverage.says.text()
    coverage.no.click()
    visitor.settle()
    assert visitor.errors == []
    assert coverage.lacks.rows[0].count == asked - 1
    answered = next(place for place, case in enumerate(coverage.cases.rows) if case.answer is False)
    coverage.table.choose(answered)
    assert coverage.undo.isVisible()
    assert not coverage.yes.isVisible()
    coverage.undo.click()
    visitor.settle()
    assert coverage.lacks.rows[0].count == asked


def test_what_is_missing_says_what_it_means_and_what_to_do(large: LineagePage) -> None:
    coverage = large.coverage
    counts = {row.lack: row.count for row in coverage.lacks.rows}
    assert counts[Lack.MODELS] >= 6
    assert counts[Lack.SOURCES] >= 1
    for place, row in enumerate(coverage.lacks.rows):
        coverage.list.choose(place)
        assert coverage.title.text() == row.title
        assert coverage.means.text()
        assert coverage.todo.text()
        assert len(coverage.cases.rows) >= row.count
    assert large.switch.tabText(2) == f"What is missing: {sum(counts.values())}"


def test_details_of_any_node_open_in_the_lineage_place(large: LineagePage, qtbot: QtBot) -> None:
    panel = large.panel
    model = next(key for key, item in panel.graph.nodes.items() if not item.placed.folded)
    panel.graph.choose(model)
    qtbot.keyClick(panel.graph, Qt.Key.Key_Return)
    assert large.details.isVisible()
    assert large.details.shown == model
    qtbot.keyClick(panel.graph, Qt.Key.Key_Escape)
    assert not large.details.isVisible()


def test_why_a_model_is_not_affected_is_said_in_the_language_of_the_window(qapp: QApplication) -> None:
    gate = Node("m:gate", NodeKind.MODEL, "gate", "1")
    reason = message("excluded.finished", finished="2022-10-03", arrived="2023-05-01")
    language.speak(qapp, "de")
    try:
        models = ExcludedTable()
        models.show_rows([ExcludedModel(gate, reason)])
        assert models.index(0, 1).data().startswith("Es war am 3. Oktober 2022 fertig, bevor")
        models.deleteLater()
    finally:
        language.speak(qapp, "en")
        QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
