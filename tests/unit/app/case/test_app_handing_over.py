"""A plan that is carried out where the data lies, and tasks that people declare done."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from dsr_desk.app.allowed import refusal
from dsr_desk.app.case import cases, deleting, handing_over, review
from dsr_desk.app.data import indexing
from dsr_desk.cli.main import main
from dsr_desk.core.actions import ActionKind, OutcomeState, Seen
from dsr_desk.core.acts import Kind
from dsr_desk.core.refusals import (
    ActionNotOpen,
    BasisChanged,
    CaseOver,
    IdentityMissing,
    NotApproved,
    PlanMissing,
    Refusal,
    RightUnknown,
)
from dsr_desk.core.requests import CaseState
from dsr_desk.deletion.approval import ApprovalInvalid
from dsr_desk.deletion.derive import label_of
from dsr_desk.deletion.export import AnswerInvalid, PlanLocked
from unit.app.conftest import PASSPHRASE, Work
from unit.app.small_case import (
    BEA,
    ROWS,
    Small,
    ask_for_access,
    built_elsewhere,
    demand_two_approvals,
    edit_identifiers,
    end,
    withdraw_identity,
)  # fmt: skip


@dataclass(frozen=True)
class Away:
    """An approved case whose data was taken to another place."""

    work: Work
    data: list[Path]
    doomed: frozenset[str]

    def hand_over(self, to: Path) -> handing_over.HandedOver:
        return handing_over.hand_over(self.work.desk, self.work.ref, to)

    def run(self, made: handing_over.HandedOver, folder: Path, *data: Path) -> handing_over.RunElsewhere:
        return handing_over.run_handed_over(
            made.path,
            made.passphrase,
            data or self.data,
            officers=[one.spoken for one in made.approvers],
            operator="Olga",
            answer=folder / "answer.age",
        )

    def stored(self) -> set[str]:
        files = (file for place in self.data for file in place.rglob("*") if file.is_file())
        return {hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.fixture
def away(work: Work, tmp_path: Path) -> Away:
    work.search()
    work.decide_all()
    doomed = frozenset(hit.address.digest for hit in review.hits(work.desk, work.ref))
    for index in indexing.list_indexes(work.desk):
        work.desk.release(index.name)
    moved = tmp_path / "there"
    work.data.rename(moved)
    built_elsewhere(work.desk)
    deleting.make_plan(work.desk, work.ref)
    deleting.approve(work.desk, work.ref)
    return Away(work, sorted(moved.iterdir()), doomed)


def test_a_plan_is_run_where_the_data_is_and_the_case_goes_on(away: Away, tmp_path: Path) -> None:
    desk, ref = away.work.desk, away.work.ref
    made = away.hand_over(tmp_path / "plan.age")
    assert [one.name for one in made.approvers] == ["Ada"]
    assert ref.encode() not in made.path.read_bytes()
    assert away.stored() & away.doomed

    done = away.run(made, tmp_path)

    assert {one.state for one in done.outcomes} == {OutcomeState.DONE}
    assert not away.stored() & away.doomed
    for _ in range(2):
        assert handing_over.take_answer(desk, ref, done.answer.read_bytes()) == done.outcomes
    assert cases.show_case(desk, ref).state is CaseState.DELETED
    derived = [version.derived_from for version, _ in indexing.dataset_versions(desk) if version.derived_from]
    assert len(derived) == len(set(derived)) > 0
    assert refusal(desk, ref, Kind.SEALING) is not None
    deleting.run(desk, ref)
    found = deleting.read_back(desk, ref)
    assert found.count(Seen.GONE) == len(found.items) > 0
    looked = {check.name.code: check.seen for check in found.checks}
    assert looked["check.index"] is Seen.GONE
    assert looked["check.content"] is looked["check.identifiers"] is looked["check.again"] is Seen.NOT_LOOKED
    from dsr_desk.app.proof import sealing

    sealed = sealing.seal(desk, ref, tmp_path / "out")
    assert sealing.verify(sealed[0].path, passphrase=sealed[0].passphrase).ok is not False
    assert desk.vault.problems() == []


def test_what_was_not_found_there_is_done_by_a_further_run(away: Away, tmp_path: Path) -> None:
    made = away.hand_over(tmp_path / "plan.age")
    part = away.run(made, tmp_path, away.data[0])
    assert {one.state for one in part.outcomes} == {OutcomeState.DONE, OutcomeState.FAILED}
    first = part.answer.read_bytes()

    whole = away.run(made, tmp_path)

    assert {one.state for one in whole.outcomes} == {OutcomeState.DONE}
    handing_over.take_answer(away.work.desk, away.work.ref, whole.answer.read_bytes())
    late = handing_over.take_answer(away.work.desk, away.work.ref, first)
    assert {one.state for one in late} == {OutcomeState.DONE}
    states = {one.action: one.state for one in deleting.show_plan(away.work.desk, away.work.ref).outcomes}
    assert set(states.values()) == {OutcomeState.DONE}


def test_a_plan_runs_only_with_its_passphrase_and_the_keys_that_were_told(away: Away, tmp_path: Path) -> None:
    made = away.hand_over(tmp_path / "plan.age")
    with pytest.raises(PlanLocked):
        handing_over.run_handed_over(
            made.path, "wrong", away.data, officers=[made.approvers[0].key], operator="Olga", answer=tmp_path / "a"
        )
    with pytest.raises(ApprovalInvalid):
        handing_over.run_handed_over(
            made.path, made.passphrase, away.data, officers=["ab" * 32], operator="Olga", answer=tmp_path / "a"
        )
    with pytest.raises(handing_over.DataTwice):
        away.run(made, tmp_path, away.data[0], away.data[0])

    assert away.doomed & away.stored()
    assert not (tmp_path / "a").exists()


def test_an_answer_to_an_earlier_plan_is_not_taken_in(away: Away, tmp_path: Path) -> None:
    desk, ref = away.work.desk, away.work.ref
    with pytest.raises(handing_over.NotHandedOver):
        handing_over.take_answer(desk, ref, b"")
    done = away.run(away.hand_over(tmp_path / "plan.age"), tmp_path)
    deleting.withdraw_plan(desk, ref)
    with pytest.raises(PlanMissing):
        away.hand_over(tmp_path / "withdrawn.age")
    choice = review.hits(desk, ref)[0].address.id
    deleting.treat(desk, ref, choice, deleting.WantedTreatment.HOLD, reason="a pending claim", until="2027-01-01")
    deleting.approve(desk, ref)
    away.hand_over(tmp_path / "again.age")

    with pytest.raises(AnswerInvalid):
        handing_over.take_answer(desk, ref, done.answer.read_bytes())
    assert cases.show_case(desk, ref).state is CaseState.APPROVED


def test_a_plan_without_a_task_for_elsewhere_is_not_handed_over(work: Work, tmp_path: Path) -> None:
    work.search()
    work.decide_all()
    deleting.make_plan(work.desk, work.ref)
    deleting.approve(work.desk, work.ref)
    with pytest.raises(handing_over.NothingElsewhere):
        handing_over.hand_over(work.desk, work.ref, tmp_path / "plan.age")
    assert not (tmp_path / "plan.age").exists()


def test_a_word_counts_as_declared_and_never_as_read_back(away: Away) -> None:
    desk, ref = away.work.desk, away.work.ref
    plan = deleting.show_plan(desk, ref).plan
    task = next(action for action in plan.actions if action.kind is ActionKind.TASK and action.items)
    with pytest.raises(ActionNotOpen):
        handing_over.declare(desk, ref, task.id, "Olga called")
    deleting.run(desk, ref)
    with pytest.raises(handing_over.HowMissing):
        handing_over.declare(desk, ref, task.id, " ")

    outcome = handing_over.declare(desk, ref, task.id, "Olga called")

    assert outcome.declared
    assert outcome.count(Seen.GONE) == 0
    found = deleting.read_back(desk, ref)
    seen = {one.item: one.seen for one in found.items}
    assert {seen[item.address.id] for item in task.items} == {Seen.NOT_LOOKED}
    with pytest.raises(ActionNotOpen):
        handing_over.declare(desk, ref, task.id, "again")


def test_the_commands_hand_over_run_and_take_in(away: Away, tmp_path: Path) -> None:
    import json

    vault, ref = away.work.desk.vault.folder, away.work.ref
    away.work.desk.close()
    secret = tmp_path / "secret.txt"
    secret.write_text(PASSPHRASE)
    opening = ["--vault", str(vault), "--passphrase-file", str(secret), "--json"]

    def says(*words: object, code: int = 0) -> dict[str, object]:
        done = CliRunner().invoke(main, [str(word) for word in words])
        assert done.exit_code == code, done.output
        found: dict[str, object] = json.loads(done.stdout)
        return found

    made = says("delete", "export", ref, "--to", tmp_path / "plan.age", *opening)
    told = tmp_path / "told.txt"
    told.write_text(str(made["passphrase"]))
    data = [word for place in away.data for word in ("--data", place)]
    key = made["approvers"][0]["key"]  # type: ignore[index]
    run = ("delete", "run-exported", tmp_path / "plan.age", *data, "--officer", key, "--operator", "Olga",
           "--answer", tmp_path / "answer.age", "--passphrase-file", told, "--yes", "--json")  # fmt: skip
    outcomes = says(*run)["outcomes"]
    taken = says("delete", "import", ref, "--answer", tmp_path / "answer.age", *opening)
    assert taken["outcomes"] == outcomes
    shown = says("delete", "show", ref, *opening)["actions"]
    assert {"id", "kind", "what", "items", "state", "declared", "instruction"} <= shown[0].keys()  # type: ignore[index]


@pytest.fixture
def moved(small: Small, tmp_path: Path) -> Path:
    """Where the table of a small case is now; the case is reviewed and has a plan."""
    small.reviewed()
    small.desk.release("people")
    there = tmp_path / "elsewhere" / "data"
    there.parent.mkdir()
    small.table.parent.rename(there)
    built_elsewhere(small.desk)
    deleting.make_plan(small.desk, small.ref)
    return there


@pytest.fixture
def unplugged(small: Small, tmp_path: Path) -> Path:
    """Where the data of a small case is now, as on a disk that was taken to another computer; there is a plan."""
    small.reviewed()
    small.desk.release("people")
    there = tmp_path / "elsewhere" / "data"
    there.parent.mkdir()
    small.table.parent.rename(there)
    deleting.make_plan(small.desk, small.ref)
    return there


@pytest.mark.usefixtures("moved")
def test_only_the_plan_in_force_leaves_the_house(small: Small, tmp_path: Path) -> None:
    deleting.approve(small.desk, small.ref)
    assert refusal(small.desk, small.ref, Kind.HANDED_OVER) is None
    deleting.withdraw_plan(small.desk, small.ref)
    assert isinstance(refusal(small.desk, small.ref, Kind.HANDED_OVER), PlanMissing)
    with pytest.raises(PlanMissing):
        handing_over.hand_over(small.desk, small.ref, tmp_path / "plan.age")


@pytest.mark.parametrize(
    ("meanwhile", "why"),
    [
        (end, CaseOver),
        (ask_for_access, RightUnknown),
        (withdraw_identity, IdentityMissing),
        (edit_identifiers, BasisChanged),
        (demand_two_approvals, NotApproved),
    ],
)
@pytest.mark.usefixtures("moved")
def test_no_plan_leaves_the_house_once_what_was_approved_is_another(
    small: Small, tmp_path: Path, meanwhile: Callable[[Small], None], why: type[Refusal]
) -> None:
    deleting.approve(small.desk, small.ref)
    meanwhile(small)
    with pytest.raises(why):
        handing_over.hand_over(small.desk, small.ref, tmp_path / "plan.age")
    assert not (tmp_path / "plan.age").exists()


def test_every_officer_whose_key_was_told_must_have_approved(small: Small, moved: Path, tmp_path: Path) -> None:
    deleting.approve(small.desk, small.ref)
    made = handing_over.hand_over(small.desk, small.ref, tmp_path / "plan.age")
    small.desk.switch_officer(BEA)
    told = [made.approvers[0].spoken, small.desk.vault.officer_key]

    def run(file: Path, passphrase: str) -> handing_over.RunElsewhere:
        return handing_over.run_handed_over(
            file, passphrase, [moved], officers=told, operator="Olga", answer=tmp_path / "answer.age"
        )

    with pytest.raises(NotApproved):
        run(made.path, made.passphrase)
    assert tuple((moved / "people.csv").read_text(encoding="utf-8").splitlines()[1:]) == ROWS
    deleting.approve(small.desk, small.ref)
    made = handing_over.hand_over(small.desk, small.ref, tmp_path / "both.age")
    assert [one.name for one in made.approvers] == ["Ada", "Bea"]
    assert {one.state for one in run(made.path, made.passphrase).outcomes} == {OutcomeState.DONE}


def test_an_answer_to_an_earlier_round_is_taken_in_after_the_case_has_ended(
    small: Small, unplugged: Path, tmp_path: Path
) -> None:
    desk, ref, moved = small.desk, small.ref, unplugged
    deleting.approve(desk, ref)
    made = handing_over.hand_over(desk, ref, tmp_path / "plan.age")
    deleting.run(desk, ref)
    deleting.read_back(desk, ref)
    another = small.folder / "data" / "people.csv"
    another.parent.mkdir()
    another.write_text("account,name,mail\nA-6,Wilma,wilma@example.com\n", encoding="utf-8")
    small.refresh()
    small.search()
    small.decide_open()
    assert deleting.make_plan(desk, ref).round == 2
    deleting.approve(desk, ref)
    deleting.run(desk, ref)
    waits = deleting.read_back(desk, ref)
    assert waits.count(Seen.NOT_LOOKED) == 2, "what waits elsewhere from the first round is not certain in the second"
    done = handing_over.run_handed_over(
        made.path, made.passphrase, [moved], officers=[made.approvers[0].key], operator="Olga", answer=tmp_path / "a"
    )
    end(small)

    taken = handing_over.take_answer(desk, ref, done.answer.read_bytes())

    assert taken == done.outcomes
    found = deleting.read_back(desk, ref)
    assert {one.seen for one in found.items} == {Seen.GONE}
    derived = [version for version, _ in indexing.dataset_versions(desk) if version.derived_from]
    assert f"1-{label_of(made.plan)}" in [version.version for version in derived]
    assert len(derived) == 2
    assert desk.vault.problems() == []
