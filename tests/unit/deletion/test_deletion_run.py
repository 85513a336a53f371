"""Carrying out a plan, and what is left when something goes wrong on the way."""

from __future__ import annotations

import csv
import tarfile
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from deletion_samples import (
    CASE,
    MADE,
    OFFICER_KEY,
    VERSION,
    FakeIndex,
    KeptRecords,
    carry_out,
    containers_of,
    digests,
    hit,
    plan_of,
    scope_of,
    stores_of,
)

from dsr_desk.core.actions import Action, ActionKind, OutcomeState, Seen, Treatment
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import Box
from dsr_desk.core.message import message, quoted
from dsr_desk.core.refusals import IdentityMissing
from dsr_desk.datasets.container import Doomed
from dsr_desk.deletion.derive import derived_versions, label_of
from dsr_desk.deletion.dry_run import dry_run
from dsr_desk.deletion.plan import Choice, Hold, make_plan
from dsr_desk.deletion.reach import NotHere
from dsr_desk.deletion.run import DispositionChanged, Stores, run
from dsr_desk.jobs.progress import Cancelled, CancelToken


def bytes_of(root: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in root.iterdir()}


def test_a_run_erases_what_was_planned_and_nothing_else(root: Path) -> None:
    before = bytes_of(root)
    stores, records = stores_of(root), KeptRecords()
    outcomes = carry_out(plan_of(root), stores, records)
    assert [outcome.state for outcome in outcomes] == [OutcomeState.DONE] * 4
    assert {seen.seen for outcome in outcomes for seen in outcome.items} == {Seen.GONE}
    after = bytes_of(root)
    assert sorted(set(before) - set(after)) == ["p0.jpg", "p0.json"]
    assert {name for name in after if after[name] != before[name]} == {"s-000.tar", "people.csv"}
    with tarfile.open(root / "s-000.tar") as archive:
        assert archive.getnames() == [f"{n}.{s}" for n in ("0000", "0002") for s in ("jpg", "json", "cls")]
    with (root / "people.csv").open(newline="") as file:
        assert [row["name"] for row in csv.DictReader(file)] == ["Bo", "Cy"]
    index = stores.indexes["faces"]
    assert isinstance(index, FakeIndex)
    assert len(index.forgotten) == 5, "what went along is forgotten as well"


def test_a_refusal_between_two_actions_ends_the_run_and_is_no_outcome(root: Path) -> None:
    plan, before, records = plan_of(root), bytes_of(root), KeptRecords(forbids=1)
    with pytest.raises(IdentityMissing):
        carry_out(plan, stores_of(root), records)
    assert set(records.ended) == {"a01"}
    after = bytes_of(root)
    assert {name for name in before if after.get(name) != before[name]} == {"p0.jpg", "p0.json"}


def test_a_refusal_while_an_index_is_rewritten_is_no_outcome(root: Path) -> None:
    class Refusing(FakeIndex):
        def erase(self, items: Sequence[str]) -> None:
            del items
            raise IdentityMissing(case=CASE)

    records = KeptRecords()
    with pytest.raises(IdentityMissing):
        carry_out(plan_of(root), Stores(containers_of(root), {"faces": Refusing()}), records)
    assert "a04" not in records.ended


def test_an_action_on_a_model_that_was_decided_anew_is_not_handed_out(root: Path) -> None:
    plan = replace(
        plan_of(root),
        actions=(
            Action("a01", ActionKind.DISPOSE_MODEL, "net@1", node="m"),
            Action("a02", ActionKind.TELL_RECIPIENT, "Example Ltd"),
        ),
    )
    void, stands = run(plan, stores_of(root), KeptRecords(), OFFICER_KEY, holds=lambda action: action.node != "m")
    assert (void.state, void.error) == (OutcomeState.FAILED, DispositionChanged(what="net@1").message)
    assert stands.state is OutcomeState.WAITING


def test_nothing_is_deleted_if_the_record_cannot_be_written(root: Path) -> None:
    before = bytes_of(root)
    with pytest.raises(OSError, match="No space"):
        carry_out(plan_of(root), stores_of(root), KeptRecords(refuses=True))
    assert bytes_of(root) == before


def test_a_crash_leaves_started_and_the_next_run_finishes_it_from_what_it_reads_back(root: Path) -> None:
    plan, records = plan_of(root), KeptRecords(refuses_ends=True)
    for _ in plan.actions:
        with pytest.raises(KeyboardInterrupt):
            carry_out(plan, stores_of(root), records)
    assert set(records.started) == {"a01"}
    assert not records.ended
    records.refuses_ends = False
    outcomes = carry_out(plan, stores_of(root), records)
    assert [outcome.state for outcome in outcomes] == [OutcomeState.DONE] * 4
    assert outcomes[0].digest_before != outcomes[0].digest_after
    assert [item.says for item in outcomes[0].items] == [None, None]


def test_after_a_crash_an_item_that_is_alike_and_was_not_meant_stays(root: Path) -> None:
    table = root / "people.csv"
    table.write_text("name,mail\nAda,ada@example.org\nAda,ada@example.org\nBo,bo@example.org\n")
    container = containers_of(root)[VERSION, "data/people.csv"]
    one = hit(container, "", row="ada@")
    twin = replace(one.address, occurrence=1)
    plan = make_plan(CASE, MADE, [one], scope_of(root, rejected=[twin.id]))
    records = KeptRecords(refuses_ends=True)
    with pytest.raises(KeyboardInterrupt):
        carry_out(plan, stores_of(root), records)
    records.refuses_ends = False
    outcomes = carry_out(plan, stores_of(root), records)
    assert table.read_text() == "name,mail\nAda,ada@example.org\nBo,bo@example.org\n"
    assert outcomes[0].count(Seen.STILL_THERE) == 1


def test_a_second_run_does_nothing_to_what_is_done(root: Path) -> None:
    plan, records = plan_of(root), KeptRecords()
    first = carry_out(plan, stores_of(root), records)
    before = bytes_of(root)
    assert carry_out(plan, stores_of(root), records) == first
    assert bytes_of(root) == before


def test_an_erasure_that_fails_is_reported_and_the_others_go_on(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(DeskError):
        code = "TEST-BROKEN"
        happened = "It broke."

    def refuse(*_: object) -> None:
        raise Broken()

    plan, records, stores = plan_of(root), KeptRecords(), stores_of(root)
    with monkeypatch.context() as patch:
        patch.setattr(stores.containers[VERSION, "data/people.csv"], "erase", refuse)
        outcomes = carry_out(plan, stores, records)
    assert [outcome.state for outcome in outcomes[:3]] == [OutcomeState.DONE, OutcomeState.DONE, OutcomeState.FAILED]
    assert (outcomes[2].error, outcomes[2].items[0].seen) == (message("TEST-BROKEN"), Seen.STILL_THERE)
    assert outcomes[3].state is OutcomeState.PARTLY, "the index keeps what is still there"
    again = carry_out(plan, stores, records)
    assert [outcome.state for outcome in again] == [OutcomeState.DONE] * 4


def test_what_broke_is_not_done_though_nothing_of_it_is_left(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(DeskError):
        code = "TEST-BROKEN-LATE"
        happened = "It broke at the end."

    def breaking(doomed: Collection[Doomed]) -> None:
        erase(doomed)
        raise Broken()

    plan, records, stores = plan_of(root), KeptRecords(), stores_of(root)
    table = stores.containers[VERSION, "data/people.csv"]
    erase = table.erase
    monkeypatch.setattr(table, "erase", breaking)
    outcome = carry_out(plan, stores, records)[2]
    assert {one.seen for one in outcome.items} == {Seen.GONE}
    assert (outcome.state, outcome.error) == (OutcomeState.PARTLY, message("TEST-BROKEN-LATE"))


def test_the_same_bytes_at_another_place_are_still_there_and_said_to_be_elsewhere(root: Path) -> None:
    plan = plan_of(root)
    (root / "copy.jpg").write_bytes((root / "p0.jpg").read_bytes())
    outcome = carry_out(plan, stores_of(root), KeptRecords())[0]
    assert not (root / "p0.jpg").exists()
    assert (outcome.state, outcome.items[0].seen) == (OutcomeState.PARTLY, Seen.STILL_THERE)
    assert outcome.items[0].says == message("seen.elsewhere")


def test_an_item_that_was_changed_since_it_was_indexed_is_not_called_gone(root: Path) -> None:
    plan = plan_of(root)
    (root / "p0.jpg").write_bytes((root / "p1.jpg").read_bytes() + b"\0")
    outcome = carry_out(plan, stores_of(root), KeptRecords())[0]
    assert outcome.state is OutcomeState.PARTLY
    assert outcome.items[0].seen is Seen.STILL_THERE
    assert (root / "p0.jpg").exists()


def test_a_container_that_disappeared_could_not_be_looked_at(root: Path) -> None:
    plan, stores = plan_of(root), stores_of(root)
    (root / "s-000.tar").rename(root.parent / "elsewhere.tar")
    outcome = carry_out(plan, stores, KeptRecords())[1]
    assert (outcome.state, outcome.error) == (OutcomeState.FAILED, message("DELETE-NOT-HERE", what="data/s-000.tar"))
    assert {item.seen for item in outcome.items} == {Seen.NOT_LOOKED}


def test_a_masked_photo_stays_in_its_place_without_the_face(root: Path) -> None:
    shown = hit(containers_of(root)[VERSION, "data/s-000.tar"], "0001.jpg", Box(20, 20, 40, 40))
    choice = Choice(Treatment.MASK, "shows another person")
    plan = make_plan(CASE, MADE, [shown], scope_of(root, choices={shown.address.id: choice}))
    outcomes = carry_out(plan, stores_of(root), KeptRecords())
    (seen,) = outcomes[0].items
    assert (seen.seen, outcomes[0].state) == (Seen.MASKED, OutcomeState.DONE)
    container = containers_of(root)[VERSION, "data/s-000.tar"]
    assert seen.digest_after in digests(container)
    assert shown.address.digest not in digests(container)
    with tarfile.open(root / "s-000.tar") as archive:
        assert len(archive.getnames()) == 9


def test_a_photo_that_cannot_be_masked_is_left_and_named(root: Path) -> None:
    shown = hit(containers_of(root)[VERSION, "data"], "p1.jpg")
    choice = Choice(Treatment.MASK, "shows another person", (Box(900, 900, 920, 920),))
    plan = make_plan(CASE, MADE, [shown], scope_of(root, choices={shown.address.id: choice}))
    outcome = carry_out(plan, stores_of(root), KeptRecords())[0]
    assert outcome.state is OutcomeState.FAILED
    assert outcome.items[0].says == message("DELETE-CANNOT-MASK", why=message("why.face-outside"))


def test_a_sidecar_is_erased_even_where_its_photo_went_before(root: Path) -> None:
    plan = plan_of(root)
    (root / "p0.jpg").unlink()
    outcome = carry_out(plan, stores_of(root), KeptRecords())[0]
    assert not (root / "p0.json").exists()
    assert [item.says for item in outcome.items] == [message("seen.absent"), None]


def test_holds_are_done_by_staying_and_tasks_wait(root: Path) -> None:
    held = hit(containers_of(root)[VERSION, "data"], "p1.jpg")
    scope = scope_of(root, holds={held.address.id: Hold("court order", "2027-01-01")})
    far = hit(containers_of(root)[VERSION, "data/s-000.tar"], "0002.jpg")
    containers = {place: one for place, one in scope.containers.items() if place[1] != "data/s-000.tar"}
    plan = make_plan(CASE, MADE, [held, far], replace(scope, containers=containers))
    outcomes = {plan.action(one.action).kind: one for one in carry_out(plan, stores_of(root), KeptRecords())}
    assert outcomes[ActionKind.HOLD].items[0].seen is Seen.HELD
    assert outcomes[ActionKind.TASK].state is OutcomeState.WAITING
    assert (root / "p1.jpg").exists()


def test_a_cancelled_run_stops_between_two_actions(root: Path) -> None:
    token = CancelToken()
    token.cancel()
    plan, before = plan_of(root), bytes_of(root)
    with pytest.raises(Cancelled):
        run(plan, stores_of(root), KeptRecords(), OFFICER_KEY, token=token)
    assert bytes_of(root) == before


def test_a_dry_run_counts_by_store_and_changes_nothing(root: Path) -> None:
    plan, before = plan_of(root), bytes_of(root)
    result = dry_run(plan, stores_of(root))
    assert [(one.store, one.erase, one.stay) for one in result.stores] == [
        ("data", 2, 3),
        ("data/s-000.tar", 2, 4),
        ("data/people.csv", 1, 2),
        ("faces", 5, 0),
    ]
    assert (result.erase, result.mask, result.gaps) == (5, 0, ())
    assert bytes_of(root) == before


def test_a_dry_run_says_what_it_cannot_remove(root: Path) -> None:
    plan = plan_of(root)
    (root / "p0.jpg").unlink()
    (root / "people.csv").unlink()
    stores = stores_of(root)
    result = dry_run(plan, Stores({k: v for k, v in stores.containers.items() if k[1] != "data/people.csv"}, {}))
    assert [(one.what, one.why, one.count) for one in result.gaps] == [
        (quoted("data"), message("why.not-as-indexed"), 1),
        (
            message("gap.container.alone", container="data/people.csv"),
            message("why.unreached", why=NotHere(what="data/people.csv").message),
            1,
        ),
        (message("gap.index", name="faces"), message("why.not-open"), 5),
    ]


def test_an_erasure_makes_a_derived_version_with_what_was_removed(root: Path) -> None:
    plan = plan_of(root)
    outcomes = carry_out(plan, stores_of(root), KeptRecords())
    versions = dict(scope_of(root).versions)
    (derived,) = derived_versions(plan, outcomes, versions)
    assert (derived.version.id, derived.version.derived_from) == (f"faces@1-{label_of(plan.digest)}", VERSION)
    assert CASE not in derived.version.id
    assert len(derived.removed) == 5
    versions[derived.version.id] = derived.version
    assert derived_versions(plan, outcomes, versions)[0].version.version == f"1-{label_of(plan.digest)}-2"


def test_no_version_is_derived_where_nothing_changed(root: Path) -> None:
    plan = plan_of(root)
    assert derived_versions(plan, (), {}) == ()
