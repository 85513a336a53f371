"""A hostile or careless officer: what is allowed step by step and wrong in the end, and signed acts of nonsense."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dsr_desk.app.case import cases, deleting, ending, review, steps
from dsr_desk.app.data import indexing
from dsr_desk.app.desk import Desk
from dsr_desk.app.vault import officers
from dsr_desk.core.acts import Act, Draft, Kind, Row, field_digest
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Verdict
from dsr_desk.core.policy import Policy
from dsr_desk.core.refusals import (
    BasisChanged,
    NotDecidedSame,
    NotForgettable,
    NothingToUndo,
    OfficerKnown,
    SecondReviewOpen,
)
from dsr_desk.core.requests import CaseState
from dsr_desk.storage.log_reading import LogDamaged
from dsr_desk.storage.signed_acts import NotAsSigned, SignedAct, sign
from unit.app.small_case import ADA, BEA, CEM, ROWS, Small

TWICE = Policy(second_review_erasure=True)


def second_round(small: Small) -> None:
    """Deleted, read back, found again, planned and approved anew."""
    small.deleted()
    deleting.read_back(small.desk, small.ref)
    small.write([*small.rows, ROWS[0]])
    small.search()
    deleting.make_plan(small.desk, small.ref)
    deleting.approve(small.desk, small.ref)


# What a plan rests on


def test_reading_back_an_earlier_round_makes_good_no_index_that_somebody_else_changed(small: Small) -> None:
    second_round(small)
    small.write([*small.rows, "A-8,Zoe,zoe@example.net"])
    with pytest.raises(BasisChanged):
        deleting.run(small.desk, small.ref)
    deleting.read_back(small.desk, small.ref)
    before = small.rows
    with pytest.raises(BasisChanged):
        deleting.run(small.desk, small.ref)
    assert small.rows == before


def test_reading_back_a_run_that_stopped_makes_good_no_index_that_somebody_else_changed(small: Small) -> None:
    small.approved()
    with pytest.raises(DeskError):
        deleting.run(small.desk, small.ref, report=lambda now: small.identify(verified=False) if now.done else None)
    small.write([*small.rows, "A-8,Zoe,zoe@example.net"])
    deleting.read_back(small.desk, small.ref)
    changed = [one.code for one in deleting.show_plan(small.desk, small.ref).changed]
    assert "basis.indexes" in changed


def test_an_index_that_is_destroyed_after_the_plan_is_a_difference(small: Small) -> None:
    small.approved()
    indexing.destroy_index(small.desk, "people")
    with pytest.raises(BasisChanged):
        deleting.run(small.desk, small.ref)


def test_a_case_whose_index_was_destroyed_before_the_plan_is_not_stuck_for_ever(small: Small) -> None:
    small.reviewed()
    indexing.destroy_index(small.desk, "people")
    deleting.make_plan(small.desk, small.ref)
    assert deleting.show_plan(small.desk, small.ref).changed == ()
    deleting.approve(small.desk, small.ref)
    deleting.run(small.desk, small.ref)
    assert tuple(small.rows) == ROWS


def test_what_is_held_is_in_no_plan_that_erases_it(small: Small) -> None:
    small.planned()
    item = small.items()["A-1"]
    old = small.desk.case(small.ref).plan
    assert old is not None
    rows = list(small.desk.vault.log.rows(old["seq"]))
    fields = small.desk.values(old["seq"])
    deleting.treat(
        small.desk, small.ref, item, deleting.WantedTreatment.HOLD, reason="a claim in court", until="2027-01-01"
    )
    new = small.desk.case(small.ref).plan
    assert new is not None
    act = small.desk.vault.log.entry(new["seq"]).act
    said = {name: value for name, value in act.open.items() if name not in ("count", "root")}
    with pytest.raises(NotDecidedSame):
        small.desk.act(Draft(Kind.PLANNED, {**said, "plan": old["plan"]}, fields, rows, act.basis), small.ref)


# Words of others


def disputed(small: Small) -> str:
    """Ada says it is hers, Bea says it is not. Returns the item."""
    officers.set_policy(small.desk, TWICE)
    small.reviewed()
    item = small.items()["A-3"]
    same = [one.address.id for one in review.decisions(small.desk, small.ref) if one.verdict is Verdict.SAME]
    small.desk.switch_officer(BEA)
    review.review_again(small.desk, small.ref, [one for one in same if one != item], Verdict.SAME)
    review.review_again(small.desk, small.ref, [item], Verdict.DIFFERENT)
    small.desk.switch_officer(ADA)
    return item


def test_nobody_takes_back_the_word_of_a_second_officer_who_disagrees(small: Small) -> None:
    disputed(small)
    second = small.desk.case(small.ref).undoable[-1][0]
    with pytest.raises(NothingToUndo):
        small.desk.act(Draft(Kind.UNDONE, {"act": second}), small.ref)
    with pytest.raises(SecondReviewOpen):
        deleting.make_plan(small.desk, small.ref)


def test_a_settled_word_does_not_outlive_the_word_that_it_confirmed(small: Small) -> None:
    item = disputed(small)
    small.desk.switch_officer(CEM)
    review.settle(small.desk, small.ref, [item], Verdict.SAME)
    small.desk.switch_officer(ADA)
    case = small.desk.case(small.ref)
    own = next(word for word in case.item(small.desk.name(small.ref, item)).words if not word.settled)  # type: ignore[union-attr]
    small.desk.act(Draft(Kind.UNDONE, {"act": own.act}), small.ref)
    with pytest.raises(DeskError):
        deleting.make_plan(small.desk, small.ref)


def test_an_officers_own_key_becomes_no_recovery_code(small: Small) -> None:
    """It would add officers later without anybody's approval."""
    with pytest.raises(OfficerKnown):
        small.desk.act(Draft(Kind.RECOVERY_KEY, {"key": small.desk.vault.officer_key, "proposal": ""}))


# Forgetting


def test_forgetting_photos_takes_nothing_else_along(small: Small) -> None:
    small.reviewed()
    decided = small.desk.case(small.ref).undoable[-1][2]
    said = {"what": "references", "count": 1, "entries": [decided], "blobs": []}
    with pytest.raises(NotForgettable):
        small.desk.act(Draft(Kind.FORGOTTEN, said), small.ref)


def test_what_was_blanked_beside_the_program_is_found_whatever_an_act_says_of_it(small: Small) -> None:
    small.reviewed()
    log, decided = small.desk.vault.log, small.desk.case(small.ref).undoable[-1][2]
    with small.desk.vault.transaction():
        log.forget_rows(decided)
        said = {"what": "references", "count": 1, "entries": [decided], "blobs": []}
        log.append(Draft(Kind.FORGOTTEN, said), small.desk.vault.signer, small.desk.case(small.ref).id)
    found = [one.code for one in small.desk.vault.problems()]
    assert {"log.forbidden", "log.field"} <= set(found)


# What a rollback leaves


def test_after_a_refusal_the_officers_are_verified_anew_before_anything_rests_on_them(small: Small) -> None:
    small.planned()
    deleting.approve(small.desk, small.ref)
    db = small.desk.vault.db.conn
    for name in ("entries_stay", "entries_are_fixed"):
        db.execute(f"DROP TRIGGER IF EXISTS {name}")
    db.execute("UPDATE entries SET signature = zeroblob(64) WHERE case_id = '' AND kind = 'officer-added' AND seq > 0")
    db.commit()
    with pytest.raises(DeskError), small.desk.vault.transaction():
        small.desk.act(Draft(Kind.UNDONE, {"act": "0" * 64}), small.ref)
    with pytest.raises(LogDamaged):
        deleting.run(small.desk, small.ref)
    assert tuple(small.rows) == ROWS


# Acts from elsewhere


def from_elsewhere(small: Small, **more: str) -> SignedAct:
    """An act of Ada's, signed as a packet's answer is, with something else in it."""
    keys = small.desk.vault._officer
    draft = Draft(Kind.IDENTITY, {"result": "verified", "photo": False, "acting": False})
    made = sign(draft, small.desk.vault.log.vault, small.desk.case(small.ref).id, keys)
    act = replace(made.act, **more)
    return replace(made, act=act, signature=keys.signing_key.sign(act.signed).hex())


@pytest.mark.parametrize("time", ["", "zzzz", "2026-11-03", "2026-13-01T00:00:00Z", "2026-11-03T00:00:00+00:00"])
def test_a_time_that_is_none_is_not_taken_in(small: Small, time: str) -> None:
    """Whatever is written afterwards is compared with it."""
    with pytest.raises(NotAsSigned):
        small.desk.take(small.ref, from_elsewhere(small, time=time))
    small.identify()


def test_a_time_that_stands_there_and_is_none_stops_nobody_from_writing(small: Small) -> None:
    log = small.desk.vault.log
    with small.desk.vault.transaction():
        log._place(log.size, replace(from_elsewhere(small).act, time="zzzz"), {}, {}, small.desk.vault.signer, None)
    small.identify()


# Signed nonsense in the log

NONSENSE: list[Callable[[dict[str, Any]], None]] = [
    lambda open_: open_.clear(),
    lambda open_: open_.update(dict.fromkeys(open_, "x")),
    lambda open_: open_.update(dict.fromkeys(open_, None)),
    lambda open_: open_.update(dict.fromkeys(open_, 10**400)),
    lambda open_: open_.update({name: [[]] for name in open_}),
    lambda open_: open_.update({name: {"x": {}} for name in open_}),
    lambda open_: open_.update(dict.fromkeys(open_, "\ud800")),
    lambda open_: open_.update({name: json.loads("[" * 400 + "]" * 400) for name in ("indexes", "parts", "policy")}),
]
SAID = (
    "ref", "channel", "faces", "right", "law", "received", "due", "identifiers", "result", "photo", "reference",
    "face", "purpose", "complete", "facts", "references", "indexes", "expected", "act", "item", "linked", "refused",
    "as", "model", "disposition", "deadline", "seen", "plan", "parts", "actions", "action", "kind", "state",
    "by", "again", "items", "dataset", "derived_from", "read_back", "what", "count", "root", "entries", "blobs",
    "key", "slot", "proposal", "policy", "how", "head", "recovery", "edition", "bundle", "evidence", "registers",
)  # fmt: skip


@pytest.mark.parametrize("nonsense", NONSENSE, ids=range(len(NONSENSE)))
def test_signed_nonsense_of_every_kind_is_a_finding_and_nothing_else(
    small: Small, nonsense: Callable[[dict[str, Any]], None]
) -> None:
    small.approved()
    log, desk = small.desk.vault.log, small.desk
    case = desk.case(small.ref)
    shown = cases.show_case(desk, small.ref)
    with desk.vault.transaction():
        for kind in Kind:
            if kind in (Kind.UNLOCKED, Kind.CLOCK_CORRECTED):
                continue
            for where in (case.id, ""):
                said = dict.fromkeys(SAID, "x")
                nonsense(said)
                act = Act(kind, log.vault, where, desk.vault.officer_key, log._time(), "0" * 32, "", {}, {})
                text = json.dumps({**json.loads(act.content), "open": said}, sort_keys=True, separators=(",", ":"))
                _write(desk, text)
    desk.vault.problems()
    with _fresh(desk) as again:
        try:
            assert cases.show_case(again, small.ref) == shown
            steps.steps(again, small.ref)
        except LogDamaged:
            return
        with pytest.raises(DeskError):
            again.act(Draft(Kind.CLOSED, {"state": "nonsense", "open": {}}), small.ref)


@pytest.mark.parametrize("depth", [100, 500, 800, 950, 5_000])
def test_a_value_that_is_nested_without_end_stops_no_check(small: Small, depth: int) -> None:
    text = "[" * depth + '{"blob":"x","digest":"y"}' + "]" * depth
    log = small.desk.vault.log
    case = small.desk.case(small.ref).id
    act = Act(Kind.SCORE_SHOWN, log.vault, case, small.desk.vault.officer_key, log._time(), "0" * 32, "", {"item": "x"},
              {"deep": field_digest(b"0" * 32, "deep", text)})  # fmt: skip
    with small.desk.vault.transaction():
        log._place(log.size, act, {"deep": (b"0" * 32, text)}, {}, small.desk.vault.signer, None)
    assert {one.code for one in small.desk.vault.problems()} <= {"cache.case", "log.blob", "log.field", "log.malformed"}


def _write(desk: Desk, text: str) -> None:
    """An entry with this act, signed as entries are; its text need not be the canonical one."""
    log = desk.vault.log
    try:
        act = Act.parse(text)
    except ValueError:
        return
    log._place(log.size, act, {}, {}, desk.vault.signer, None)


def _fresh(desk: Desk) -> Desk:
    """Everything that was folded is folded again."""
    desk._cases.clear()
    desk.vault._read_roster()
    return desk


@pytest.mark.parametrize("value", [None, 7, [], {}, {"id": 7}, {"id": "x", "candidate": {}}, "x"])
def test_rows_and_fields_of_no_use_are_refused_with_a_clear_word(small: Small, value: Any) -> None:
    """An officer who writes acts by hand stops the work, and no program."""
    small.reviewed()
    name = small.desk.name(small.ref, small.items()["A-1"])
    for draft in (
        Draft(Kind.DECIDED, rows=[Row(name, "same", value)]),
        Draft(Kind.TREATED, {"item": name, "as": "hold"}, {"id": value}),
    ):
        small.desk.act(draft, small.ref)
    for look in (review.review_items, review.decisions, cases.show_case, steps.steps, deleting.make_plan):
        try:
            look(small.desk, small.ref)  # type: ignore[operator]
        except DeskError:
            continue


def test_a_word_on_one_item_is_no_word_on_another_that_is_named_inside(small: Small) -> None:
    """What is shown and planned would be another item than the one of which the log says "same"."""
    small.reviewed()
    items = small.items()
    case = small.desk.case(small.ref)
    old, item = small.desk.name(small.ref, items["A-1"]), small.desk.name(small.ref, items["A-4"])
    candidates = {row.item: row.value for row in small.desk.vault.log.rows(case.searches[0]["seq"])}
    said = {name: value for name, value in small.desk.vault.log.entry(case.searches[0]["seq"]).act.open.items()
            if name not in ("count", "root")}  # fmt: skip
    value = {**candidates[old], "candidate": candidates[item]["candidate"]}
    small.desk.act(Draft(Kind.SEARCHED, said, rows=[Row(old, "record", value)]), small.ref)
    for look in (review.review_items, deleting.make_plan):
        with pytest.raises(LogDamaged):
            look(small.desk, small.ref)  # type: ignore[operator]


# The end


def test_a_case_that_was_ended_and_opened_again_is_as_it_was_and_no_more(small: Small) -> None:
    small.approved()
    ending.end_case(small.desk, small.ref, CaseState.REFUSED, "she wrote that she meant another company")
    with pytest.raises(DeskError):
        deleting.run(small.desk, small.ref)
    ending.reopen_case(small.desk, small.ref, "she wrote again")
    small.identify()
    with pytest.raises(BasisChanged):
        deleting.run(small.desk, small.ref)
    assert tuple(small.rows) == ROWS
