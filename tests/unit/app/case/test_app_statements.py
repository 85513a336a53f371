"""Statements for the database of which a dataset is an export, and the word of those who ran them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from dsr_desk.app.case import deleting, handing_over, plans, statements
from dsr_desk.app.data.registering import correct_dataset
from dsr_desk.cli.main import main
from dsr_desk.core.actions import Action, ActionKind, OutcomeState
from dsr_desk.core.refusals import ActionNotOpen
from unit.app.small_case import ADA, Small


@pytest.fixture
def planned(small: Small) -> Small:
    small.reviewed()
    correct_dataset(small.desk, "people@1", {"other_places": "table people of the shop's database"})
    deleting.make_plan(small.desk, small.ref)
    deleting.approve(small.desk, small.ref)
    return small


def task(small: Small) -> Action:
    (found,) = [one for one in plans.show_plan(small.desk, small.ref).plan.actions if one.kind is ActionKind.TASK]
    return found


def write(small: Small, to: Path, **changed: object) -> tuple[handing_over.HandedOver, str, statements.Statements]:
    wanted = {"action": task(small).id, "container": "data/people.csv", "table": "people", "keys": ("account",)}
    made, beside, said = statements.write_statements(
        small.desk,
        small.ref,
        to,
        dialect="postgresql",
        **{**wanted, **changed},  # type: ignore[arg-type]
    )
    return made, beside.read_text(), said


def test_statements_name_the_rows_that_were_decided_and_their_answer_is_declared(
    planned: Small, tmp_path: Path
) -> None:
    made, text, said = write(planned, tmp_path / "plan.age")
    assert (said.rows, said.left_out) == (((("A-1",), 1), (("A-3",), 1)), 0)
    assert "EXECUTE dsr_erase ('A-1');" in text
    assert "A-2" not in text
    assert "A-4" not in text
    answer = tmp_path / "answer"
    statements.answer_statements(
        made.path, made.passphrase, answer, action=task(planned).id, erased=2, left=0, operator="Dora"
    )
    (taken,) = handing_over.take_answer(planned.desk, planned.ref, answer.read_bytes())
    assert (taken.action, taken.state, taken.declared) == (task(planned).id, OutcomeState.DONE, True)
    assert taken.notes[0].values == {"erased": 2, "left": 0}
    (kept,) = [one for one in plans.show_plan(planned.desk, planned.ref).outcomes if one.action == taken.action]
    assert (kept.state, kept.declared, kept.notes) == (taken.state, True, taken.notes)


def test_what_is_still_there_is_not_done(planned: Small, tmp_path: Path) -> None:
    made, _, _ = write(planned, tmp_path / "plan.age")
    said = statements.answer_statements(
        made.path, made.passphrase, tmp_path / "answer", action=task(planned).id, erased=1, left=1, operator="Dora"
    )
    assert said.state is OutcomeState.PARTLY


def test_another_action_or_container_or_column_writes_nothing(planned: Small, tmp_path: Path) -> None:
    erasing = plans.show_plan(planned.desk, planned.ref).plan.erasing[0]
    with pytest.raises(ActionNotOpen):
        write(planned, tmp_path / "plan.age", action=erasing.id)
    for changed in ({"container": "data/others.csv"}, {"keys": ("number",)}):
        with pytest.raises(statements.NoSuchRows):
            write(planned, tmp_path / "plan.age", **changed)
    assert not list(tmp_path.glob("plan*"))


def test_the_commands_write_and_answer(planned: Small, tmp_path: Path) -> None:
    (tmp_path / "pass").write_text(ADA)
    vault = ["--vault", str(planned.folder / "vault"), "--passphrase-file", str(tmp_path / "pass"), "--json"]
    to = tmp_path / "plan.age"
    id_ = task(planned).id
    planned.desk.close()
    asked = ["--sql", "mysql", "--action", id_, "--container", "data/people.csv", "--table", "shop.people"]
    run = CliRunner().invoke(
        main, ["delete", "export", planned.ref, "--to", str(to), *asked, "--key", "account", *vault]
    )
    assert run.exit_code == 0, run.output
    said = json.loads(run.output)
    assert (said["rows"], said["left_out"]) == (2, 0)
    assert "`shop`.`people`" in Path(said["statements"]).read_text()
    (tmp_path / "word").write_text(said["passphrase"])
    counts = ["--action", id_, "--erased", "2", "--left", "0", "--operator", "Dora"]
    answer = ["--answer", str(tmp_path / "answer"), "--passphrase-file", str(tmp_path / "word"), "--json"]
    run = CliRunner().invoke(main, ["delete", "answer", str(to), *counts, *answer])
    assert run.exit_code == 0, run.output
    run = CliRunner().invoke(main, ["delete", "import", planned.ref, "--answer", str(tmp_path / "answer"), *vault])
    assert run.exit_code == 0, run.output
    assert "ran the statements and say: 2 rows changed, 0 found afterwards" in run.output
