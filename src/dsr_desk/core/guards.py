"""What may forbid an act: guards, each with its reason. Which act asks which is the table in `core.rules`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dsr_desk.core import order_refusals, refusals, request_guards
from dsr_desk.core.actions import Treatment
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.basis import basis_of, differences, parts_of, searched_indexes
from dsr_desk.core.case import DELETING_RIGHTS, Case, Rows
from dsr_desk.core.findings import Verdict
from dsr_desk.core.message import Message, message, term
from dsr_desk.core.policy import Policy
from dsr_desk.core.requests import CaseState, Right
from dsr_desk.core.roster import Roster


@dataclass(frozen=True)
class Standing:
    """Who acts and under what: the officer (key), the vault's roster, the place in the log that the act would get.

    `indexes` are the generations of the indexes now, by pseudonym: what a plan rests on beside the case itself.
    """

    officer: str
    roster: Roster
    seq: int
    indexes: Mapping[str, int] = field(default_factory=dict)

    @property
    def policy(self) -> Policy:
        return self.roster.policy_at(self.seq)


def still_open(case: Case, draft: Draft, standing: Standing) -> Message | None:
    if case.ended is not None:
        return message(refusals.CaseOver.code, case=case.ref, state=message(f"ended.{case.ended['state']}"))
    return None


def not_there_yet(case: Case, draft: Draft, standing: Standing) -> Message | None:
    return message(refusals.CaseNotOver.code, case=case.ref) if case.entries else None


def an_end(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """What ends a case is one of the ends, so that nobody signs a case back to a state."""
    if draft.open.get("state", ENDS[0]) in ENDS:
        return None
    return message(refusals.CaseNotOver.code, case=case.ref)


def has_ended(case: Case, draft: Draft, standing: Standing) -> Message | None:
    return message(refusals.CaseNotOver.code, case=case.ref) if case.ended is None else None


def forgets_own(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """What is forgotten is the reference photos, parts of the letter or the case: nobody blanks anything by the way."""
    entries, blobs, what = draft.open.get("entries", ()), draft.open.get("blobs", ()), draft.open.get("what")
    own = {case.opened[2]} if what == "letter" else {one["seq"] for one in case.references}
    fits = not (entries or blobs) if what == "case" else own.issuperset(entries)
    return None if fits else message(refusals.NotForgettable.code, case=case.ref)


def not_forgotten(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """Without its key and its values nothing more can be said in a case."""
    return message(refusals.CaseForgotten.code, case=case.ref) if case.is_forgotten else None


def has_ended_if_whole(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """A whole case is forgotten once it has ended; reference photos and what of the letter holds them may go before."""
    return has_ended(case, draft, standing) if draft.open.get("what") == "case" else None


def is_identified(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """Of an order: that it was checked to be authentic."""
    missing = order_refusals.AuthenticityMissing if case.is_order else refusals.IdentityMissing
    return None if case.identified else message(missing.code, case=case.ref)


def right_deletes(case: Case, draft: Draft, standing: Standing) -> Message | None:
    if case.right in DELETING_RIGHTS:
        return None
    return message(refusals.RightUnknown.code, case=case.ref, right=term(case.right))


def no_run_under_way(case: Case, draft: Draft, standing: Standing) -> Message | None:
    if case.begun and not case.read:
        return message(refusals.PlanUnderWay.code, case=case.ref)
    return None


def no_approved_plan(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """An approved plan is in force until it was withdrawn, or run and read back."""
    if case.plan is not None and case.approvers and not (case.begun and case.read):
        return message(refusals.ReviewClosed.code, case=case.ref)
    return None


def has_plan(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """The plan in force; where an act names the very act that made it (`planned`), that one."""
    plan, said = case.plan, draft.open
    names = (("plan", "plan"), ("planned", "act"))
    if plan is not None and all(said.get(name, plan[key]) == plan[key] for name, key in names):
        return None
    return message(refusals.PlanMissing.code if plan is None else refusals.PlanOther.code, case=case.ref)


def not_begun(case: Case, draft: Draft, standing: Standing) -> Message | None:
    if not case.begun:
        return None
    return message(refusals.PlanRun.code if case.read else refusals.PlanUnderWay.code, case=case.ref)


def same_basis(case: Case, draft: Draft, standing: Standing) -> Message | None:
    changed = differences(case, standing.policy, standing.indexes)
    parts = tuple(message(f"part.{one.code.removeprefix('basis.')}") for one in changed)
    if case.plan is not None and draft.basis and draft.basis != case.plan["basis"]:
        parts = (message("part.plan"),)
    return message(refusals.BasisChanged.code, case=case.ref, parts=parts) if parts else None


# Search and review


def may_search(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """A search for review begins nothing beside a plan in force; looking again after a deletion is always possible."""
    if draft.open.get("purpose", "search") != "search":
        return has_run(case, draft, standing)
    for guard in (still_open, request_guards.is_confirmed, no_run_under_way, no_approved_plan):
        refused = guard(case, draft, standing)
        if refused is not None:
            return refused
    return None


def candidates(case: Case, draft: Draft, standing: Standing, rows: Rows) -> Message | None:
    """Candidates of a search since the last run, or earlier verdicts being corrected; each once, with a verdict."""
    seen = set()
    for row in rows():
        item = case.item(row.item)
        known = item is not None and (item.round == case.number or bool(item.words))
        if not known or row.item in seen or row.word not in _VERDICTS:
            return message(refusals.CandidateMissing.code, case=case.ref, item=row.item)
        seen.add(row.item)
    return None


_VERDICTS = frozenset(verdict.value for verdict in Verdict)


def undoable(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """Anybody may take a first word back; a second or third one only who said it, or dissent could be wiped out."""
    act = draft.open.get("act")
    if act is None:
        return None if case.undoable else message(refusals.NothingToUndo.code, case=case.ref)
    said = next((one for one in case.undoable if one[0] == act), None)
    if said is not None and (said[1] == Kind.DECIDED.value or said[3] == standing.officer):
        return no_approved_plan(case, draft, standing)
    for model in case.dispositions.values():
        decided = next((one for one in model["planned"] if one["act"] == act), None)
        if decided is not None:
            return message(refusals.DispositionApproved.code) if decided["approved"] else None
        if any(one["act"] == act for one in model["observed"]):
            return None
    return message(refusals.NothingToUndo.code, case=case.ref)


def undo_open(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """What was seen of a model can be taken back in an ended case too."""
    act = draft.open.get("act")
    observed = any(one["act"] == act for model in case.dispositions.values() for one in model["observed"])
    return None if observed else still_open(case, draft, standing)


def anything_decided(case: Case, draft: Draft, standing: Standing) -> Message | None:
    if draft.rows is None and not any(item[3] for item in case.items.values()):
        return message(refusals.NothingToReviewTwice.code, case=case.ref, item="-")
    return None


def others_decisions(case: Case, draft: Draft, standing: Standing, rows: Rows) -> Message | None:
    """Of what another officer decided. A word from elsewhere (asked for at entry `head`) replaces no newer one."""
    head = draft.open.get("head")
    asked = head if type(head) is int else standing.seq
    for row in rows():
        item = case.item(row.item)
        word = item.word if item is not None else None
        if word is None or word.officer == standing.officer or row.word not in _VERDICTS:
            return message(refusals.NothingToReviewTwice.code, case=case.ref, item=row.item)
        if item is not None and item.second is not None and item.second.seq > asked:
            return message(refusals.ReviewedSince.code, case=case.ref, item=row.item)
    return None


def disputed_by_others(case: Case, draft: Draft, standing: Standing, rows: Rows) -> Message | None:
    for row in rows():
        item = case.item(row.item)
        first, second = (item.word, item.second) if item is not None else (None, None)
        third = first and second and standing.officer not in (first.officer, second.officer)
        if item is None or not item.disputed or not third or row.word not in _VERDICTS:
            return message(refusals.NothingToSettle.code, case=case.ref, item=row.item)
    return None


def known_items(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """A link or a treatment is of items that the case knows."""
    for name in ("item",):
        key = draft.open.get(name)
        if key is not None and key not in case.items:
            return message(refusals.CandidateMissing.code, case=case.ref, item=str(key))
    return None


# Plan, approval, run


def not_run_in_this_round(case: Case, draft: Draft, standing: Standing) -> Message | None:
    if case.begun:
        return message(refusals.SearchAgain.code, case=case.ref)
    return None


def is_reviewed(case: Case, draft: Draft, standing: Standing) -> Message | None:
    if case.reviewed:
        return None
    if case.is_order:
        return order_refusals.not_sampled(case.ref, case.samples_open)
    return message(refusals.ReviewOpen.code, case=case.ref, open=len(case.undecided), unsure=len(case.unsure))


def something_due(case: Case, draft: Draft, standing: Standing) -> Message | None:
    if case.is_order:
        return None if case.left else message(order_refusals.ScopeEmpty.code, case=case.ref)
    return None if any(True for _ in case.due()) else message(refusals.NothingToDelete.code, case=case.ref)


def second_review_asked(case: Case, standing: Standing) -> bool:
    """Whether the policy asks for a second officer's word on what this case hands out, or erases."""
    policy = standing.policy
    asked = policy.second_review_access if case.right in HANDS_OUT else policy.second_review_erasure
    return asked and _several(standing)


HANDS_OUT = (Right.ACCESS, Right.PORTABILITY)


def second_review_of_erasure(case: Case, draft: Draft, standing: Standing) -> Message | None:
    return _second_review(case, second_review_asked(case, standing))


def second_review_of_access(case: Case, draft: Draft, standing: Standing) -> Message | None:
    return _second_review(case, case.right in HANDS_OUT and second_review_asked(case, standing))


def _several(standing: Standing) -> bool:
    """A vault of one officer has nobody who could look a second time; every certificate says so."""
    roster = standing.roster
    return sum(1 for key in roster.officers if roster.active(key, standing.seq)) > 1


def _second_review(case: Case, asked: bool) -> Message | None:
    waiting, disputed = case.second_review(only_same=True) if asked else (0, 0)
    if waiting or disputed:
        return message(refusals.SecondReviewOpen.code, case=case.ref, open=waiting, disagree=disputed)
    return None


def on_what_is_now(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """A plan says itself what it rests on: that must be how the case is, and the indexes those that were searched."""
    if "parts" not in draft.open:
        return None
    parts, indexes = parts_of(case, standing.policy), draft.open.get("indexes", {})
    honest = draft.open["parts"] == parts and draft.basis == basis_of(parts, indexes)
    if not honest or set(indexes) != searched_indexes(case):
        return message(refusals.BasisChanged.code, case=case.ref, parts=(message("part.plan"),))
    return None


def only_hits(case: Case, draft: Draft, standing: Standing, rows: Rows) -> Message | None:
    """Each planned item was decided to be the person's and is treated as was chosen for it.

    Or it goes along without anybody having decided or chosen anything. What an order is about lies in its scope.
    """
    for row in rows():
        if case.is_order:
            return message(order_refusals.NoPerson.code, case=case.ref)
        item, chosen = case.item(row.item), case.treatments.get(row.item)
        verdict = item.verdict if item is not None else ""
        if verdict:
            fits = verdict == Verdict.SAME.value and row.word == (chosen["as"] if chosen is not None else ERASE)
        else:
            fits = row.word in ALONG and chosen is None
        if not fits:
            return message(refusals.NotDecidedSame.code)
    return None


ERASE = Treatment.ERASE.value
ALONG = frozenset(f"along-{treatment.value}" for treatment in Treatment)


def may_approve(case: Case, draft: Draft, standing: Standing) -> Message | None:
    plan = case.plan
    term = standing.roster.officers[standing.officer]
    if plan is not None and term.added > plan["seq"]:
        return message(refusals.ApproverNew.code, case=case.ref)
    if standing.policy.approver_not_decider:
        deciders = {word.officer for item in case.hits() for word in item.words} | case.scoped_by
        if standing.officer in deciders:
            return message(refusals.ApproverDecided.code, case=case.ref)
    return None


def enough_approvals(case: Case, draft: Draft, standing: Standing) -> Message | None:
    needed = max(1, standing.policy.approvals)
    have = sum(1 for key in case.approvers if standing.roster.active(key, standing.seq))
    return None if have >= needed else message(refusals.NotApproved.code, have=have, needed=needed)


def action_can_begin(case: Case, draft: Draft, standing: Standing) -> Message | None:
    action = draft.open.get("action", "")
    known = case.action(action)
    again = case.round["actions"].get(action) is known
    if known is not None and (not again or known["state"] in ("done", "waiting")):
        return message(refusals.ActionNotOpen.code, case=case.ref, action=str(draft.open["action"]))
    return None


def action_was_begun(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """By hand here it was begun; others answer a plan that was handed over, or give their word on what waits.

    Each of them in the round of the plan that it names.
    """
    if "action" not in draft.open:
        return None
    action, by = draft.open["action"], draft.open.get("by")
    round_ = case.round_of(draft.open["plan"]) if "plan" in draft.open else None
    known = round_["actions"].get(action) if round_ is not None else case.action(action)
    here = by == "here" and known is not None and known["outcome"] is None
    declared = by == "declared" and known is not None and known["state"] == "waiting"
    answered = by == "answer" and any(one["plan"] == draft.open.get("plan") for one in case.handed_over)
    if here or declared or answered:
        return None
    return message(refusals.ActionNotOpen.code, case=case.ref, action=str(action))


def tasks_wait(case: Case, draft: Draft, standing: Standing) -> Message | None:
    for action in draft.open.get("actions", ()):
        known = case.action(action)
        if known is None or known["state"] != "waiting":
            return message(refusals.ActionNotOpen.code, case=case.ref, action=str(action))
    return None


def plan_known(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """Others answer for weeks: an outcome may belong to an earlier round, but to no plan that was taken back."""
    plan = draft.open.get("plan")
    plans = [one["plan"]["plan"] for one in case.rounds if one["plan"] is not None]
    known = bool(plans) if plan is None else plan in plans
    return None if known else message(refusals.PlanMissing.code, case=case.ref)


def has_run(case: Case, draft: Draft, standing: Standing) -> Message | None:
    return None if case.last_run is not None else message(refusals.NotRun.code, case=case.ref)


# Afterwards


def was_read_back(case: Case, draft: Draft, standing: Standing) -> Message | None:
    found = case.read_back
    if found is None or draft.open.get("read_back", found["act"]) != found["act"]:
        return message(refusals.NothingToConfirm.code, case=case.ref)
    return None


def not_own_work(case: Case, draft: Draft, standing: Standing) -> Message | None:
    if standing.policy.validator_not_operator and standing.officer in case.operators:
        return message(refusals.OwnWork.code, case=case.ref)
    return None


def something_to_say(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """Before anything of an order is done its evidence says what is open."""
    if any(one["purpose"] == "search" for one in case.searches) or case.order is not None:
        return None
    return message(refusals.NothingToSeal.code, case=case.ref)


def all_read_back(case: Case, draft: Draft, standing: Standing) -> Message | None:
    if case.unread:
        return message(refusals.NotReadBack.code, case=case.ref)
    return None


ENDS = tuple(state.value for state in CaseState if state.is_end)
