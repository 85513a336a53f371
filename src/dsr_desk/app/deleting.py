"""Deletion: plan, dry run, approval, run, read back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from dsr_desk.app.cases import CaseView, require_identity, require_open, set_state
from dsr_desk.app.desk import Desk
from dsr_desk.app.indexing import (
    SourcesElsewhere,
    ancestors,
    dataset_versions,
    list_indexes,
    opened,
    refresh_index,
    register_index,
    register_version,
    resolve_index,
    secret_of,
    signer_of,
)
from dsr_desk.app.models import affected_by_case, dispositions
from dsr_desk.app.review import decisions, hits, review_items
from dsr_desk.app.searching import last_search, search_case
from dsr_desk.core.actions import Approval, Outcome, Plan, ReadBack, Remaining
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.changes import Change, Topic
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Candidate, NotSearched, ReasonKind, Verdict
from dsr_desk.core.requests import CaseState, Right
from dsr_desk.datasets.container import Container
from dsr_desk.datasets.registry import reopen
from dsr_desk.deletion import approval as approving
from dsr_desk.deletion import plan as planning
from dsr_desk.deletion import read_back as looking
from dsr_desk.deletion import run as running
from dsr_desk.deletion.derive import derived_versions
from dsr_desk.deletion.dry_run import DryRun
from dsr_desk.deletion.dry_run import dry_run as rehearse
from dsr_desk.deletion.identifiers import mentions_of
from dsr_desk.deletion.plan import Choice, Hold, Place, Scope
from dsr_desk.deletion.records import VaultRecords
from dsr_desk.deletion.run import IndexEntries
from dsr_desk.jobs.progress import Cancelled, CancelToken, Report, silent
from dsr_desk.lineage.dispositions import mark_approved
from dsr_desk.search.erase import describe_as, erase_items, remaining_items
from dsr_desk.storage.clock import now


class ReviewOpen(DeskError):
    code = "DELETE-REVIEW-OPEN"
    happened = "{open} candidates of case {case} are not decided, {unsure} are unsure."
    means = "What is not decided might be the person, so no plan can be approved yet."
    todo = "Decide on each of them; settle the unsure ones with a second pair of eyes."


class RightUnknown(DeskError):
    code = "DELETE-RIGHT"
    happened = "Case {case} asks for {right}, which is no reason to delete."
    means = "Nothing is deleted without a request for it."
    todo = "Confirm the request's right as erasure, objection or withdrawal, or close the case without a deletion."


class PlanMissing(DeskError):
    code = "DELETE-NO-PLAN"
    happened = "Case {case} has no deletion plan."
    means = "Nothing was deleted."
    todo = "Make the plan first (delete plan)."


class PlanUnderWay(DeskError):
    code = "DELETE-UNDER-WAY"
    happened = "The deletion of case {case} has begun."
    means = "Its plan can no longer be changed or withdrawn."
    todo = "Run it to the end and read back; then search again for what is left."


class NotRun(DeskError):
    code = "DELETE-NOT-RUN"
    happened = "The deletion of case {case} has not run."
    means = "There is nothing to read back."
    todo = "Approve the plan and run it first."


DELETING_RIGHTS = (Right.ERASURE, Right.OBJECTION, Right.WITHDRAWAL)


@dataclass(frozen=True)
class PlanView:
    """The plan of a case with who approved it and what came of it so far."""

    plan: Plan
    approvals: tuple[Approval, ...]
    outcomes: tuple[Outcome, ...]
    read_back: ReadBack | None


class _Entries:
    """An index's entries as a deletion sees them; closed while it is rewritten."""

    def __init__(self, desk: Desk, name: str) -> None:
        self._desk, self._name = desk, name

    def erase(self, items: Sequence[str]) -> None:
        known = resolve_index(self._desk, self._name)
        self._desk.release(known.name)
        erase_items(known.path, secret_of(self._desk), items, signer_of(self._desk))

    def remaining(self, items: Sequence[str]) -> Collection[str]:
        return remaining_items(opened(self._desk, self._name), items)


def make_plan(
    desk: Desk, ref: str, *, choices: dict[str, Choice] | None = None, holds: dict[str, Hold] | None = None
) -> PlanView:
    """A plan for all hits; replaces an earlier one that has not begun. Approvals of that one no longer count."""
    view = require_identity(desk, ref)
    _refuse_begun(desk, view)
    items = review_items(desk, ref)
    undecided = sum(1 for item in items if item.decision is None)
    unsure = sum(1 for item in items if item.decision is not None and item.decision.verdict is Verdict.UNSURE)
    if undecided or unsure:
        raise ReviewOpen(case=ref, open=undecided, unsure=unsure)
    planned = {key: one.planned for key, one in dispositions(desk, ref).items()}
    scope = Scope(
        containers=_stores(desk).containers,
        versions={version.id: version for version, _ in dataset_versions(desk)},
        models=[(model, planned.get(model.id)) for model in affected_by_case(desk, ref).models],
        choices=choices or {},
        holds=holds or {},
        rejected=frozenset(_rejected(desk, ref)),
    )
    plan = planning.make_plan(ref, now(), hits(desk, ref), scope)
    with desk.vault.transaction():
        VaultRecords(desk.vault).add_plan(plan)
        set_state(desk, ref, CaseState.PLANNED)
    return show_plan(desk, ref)


def show_plan(desk: Desk, ref: str) -> PlanView:
    """Raises PlanMissing."""
    records = VaultRecords(desk.vault)
    plan = records.plan(ref)
    if plan is None:
        raise PlanMissing(case=ref)
    return PlanView(plan, tuple(records.approvals(plan)), tuple(records.outcomes(plan)), records.read_back(plan))


def dry_run(desk: Desk, ref: str) -> DryRun:
    """What the plan would do, counted where the data lies; nothing is touched."""
    plan = show_plan(desk, ref).plan
    return rehearse(plan, _stores(desk, plan))


def approve(desk: Desk, ref: str) -> Approval:
    """The officer's signature over the plan as it is. Raises RightUnknown for a request that asks for no deletion."""
    view = require_open(desk, ref)
    _refuse_begun(desk, view)
    if view.right not in DELETING_RIGHTS:
        raise RightUnknown(case=ref, right=view.right.value)
    plan = show_plan(desk, ref).plan
    signed = approving.approve(plan, desk.vault.officer_key, now(), desk.vault.sign)
    with desk.vault.transaction():
        VaultRecords(desk.vault).add_approval(plan, signed)
        mark_approved(desk.vault.db, ref)
        set_state(desk, ref, CaseState.APPROVED)
    return signed


def withdraw_plan(desk: Desk, ref: str) -> Change:
    """Takes a plan back that has not begun, so that decisions can be changed again."""
    view = require_open(desk, ref)
    _refuse_begun(desk, view)
    with desk.vault.transaction():
        set_state(desk, ref, CaseState.REVIEWED)
        return desk.record("deletion-withdrawn", [Topic.DELETION, Topic.REVIEW, Topic.CASES], case=ref)


def run(desk: Desk, ref: str, *, report: Report = silent, cancel: CancelToken | None = None) -> tuple[Outcome, ...]:
    """Carries out the approved plan, or goes on where an earlier run stopped; registers derived dataset versions."""
    view = require_open(desk, ref)
    if view.state not in (CaseState.APPROVED, CaseState.DELETED, CaseState.READ_BACK):
        show_plan(desk, ref)
        raise approving.NotApproved(have=0, needed=1)
    plan = show_plan(desk, ref)
    outcomes = running.run(
        plan.plan,
        plan.approvals,
        desk.vault.officer_names(),
        _stores(desk, plan.plan),
        VaultRecords(desk.vault),
        desk.vault.officer_key,
        token=cancel,
        report=report,
    )
    with desk.vault.transaction():
        set_state(desk, ref, CaseState.DELETED)
    register_derived(desk, plan.plan, outcomes)
    return outcomes


def read_back(desk: Desk, ref: str, *, report: Report = silent, cancel: CancelToken | None = None) -> ReadBack:
    """Looks at the data again: containers, tables, indexes, and the same search once more. Raises NotRun."""
    view = require_open(desk, ref)
    if view.state not in (CaseState.DELETED, CaseState.READ_BACK):
        raise NotRun(case=ref)
    plan, token = show_plan(desk, ref).plan, cancel or CancelToken()
    scope = looking.Scope(
        excepted={**_rejected(desk, ref), **looking.masked_or_held(plan)},
        mentions=mentions_of(view.identifiers),
        search_again=lambda: _search_again(desk, plan, report, token),
    )
    records = VaultRecords(desk.vault)
    found = looking.read_back(
        plan, _stores(desk, plan), records, desk.vault.officer_key, scope, token=token, report=report
    )
    with desk.vault.transaction():
        records.add_read_back(plan, found)
        set_state(desk, ref, CaseState.READ_BACK)
    return found


def _refuse_begun(desk: Desk, view: CaseView) -> None:
    plan = VaultRecords(desk.vault).plan(view.ref)
    begun = plan is not None and bool(VaultRecords(desk.vault).outcomes(plan))
    if begun or view.state in (CaseState.DELETED, CaseState.READ_BACK):
        raise PlanUnderWay(case=view.ref)


def _stores(desk: Desk, plan: Plan | None = None) -> running.Stores:
    """All containers and indexes that the vault knows, as far as they are here: reading back looks at all of them.

    A container goes by the dataset version that the plan names, also once an erasure has made a later one of it.
    """
    planned = {action.dataset_version for action in plan.actions} if plan else set()
    containers: dict[Place, Container] = {}
    entries: dict[str, IndexEntries] = {}
    for known in list_indexes(desk):
        if known.destroyed is not None:
            continue
        try:
            index = opened(desk, known.name)
        except DeskError:
            continue
        entries[known.name] = _Entries(desk, known.name)
        line = [index.version.id, *ancestors(desk, index.version.id)]
        version = next((one for one in line if one in planned), index.version.id)
        for container in index.containers():
            with suppress(DeskError):
                containers[version, container.name] = reopen(container.format, container.path, container.name)
    return running.Stores(containers, entries)


def _rejected(desk: Desk, ref: str) -> dict[str, str]:
    """Candidates that were decided to be somebody else: they may be found again."""
    return {
        decision.address.id: "decided to be a different person"
        for decision in decisions(desk, ref)
        if decision.verdict is Verdict.DIFFERENT
    }


def register_derived(desk: Desk, plan: Plan, outcomes: Sequence[Outcome]) -> None:
    """Registers the versions that the erasure made, and lets their indexes describe them."""
    versions = {version.id: version for version, _ in dataset_versions(desk)}
    for derived in derived_versions(plan, outcomes, versions):
        with desk.vault.transaction():
            register_version(desk, derived.version)
            body = {"dataset": sha256_hex(derived.version.id.encode())[:16], "removed": len(derived.removed)}
            desk.record("dataset-derived", [Topic.INDEXES, Topic.MODELS], case=plan.case, body=body)
        for known in list_indexes(desk):
            if known.dataset_version == derived.version.derived_from and known.present:
                desk.release(known.name)
                describe_as(known.path, secret_of(desk), derived.version, signer_of(desk))
                register_index(desk, known.path)


def _search_again(desk: Desk, plan: Plan, report: Report, cancel: CancelToken) -> looking.Found:
    """The same references against the indexes, brought up to date with what lies in the containers now.

    Where data lies elsewhere its index is searched as it is. That leaves a gap only where the plan removes something
    of that data: nothing else was to change there.
    """
    ref, gaps, as_indexed = plan.case, [], 0
    planned = {one for action in plan.actions for one in (action.index, action.dataset_version) if one}
    for known in list_indexes(desk):
        if known.destroyed is not None:
            continue
        try:
            refresh_index(desk, known.name, report, cancel)
        except SourcesElsewhere as error:
            if planned & {known.name, known.dataset_version}:
                gaps.append(NotSearched(f"index {known.name}", error.what_happened))
            else:
                as_indexed += 1
        except DeskError as error:
            if isinstance(error, Cancelled):
                raise
            gaps.append(NotSearched(f"index {known.name}", error.what_happened))
    result = search_case(desk, ref, report=report, cancel=cancel, kind="read-back")
    if not result.complete:
        gaps += result.not_searched
    reviewed = last_search(desk, ref)
    lowest = dict(reviewed.pile.lowest) if reviewed else {}
    remaining = tuple(
        Remaining(candidate.address.place, "; ".join(reason.says for reason in candidate.reasons), candidate.id)
        for candidate in result.candidates
        if not _beyond_review(candidate, lowest)
    )
    return looking.Found(remaining, result.compared_faces + result.compared_records, tuple(gaps), as_indexed)


def _beyond_review(candidate: Candidate, lowest: Mapping[str, float]) -> bool:
    """Whether it is there only because the expectation moved: a face below the score down to which was reviewed.

    With the person's own faces gone the same number of expected strangers reaches further down.
    """
    faces = all(reason.kind is ReasonKind.FACE for reason in candidate.reasons)
    return faces and candidate.best_score < lowest.get(candidate.index, -1.0)
