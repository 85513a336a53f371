"""Lineage as files for others, answers to its questions, and what was decided and seen of models."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dsr_desk.app.desk import Desk
from dsr_desk.app.models import asking
from dsr_desk.app.models import lineage as models
from dsr_desk.app.models.view import ExportForm, NothingToExport, export_drawing, export_lineage, lineage_coverage
from dsr_desk.cli.main import main
from dsr_desk.core.lineage import Certainty, DispositionKind, NodeKind
from unit.app.conftest import PASSPHRASE, Work


def write_models(folder: Path) -> list[Path]:
    """Two lineage files of two places, each with a model of one name."""
    paths = []
    for space in ("Bray", "Cork"):
        node = {"kind": "model", "name": "gate", "namespace": space}
        paths.append(folder / f"{space}.json")
        paths[-1].write_text(json.dumps({"dsr-desk-lineage": 1, "nodes": [node]}))
    return paths


@pytest.mark.parametrize("form", [ExportForm.OPENLINEAGE, ExportForm.PROV_JSON])
def test_an_exported_case_reaches_the_same_models_in_another_vault(
    work: Work, tmp_path: Path, form: ExportForm
) -> None:
    work.search()
    work.decide_all()
    here = models.affected_by_case(work.desk, work.ref)
    to = tmp_path / ("part.ndjson" if form is ExportForm.OPENLINEAGE else "part.json")
    part = export_lineage(work.desk, to, form, case=work.ref)
    assert {model.id for model in here.models} <= {node.id for node in part.nodes}

    other, _ = Desk.create(tmp_path / "other", "Other organisation", "Bo", "another passphrase")
    with other:
        models.import_lineage(other, [to])
        there = {
            model.name: model.roles
            for dataset in {step[0].node.label for model in here.models for step in model.paths}
            for model in models.affected_by_dataset(other, dataset).models
            if model.certainty is not Certainty.UNKNOWN  # what was answered with no here is asked again there
        }
    dated_out = {one.node.name for one in here.excluded}  # since when photos were collected is known here alone
    assert set(there) - dated_out == {model.name for model in here.models}


def test_a_picture_names_the_models_and_needs_nothing_else(work: Work, tmp_path: Path) -> None:
    work.search()
    work.decide_all()
    to = tmp_path / "part.svg"
    export_drawing(work.desk, to, ref=work.ref)

    drawn = "".join(ElementTree.parse(to).getroot().itertext())
    assert f"case {work.ref}" in drawn
    assert models.affected_by_case(work.desk, work.ref).models[0].name in drawn


def test_nothing_is_written_where_nothing_is_known(desk: Desk, work: Work, tmp_path: Path) -> None:
    with pytest.raises(NothingToExport):
        export_drawing(work.desk, tmp_path / "a", ref=work.ref)
    with pytest.raises(NothingToExport):
        export_lineage(desk, tmp_path / "a", ExportForm.PROV_JSON)
    assert not (tmp_path / "a").exists()


def test_coverage_names_models_without_recorded_data(work: Work) -> None:
    found = lineage_coverage(work.desk)

    nameless = {node.label for node in models.affected_by_case(work.desk, work.ref).without_lineage}
    assert nameless
    assert nameless <= {node.label for node in found.models_without_input}
    assert found.as_json()["counts"]["model"] >= len(nameless)


def test_only_a_question_that_was_asked_is_answered(desk: Desk, tmp_path: Path) -> None:
    models.import_lineage(desk, write_models(tmp_path))
    question = models.lineage_graph(desk).questions[0]
    first, second = question.first, question.second
    (single,) = question.singles
    with pytest.raises(asking.NoSuchQuestion):
        asking.answer_question(desk, first, "nothing", True)
    with pytest.raises(asking.NoSuchQuestion):
        asking.answer_question(desk, first, second, None)

    asking.answer_question(desk, second, first, True)
    assert len(models.lineage_graph(desk).questions) == 0
    (given,) = asking.given_answers(desk)
    assert given.says.say() == "Bray (Bray.json) and Cork (Cork.json) mean the same things where names agree."
    asking.answer_question(desk, given.first, given.second, False)
    asking.answer_question(desk, first, second, None)
    assert question in models.lineage_graph(desk).questions

    asking.answer_question(desk, single.first, single.second, True)
    assert len(models.lineage_graph(desk).questions) == 0
    assert [one.says.code for one in asking.given_answers(desk)] == ["answer.same"]


def test_what_a_thing_is_is_what_was_said_last_until_it_is_taken_back(desk: Desk, tmp_path: Path) -> None:
    models.import_lineage(desk, write_models(tmp_path)[:1])
    node = "model:Bray|gate"
    with pytest.raises(asking.NoSuchThing):
        asking.say_kind(desk, "model:nowhere", NodeKind.OUTPUT)
    with pytest.raises(asking.NoSuchQuestion):
        asking.say_kind(desk, node, None)
    asking.say_kind(desk, node, NodeKind.DATASET)
    asking.say_kind(desk, node, NodeKind.OUTPUT)
    assert [node.kind for node in models.lineage_graph(desk).nodes] == [NodeKind.OUTPUT]
    assert [one.says.say() for one in asking.given_answers(desk)] == ["“gate” (Bray (Bray.json)) is: output."]
    asking.say_kind(desk, node, None)
    assert [node.kind for node in models.lineage_graph(desk).nodes] == [NodeKind.MODEL]


def test_a_model_goes_by_its_label_when_decided_undone_and_seen(work: Work) -> None:
    work.search()
    work.decide_all()
    model = models.affected_by_case(work.desk, work.ref).models[0]
    models.plan_disposition(work.desk, work.ref, model.node.label, DispositionKind.DESTROYED, deadline="2026-12-31")
    planned = models.dispositions(work.desk, work.ref)[model.id].planned
    assert planned is not None
    assert (planned.disposition, planned.deadline) == (DispositionKind.DESTROYED, "2026-12-31")

    models.undo_disposition(work.desk, work.ref, model.node.label)
    assert model.id not in models.dispositions(work.desk, work.ref)
    models.observe_disposition(work.desk, work.ref, model.node.label, DispositionKind.WITHDRAWN, "Olga stopped it")
    seen = models.dispositions(work.desk, work.ref)[model.id].observed
    assert seen is not None
    assert (seen.disposition, seen.how) == (DispositionKind.WITHDRAWN, "Olga stopped it")
    models.undo_observation(work.desk, work.ref, model.node.label)
    assert model.id not in models.dispositions(work.desk, work.ref)
    with pytest.raises(models.ModelNotAffected):
        models.undo_disposition(work.desk, work.ref, "no-such-model@1")


def test_the_commands_answer_export_and_say_what_is_not_known(desk: Desk, tmp_path: Path) -> None:
    models.import_lineage(desk, write_models(tmp_path))
    vault = desk.vault.folder
    desk.close()
    secret = tmp_path / "secret.txt"
    secret.write_text(PASSPHRASE)

    def says(*words: object, code: int = 0) -> Any:
        opening = ("--vault", vault, "--passphrase-file", secret, "--json")
        done = CliRunner().invoke(main, [str(word) for word in (*words, *opening)])
        assert done.exit_code == code, done.output
        return json.loads(done.stdout) if code == 0 else None

    (question,) = says("lineage", "show")["questions"]
    assert says("lineage", "coverage")["models_without_input"] == ["gate", "gate"]
    pair = (question["first"], question["second"])
    assert says("lineage", "answer", *pair, "--same") == {"answer": "yes", "questions": 0}
    assert says("lineage", "answer", *pair, "--forget") == {"answer": "forget", "questions": 1}
    says("lineage", "answer", *pair, code=2)
    for form in ExportForm:
        assert says("lineage", "export", "--to", tmp_path / "part", "--format", form.value)["nodes"] == 2
    says("lineage", "export", "--to", tmp_path / "part", "--case", "2026-001", code=3)
