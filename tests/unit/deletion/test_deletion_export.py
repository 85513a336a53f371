"""A plan that travels to the data, and the answer that comes back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest
from deletion_samples import (
    CASE,
    MADE,
    OFFICER_KEY,
    KeptRecords,
    approved,
    hits_of,
    scope_of,
)

from dsr_desk.core.actions import ActionKind, Outcome, OutcomeState, Plan, Seen
from dsr_desk.core.message import message
from dsr_desk.core.refusals import NotApproved
from dsr_desk.datasets.container import Container
from dsr_desk.datasets.registry import open_source
from dsr_desk.deletion import export as exporting
from dsr_desk.deletion.approval import ApprovalInvalid
from dsr_desk.deletion.export import (
    AnswerInvalid,
    ExportedPlan,
    FileRecords,
    NotAPlan,
    PlanLocked,
    answer,
    export_plan,
    lock_plan,
    open_answer,
    open_plan,
    run_exported,
)
from dsr_desk.deletion.plan import make_plan
from dsr_desk.deletion.read_back import ReadBackScope, read_back
from dsr_desk.deletion.records import Before
from dsr_desk.deletion.run import Stores
from dsr_desk.deletion.staying import Staying
from unit.evidence import planted_in_evidence as planted

VAULT = pyrage.x25519.Identity.generate()
WORD = "correct horse"


def plan_for_elsewhere(root: Path) -> Plan:
    return make_plan(CASE, MADE, hits_of(root), replace(scope_of(root), containers={}))


def there(root: Path) -> dict[str, Container]:
    return {container.name: container for container in open_source(root)}


def export(plan: Plan) -> tuple[ExportedPlan, str]:
    return export_plan(plan, approved(plan), str(VAULT.to_public()))


def test_a_plan_runs_where_the_data_is_and_its_answer_comes_home(root: Path, tmp_path: Path) -> None:
    plan = plan_for_elsewhere(root)
    exported, key = export(plan)
    records = FileRecords(tmp_path / "work.json", exported.plan)
    outcomes = run_exported(exported, [OFFICER_KEY], there(root), records, "operator")
    assert [outcome.state for outcome in outcomes] == [OutcomeState.DONE] * 3
    assert not (root / "p0.jpg").exists()
    assert b"ada@" not in (root / "people.csv").read_bytes()
    found = open_answer(answer(exported, records, "operator"), str(VAULT), key, plan)
    assert (found.operator, found.outcomes) == ("operator", outcomes)
    home = KeptRecords(ended={outcome.action: outcome for outcome in found.outcomes})
    result = read_back(plan, Stores({}, {}), home, OFFICER_KEY, ReadBackScope())
    assert result.count(Seen.GONE) == 3


def test_what_stays_of_rows_that_are_alike_travels_with_the_plan_and_nothing_else_does(
    root: Path, tmp_path: Path
) -> None:
    row = b"Ada,ada@example.org,+49 30 1234567\r\n"
    (root / "people.csv").write_bytes((root / "people.csv").read_bytes() + row)
    plan = plan_for_elsewhere(root)
    (hers,) = (one.items[0].address for one in plan.actions if one.what == "data/people.csv")
    why = message("why.rejected")
    staying = Staying({replace(hers, occurrence=1): why, replace(hers, digest="d" * 64): why})
    exported, _ = export_plan(plan, approved(plan), str(VAULT.to_public()), staying)
    assert exported.staying == ((replace(hers, occurrence=1), why),)
    travelled = open_plan(lock_plan(exported, WORD), WORD)
    records = FileRecords(tmp_path / "work.json", plan)
    outcomes = run_exported(travelled, [OFFICER_KEY], there(root), records, "operator")
    assert [outcome.state for outcome in outcomes] == [OutcomeState.DONE] * 3
    assert (root / "people.csv").read_bytes().count(row) == 1


def test_the_file_says_nothing_without_the_passphrase(root: Path) -> None:
    plan = plan_for_elsewhere(root)
    exported, _ = export(plan)
    data = lock_plan(exported, WORD)
    assert b"p0.jpg" not in data
    assert open_plan(data, WORD) == exported
    with pytest.raises(PlanLocked):
        open_plan(data, "wrong")
    with pytest.raises(NotAPlan):
        open_plan(b"{}", WORD)


def test_an_unapproved_plan_runs_nowhere(root: Path, tmp_path: Path) -> None:
    exported, _ = export(plan_for_elsewhere(root))
    records = FileRecords(tmp_path / "work.json", exported.plan)
    with pytest.raises(NotApproved):
        run_exported(replace(exported, approvals=()), [OFFICER_KEY], there(root), records, "operator")
    with pytest.raises(ApprovalInvalid):
        run_exported(exported, ["ab" * 32], there(root), records, "operator")
    assert (root / "p0.jpg").exists()


def test_a_container_that_is_not_there_either_stays_undone(root: Path, tmp_path: Path) -> None:
    exported, _ = export(plan_for_elsewhere(root))
    containers = {name: one for name, one in there(root).items() if not name.endswith(".tar")}
    records = FileRecords(tmp_path / "work.json", exported.plan)
    outcomes = run_exported(exported, [OFFICER_KEY], containers, records, "operator")
    assert [outcome.state for outcome in outcomes] == [OutcomeState.DONE, OutcomeState.FAILED, OutcomeState.DONE]
    again = run_exported(exported, [OFFICER_KEY], there(root), records, "operator")
    assert [outcome.state for outcome in again] == [OutcomeState.DONE] * 3


def test_a_killed_run_goes_on_from_its_file(root: Path, tmp_path: Path) -> None:
    class Crash(BaseException):
        pass

    class Crashing(FileRecords):
        def close(self, *_: object) -> None:
            raise Crash

    exported, _ = export(plan_for_elsewhere(root))
    work = Crashing(tmp_path / "work.json", exported.plan)
    with pytest.raises(Crash):
        run_exported(exported, [OFFICER_KEY], there(root), work, "operator")
    text = (tmp_path / "work.json").read_text()
    assert '"outcome": null' in text
    assert "p0.jpg" not in text
    records = FileRecords(tmp_path / "work.json", exported.plan)
    outcomes = run_exported(exported, [OFFICER_KEY], there(root), records, "operator")
    assert {item.seen for outcome in outcomes for item in outcome.items} == {Seen.GONE}
    with pytest.raises(NotAPlan):
        FileRecords(tmp_path / "work.json", replace(exported.plan, made="later"))


def test_an_answer_that_was_changed_or_belongs_elsewhere_is_refused(root: Path, tmp_path: Path) -> None:
    plan = plan_for_elsewhere(root)
    exported, key = export(plan)
    records = FileRecords(tmp_path / "work.json", exported.plan)
    run_exported(exported, [OFFICER_KEY], {}, records, "operator")
    good = answer(exported, records, "operator")
    _, other_key = export(plan)
    with pytest.raises(AnswerInvalid):
        open_answer(good, str(VAULT), other_key, plan)
    with pytest.raises(AnswerInvalid):
        open_answer(good, str(VAULT), key, replace(plan, made="later"))
    envelope = json.loads(pyrage.decrypt(good, [VAULT]))
    envelope["signed"] = envelope["signed"].replace("could not look", "gone")
    forged = pyrage.encrypt(json.dumps(envelope).encode(), [VAULT.to_public()])
    with pytest.raises(AnswerInvalid):
        open_answer(forged, str(VAULT), key, plan)
    with pytest.raises(NotAPlan):
        open_answer(b"nothing", str(VAULT), key, plan)


def test_an_answer_speaks_of_nothing_that_was_not_handed_out(root: Path, tmp_path: Path) -> None:
    plan = plan_for_elsewhere(root)
    exported, key = export(plan)
    records = FileRecords(tmp_path / "work.json", exported.plan)
    run_exported(exported, [OFFICER_KEY], {}, records, "operator")
    index = next(action for action in plan.actions if action.kind is ActionKind.ERASE_INDEX)
    records.open(plan, index, Before(), MADE)
    records.close(plan, Outcome(index.id, OutcomeState.DONE, "operator", MADE))
    with pytest.raises(AnswerInvalid, match="not handed out"):
        open_answer(answer(exported, records, "operator"), str(VAULT), key, plan)


@pytest.mark.usefixtures("real_cells")
def test_a_plan_or_an_answer_that_ends_a_cell_is_none(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_for_elsewhere(root)
    exported, key = export(plan)
    records = FileRecords(tmp_path / "work.json", exported.plan)
    run_exported(exported, [OFFICER_KEY], {}, records, "operator")
    said = answer(exported, records, "operator")
    for name in ("envelope_in", "answer_in"):
        with monkeypatch.context() as patch:
            patch.setattr(exporting, name, planted.fault)
            with pytest.raises(NotAPlan):
                open_answer(said, str(VAULT), key, plan)
    monkeypatch.setattr(exporting, "plan_in", planted.fault)
    with pytest.raises(NotAPlan):
        open_plan(lock_plan(exported, WORD), WORD)
