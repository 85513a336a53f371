"""What lineage asks and what it does not know, in the case and in the Lineage place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from dsr_desk.app.models import asking
from dsr_desk.app.models import lineage as models
from dsr_desk.app.models.view import lineage_coverage
from dsr_desk.core.lineage import Certainty, Node, NodeKind, Role
from dsr_desk.core.lineage_questions import LineageQuestion, QuestionKind
from dsr_desk.core.message import quoted
from dsr_desk.lineage.coverage import Coverage
from dsr_desk.lineage.importers.draft import UNCLASSIFIED, UNIDENTIFIED
from dsr_desk.lineage.store import Source
from dsr_desk.ui.lineage_words import certainties_said, known_from
from dsr_desk.ui.models.coverage import Ask, Lack, lack_rows
from dsr_desk.ui.views.models.lacks import WhichDatasetDialog
from dsr_desk.ui.views.models.lineage import LineagePage
from dsr_desk.ui.views.models.models import ModelsPage
from ui.conftest import Visitor


def node(kind: NodeKind, name: str, **attributes: str) -> Node:
    return Node(f"{kind.value}:{name}", kind, name, namespace="mlflow:3f9a1c2b44d0", attributes=attributes)


def known_little() -> Coverage:
    """One of everything that a coverage can lack."""
    single = LineageQuestion(QuestionKind.THINGS, "a", "b", quoted("is a b?"))
    asked = LineageQuestion(
        QuestionKind.SYSTEMS, "system:x", "system:y", quoted("are x and y one?"),
        (quoted("names agree"),), (quoted("content does not"),), (single,), 7,
    )  # fmt: skip
    source = Source("1" * 64, "/in/mlflow.db", "MLflow", "2026-01-01T00:00:00Z", "", 1, 1, (quoted("an odd date"),))
    return Coverage(
        (node(NodeKind.DATASET, "idle"),),
        (),
        (node(NodeKind.MODEL, "silent"),),
        (node(NodeKind.MODEL, "half"),),
        (node(NodeKind.RUN, "night"),),
        (node(NodeKind.DATASET, "imagefolder", **{UNIDENTIFIED: "yes"}),),
        (node(NodeKind.OUTPUT, "out", **{UNCLASSIFIED: "yes"}),),
        (),
        (source,),
        (asked, LineageQuestion(QuestionKind.A_MODEL, "things:z", "is-a:model", quoted("are these models?"))),
        {},
    )


def test_everything_that_a_coverage_can_say_has_a_row_with_its_meaning_and_what_to_do() -> None:
    rows = {row.lack: row for row in lack_rows(known_little(), ())}
    assert set(rows) == set(Lack)
    assert all(row.means and row.todo for row in rows.values())
    assert {lack: row.count for lack, row in rows.items()} == {
        **dict.fromkeys(Lack, 1),
        Lack.QUESTIONS: 2,
        Lack.SOURCES: 0,
    }


def test_a_question_shows_what_speaks_for_and_against_it_and_the_single_things_under_it() -> None:
    questions = lack_rows(known_little(), ())[0].cases
    assert [(case.ask, case.first) for case in questions] == [
        (Ask.YES_OR_NO, "system:x"),
        (Ask.YES_OR_NO, "a"),
        (Ask.KIND, "things:z"),
    ]
    assert questions[0].note.splitlines() == [
        "For it: names agree", "Against it: content does not", "7 models depend on it.",
    ]  # fmt: skip


def test_each_role_is_said_with_how_sure_it_is_and_a_system_by_its_format() -> None:
    sure = {Role.TRAIN: Certainty.RECORDED, Role.VALIDATE: Certainty.INFERRED}
    assert certainties_said(sure) == "trained on (recorded), validated on (inferred)"
    assert known_from(node(NodeKind.MODEL, "gate")) == "mlflow · 3f9a1c"
    assert known_from(Node("x", NodeKind.DATASET, "x", namespace="s3://lake")) == "s3://lake"
    assert known_from(Node("x", NodeKind.DATASET, "x")) == "this vault"


@pytest.fixture
def asked(visitor: Visitor, tmp_path: Path) -> ModelsPage:
    """The Models step of a case on whose data another system may have trained too, and a run that left nothing."""
    photos = {"kind": "dataset", "name": "member-portraits", "version": "2024.1"}
    ours = {**photos, "namespace": "registered"}
    edges = [
        {"from": ours, "to": {"kind": "run", "name": "night try", "version": "1"}, "role": "train"},
        {"from": photos, "to": {"kind": "model", "name": "perhaps-gate", "version": "1"}, "role": "train"},
    ]
    path = tmp_path / "elsewhere.json"
    path.write_text(json.dumps({"dsr-desk-lineage": 1, "namespace": "elsewhere", "edges": edges}))
    models.import_lineage(visitor.desk, [path])
    visitor.identify()
    visitor.search()
    visitor.decide_all()
    page = visitor.open_case("models")
    assert isinstance(page, ModelsPage)
    return page


def test_the_question_with_the_largest_effect_is_asked_in_the_case_and_its_answer_can_be_taken_back(
    asked: ModelsPage, visitor: Visitor
) -> None:
    questions = models.affected_by_case(visitor.desk, visitor.office.case).questions
    assert asked.question.text.startswith(str(questions[0].says))
    assert "For it: " in asked.question.text
    assert asked.every.text() == f"All questions: {len(questions)}"
    before = len(asking.given_answers(visitor.desk))
    asked.no.click()
    visitor.settle()
    assert visitor.errors == []
    given = asking.given_answers(visitor.desk)
    assert len(given) == before + 1
    asking.answer_question(visitor.desk, questions[0].first, questions[0].second, None)
    assert questions[0].says in [one.says for one in models.lineage_graph(visitor.desk).questions]


def test_runs_that_took_the_data_and_left_nothing_stand_in_the_case(asked: ModelsPage) -> None:
    assert [one.name for one in asked.lists.runs.rows] == ["night try"]
    assert asked.lists.switch.isTabVisible(4)
    assert not asked.lists.switch.isTabVisible(1) or asked.lists.excluded.rows


def test_the_chips_count_what_learned_and_what_is_not_known_apart(asked: ModelsPage) -> None:
    assert "learned from it" in asked.learned.text
    assert "not known" in asked.unknown.text


def test_an_officer_says_which_dataset_was_meant_and_what_an_output_is(visitor: Visitor, tmp_path: Path) -> None:
    nodes = [{"kind": "dataset", "name": "photos-of-somebody", "version": "1"}]
    path = tmp_path / "more.json"
    path.write_text(json.dumps({"dsr-desk-lineage": 1, "nodes": nodes, "edges": []}))
    models.import_lineage(visitor.desk, [path])
    page = visitor.show("lineage")
    assert isinstance(page, LineagePage)
    dialog = WhichDatasetDialog("imagefolder", [node(NodeKind.DATASET, "one"), node(NodeKind.DATASET, "two")], page)
    dialog._known.setCurrentIndex(1)
    assert dialog.chosen.name == "two"
    assert "imagefolder" in "".join(one.text() for one in dialog.findChildren(QLabel))
    case = next(case for row in lack_rows(known_little(), ()) if row.lack is Lack.UNCLASSIFIED for case in row.cases)
    page.coverage._allow(case)
    assert not page.coverage.yes.isVisibleTo(page)
    assert page.coverage.kinds[NodeKind.MODEL].isVisibleTo(page.coverage)
    assert lineage_coverage(visitor.desk).counts["dataset"]


def test_a_folder_is_imported_by_its_own_button(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "runs" / "train"
    (run / "weights").mkdir(parents=True)
    (run / "args.yaml").write_text("task: detect\nmode: train\nmodel: yolo.pt\ndata: /data/photos.yaml\n")
    (run / "results.csv").write_text("epoch\n1\n")
    (run / "weights" / "best.pt").write_bytes(bytes(range(64)))
    monkeypatch.setattr("dsr_desk.ui.views.models.lineage.ask_folder", lambda *_: tmp_path / "runs")
    page = visitor.show("lineage")
    assert isinstance(page, LineagePage)
    page.folder.click()
    visitor.settle()

    assert visitor.errors == []
    assert "runs" in [Path(source.file).name for source in models.lineage_sources(visitor.desk)]
