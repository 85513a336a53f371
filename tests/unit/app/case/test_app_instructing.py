"""Who got data or a model: told with a list and a checker, reminded, answered, late."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dsr_desk.app.case import chasing, deleting, handing_over, recipients
from dsr_desk.app.data import registering
from dsr_desk.app.models import lineage as models
from dsr_desk.cli.main import main
from dsr_desk.core.actions import OutcomeState
from dsr_desk.core.lineage import DispositionKind
from dsr_desk.core.refusals import ActionNotOpen
from dsr_desk.deletion import check_items
from dsr_desk.deletion.instructions import AnswerUnreadable
from unit.app.small_case import ADA, Small

TODAY = date(2026, 11, 21)
DUE = TODAY + timedelta(days=30)
WEIGHTS = b"the weights of the gate"


@dataclass
class Told:
    small: Small
    disk: Path
    folder: Path

    @property
    def ref(self) -> str:
        return self.small.ref

    def action(self, name: str) -> str:
        return next(
            one.action.id for one in recipients.recipients(self.small.desk, self.ref) if one.action.what == name
        )

    def instruct(self, *actions: str) -> list[str]:
        made = recipients.instruct(self.small.desk, self.ref, self.folder, DUE, TODAY, actions)
        return sorted(made)

    def open(self, today: date = TODAY) -> dict[str, str]:
        found = recipients.recipients_open(self.small.desk, self.ref, today)
        return {str(one.values.get("recipient", "")): one.code for one in found}

    def look(self, action: str) -> Path:
        """What the recipient does: the checker over their disk. Returns the answer."""
        listed = self.folder / action / "items.csv"
        check_items.main([str(self.disk), "--name", "Bo", "--list", str(listed)])
        return listed.with_name("answer.json")

    def declare(self, action: str, proof: Path) -> OutcomeState:
        return handing_over.declare(self.small.desk, self.ref, action, "their letter", proof).state


@pytest.fixture
def told(small: Small, tmp_path: Path) -> Told:
    """A case that ran: two got the dataset, one got a model that was trained on it."""
    registering.correct_dataset(small.desk, "people@1", {"data_recipients": "Example, Inc.; Other GmbH"})
    gate = {
        "kind": "model", "name": "gate", "version": "2",
        "digests": [f"sha256:{hashlib.sha256(WEIGHTS).hexdigest()}"], "attributes": {"passed-on-to": "Gate Buyers"},
    }  # fmt: skip
    edge = {"from": {"kind": "dataset", "name": "people", "version": "1"}, "to": gate, "role": "train"}
    lineage = tmp_path / "lineage.json"
    lineage.write_text(json.dumps({"dsr-desk-lineage": 1, "edges": [edge]}))
    models.import_lineage(small.desk, [lineage])
    small.reviewed()
    models.plan_disposition(small.desk, small.ref, "gate@2", DispositionKind.DESTROYED)
    deleting.make_plan(small.desk, small.ref)
    deleting.approve(small.desk, small.ref)
    deleting.run(small.desk, small.ref)
    disk = tmp_path / "disk"
    disk.mkdir()
    (disk / "something").write_bytes(b"else")
    return Told(small, disk, tmp_path / "out")


def test_each_recipient_of_data_and_of_a_model_is_told_with_a_due_day(told: Told) -> None:
    everyone = {"Example, Inc.", "Other GmbH", "Gate Buyers"}
    assert told.open() == dict.fromkeys(everyone, "open.recipient.not-told")

    written = told.instruct()

    assert {one.action.what: one.due for one in recipients.recipients(told.small.desk, told.ref)} == dict.fromkeys(
        everyone, DUE
    )
    assert sorted(one.name for one in told.folder.iterdir()) == written
    assert told.open() == dict.fromkeys(everyone, "open.recipient.waiting")
    assert told.instruct() == [], "nobody is told twice unless that is said"
    letter = (told.folder / told.action("Gate Buyers") / "letter.txt").read_text()
    assert "You received the model gate@2 from us." in letter
    rows = (told.folder / told.action("Other GmbH") / "items.csv").read_text()
    assert rows == "sha256,bytes\n", "rows of a table can be compared with no file"
    letter = (told.folder / told.action("Other GmbH") / "letter.txt").read_text()
    assert "2 items are records, such as rows of tables" in letter


def test_who_has_not_answered_by_the_day_is_named_whatever_was_asked_since(told: Told) -> None:
    told.instruct()
    after = DUE + timedelta(days=1)
    assert set(told.open(DUE).values()) == {"open.recipient.waiting"}
    assert set(told.open(after).values()) == {"open.recipient.late"}
    chasing.chase(told.small.desk, told.ref, [told.action("Other GmbH")], after + timedelta(days=14))

    late = next(
        one
        for one in recipients.recipients_open(told.small.desk, told.ref, after)
        if one.values.get("recipient") == "Other GmbH"
    )
    assert (late.code, late.values["due"], late.values["reminders"]) == (
        "open.recipient.late", DUE.isoformat(), 1
    )  # fmt: skip
    assert "has not answered by 21 December 2026 (1 reminder)" in late.say()


def test_an_answer_that_finds_something_is_kept_and_the_task_waits_on(told: Told) -> None:
    told.instruct()
    action = told.action("Gate Buyers")
    (told.disk / "copy.onnx").write_bytes(WEIGHTS)
    assert told.declare(action, told.look(action)) is OutcomeState.WAITING

    assert told.open()["Gate Buyers"] == "open.recipient.left"
    task = next(one for one in recipients.recipients(told.small.desk, told.ref) if one.action.id == action)
    assert [one.name for one in task.proofs] == ["answer.json"]
    assert task.waits
    (told.disk / "copy.onnx").unlink()
    assert told.declare(action, told.look(action)) is OutcomeState.DONE
    assert "Gate Buyers" not in told.open()
    assert told.small.desk.vault.problems() == []


def test_an_answer_counts_for_the_list_that_went_out_with_the_task_alone(told: Told) -> None:
    told.instruct()
    action, other = told.action("Gate Buyers"), told.action("Other GmbH")
    answer = told.look(action)
    for of_another in (answer, told.look(told.action("Example, Inc."))):  # the second one got the very same list
        with pytest.raises(handing_over.AnswerOfAnother):
            told.declare(other, of_another)
    said = json.loads(answer.read_text())
    answer.write_text(json.dumps({**said, "list": "0" * 64}))
    with pytest.raises(handing_over.AnswerOfAnother):
        told.declare(action, answer)
    answer.write_text(json.dumps({**said, "left": -1}))
    with pytest.raises(AnswerUnreadable):
        told.declare(action, answer)
    assert told.open()["Gate Buyers"] == "open.recipient.waiting"


def test_an_answer_that_looked_at_nothing_is_no_answer(told: Told) -> None:
    told.instruct()
    action = told.action("Gate Buyers")
    (told.disk / "something").unlink()
    assert told.declare(action, told.look(action)) is OutcomeState.WAITING


def test_only_waiting_tasks_are_told_and_no_day_that_has_passed_is_given(told: Told) -> None:
    with pytest.raises(ActionNotOpen):
        told.instruct("a99")
    with pytest.raises(recipients.DueDayPast):
        recipients.instruct(told.small.desk, told.ref, told.folder, TODAY - timedelta(days=1), TODAY)
    assert not told.folder.exists()


def test_of_what_nobody_recorded_who_got_it_is_not_known(told: Told) -> None:
    registering.correct_dataset(told.small.desk, "people@1", {"data_recipients": ""})
    table = told.folder.with_suffix(".csv")
    table.write_text("from_kind,from_name,from_version,role,to_kind,to_name\ndataset,people,1,train,model,silent\n")
    models.import_lineage(told.small.desk, [table])
    found = recipients.recipients_open(told.small.desk, told.ref, TODAY)
    assert [(one.code, one.values) for one in found if "recipients" in one.code] == [
        ("open.recipients.unrecorded", {"versions": ("people@1",)}),
        ("open.recipients.models", {"count": 1}),
    ]


def test_the_command_lists_writes_and_names_who_is_late(told: Told, tmp_path: Path) -> None:
    vault, secret, action = told.small.desk.vault.folder, tmp_path / "secret.txt", told.action("Gate Buyers")
    told.small.desk.close()
    secret.write_text(ADA)

    def says(*words: object, code: int = 0) -> Any:
        opening = ("--vault", vault, "--passphrase-file", secret, "--json")
        done = CliRunner().invoke(main, [str(word) for word in (*words, *opening)])
        assert done.exit_code == code, done.output
        return json.loads(done.stdout) if code in (0, 1) else None

    before = says("delete", "recipients", told.ref)
    assert {one["recipient"] for one in before["recipients"]} == {"Example, Inc.", "Other GmbH", "Gate Buyers"}
    says("delete", "recipients", told.ref, "--due", "2026-12-31", code=2)
    out = ("--out", told.folder, "--action", action)
    made = says("delete", "recipients", told.ref, *out)
    assert made["written"][action]["items"] == 1
    (told.disk / "copy.onnx").write_bytes(WEIGHTS)
    answer = told.look(action)
    declared = says("delete", "declare", told.ref, action, "--how", "their mail", "--proof", answer, code=1)
    assert declared["state"] == "waiting"
    after = says("delete", "recipients", told.ref, code=1)
    assert "open.recipient.left" in [one["code"] for one in after["open"]]
