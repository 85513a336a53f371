"""What a bundle says about a case, gathered from its log: nothing here is written from a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from dsr_desk.app.cases import CaseView, facts_versions, show_case
from dsr_desk.app.chasing import Task, tasks
from dsr_desk.app.desk import Desk
from dsr_desk.app.evidence_items import CaseItems, Round
from dsr_desk.app.evidence_log import confirmed_by, journal_of, review_of, rounds_of
from dsr_desk.app.indexing import dataset_versions
from dsr_desk.app.models import affected_by_case, dispositions, lineage_sources
from dsr_desk.app.organisation import organisation_details
from dsr_desk.app.plans import read_back_of
from dsr_desk.app.searching import READ_BACK, REVIEW, PastSearch, searches
from dsr_desk.core.actions import Action, ActionKind, Outcome, OutcomeState
from dsr_desk.core.actions import ReadBack as WholeReadBack
from dsr_desk.core.case import Case
from dsr_desk.core.facts import union
from dsr_desk.core.findings import NotSearched
from dsr_desk.core.items import ItemKind
from dsr_desk.core.lineage import AffectedModel, Disposition, Impact
from dsr_desk.core.requests import Law, Right
from dsr_desk.evidence import content as say
from dsr_desk.evidence.facts import Fact, fact, recognise, recognised, sentences
from dsr_desk.storage.clock import now

_METHODS = {
    ActionKind.ERASE_ITEMS: fact("method.erase"),
    ActionKind.ERASE_ROWS: fact("method.rows"),
    ActionKind.ERASE_INDEX: fact("method.index"),
    ActionKind.HOLD: fact("method.hold"),
}


def gather(desk: Desk, ref: str, size: int, checkpoints: Sequence[str]) -> say.EvidenceContent:
    """Everything that either edition may say, by the first `size` entries of the log.

    `checkpoints` were handed out before. Raises LogDamaged.
    """
    with desk.reading(ref) as case:
        view, names = show_case(desk, ref), desk.vault.officer_names()
        items = CaseItems(desk, case, with_faces=view.right is Right.ACCESS and view.law is not Law.ORDER)
        done, impact = searches(desk, ref), affected_by_case(desk, ref)
        rounds = rounds_of(desk, case)
        asked = {task.action.id: task for task in tasks(desk, ref)}
        looks = tuple(_read_backs(desk, case, items, names))
        return say.EvidenceContent(
            organisation=_organisation(desk),
            case=_case(view, names, identified=case.identified),
            sealed=now(),
            searched=_searched(done),
            searches=tuple(_search(one) for one in done),
            not_searched=_not_searched(desk, case, done, rounds),
            review=review_of(desk, case, done),
            hits=items.hits(),
            models=_models(desk, ref, impact, items),
            models_without_lineage=tuple(node.label for node in impact.without_lineage),
            excluded_models=tuple((one.node.label, recognised(one.reason)) for one in impact.excluded),
            actions=tuple(
                _action(action, round_, asked, items, names) for round_ in rounds for action in round_.plan.actions
            ),
            read_backs=looks,
            custody=items.custody(rounds),
            journal=journal_of(desk, case, size, checkpoints),
            declarant=_declarant(desk, case, names),
            officers=tuple(sorted({names[key] for key in desk.vault.roster.keys})),
            retained=_retained(rounds, items),
            told=_told(asked),
            backups=tuple(dict.fromkeys(say.Backup(one.what, one.until) for one in _of(rounds, ActionKind.BACKUP))),
            lineage_sources=tuple((source.file, source.digest) for source in lineage_sources(desk)),
            datasets=tuple(version for version, _ in dataset_versions(desk)),
            other_identifiers=_identifiers(desk, ref),
        )


def _organisation(desk: Desk) -> say.Organisation:
    details = organisation_details(desk)
    return say.Organisation(desk.vault.organisation, details.address, details.contact, details.authority)


def _case(view: CaseView, names: dict[str, str], *, identified: bool) -> say.CaseFile:
    """A check that failed, or that does not cover what was searched, identifies nobody."""
    check = view.identity if identified else None
    identity = None
    if check is not None:
        identity = say.Identity(
            check.method, check.photo_shows_requester, names[check.officer], check.checked, check.acting_for
        )
    due = view.deadline
    return say.CaseFile(
        ref=view.ref,
        right=view.right,
        law=view.law,
        received=view.received.isoformat(),
        opened=view.opened,
        due=(
            say.DueDate(
                due.duty.value, due.due.isoformat(), recognise(due.rule) or due.rule, tuple(map(recognised, due.steps))
            ),
        ),
        identity=identity,
        person=view.identifiers.names[0] if view.identifiers.names else "",
        closed=view.closed or "",
        order=view.law is Law.ORDER,
    )


def _searched(done: Sequence[PastSearch]) -> tuple[say.SearchedIndex, ...]:
    """Indexes as they were when they were last searched before anything was deleted."""
    latest = {index.about.index: index for one in done if one.kind == REVIEW for index in one.searched}
    return tuple(
        say.SearchedIndex(
            dataset_version=index.about.dataset_version,
            index=index.name,
            generation=str(index.about.generation),
            engine=f"{index.about.engine} {index.about.engine_digest[:16]}",
            built=index.about.built,
            photos=index.about.photos,
            records=index.about.records,
            faces=index.about.faces,
            ledger=tuple((name, count) for name, count in index.about.ledger.items() if count),
            sources=(index.about.inventory,),
            format=", ".join(index.formats),
        )
        for index in latest.values()
    )


def _search(one: PastSearch) -> say.Search:
    result = one.result
    return say.Search(
        one.time,
        one.officer,
        result.indexes,
        result.compared_faces,
        result.compared_records,
        result.pile.count,
        sentences(result.statement),
        result.complete,
        after_deletion=one.kind == READ_BACK,
        round=one.round,
    )


def _not_searched(desk: Desk, case: Case, done: Sequence[PastSearch], rounds: Sequence[Round]) -> tuple[say.Gap, ...]:
    """From the last search for review, what the plans could not reach, and what reading back could not read."""
    found = [one.result.not_searched for one in done if one.kind == REVIEW]
    gaps = list(found[-1]) if found else [NotSearched("everything", "no search was made")]
    for round_ in rounds:
        gaps += round_.plan.cannot
    newest = read_back_of(desk, case.read_back["seq"]) if case.read_back is not None else None
    gaps += [gap for check in newest.checks for gap in check.not_looked] if newest is not None else []
    unique = dict.fromkeys(gaps)
    return tuple(say.Gap(recognise(gap.what) or gap.what, recognised(gap.why), gap.count) for gap in unique)


def _models(desk: Desk, ref: str, impact: Impact, items: CaseItems) -> tuple[say.ModelEntry, ...]:
    photos, records = items.kinds[ItemKind.PHOTO], items.kinds[ItemKind.RECORD]
    disposed = dispositions(desk, ref)
    return tuple(_model(model, photos, records, disposed.get(model.id)) for model in impact.models)


def _model(
    model: AffectedModel, photos: Counter[str], records: Counter[str], disposed: Disposition | None
) -> say.ModelEntry:
    planned = disposed.planned if disposed else None
    observed = disposed.observed if disposed else None
    return say.ModelEntry(
        name=model.name,
        version=model.version,
        roles=tuple(role.value for role in model.roles),
        certainty=model.certainty.value,
        in_weights=model.in_weights,
        dataset_versions=model.dataset_versions,
        photos=sum(photos[version] for version in model.dataset_versions),
        records=sum(records[version] for version in model.dataset_versions),
        paths=tuple(
            tuple(
                say.PathStep(
                    step.node.kind.value, step.node.title, step.role.value if step.role else "", step.certainty.value
                )
                for step in path
            )
            for path in model.paths
        ),
        period=model.period.says,
        deployments=tuple(node.label for node in model.deployments),
        products=tuple(node.label for node in model.products),
        planned=say.PlannedFate(
            planned.fate, planned.reason, planned.responsible, planned.deadline, planned.officer, planned.decided
        )
        if planned
        else None,
        observed=say.ObservedFate(
            observed.fate, observed.how, observed.officer, observed.seen, observed.by, observed.recorded
        )
        if observed
        else None,
        training_recorded=model.training_recorded,
    )


def _of(rounds: Sequence[Round], *kinds: ActionKind) -> list[Action]:
    return [action for round_ in rounds for action in round_.plan.actions if action.kind in kinds]


def _action(
    action: Action, round_: Round, asked: Mapping[str, Task], items: CaseItems, names: dict[str, str]
) -> say.ActionEntry:
    outcome, task = round_.outcome(action.id), asked.get(action.id)
    return say.ActionEntry(
        ref=action.id,
        kind=action.kind.value,
        target=action.what,
        items=items.of_action(action),
        begun=outcome.started if outcome else "",
        ended=outcome.ended if outcome else "",
        operator=names.get(outcome.officer, outcome.officer) if outcome else "",
        approver=", ".join(round_.approvers),
        method=_METHODS.get(action.kind, fact("method.handed")),
        result=_result(action, outcome),
        digest_before=outcome.digest_before if outcome else "",
        digest_after=outcome.digest_after if outcome else "",
        proofs=tuple(one.digest for one in task.proofs) if task else (),
        round=round_.number,
    )


def _result(action: Action, outcome: Outcome | None) -> Fact:
    if outcome is None:
        return fact("result.not_begun")
    if outcome.declared and not action.kind.runs_here:
        return fact("result.declared", how=" ".join(outcome.notes))
    if outcome.state is OutcomeState.FAILED:
        return fact("result.failed", code=outcome.error)
    return fact(f"result.{outcome.state.value}")


def _told(asked: Mapping[str, Task]) -> tuple[say.Told, ...]:
    """Data recipients: when they were told, and the answer that a person recorded."""
    found = []
    for task in asked.values():
        if task.action.kind is ActionKind.TELL_RECIPIENT:
            outcome = task.outcome
            done = outcome is not None and outcome.state is OutcomeState.DONE
            answer = (" ".join(outcome.notes), outcome.ended) if outcome and done else ()
            found.append(say.Told(task.action.what, task.asked, *answer))
    return tuple(found)


def _read_backs(desk: Desk, case: Case, items: CaseItems, names: dict[str, str]) -> Iterator[say.ReadBack]:
    """Each round's newest reading back; the newest of all looked at what every round had deleted, and counts alone."""
    newest = case.read_back
    for round_ in case.rounds:
        known = round_["read_backs"][-1] if round_["read_backs"] else None
        found = read_back_of(desk, known["seq"]) if known is not None else None
        if known is None or found is None:
            continue
        superseded = newest is not None and known["seq"] != newest["seq"]
        for one in _looks(found, items, names.get(known["officer"], ""), superseded=superseded):
            yield replace(one, round=round_["n"], superseded=superseded)


def _looks(found: WholeReadBack, items: CaseItems, officer: str, *, superseded: bool) -> Iterator[say.ReadBack]:
    """Items that were seen alike share an entry."""
    refs_of = items.refs if superseded else items.looked_at
    for seen in say.Seen:
        refs = refs_of(one.item for one in found.items if one.seen is seen)
        if refs:
            yield say.ReadBack(", ".join(refs), fact("look.place"), seen, found.time, officer, refs)
    for check in found.checks:
        how, says = recognise(check.name) or check.name, sentences(check.says)
        yield say.ReadBack(fact("part.everywhere"), how, check.seen, found.time, officer, says=says)


def _declarant(desk: Desk, case: Case, names: dict[str, str]) -> say.Declarant:
    role = organisation_details(desk).role or "privacy officer"
    return say.Declarant(names[desk.vault.officer_key], role, fact("basis"), confirmed_by(desk, case))


def _retained(rounds: Sequence[Round], items: CaseItems) -> tuple[say.Retained, ...]:
    """What the newest plan keeps: its word on an item counts."""
    return tuple(
        say.Retained(items.of_action(action), action.ground, action.ground, action.until)
        for action in _of(rounds[-1:], ActionKind.HOLD)
    )


def _identifiers(desk: Desk, ref: str) -> tuple[str, ...]:
    """Of every version of the facts: none of them may stand in a regulator's edition."""
    known = union(version.facts.identifiers for version in facts_versions(desk, ref))
    values = (*known.names, *known.emails, *known.phones, *known.user_names, *known.account_ids)
    return tuple(value for value in values if len(value) >= 4)
