"""Deletion: plan, dry run, approval, run, read back, confirmation. What may be done when, the rules of the case say."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from dsr_desk.app.allowed import refusal
from dsr_desk.app.case import told
from dsr_desk.app.case.cases import searched_identifiers
from dsr_desk.app.case.derived import register_derived
from dsr_desk.app.case.order_plans import make_order_plan
from dsr_desk.app.case.order_reading import read_order_back
from dsr_desk.app.case.plans import (
    PlanView,
    bare_plan,
    plan_of,
    plan_rows,
    rounds_that_ran,
    seen_counts,
    seen_rows,
    show_plan,
)
from dsr_desk.app.case.reaching import ELSEWHERE, found_here, not_refreshed, stores
from dsr_desk.app.case.review import decide_many, decisions, due_hits
from dsr_desk.app.case.run_records import DeskRecords
from dsr_desk.app.case.searching import last_search, search_case
from dsr_desk.app.case.sweeping import stray_check
from dsr_desk.app.data.indexing import (
    dataset_versions,
    generations,
)
from dsr_desk.app.desk import Desk
from dsr_desk.app.models.lineage import affected_by_case, dispositions
from dsr_desk.core.actions import Action, Approval, Outcome, Plan, ReadBack, Treatment
from dsr_desk.core.acts import Draft, Kind, pseudonym
from dsr_desk.core.basis import basis_of, disposition_changed, parts_of, searched_indexes
from dsr_desk.core.changes import Change
from dsr_desk.core.codec import plain, restore
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Candidate, Gap, Hit, ReasonKind, Verdict
from dsr_desk.core.items import Box
from dsr_desk.core.message import message
from dsr_desk.core.refusals import BasisChanged, NotRun, PlanMissing
from dsr_desk.deletion import plan as planning
from dsr_desk.deletion import read_back as looking
from dsr_desk.deletion import run as running
from dsr_desk.deletion.dry_run import DryRun
from dsr_desk.deletion.dry_run import dry_run as rehearse
from dsr_desk.deletion.identifiers import mentions_of
from dsr_desk.deletion.plan import Choice, Hold, PlanScope
from dsr_desk.deletion.rounds import over_all
from dsr_desk.jobs.progress import CancelToken, Report, silent
from dsr_desk.storage.clock import now
from dsr_desk.storage.log_reading import in_form

__all__ = ["Hold", "PlanMissing", "PlanView", "show_plan"]


class WantedTreatment(StrEnum):
    """What a plan does with one item: erase it, mask the person's face in it, or hold it on a legal ground."""

    ERASE = "erase"
    MASK = "mask"
    HOLD = "hold"


def make_plan(desk: Desk, ref: str, *, treated: Draft | None = None) -> PlanView:
    """A plan for all hits that are not gone; replaces an earlier one that has not begun, whose approvals then end.

    `treated` is one more choice of how an item is treated, which is written with the plan or not at all. Containers
    are read before anything is written: what was decided meanwhile is refused as a changed basis.
    """
    _require(desk, ref, Kind.PLANNED if treated is None else Kind.TREATED)
    with desk.reading(ref) as case:
        parts = parts_of(case, desk.vault.policy)
        hits = due_hits(desk, ref)
        scope = _scope(desk, ref, hits, treated)
        first = 1 + sum(one["plan"]["actions"] for one in case.rounds[:-1] if one["plan"] is not None)
        is_order = case.is_order
    if is_order:
        plan = make_order_plan(desk, ref, now(), scope, first=first)
    else:
        plan = planning.make_plan(ref, now(), hits, scope, first=first)
        plan = replace(plan, gaps=(*plan.gaps, *_not_read(desk, ref, plan)))
    plan = replace(plan, nonce=secrets.token_hex(16))
    with desk.vault.transaction(), desk.reading(ref) as case:
        if parts_of(case, desk.vault.policy) != parts:
            raise BasisChanged(case=ref, parts=(message("part.decisions"),))
        if treated is not None:
            desk.act(treated, ref)
        desk.act(_planned(desk, ref, plan), ref)
    return show_plan(desk, ref)


def _not_read(desk: Desk, ref: str, plan: Plan) -> list[Gap]:
    """What of the dataset versions that a plan erases from was not read: what lies there is in no plan."""
    search = last_search(desk, ref)
    versions = {action.dataset_version for action in plan.erasing}
    return [gap for gap in search.gaps if gap.kind is not None and gap.dataset_version in versions] if search else []


def treat(desk: Desk, ref: str, item: str, wanted: WantedTreatment, *, reason: str = "", until: str = "") -> PlanView:
    """A new plan in which this item (id) is treated so; what was chosen for others stays.

    `reason` is why a face is masked or the legal ground of a hold, `until` the hold's end (a date). Choice and plan
    are written together or not at all. Raises what `make_plan` raises.
    """
    said = {"item": desk.name(ref, item), "as": wanted.value}
    return make_plan(
        desk, ref, treated=Draft(Kind.TREATED, said, {"id": item, "reason": reason, "until": until, "boxes": []})
    )


def dry_run(desk: Desk, ref: str) -> DryRun:
    """What the plan would do, counted where the data lies; nothing is touched."""
    plan = show_plan(desk, ref).plan
    return rehearse(plan, stores(desk, plan))


def approve(desk: Desk, ref: str, plan: str | None = None) -> Approval:
    """The officer's signature over the plan in force. `plan` is the digest of the one that was looked at, if known."""
    with desk.vault.transaction():
        desk.act(approval_draft(desk, ref, plan), ref)
        return show_plan(desk, ref).approvals[-1]


def approval_draft(desk: Desk, ref: str, plan: str | None = None) -> Draft:
    """The act that approves the plan in force, to be signed here or elsewhere."""
    with desk.reading(ref) as case:
        digest, basis = (case.plan["plan"], case.plan["basis"]) if case.plan is not None else ("", "")
    return Draft(Kind.APPROVED, {"plan": plan or digest, "indexes": generations(desk, ref)}, {}, None, basis)


def approvals(desk: Desk, ref: str) -> tuple[int, int]:
    """How many present officers approved the plan that `show_plan` shows, and how many the policy asks for now."""
    with desk.reading(ref) as case:
        round_ = case.round if case.plan is not None else case.last_run
        keys = {one["officer"] for one in round_["approvals"]} if round_ is not None else set()
        roster = desk.vault.roster
        return sum(1 for key in keys if roster.active(key)), max(1, roster.policy.approvals)


def withdraw_plan(desk: Desk, ref: str) -> Change:
    """Takes a plan back that has not begun, so that decisions can be changed again."""
    with desk.reading(ref) as case:
        return desk.act(Draft(Kind.PLAN_WITHDRAWN, {"plan": case.plan["plan"] if case.plan else ""}), ref)


def withdraw_and_decide(desk: Desk, ref: str, items: Sequence[str], verdict: Verdict, reason: str = "") -> Change:
    """Takes the plan back and decides, both or neither. `items` are item ids."""
    with desk.vault.transaction():
        withdraw_plan(desk, ref)
        return decide_many(desk, ref, items, verdict, reason)


def run(desk: Desk, ref: str, *, report: Report = silent, cancel: CancelToken | None = None) -> tuple[Outcome, ...]:
    """Carries out the approved plan, or goes on where an earlier run stopped; registers derived dataset versions.

    The rules are asked again before every action. Raises their refusal, Cancelled.
    """
    with desk.reading(ref):
        case = desk.proven(ref)
        if case.plan is None:
            raise PlanMissing(case=ref)
        plan = plan_of(desk, case, case.plan)
    records = DeskRecords(desk, ref)
    records.settle(plan)
    register_derived(desk, ref, plan)
    _require(desk, ref, Kind.BEGUN, plan=plan.digest)
    try:
        outcomes = running.run(
            plan,
            stores(desk, plan),
            records,
            desk.vault.officer_key,
            holds=lambda action: _holds(desk, ref, action),
            token=cancel,
            report=report,
        )
    except DeskError:
        register_derived(desk, ref, plan)
        raise
    register_derived(desk, ref, plan)
    return outcomes


def read_back(desk: Desk, ref: str, *, report: Report = silent, cancel: CancelToken | None = None) -> ReadBack:
    """Looks at the data again for everything that was ever searched or deleted in the case. Raises NotRun.

    Containers, tables, indexes, and the same search once more; possible whenever anything was begun, also after a run
    that stopped and after the case has ended.
    """
    if desk.case(ref).is_order:
        return read_order_back(desk, ref, report=report, cancel=cancel or CancelToken())
    ran, token = rounds_that_ran(desk, ref), cancel or CancelToken()
    if not ran:
        raise NotRun(case=ref)
    newest, records, officer = ran[-1].plan, DeskRecords(desk, ref), desk.vault.officer_key
    records.settle(newest)
    register_derived(desk, ref, newest)
    verdicts = {one.address.id: one.verdict for one in decisions(desk, ref)}
    same = {item for item, verdict in verdicts.items() if verdict is Verdict.SAME}
    plan = over_all(ran, same, verdicts.keys() - same)
    scope = looking.ReadBackScope(
        mentions=mentions_of(searched_identifiers(desk, ref)),
        search_again=lambda: _search_again(desk, plan, report, token),
        further=tuple(filter(None, (stray_check(desk, ref),))),
    )
    own = records.as_planned()
    found = looking.read_back(plan, stores(desk, plan), records, officer, scope, token=token, report=report)
    found = replace(found, plan=newest.digest)
    said = {
        "plan": newest.digest,
        "seen": found.seen.name.lower(),
        "items": seen_counts(found.items),
        "indexes": {key: at for key, at in generations(desk, ref).items() if key in own},
    }
    fields = {"result": plain(replace(found, items=())), **told.of_checks(found.checks)}
    desk.act(Draft(Kind.READ_BACK, said, fields, seen_rows(found.items, desk.key(ref))), ref)
    return found


def confirm_outcome(desk: Desk, ref: str) -> Change:
    """The officer confirms the latest reading back, having looked at it. Raises NothingToConfirm, OwnWork."""
    with desk.vault.transaction():
        found = desk.case(ref).read_back
        return desk.act(Draft(Kind.VALIDATED, {"read_back": found["act"] if found is not None else ""}), ref)


def confirmed_by(desk: Desk, ref: str) -> str:
    """Who confirmed the latest reading back (names); "" where nobody did."""
    with desk.reading(ref) as case:
        found = case.read_back
        said = [one for round_ in case.rounds for one in round_["validated"]] if found is not None else []
        keys = [one["officer"] for one in said if found is not None and one["read_back"] == found["act"]]
    names = desk.vault.officer_names()
    return ", ".join(dict.fromkeys(names[key] for key in keys))


def _require(desk: Desk, ref: str, kind: Kind, **said: object) -> None:
    """Raises what the rules would refuse, before work is done for nothing."""
    refused = refusal(desk, ref, kind, **said)
    if refused is not None:
        raise refused


def _planned(desk: Desk, ref: str, plan: Plan) -> Draft:
    """The act that makes a plan: what it rests on is said as it is now."""
    with desk.reading(ref) as case:
        parts, known = parts_of(case, desk.vault.policy), generations(desk, ref)
        indexes = {key: known.get(key, -1) for key in searched_indexes(case)}
        said = {"plan": plan.digest, "parts": parts, "indexes": indexes, "actions": len(plan.actions)}
        rows = list(plan_rows(plan, case, desk.key(ref)))
    return Draft(Kind.PLANNED, said, {"plan": bare_plan(plan), **told.of_plan(plan)}, rows, basis_of(parts, indexes))


def _scope(desk: Desk, ref: str, hits: Sequence[Hit], treated: Draft | None) -> PlanScope:
    planned = {key: one.planned for key, one in dispositions(desk, ref).items()}
    choices, holds = _treatments(desk, ref, treated)
    found = found_here(desk)
    places = {(one.candidate.dataset_version, one.address.container): one.candidate.index for one in hits}
    unopened = {place: found.unopened[index] for place, index in places.items() if index in found.unopened}
    return PlanScope(
        containers=found.containers,
        unreached={**unopened, **found.unreached},
        versions={version.id: version for version, _ in dataset_versions(desk)},
        models=[(model, planned.get(model.id)) for model in affected_by_case(desk, ref).models],
        choices=choices,
        holds=holds,
        rejected=frozenset(one.address.id for one in decisions(desk, ref) if one.verdict is not Verdict.SAME),
    )


def _treatments(desk: Desk, ref: str, treated: Draft | None) -> tuple[dict[str, Choice], dict[str, Hold]]:
    """How items are treated by the acts in force, and by one that is to be written."""
    choices: dict[str, Choice] = {}
    holds: dict[str, Hold] = {}
    with desk.reading(ref) as case:
        key = desk.key(ref)
        said = [(name, one["as"], one["seq"], desk.values(one["seq"])) for name, one in case.treatments.items()]
    if treated is not None:
        said.append((treated.open["item"], treated.open["as"], -1, treated.fields))
    for name, how, seq, values in said:
        with in_form(seq):
            item = values["id"]
            if pseudonym(key, item) != name:
                raise ValueError("another item")
            choices.pop(item, None)
            holds.pop(item, None)
            if how == "mask":
                boxes = restore(values["boxes"], tuple[Box, ...])
                choices[item] = Choice(Treatment.MASK, values["reason"], boxes)
            elif how == "hold":
                holds[item] = Hold(values["reason"], values["until"])
    return choices, holds


def _holds(desk: Desk, ref: str, action: Action) -> bool:
    """Whether what an action asks of others about a model is still what was decided."""
    if not action.node:
        return True
    with desk.reading(ref) as case:
        return not disposition_changed(case, desk.name(ref, action.node))


def _search_again(desk: Desk, plan: Plan, report: Report, cancel: CancelToken) -> looking.ReadBackFound:
    """The same references against the indexes, brought up to date with what lies in the containers now.

    Where data lies elsewhere its index is searched as it is. That leaves a gap only where the plan removes something
    of that data: nothing else was to change there.
    """
    ref, gaps, as_indexed = plan.case, [], 0
    planned = {one for action in plan.actions for one in (action.index, action.dataset_version) if one}
    for known, why in not_refreshed(desk, report, cancel):
        if why == ELSEWHERE and not planned & {known.name, known.dataset_version}:
            as_indexed += 1
        else:
            gaps.append(Gap(message("gap.index", name=known.name), why))
    result = search_case(desk, ref, report=report, cancel=cancel, kind="read-back")
    # What is not read of containers, reading them back says by itself.
    gaps += [gap for gap in result.gaps if not gap.in_containers and (gap.kind is not None or not result.complete)]
    reviewed = last_search(desk, ref)
    lowest = dict(reviewed.pile.lowest) if reviewed else {}
    remaining = tuple(
        (candidate.address, message("left.proposed", reasons=tuple(reason.says for reason in candidate.reasons)))
        for candidate in result.candidates
        if not _beyond_review(candidate, lowest)
    )
    return looking.ReadBackFound(remaining, result.compared_faces + result.compared_records, tuple(gaps), as_indexed)


def _beyond_review(candidate: Candidate, lowest: Mapping[str, float]) -> bool:
    """Whether it is there only because the expectation moved: a face below the score down to which was reviewed.

    With the person's own faces gone the same number of expected strangers reaches further down.
    """
    faces = all(reason.kind is ReasonKind.FACE for reason in candidate.reasons)
    return faces and candidate.best_score < lowest.get(candidate.index, -1.0)
