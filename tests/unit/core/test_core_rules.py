"""The table of guards: what forbids each act, one case for each guard of each act, and what allows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import acts_by_hand as hand
import pytest
from acts_by_hand import ANN, BEN, CLEO, DEE, OTHER_PLAN, PLAN, World, as_rows, facts, searched
from order_tries import ORDER_ALLOWED, ORDER_TABLE
from tries_by_hand import APPROVING, BEGINNING, PLANNING, Refused, Try
from tries_by_hand import closed as _closed

from dsr_desk.core import order_refusals, refusals, rules
from dsr_desk.core.acts import Entry, Kind, Row
from dsr_desk.core.changes import TOPICS
from dsr_desk.core.errors import DeskError, error_of
from dsr_desk.core.language import LANGUAGES
from dsr_desk.core.policy import Policy

ONE = Policy()
ERASURE_TWICE = replace(ONE, second_review_erasure=True)


def _treated(item: str, how: str) -> World:
    world = hand.reviewed()
    world.do(Kind.TREATED, {"item": item, "as": how})
    return world


def _undecided_and_held() -> World:
    """An earlier round's candidate without a verdict is held; nothing takes it along."""
    world = hand.opened().search("x", "w").decide(x="same").decide(w="same")
    world.do(Kind.TREATED, {"item": "w", "as": "hold"})
    world.plan(x="erase", w="hold").approve().begin().outcome(x="still_there").read_back(x="still_there").search("v")
    world.decide(v="same")
    world.do(Kind.UNDONE, {"act": world.case.undoable[1][0]})
    return world


def _forgotten() -> World:
    world = hand.opened().close()
    world.do(Kind.FORGOTTEN, {"what": "case", "count": 1, "entries": [], "blobs": []})
    return world


def _without_facts() -> World:
    """A log that somebody else wrote: a check, and nothing that was asked."""
    world = World()
    world.do(Kind.RECEIVED, {"ref": "2026-001", "channel": "text", "faces": False})
    return world.identity()


def _confirmed_later() -> World:
    """The program read something, and an officer confirmed something else."""
    world = World()
    world.do(Kind.RECEIVED, {"ref": "2026-001", "channel": "text", "faces": False})
    return world.facts(identifiers="2" * 32, kind=Kind.PROPOSED).facts().identity()


def _access() -> World:
    """An access case: Ann decided, and nobody else looked."""
    return hand.reviewed().facts("access")


def _dispute() -> World:
    return hand.reviewed().second(x="different")


def _waiting() -> World:
    return hand.begun().outcome("waiting")


def _again() -> World:
    """A second round, reviewed."""
    return hand.read().search("w").decide(w="same")


def _former() -> World:
    """A second round; what was decided in the first was taken back there."""
    world = hand.read()
    world.do(Kind.UNDONE, _newest(world))
    return world.search("w")


def _decided_again() -> World:
    """A plan whose approver is not to be a decider; Ann decided, and Ben came to the same after her."""
    return hand.reviewed(replace(ONE, approver_not_decider=True)).decide(BEN, x="same", y="same", z="different").plan()


def _with_disposition(*, approved: bool) -> World:
    world = hand.reviewed()
    world.do(Kind.DISPOSITION, {"model": "m1", "disposition": "retrained", "deadline": ""})
    return world.plan().approve() if approved else world.plan()


def _new_officer() -> World:
    world = hand.planned()
    world.add_officer(DEE)
    return world


def _stricter() -> World:
    """A plan that the policy of now would not have allowed."""
    world = hand.planned()
    world.policy(ERASURE_TWICE)
    return world


def _moved() -> World:
    world = hand.planned()
    world.indexes["i1"] = 2
    return world


def _moved_approved() -> World:
    world = hand.approved()
    world.indexes["i1"] = 2
    return world


def _unsigned_by_active() -> World:
    """Whoever approved is no officer any more."""
    world = hand.approved()
    world.remove_officer(BEN)
    return world


def _act_of(world: World, name: str = "planned") -> dict[str, Any]:
    return {"act": world.case.dispositions["m1"][name][-1]["act"]}


def _newest(world: World) -> dict[str, Any]:
    return {"act": world.case.undoable[-1][0] if world.case.undoable else "0" * 64}


HANDING = Try(Kind.HANDED_OVER, lambda world: {**world.about(), "key": "k1"}, basis=lambda world: world.basis)
DECIDING = Try(Kind.DECIDED, rows=as_rows({"x": "same"}))
SECOND = Try(Kind.SECOND_REVIEW, {"how": "program"}, as_rows({"x": "same"}), by=BEN)
SETTLING = Try(Kind.SETTLED, rows=as_rows({"x": "same"}), by=CLEO)
LINKING = Try(Kind.LINK, {"item": "x", "linked": "y", "refused": True})
TREATING = Try(Kind.TREATED, {"item": "x", "as": "mask"})
UNDOING = Try(Kind.UNDONE, _newest)
SEARCHING = Try(Kind.SEARCHED, searched())
LOOKING = Try(Kind.SEARCHED, searched(purpose="read-back"))
ANSWERING = Try(Kind.ANSWERED, {"day": "2026-11-20"})
ENDING = Try(Kind.CLOSED, {"state": "closed", "open": {}})
OUTCOME = Try(Kind.OUTCOME, lambda world: world.ended())
SEALINGS = (
    Try(Kind.SEALING, {"requester": True, "regulators": 0}),
    Try(Kind.SEALED, {"edition": "requester", "bundle": "b", "evidence": "e"}),
)
FOR_THE_AUTHORITY = (
    Try(Kind.SEALING, {"requester": False, "regulators": 1}),
    Try(Kind.SEALED, {"edition": "regulator", "bundle": "b", "evidence": "e"}),
)
VALIDATING = Try(Kind.VALIDATED, lambda world: {"read_back": (world.case.read_back or {"act": ""})["act"]}, by=BEN)
ASKING = Try(Kind.ASKED, {"actions": ["a01"], "again": "2026-12-24"})
WITHDRAWING = Try(Kind.PLAN_WITHDRAWN, lambda world: {"plan": world.newest_plan})
SWEPT = {
    "roots": 1, "files": 9, "found": {"bytes": 1}, "unread": 0, "wanted": {"items": 2}, "models": False,
    "complete": True,
}  # fmt: skip
SWEEPING = Try(Kind.SWEPT, SWEPT, as_rows({"s": "bytes", "t": "look"}))
EXPLAINING = Try(Kind.EXPLAINED, {"finding": "s", "as": "is-other"})
IDENTITY = {"result": "verified", "photo": True, "acting": False}
OBSERVING = Try(Kind.OBSERVED, {"model": "m1", "disposition": "retrained", "seen": "2026-11-03"})


def _always(tried: Try, world: Callable[[], World]) -> list[Refused]:
    """Guards that approving, beginning and handing over have alike; `world` is where they would be allowed."""

    def after(step: Callable[[World], World]) -> Callable[[], World]:
        return lambda: step(world())

    return [
        Refused(tried, "still_open", after(lambda it: it.close()), refusals.CaseOver),
        Refused(tried, "right_deletes", after(lambda it: it.facts("access")), refusals.RightUnknown),
        Refused(tried, "is_identified", after(lambda it: it.identity("not-verified")), refusals.IdentityMissing),
        Refused(tried, "has_plan", hand.reviewed, refusals.PlanMissing),
        Refused(
            replace(tried, open=lambda it: {**tried.said(it), "plan": OTHER_PLAN}), "has_plan", world,
            refusals.PlanOther,
        ),
        Refused(
            replace(tried, basis=lambda _: "0" * 64), "same_basis", world, refusals.BasisChanged,
        ),
        Refused(tried, "same_basis", after(lambda it: it.facts(identifiers="2" * 32)), refusals.BasisChanged),
    ]  # fmt: skip


TABLE: list[Refused] = [
    Refused(
        Try(Kind.RECEIVED, {"ref": "2026-001", "faces": False}), "not_there_yet", hand.opened, refusals.CaseNotOver
    ),
    *(
        Refused(Try(kind, said), "still_open", _closed(hand.opened), refusals.CaseOver)
        for kind, said in (
            (Kind.PROPOSED, facts()),
            (Kind.CONFIRMED, facts()),
            (Kind.IDENTITY, IDENTITY),
            (Kind.REFERENCE, {"reference": 1, "face": None}),
            (Kind.DISPOSITION, {"model": "m1", "disposition": "retrained"}),
            (Kind.STATED, {"law": "lgpd", "field": "court", "state": "stated"}),
        )
    ),
    # Search
    Refused(SEARCHING, "is_identified", lambda: World().received(), refusals.IdentityMissing),
    Refused(SEARCHING, "is_identified", lambda: hand.opened().identity("not-verified"), refusals.IdentityMissing),
    Refused(
        SEARCHING, "is_identified", lambda: World().received(faces=True).identity(photo=False), refusals.IdentityMissing
    ),
    Refused(SEARCHING, "may_search", _closed(hand.opened), refusals.CaseOver),
    Refused(SEARCHING, "may_search", lambda: hand.opened().facts(kind=Kind.PROPOSED), refusals.FactsNotConfirmed),
    Refused(
        replace(SEARCHING, open=lambda world: {**searched(), "facts": world.case.facts[0]["act"]}), "may_search",
        _confirmed_later, refusals.FactsNotConfirmed,
    ),
    Refused(SEARCHING, "may_search", _without_facts, refusals.FactsNotConfirmed),
    Refused(SEARCHING, "may_search", hand.begun, refusals.PlanUnderWay),
    Refused(SEARCHING, "may_search", hand.run, refusals.PlanUnderWay),
    Refused(SEARCHING, "may_search", hand.approved, refusals.ReviewClosed),
    Refused(LOOKING, "may_search", hand.approved, refusals.NotRun),
    # Review
    Refused(DECIDING, "still_open", _closed(hand.found), refusals.CaseOver),
    Refused(DECIDING, "no_approved_plan", hand.approved, refusals.ReviewClosed),
    Refused(DECIDING, "no_approved_plan", hand.run, refusals.ReviewClosed),
    Refused(replace(DECIDING, rows=as_rows({"q": "same"})), "candidates", hand.found, refusals.CandidateMissing),
    Refused(replace(DECIDING, rows=as_rows({"x": "perhaps"})), "candidates", hand.found, refusals.CandidateMissing),
    Refused(
        replace(DECIDING, rows=[Row("x", "same"), Row("x", "different")]),
        "candidates", hand.found, refusals.CandidateMissing,
    ),
    Refused(replace(DECIDING, rows=as_rows({"x": "same"})), "candidates", _former, refusals.CandidateMissing),
    Refused(UNDOING, "undo_open", _closed(hand.reviewed), refusals.CaseOver),
    Refused(UNDOING, "undoable", hand.found, refusals.NothingToUndo),
    Refused(Try(Kind.UNDONE), "undoable", hand.found, refusals.NothingToUndo),
    Refused(UNDOING, "undoable", hand.approved, refusals.ReviewClosed),
    Refused(UNDOING, "undoable", _dispute, refusals.NothingToUndo),
    Refused(replace(UNDOING, by=BEN), "undoable", lambda: _dispute().settle(x="same"), refusals.NothingToUndo),
    Refused(
        Try(Kind.UNDONE, _act_of), "undoable", lambda: _with_disposition(approved=True), refusals.DispositionApproved
    ),
    *(
        Refused(tried, guard, world, refusal)
        for tried in (LINKING, TREATING)
        for guard, world, refusal in (
            ("still_open", _closed(hand.found), refusals.CaseOver),
            ("no_approved_plan", hand.approved, refusals.ReviewClosed),
            ("known_items", hand.opened, refusals.CandidateMissing),
        )
    ),
    *(
        Refused(tried, guard, world, refusal)
        for tried in (SECOND, SETTLING)
        for guard, world, refusal in (
            ("still_open", _closed(_dispute), refusals.CaseOver),
            ("no_approved_plan", hand.approved, refusals.ReviewClosed),
        )
    ),
    *(
        Refused(replace(tried, rows=None), "anything_decided", hand.found, refusals.NothingToReviewTwice)
        for tried in (SECOND, SETTLING)
    ),
    Refused(SECOND, "others_decisions", hand.found, refusals.NothingToReviewTwice),
    Refused(replace(SECOND, by=ANN), "others_decisions", hand.reviewed, refusals.NothingToReviewTwice),
    Refused(
        replace(SECOND, rows=as_rows({"x": "perhaps"})), "others_decisions", hand.reviewed,
        refusals.NothingToReviewTwice,
    ),
    Refused(
        replace(SECOND, open=lambda world: {"how": "packet", "head": world.seq - 2}), "others_decisions", _dispute,
        refusals.ReviewedSince,
    ),
    Refused(SETTLING, "disputed_by_others", hand.reviewed, refusals.NothingToSettle),
    Refused(SETTLING, "disputed_by_others", lambda: hand.reviewed().second(x="same"), refusals.NothingToSettle),
    Refused(replace(SETTLING, by=ANN), "disputed_by_others", _dispute, refusals.NothingToSettle),
    Refused(replace(SETTLING, by=BEN), "disputed_by_others", _dispute, refusals.NothingToSettle),
    Refused(
        replace(SETTLING, rows=as_rows({"x": "perhaps"})), "disputed_by_others", _dispute, refusals.NothingToSettle
    ),
    # Plan
    Refused(PLANNING, "still_open", _closed(hand.reviewed), refusals.CaseOver),
    Refused(PLANNING, "right_deletes", _access, refusals.RightUnknown),
    Refused(PLANNING, "right_deletes", lambda: hand.reviewed().facts("restriction"), refusals.RightUnknown),
    Refused(PLANNING, "is_identified", lambda: hand.reviewed().identity("not-verified"), refusals.IdentityMissing),
    Refused(PLANNING, "no_run_under_way", hand.run, refusals.PlanUnderWay),
    Refused(PLANNING, "not_run_in_this_round", hand.read, refusals.SearchAgain),
    Refused(PLANNING, "is_reviewed", hand.opened, refusals.ReviewOpen),
    Refused(PLANNING, "is_reviewed", lambda: hand.found().decide(x="same", y="same"), refusals.ReviewOpen),
    Refused(PLANNING, "is_reviewed", lambda: hand.reviewed().decide(z="unsure"), refusals.ReviewOpen),
    Refused(
        PLANNING, "second_review_of_erasure", lambda: hand.reviewed(ERASURE_TWICE), refusals.SecondReviewOpen
    ),
    Refused(
        PLANNING, "something_due", lambda: hand.found().decide(x="different", y="different", z="different"),
        refusals.NothingToDelete,
    ),
    Refused(
        replace(PLANNING, basis=lambda _: "0" * 64), "on_what_is_now", hand.reviewed, refusals.BasisChanged
    ),
    Refused(
        replace(PLANNING, open=lambda world: {**world.planned()[0], "parts": {}}), "on_what_is_now", hand.reviewed,
        refusals.BasisChanged,
    ),
    Refused(
        PLANNING, "on_what_is_now", lambda: _indexed(hand.reviewed(), i1=1, i2=1), refusals.BasisChanged
    ),
    Refused(replace(PLANNING, rows=as_rows({"z": "erase"})), "only_hits", hand.reviewed, refusals.NotDecidedSame),
    Refused(replace(PLANNING, rows=as_rows({"q": "erase"})), "only_hits", hand.reviewed, refusals.NotDecidedSame),
    Refused(
        replace(PLANNING, rows=as_rows({"z": "along-erase"})), "only_hits", hand.reviewed, refusals.NotDecidedSame
    ),
    *(
        Refused(replace(PLANNING, rows=as_rows(rows)), "only_hits", world, refusals.NotDecidedSame)
        for rows, world in (
            ({"x": "mask"}, hand.reviewed), ({"x": "burn"}, hand.reviewed), ({"x": "along-erase"}, hand.reviewed),
            ({"x": "erase"}, lambda: _treated("x", "hold")), ({"x": "mask"}, lambda: _treated("x", "hold")),
            ({"x": "erase"}, lambda: _treated("x", "mask")), ({"q": "along-hold"}, hand.reviewed),
            ({"q": "along"}, hand.reviewed), ({"q": "along-burn"}, hand.reviewed),
            ({"w": "along-erase"}, _undecided_and_held),
        )
    ),
    # Approval and run
    *_always(APPROVING, hand.planned),
    Refused(
        replace(APPROVING, open=lambda world: {**world.about(), "planned": "0" * 64}), "has_plan", hand.planned,
        refusals.PlanOther,
    ),
    Refused(APPROVING, "not_begun", hand.begun, refusals.PlanUnderWay),
    Refused(APPROVING, "not_begun", lambda: hand.run().read_back(), refusals.PlanRun),
    Refused(APPROVING, "is_reviewed", lambda: hand.planned().search("x", "y", "z", "w"), refusals.ReviewOpen),
    Refused(APPROVING, "is_reviewed", lambda: hand.planned().decide(z="unsure"), refusals.ReviewOpen),
    Refused(APPROVING, "second_review_of_erasure", _stricter, refusals.SecondReviewOpen),
    Refused(APPROVING, "same_basis", lambda: hand.planned().decide(x="different"), refusals.BasisChanged),
    Refused(APPROVING, "same_basis", _moved, refusals.BasisChanged),
    Refused(replace(APPROVING, by=DEE), "may_approve", _new_officer, refusals.ApproverNew),
    Refused(
        replace(APPROVING, by=ANN), "may_approve", lambda: hand.planned(replace(ONE, approver_not_decider=True)),
        refusals.ApproverDecided,
    ),
    Refused(replace(APPROVING, by=ANN), "may_approve", _decided_again, refusals.ApproverDecided),
    Refused(WITHDRAWING, "still_open", _closed(hand.planned), refusals.CaseOver),
    Refused(WITHDRAWING, "has_plan", hand.reviewed, refusals.PlanMissing),
    Refused(WITHDRAWING, "not_begun", hand.begun, refusals.PlanUnderWay),
    Refused(WITHDRAWING, "not_begun", lambda: hand.run().read_back(), refusals.PlanRun),
    *_always(BEGINNING, hand.approved),
    Refused(BEGINNING, "enough_approvals", hand.planned, refusals.NotApproved),
    Refused(BEGINNING, "enough_approvals", lambda: hand.approved(Policy(approvals=2)), refusals.NotApproved),
    Refused(BEGINNING, "enough_approvals", _unsigned_by_active, refusals.NotApproved),
    Refused(BEGINNING, "same_basis", _moved_approved, refusals.BasisChanged),
    Refused(BEGINNING, "action_can_begin", hand.run, refusals.ActionNotOpen),
    Refused(BEGINNING, "action_can_begin", _waiting, refusals.ActionNotOpen),
    Refused(BEGINNING, "action_can_begin", lambda: _again().plan(OTHER_PLAN).approve(), refusals.ActionNotOpen),
    *_always(HANDING, hand.approved),
    Refused(HANDING, "enough_approvals", hand.planned, refusals.NotApproved),
    Refused(OUTCOME, "plan_known", hand.reviewed, refusals.PlanMissing),
    Refused(
        replace(OUTCOME, open=lambda world: {**world.ended(by="answer"), "plan": PLAN}), "plan_known",
        lambda: _handed_over().plan(OTHER_PLAN), refusals.PlanMissing,
    ),
    Refused(
        replace(OUTCOME, open=lambda world: {**world.ended(by="declared"), "plan": OTHER_PLAN}), "action_was_begun",
        lambda: _waiting().read_back().search("w").decide(w="same").plan(OTHER_PLAN), refusals.ActionNotOpen,
    ),
    Refused(OUTCOME, "action_was_begun", hand.approved, refusals.ActionNotOpen),
    Refused(OUTCOME, "action_was_begun", hand.run, refusals.ActionNotOpen),
    Refused(
        replace(OUTCOME, open=lambda world: world.ended(by="answer")), "action_was_begun", hand.begun,
        refusals.ActionNotOpen,
    ),
    Refused(
        replace(OUTCOME, open=lambda world: world.ended(by="declared")), "action_was_begun", hand.begun,
        refusals.ActionNotOpen,
    ),
    Refused(Try(Kind.DERIVED), "has_run", hand.approved, refusals.NotRun),
    Refused(Try(Kind.READ_BACK), "has_run", hand.approved, refusals.NotRun),
    Refused(ASKING, "tasks_wait", hand.begun, refusals.ActionNotOpen),
    # Afterwards
    Refused(VALIDATING, "was_read_back", hand.run, refusals.NothingToConfirm),
    Refused(
        replace(VALIDATING, open={"read_back": "0" * 64}), "was_read_back", hand.read, refusals.NothingToConfirm
    ),
    Refused(replace(VALIDATING, by=ANN), "not_own_work", hand.read, refusals.OwnWork),
    *(
        Refused(tried, guard, world, refusal)
        for tried in (*SEALINGS, Try(Kind.SWORN, {"form": "within-us"}))
        for guard, world, refusal in (
            ("something_to_say", hand.opened, refusals.NothingToSeal),
            ("all_read_back", hand.run, refusals.NotReadBack),
            ("second_review_of_access", _access, refusals.SecondReviewOpen),
            ("second_review_of_access", lambda: _access().second(x="different", y="same"), refusals.SecondReviewOpen),
        )
    ),
    *(
        Refused(
            tried, "edition_fits_identity", lambda: hand.reviewed().identity("not-verified"),
            refusals.EditionDeniedByIdentity,
        )
        for tried in SEALINGS
    ),
    Refused(ENDING, "still_open", _closed(hand.opened), refusals.CaseOver),
    Refused(replace(ENDING, open={"state": "approved", "open": {}}), "an_end", hand.opened, refusals.CaseNotOver),
    Refused(Try(Kind.REOPENED), "has_ended", hand.opened, refusals.CaseNotOver),
    Refused(Try(Kind.REOPENED), "not_forgotten", _forgotten, refusals.CaseForgotten),
    Refused(SWEEPING, "not_forgotten", _forgotten, refusals.CaseForgotten),
    Refused(
        replace(SWEEPING, rows=as_rows({"s": "gone"})), "words_of_a_sweep", hand.opened, refusals.FindingUnknown
    ),
    Refused(
        replace(SWEEPING, rows=as_rows({"s": "seems"})), "words_of_a_sweep", hand.opened, refusals.FindingUnknown
    ),
    Refused(
        replace(SWEEPING, rows=[*as_rows({"s": "look"}), *as_rows({"s": "bytes"})]), "words_of_a_sweep", hand.opened,
        refusals.FindingUnknown,
    ),
    Refused(EXPLAINING, "not_forgotten", _forgotten, refusals.CaseForgotten),
    Refused(EXPLAINING, "known_finding", hand.opened, refusals.FindingUnknown),
    Refused(EXPLAINING, "known_finding", lambda: _swept().sweep(s="gone"), refusals.FindingUnknown),
    Refused(Try(Kind.FORGOTTEN, {"what": "case"}), "has_ended_if_whole", hand.opened, refusals.CaseNotOver),
    Refused(
        Try(Kind.FORGOTTEN, {"what": "letter", "count": 1, "entries": [4], "blobs": []}), "forgets_own",
        _closed(hand.opened), refusals.NotForgettable,
    ),
    Refused(Try(Kind.KEPT, {"months": 6}), "not_forgotten", _forgotten, refusals.CaseForgotten),
    *(
        Refused(
            Try(Kind.CLOSED, {"state": state, "open": {}}), "end_fits_identity",
            lambda: hand.opened().identity("not-verified"), refusals.EndDeniedByIdentity,
        )
        for state in ("closed", "partly-granted")
    ),
    Refused(
        Try(Kind.CLOSED, {"state": "partly-granted", "open": {}}), "end_fits_identity",
        lambda: World().received().facts(), refusals.EndDeniedByIdentity,
    ),
    Refused(
        Try(Kind.CLOSED, {"state": "partly-granted", "open": {}}), "end_fits_identity",
        lambda: World().received_order(), order_refusals.EndDeniedByAuthenticity,
    ),
    Refused(ANSWERING, "is_person", hand.order_opened, order_refusals.NoPerson),
    Refused(ANSWERING, "not_forgotten", _forgotten, refusals.CaseForgotten),
    Refused(
        Try(Kind.ANSWERED, {"day": "2026-10-31"}), "answer_after_receipt", hand.opened, refusals.AnswerDayImpossible
    ),
    Refused(ANSWERING, "answer_after_receipt", _without_facts, refusals.AnswerDayImpossible),
    Refused(
        Try(Kind.FORGOTTEN, {"what": "references", "count": 1, "entries": [4], "blobs": []}), "forgets_own",
        hand.reviewed, refusals.NotForgettable,
    ),
    Refused(
        Try(Kind.FORGOTTEN, {"what": "case", "count": 1, "entries": [4], "blobs": []}), "forgets_own",
        _closed(hand.opened), refusals.NotForgettable,
    ),
    *ORDER_TABLE,
]  # fmt: skip


def _indexed(world: World, **indexes: int) -> World:
    world.indexes = indexes
    return world


ALLOWED: list[tuple[Try, Callable[[], World]]] = [
    (Try(Kind.RECEIVED, {"ref": "2026-001", "faces": False}), World),
    (Try(Kind.PROPOSED, facts()), hand.opened),
    (Try(Kind.CONFIRMED, facts()), hand.run),
    (Try(Kind.IDENTITY, IDENTITY), hand.begun),
    (Try(Kind.REFERENCE, {"reference": 1, "face": None}), hand.opened),
    (Try(Kind.STATED, {"law": "lgpd", "field": "court", "state": "stated"}), hand.opened),
    (SEARCHING, hand.opened),
    (replace(SEARCHING, open=lambda world: {**searched(), "facts": world.case.facts[-1]["act"]}), _confirmed_later),
    (SEARCHING, hand.planned),
    (SEARCHING, hand.read),
    (LOOKING, hand.read),
    (DECIDING, hand.found),
    (DECIDING, hand.planned),
    (DECIDING, hand.read),
    (UNDOING, hand.reviewed),
    (replace(UNDOING, by=BEN), hand.reviewed),
    (replace(UNDOING, by=BEN), _dispute),
    (Try(Kind.UNDONE, _act_of), lambda: _with_disposition(approved=False)),
    (Try(Kind.UNDONE, lambda world: _act_of(world, "observed")), lambda: _observed().close()),
    (LINKING, hand.found),
    (TREATING, hand.reviewed),
    (Try(Kind.SCORE_SHOWN, {"item": "x"}), hand.found),
    (Try(Kind.PACKET, {"to": "x", "what": "review", "items": 1}), hand.found),
    (SECOND, hand.reviewed),
    (replace(SECOND, open=lambda world: {"how": "packet", "head": world.seq - 1}), _dispute),
    (SETTLING, _dispute),
    (Try(Kind.DISPOSITION, {"model": "m1", "disposition": "retrained"}), hand.opened),
    (OBSERVING, _closed(hand.opened)),
    (PLANNING, hand.reviewed),
    (PLANNING, lambda: hand.reviewed(ERASURE_TWICE).second(x="same", y="same")),
    (replace(PLANNING, rows=as_rows({"q": "along-erase"})), hand.reviewed),
    (replace(PLANNING, rows=as_rows({"q": "along-mask"})), hand.reviewed),
    (replace(PLANNING, rows=as_rows({"x": "hold", "y": "erase"})), lambda: _treated("x", "hold")),
    (replace(PLANNING, rows=as_rows({"x": "mask"})), lambda: _treated("x", "mask")),
    (PLANNING, _again),
    (APPROVING, hand.planned),
    (replace(APPROVING, by=ANN), hand.planned),
    (WITHDRAWING, hand.approved),
    (BEGINNING, hand.approved),
    (BEGINNING, lambda: hand.begun().outcome("failed")),
    (BEGINNING, lambda: hand.approved(Policy(approvals=2)).approve(CLEO)),
    (HANDING, hand.approved),
    (OUTCOME, hand.begun),
    (replace(OUTCOME, open=lambda world: world.ended(by="declared")), _waiting),
    (replace(OUTCOME, open=lambda world: world.ended(by="answer")), lambda: _handed_over()),
    (Try(Kind.DERIVED), hand.run),
    (Try(Kind.READ_BACK), hand.run),
    (ASKING, _waiting),
    (VALIDATING, hand.read),
    *((tried, world) for tried in SEALINGS for world in (hand.reviewed, hand.read)),
    (SEALINGS[0], lambda: _access().second(x="same", y="same")),
    *((one, lambda: hand.reviewed().identity("not-verified")) for one in FOR_THE_AUTHORITY),
    (Try(Kind.SWORN, {"form": "outside-us"}), hand.read),
    (Try(Kind.TIME_ASKED), hand.read),
    (Try(Kind.TIME_ATTESTED), hand.read),
    (Try(Kind.LINEAGE_EXPORTED), hand.opened),
    (SWEEPING, hand.opened),
    (SWEEPING, hand.read),
    (SWEEPING, _closed(hand.opened)),
    (replace(SWEEPING, rows=as_rows({"s": "gone"})), lambda: _swept()),
    (EXPLAINING, lambda: _swept()),
    (EXPLAINING, lambda: _swept().close()),
    (ENDING, hand.opened),
    (Try(Kind.REOPENED), _closed(hand.opened)),
    (Try(Kind.FORGOTTEN, {"what": "references"}), hand.opened),
    (Try(Kind.FORGOTTEN, {"what": "case"}), _closed(hand.opened)),
    (
        Try(Kind.FORGOTTEN, lambda world: {"what": "letter", "entries": [world.case.opened[2]], "blobs": ["b"]}),
        hand.opened,
    ),
    (Try(Kind.KEPT, {"months": 6}), hand.opened),
    (ANSWERING, hand.opened),
    (Try(Kind.ANSWERED, {"day": hand.facts()["received"]}), hand.opened),
    (ANSWERING, _closed(hand.opened)),
    (Try(Kind.ANSWERED, {"day": ""}), _closed(hand.opened)),
    (ENDING, lambda: World().received().facts()),
    (Try(Kind.CLOSED, {"state": "partly-granted", "open": {}}), hand.opened),
    *(
        (Try(Kind.CLOSED, {"state": state, "open": {}}), lambda: hand.opened().identity("not-verified"))
        for state in ("refused", "withdrawn", "duplicate")
    ),
    (Try(Kind.KEPT, {"months": 6}), _closed(hand.opened)),
    *ORDER_ALLOWED,
]


def _swept() -> World:
    return hand.opened().sweep(s="bytes", t="look")


def _observed() -> World:
    world = hand.opened()
    world.do(Kind.OBSERVED, {"model": "m1", "disposition": "retrained", "seen": "2026-11-03"})
    return world


def _handed_over() -> World:
    world = hand.approved()
    world.do(Kind.HANDED_OVER, {**world.about(), "key": "k1"}, basis=world.basis)
    return world


def _named(case: Refused) -> str:
    return f"{case.tried.kind.value}{case.guard}"


@pytest.mark.parametrize("case", TABLE, ids=_named)
def test_what_a_guard_forbids_is_refused_with_its_reason(case: Refused) -> None:
    assert case.tried.code(case.world()) == case.refusal.code


@pytest.mark.parametrize("case", TABLE, ids=_named)
def test_without_the_guard_that_reason_would_not_be_given(case: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = case.tried.kind
    if case.guard in names_of(kind):
        left = tuple(guard for guard in rules.GUARDS[kind] if guard.__name__ != case.guard)
        monkeypatch.setattr(rules, "GUARDS", {**rules.GUARDS, kind: left})
    else:
        monkeypatch.setattr(rules, "ROW_GUARDS", {one: of for one, of in rules.ROW_GUARDS.items() if one is not kind})
    assert case.tried.code(case.world()) != case.refusal.code


@pytest.mark.parametrize(("tried", "world"), ALLOWED, ids=[tried.kind.value for tried, _ in ALLOWED])
def test_where_nothing_forbids_it_an_act_is_allowed(tried: Try, world: Callable[[], World]) -> None:
    assert tried.code(world()) == ""


@pytest.mark.parametrize(("tried", "world"), ALLOWED, ids=[tried.kind.value for tried, _ in ALLOWED])
def test_a_window_may_ask_with_as_much_of_an_act_as_it_knows(tried: Try, world: Callable[[], World]) -> None:
    there = world()
    said = tried.said(there)
    for known in ({}, *({key: said[key] for key in said if key != left} for left in said)):
        answer = there.refusal(tried.kind, known, by=tried.by, rows=None, basis="")
        assert answer == "" or issubclass(DeskError.registry[answer], refusals.Refusal)


ACTS = [case for case in TABLE if case.guard != "anything_decided"]
"""What can stand in a log: that guard is for a button, before anything is chosen."""


@pytest.mark.parametrize("case", ACTS, ids=_named)
def test_a_forbidden_act_that_was_signed_changes_nothing_and_is_a_finding(case: Refused) -> None:
    world = case.world()
    tried = case.tried
    before = _state(world)
    refused = world.fold(tried.kind, tried.said(world), by=tried.by, rows=tried.rows, basis=tried.basis(world))
    assert refused is not None
    assert _state(world) == before
    assert world.case.findings[-1].code == "log.forbidden"


def _state(world: World) -> tuple[Any, ...]:
    case = world.case
    return (
        case.facts, case.identities, case.references, case.searches, str(case.items), case.links, case.treatments,
        str(case.dispositions), str(case.rounds), str(case.asked), case.handed_over, case.sealed, case.ends,
        case.undoable, case.forgotten, case.ref, case.stated, case.sweeps, str(case.strays), case.about, case.orders,
        case.scopes, str(case.parts), str(case.samples), case.met,
    )  # fmt: skip


def names_of(kind: Kind) -> list[str]:
    return [guard.__name__ for guard in rules.GUARDS[kind]]


def test_every_guard_of_the_table_is_held_by_a_case() -> None:
    there = {(kind, name) for kind in rules.GUARDS for name in names_of(kind)}
    there |= {(kind, guard.__name__) for kind, guard in rules.ROW_GUARDS.items()}
    assert {(case.tried.kind, case.guard) for case in TABLE} == there


def test_every_act_of_a_case_is_in_the_table_and_no_act_on_the_vault() -> None:
    of_the_vault = {kind for kind in Kind if list(Kind).index(kind) >= list(Kind).index(Kind.VAULT_CREATED)}
    assert set(rules.GUARDS) == set(Kind) - of_the_vault
    assert {tried.kind for tried, _ in ALLOWED} == set(rules.GUARDS)
    assert set(rules.ROW_GUARDS) <= set(rules.GUARDS)


def test_every_refusal_of_the_table_says_its_sentences() -> None:
    for case in TABLE:
        world, tried = case.world(), case.tried
        refused = world.fold(tried.kind, tried.said(world), by=tried.by, rows=tried.rows, basis=tried.basis(world))
        if refused is not None and refused.code == case.refusal.code:
            error = error_of(refused)
            assert isinstance(error, refusals.Refusal)
            assert all("{" not in part and "?" not in part for language in LANGUAGES for part in error.say(language))


def test_topics_are_told_for_kinds_that_exist() -> None:
    assert set(TOPICS) <= set(Kind)


@pytest.mark.parametrize("kind", sorted(rules.GUARDS))
def test_nobody_but_a_present_officer_acts(kind: Kind) -> None:
    world = hand.opened()
    world.remove_officer(CLEO)
    assert world.refusal(kind, by=CLEO) == refusals.NotAnOfficer.code
    assert world.refusal(kind, by=DEE) == refusals.NotAnOfficer.code


def test_what_an_officer_did_before_the_removal_stays() -> None:
    world = hand.found().decide(BEN, x="same", y="same", z="different")
    world.remove_officer(BEN)
    assert world.item("x").verdict == "same"
    assert PLANNING.code(world) == ""


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Kind.CONFIRMED, {"right": "erasure"}),
        (Kind.IDENTITY, {"result": "verified", "photo": "yes"}),
        (Kind.SEARCHED, {**searched(), "indexes": {"i1": "1"}}),
        (Kind.DECIDED, {}),
        (Kind.APPROVED, {"plan": PLAN, "indexes": []}),
        (Kind.OFFICER_ADDED, {"key": ANN, "slot": "", "proposal": ""}),
    ],
)
def test_an_act_that_lacks_what_it_must_say_changes_nothing(kind: Kind, said: dict[str, Any]) -> None:
    world = hand.planned()
    before = _state(world)
    refused = world.fold(kind, said)
    assert refused is not None
    assert refused.code == refusals.ActMalformed.code
    assert _state(world) == before


def test_an_act_from_elsewhere_counts_once() -> None:
    world = hand.reviewed()
    said, rows = {"how": "packet", "head": world.case.head}, as_rows({"x": "same"})
    world.do(Kind.SECOND_REVIEW, said, by=BEN, rows=rows, elsewhere=True)
    taken = world.last
    assert taken is not None
    world.second(x="different")
    again = Entry(world.seq, 1, taken.act, world.case.leaf, world.roster.leaf, ANN, taken.signatures)
    refused = rules.after(world.case, again, world.roster, lambda: rows)
    assert refused is not None
    assert refused.code == refusals.TakenTwice.code
    assert world.item("x").disputed


def test_a_looser_policy_set_later_does_not_change_what_was_forbidden_then() -> None:
    world = hand.reviewed(ERASURE_TWICE)
    said, basis = world.planned()
    refused = world.fold(Kind.PLANNED, said, rows=as_rows({"x": "erase"}), basis=basis)
    assert refused is not None
    world.policy(ONE)
    assert world.case.plan is None
    assert PLANNING.code(world) == ""


def test_a_vault_of_one_officer_has_nobody_to_look_twice() -> None:
    world = _access()
    world.remove_officer(BEN)
    world.remove_officer(CLEO)
    assert SEALINGS[0].code(world) == ""


def test_a_window_that_asks_without_details_is_told_what_a_button_can_know() -> None:
    world = hand.planned()
    for kind in (Kind.DECIDED, Kind.SECOND_REVIEW, Kind.APPROVED, Kind.PLANNED, Kind.PLAN_WITHDRAWN, Kind.UNDONE):
        assert world.refusal(kind, by=BEN) == ""
    assert world.refusal(Kind.BEGUN) == refusals.NotApproved.code
    assert hand.run().refusal(Kind.OUTCOME) == ""
