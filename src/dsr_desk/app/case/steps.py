"""The six steps of a case, each with its state, what it waits for, and the act on which its ✓ rests."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from dsr_desk.app.case.order_steps import order_line, order_said, sample_line, scope_line
from dsr_desk.app.case.step_lines import Line, Stage, Step
from dsr_desk.app.desk import Desk
from dsr_desk.app.models.lineage import affected_by_case, dispositions, lineage_sources
from dsr_desk.core.acts import Kind
from dsr_desk.core.basis import differences
from dsr_desk.core.case import DELETING_RIGHTS, SETTLED, Case
from dsr_desk.core.findings import Verdict
from dsr_desk.core.guards import HANDS_OUT, Standing, second_review_asked
from dsr_desk.core.message import Message, message, term
from dsr_desk.core.request_guards import stood_for
from dsr_desk.core.requests import Right
from dsr_desk.core.roster import Roster
from dsr_desk.lineage.dispositions import undecided

__all__ = ["Line", "Stage", "Step"]


@dataclass(frozen=True)
class Finding:
    """The act on which a ✓ rests: who made it (a name), when (UTC), and its place in the log."""

    officer: str
    time: str
    entry: int


@dataclass(frozen=True)
class StepState:
    """`says` is the line under the step: what is there, or what it waits for. What is done has a finding."""

    step: Step
    stage: Stage
    says: Message
    finding: Finding | None = None


@dataclass(frozen=True)
class Counts:
    """Numbers of a case. `candidates` and `decided` are of the present round, `same` of all of them."""

    searches: int
    candidates: int
    decided: int
    same: int
    unsure: int
    bundles: int


@dataclass(frozen=True)
class ModelsKnown:
    """What lineage says of the hits' models. `imported` is the newest lineage entry, None where there is no lineage.

    `unknown` counts dataset versions with hits that no lineage names, `questions` open ones the answer depends on,
    `silent` models that no way leads to and of which not all is recorded, and runs that left nothing.
    """

    imported: int | None = None
    affected: tuple[str, ...] = ()
    undecided: int = 0
    unknown: int = 0
    questions: int = 0
    silent: int = 0


def counts(desk: Desk, ref: str) -> Counts:
    with desk.reading(ref) as case:
        return Counts(
            searches=sum(1 for one in case.searches if one["purpose"] == "search"),
            candidates=case.proposed,
            decided=case.proposed - len(case.undecided),
            same=sum(1 for _ in case.hits()),
            unsure=len(case.unsure),
            bundles=len(case.sealed),
        )


def steps(desk: Desk, ref: str) -> list[StepState]:
    """All six, in order."""
    with desk.reading(ref) as case:
        models = _models_known(desk, ref) if case.reviewed else ModelsKnown()
        return [
            StepState(step, line.stage, line.says, finding(desk, line.rests_on))
            for step, line in lines(case, desk.vault.roster, models, _looked(desk, case)).items()
        ]


def deletion_stage(desk: Desk, ref: str) -> Message:
    """How far the deletion of a case has come, in the words of its step."""
    with desk.reading(ref) as case:
        line = _deletion(case, desk.vault.roster)
        return (order_said(line) if case.is_order else line).says


def next_step(desk: Desk, ref: str) -> Step | None:
    """The first step in which something can be done; None where the case has ended."""
    with desk.reading(ref) as case:
        if case.ended is not None:
            return None
        models = _models_known(desk, ref) if case.reviewed else ModelsKnown()
        found = lines(case, desk.vault.roster, models)
        open_ = (step for step, one in found.items() if one.stage is not Stage.DONE and not one.nothing_to_do)
        return next(open_, None)


def lines(case: Case, roster: Roster, models: ModelsKnown, looked: int | None = None) -> dict[Step, Line]:
    """The steps as the case's entries make them. `models` is looked at once the review has ended.

    `looked` is the entry of the newest look at a sample, None where there is none.
    """
    of_models, deletion = _models(case, models), _deletion(case, roster)
    if case.is_order:
        first = (order_line(case), scope_line(case), sample_line(case, looked))
        of_models, deletion = order_said(of_models), order_said(deletion)
    else:
        first = (_request(case), _search(case), _review(case, roster))
    return {
        **dict(zip((Step.REQUEST, Step.SEARCH, Step.REVIEW), first, strict=True)),
        Step.MODELS: of_models,
        Step.DELETION: deletion,
        Step.EVIDENCE: _evidence(case, deletion, roster),
    }


def _looked(desk: Desk, case: Case) -> int | None:
    return desk.vault.log.newest(Kind.SAMPLED, case=case.id) if case.is_order else None


def _request(case: Case) -> Line:
    check = case.identity
    if check is None:
        return Line(Stage.BEGUN, message("step.request.unchecked"))
    if check["result"] != "verified":
        return Line(Stage.BEGUN, message("step.request.failed"))
    if not case.identified:
        return Line(Stage.BEGUN, message("step.request.photo"))
    if case.right is Right.UNKNOWN:
        return Line(Stage.BEGUN, message("step.request.right"))
    if not stood_for(case):
        return Line(Stage.BEGUN, message("step.request.unconfirmed"))
    return Line(Stage.DONE, message("step.request.done"), check["seq"])


def _search(case: Case) -> Line:
    if not case.searched:
        return Line(Stage.OPEN, message("step.search.open" if case.identified else "step.search.waits"))
    newest = next(one for one in reversed(case.searches) if one["purpose"] == "search")
    if _asked_for_more(case, newest):
        # beside an approved plan or a run nothing is searched: the next step is there
        elsewhere = bool(case.approvers) and not (case.begun and case.read)
        return Line(Stage.BEGUN, message("step.search.changed"), nothing_to_do=elsewhere)
    if not newest["complete"]:
        return Line(Stage.BEGUN, message("step.search.partly", count=case.proposed))
    confirmed = confirmed_since_search(case)
    if confirmed and case.identified and case.reviewed and not case.approvers and not case.begun:
        return Line(Stage.BEGUN, message("step.search.confirmed", count=confirmed))
    return Line(Stage.DONE, message("step.search.done", count=case.proposed), newest["seq"])


def confirmed_since_search(case: Case) -> int:
    """Hits that were confirmed after the newest search of this case, so that it knew nothing of them."""
    newest = next((one["seq"] for one in reversed(case.searches) if one["purpose"] == "search"), None)
    if newest is None:
        return 0
    acts = [act for act, kind, seq, _ in case.undoable if seq > newest and kind in _CONFIRMING]
    said = {key for act in acts for key, _ in case.said_in(act)}
    return sum(1 for key in said if (item := case.item(key)) is not None and item.verdict == Verdict.SAME.value)


def _asked_for_more(case: Case, search: dict[str, object]) -> bool:
    """Whether identifiers or photos have come since, for which that search did not look."""
    used = next((one["identifiers"] for one in case.facts if one["act"] == search["facts"]), None)
    later = any(not one["destroyed"] and one["seq"] > search["seq"] for one in case.references)
    return later or used != case.facts[-1]["identifiers"]


def _review(case: Case, roster: Roster) -> Line:
    if not case.searched:
        return Line(Stage.OPEN, message("step.review.waits"))
    decided, unsure = case.proposed - len(case.undecided), len(case.unsure)
    if unsure:
        says = message("step.review.unsure", decided=decided, count=case.proposed, unsure=unsure)
        return Line(Stage.BEGUN, says)
    says = message("step.review.decided", decided=decided, count=case.proposed)
    if not case.reviewed:
        return Line(Stage.BEGUN if decided else Stage.OPEN, says)
    waiting, disputed = _second_review(case, roster)
    if waiting or disputed:
        return Line(Stage.BEGUN, message("step.review.second", count=waiting, disputed=disputed))
    words = [seq for _, kind, seq, _ in case.undoable if kind in _WORDS]
    return Line(Stage.DONE, says, words[-1] if words and case.proposed else case.round["searches"][-1])


def _second_review(case: Case, roster: Roster) -> tuple[int, int]:
    """How many decisions wait for a second officer, and on how many two disagree, where the policy asks for that."""
    asked = second_review_asked(case, Standing("", roster, sys.maxsize))
    return case.second_review(only_same=True) if asked else (0, 0)


_WORDS = (Kind.DECIDED, Kind.SECOND_REVIEW, Kind.SETTLED)
_CONFIRMING = (Kind.DECIDED.value, Kind.SETTLED.value)


def _models(case: Case, known: ModelsKnown) -> Line:
    if not case.reviewed:
        return Line(Stage.OPEN, message("step.models.waits"))
    if known.imported is None:
        return Line(Stage.OPEN, message("step.models.no-lineage"), nothing_to_do=True)
    total = len(known.affected)
    if known.undecided:
        return Line(Stage.BEGUN, message("step.models.undecided", decided=total - known.undecided, count=total))
    if known.questions:
        return Line(Stage.BEGUN, message("step.models.questions", count=known.questions))
    if known.unknown:
        return Line(Stage.BEGUN, message("step.models.unknown", count=known.unknown), nothing_to_do=True)
    if not total:
        says = message("step.models.silent", count=known.silent) if known.silent else message("step.models.none")
        return Line(Stage.DONE, says, known.imported)
    planned = [case.dispositions[model]["planned"][-1]["seq"] for model in known.affected]
    return Line(Stage.DONE, message("step.models.decided", count=total), max(planned))


def _deletion(case: Case, roster: Roster) -> Line:
    if case.begun:
        return _run(case) if not case.read else _read_back(case)
    if case.plan is not None:
        return _planned(case, roster)
    if case.right not in DELETING_RIGHTS:
        return Line(Stage.OPEN, message("step.deletion.not-asked", right=term(case.right)), nothing_to_do=True)
    if not case.reviewed:
        return Line(Stage.OPEN, message("step.deletion.waits"))
    if case.left:
        return Line(Stage.OPEN, message("step.deletion.open", count=case.left))
    if case.last_run is None:
        return Line(Stage.OPEN, message("step.deletion.nothing"), nothing_to_do=True)
    return _read_back(case)


def _planned(case: Case, roster: Roster) -> Line:
    changed = differences(case, roster.policy, case.plan_indexes)
    if changed:
        return Line(Stage.BEGUN, message("step.deletion.changed", count=len(changed)))
    have, needed = sum(1 for key in case.approvers if roster.active(key)), max(1, roster.policy.approvals)
    code = "step.deletion.approved" if have >= needed else "step.deletion.planned"
    return Line(Stage.BEGUN, message(code, have=have, needed=needed))


def _run(case: Case) -> Line:
    done = sum(1 for one in case.round["actions"].values() if one["state"] == "done")
    total = case.plan["actions"] if case.plan else len(case.round["actions"])
    if done < total:
        return Line(Stage.BEGUN, message("step.deletion.half", done=done, count=total))
    return Line(Stage.BEGUN, message("step.deletion.run"))


def _read_back(case: Case) -> Line:
    """Done where everything planned was done, all of it was looked at afterwards, and nothing was there."""
    found = case.read_back
    if found is None or case.unread:
        return Line(Stage.BEGUN, message("step.deletion.run"))
    if found["seen"] not in SETTLED:
        return Line(Stage.BEGUN, message(f"step.deletion.{found['seen']}"))
    unfinished = _unfinished(case)
    if unfinished:
        return Line(Stage.BEGUN, message("step.deletion.unfinished", count=unfinished))
    if case.left:
        return Line(Stage.BEGUN, message("step.deletion.more", count=case.left))
    return Line(Stage.DONE, message(f"step.deletion.{found['seen']}"), found["seq"])


def _unfinished(case: Case) -> int:
    """Actions of the newest run that nobody began, or that did not end as done."""
    run = case.last_run
    if run is None:
        return 0
    done = sum(1 for one in run["actions"].values() if one["state"] == "done")
    return max(len(run["actions"]), run["plan"]["actions"] if run["plan"] else 0) - done


def _evidence(case: Case, deletion: Line, roster: Roster) -> Line:
    if case.sealed:
        newest = case.sealed[-1]
        fresh = sum(1 for one in case.sealed if one["seq"] > case.changed)
        if not fresh:
            return Line(Stage.BEGUN, message("step.evidence.outdated", day=newest["time"][:10]))
        return Line(Stage.DONE, message("step.evidence.sealed", count=fresh), newest["seq"])
    ready = deletion.stage is Stage.DONE or (deletion.nothing_to_do and case.reviewed)
    if ready and case.right in HANDS_OUT and any(_second_review(case, roster)):
        return Line(Stage.OPEN, message("step.evidence.second"))
    return Line(Stage.OPEN, message("step.evidence.ready" if ready else "step.evidence.waits"))


def _models_known(desk: Desk, ref: str) -> ModelsKnown:
    if not lineage_sources(desk):
        return ModelsKnown()
    impact = affected_by_case(desk, ref)
    return ModelsKnown(
        imported=desk.vault.log.newest(Kind.LINEAGE, case=""),
        affected=tuple(desk.name(ref, model.id) for model in impact.models),
        undecided=len(undecided(impact.models, dispositions(desk, ref).values())),
        unknown=len(impact.not_in_lineage),
        questions=len(impact.questions),
        silent=len(impact.without_lineage) + len(impact.partly_recorded) + len(impact.runs),
    )


def finding(desk: Desk, entry: int | None) -> Finding | None:
    """Who wrote an entry, and when; None where there is none."""
    if entry is None:
        return None
    act = desk.vault.log.entry(entry).act
    return Finding(desk.vault.officer_names().get(act.officer, ""), act.time, entry)
