"""What a bundle says about a case, gathered from the vault: nothing here is written from a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from dsr_desk.app.cases import CaseView
from dsr_desk.app.chasing import Task, tasks
from dsr_desk.app.deleting import PlanView
from dsr_desk.app.desk import Desk
from dsr_desk.app.evidence_items import CaseItems, of_kind
from dsr_desk.app.indexing import dataset_versions
from dsr_desk.app.models import affected_by_case, dispositions, lineage_sources
from dsr_desk.app.organisation import organisation_details
from dsr_desk.app.searching import PastSearch, searches
from dsr_desk.app.validating import confirmed_by
from dsr_desk.core.actions import Action, ActionKind, Outcome, OutcomeState
from dsr_desk.core.actions import ReadBack as WholeReadBack
from dsr_desk.core.findings import NotSearched, Verdict
from dsr_desk.core.items import ItemKind
from dsr_desk.core.lineage import AffectedModel, Disposition, Impact
from dsr_desk.core.requests import Law, Right
from dsr_desk.evidence import content as say
from dsr_desk.evidence.facts import Fact, fact, recognise, recognised, sentences
from dsr_desk.evidence.log import excerpt
from dsr_desk.evidence.many import Stream
from dsr_desk.storage.clock import now
from dsr_desk.storage.journal import JournalEntry

_METHODS = {
    ActionKind.ERASE_ITEMS: fact("method.erase"),
    ActionKind.ERASE_ROWS: fact("method.rows"),
    ActionKind.ERASE_INDEX: fact("method.index"),
    ActionKind.HOLD: fact("method.hold"),
}


def gather(desk: Desk, view: CaseView, plan: PlanView | None, checkpoints: Sequence[str]) -> say.EvidenceContent:
    """Everything that either edition may say. `checkpoints` were handed out before."""
    with_faces = view.right is Right.ACCESS and view.law is not Law.ORDER
    items = CaseItems(desk, view.ref, with_faces=with_faces)
    names = desk.vault.officer_names()
    done = searches(desk, view.ref)
    impact = affected_by_case(desk, view.ref)
    read_back = plan.read_back if plan else None
    asked = {task.action.id: task for task in tasks(desk, view.ref)}
    return say.EvidenceContent(
        organisation=_organisation(desk),
        case=_case(view, names),
        sealed=now(),
        searched=_searched(done),
        searches=tuple(_search(one) for one in done),
        not_searched=_not_searched(done, plan),
        review=_review(desk, view.ref, done, names),
        hits=items.hits(),
        models=_models(desk, view.ref, impact),
        models_without_lineage=tuple(node.label for node in impact.without_lineage),
        excluded_models=tuple((one.node.label, recognised(one.reason)) for one in impact.excluded),
        actions=tuple(_action(action, plan, asked, items, names) for action in plan.plan.actions) if plan else (),
        read_backs=_read_backs(read_back, items, names) if read_back else (),
        custody=items.custody(plan),
        journal=_journal(desk, view.ref, checkpoints),
        declarant=_declarant(desk, view.ref, names),
        officers=tuple(sorted({names[row[0]] for row in _active_officers(desk)})),
        retained=_retained(plan, items),
        told=_told(asked),
        backups=tuple(say.Backup(action.what, action.until) for action in _of(plan, ActionKind.BACKUP)),
        lineage_sources=tuple((source.file, source.digest) for source in lineage_sources(desk)),
        datasets=tuple(version for version, _ in dataset_versions(desk)),
        other_identifiers=_identifiers(view),
    )


def _organisation(desk: Desk) -> say.Organisation:
    details = organisation_details(desk)
    return say.Organisation(desk.vault.organisation, details.address, details.contact, details.authority)


def _case(view: CaseView, names: dict[str, str]) -> say.CaseFile:
    check = view.identity
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
    latest = {index.about.index: index for one in done if one.kind == "search" for index in one.searched}
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
        after_deletion=one.kind == "read-back",
    )


def _not_searched(done: Sequence[PastSearch], plan: PlanView | None) -> tuple[say.Gap, ...]:
    """From the last search before the deletion, what the plan could not reach, and what reading back could not read."""
    found = [one.result.not_searched for one in done if one.kind == "search"]
    gaps = list(found[-1]) if found else [NotSearched("everything", "no search was made")]
    if plan is not None:
        gaps += plan.plan.cannot
        if plan.read_back is not None:
            gaps += [gap for check in plan.read_back.checks for gap in check.not_looked]
    unique = dict.fromkeys(gaps)
    return tuple(say.Gap(recognise(gap.what) or gap.what, recognised(gap.why), gap.count) for gap in unique)


def _review(desk: Desk, ref: str, done: Sequence[PastSearch], names: dict[str, str]) -> say.Review:
    """Second reviewers are those who decided again on what another officer had decided."""
    count = desk.vault.db.conn.execute
    verdicts = dict(
        count("SELECT verdict, count(*) FROM decisions WHERE case_ref = ? AND undone IS NULL GROUP BY 1", [ref])
    )
    candidates = count("SELECT count(*) FROM candidates WHERE case_ref = ?", [ref]).fetchone()[0]
    deciders = count("SELECT DISTINCT officer FROM decisions WHERE case_ref = ? AND undone IS NULL", [ref])
    second = count(
        "SELECT DISTINCT d.officer FROM decisions d JOIN decisions before ON before.id = d.supersedes "
        "WHERE d.case_ref = ? AND d.undone IS NULL AND before.officer <> d.officer",
        [ref],
    )
    last = [one.result for one in done if one.kind == "search"]
    return say.Review(
        candidates=candidates,
        same=verdicts.get(Verdict.SAME.value, 0),
        different=verdicts.get(Verdict.DIFFERENT.value, 0),
        unsure=verdicts.get(Verdict.UNSURE.value, 0),
        not_reviewed=candidates - sum(verdicts.values()),
        down_to_strangers=f"{last[-1].pile.expected_strangers:g}" if last else "",
        deciders=tuple(sorted(names[row[0]] for row in deciders)),
        second_reviewers=tuple(sorted(names[row[0]] for row in second)),
    )


def _models(desk: Desk, ref: str, impact: Impact) -> tuple[say.ModelEntry, ...]:
    photos, records = (Counter(of_kind(desk, ref, kind)) for kind in (ItemKind.PHOTO, ItemKind.RECORD))
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


def _of(plan: PlanView | None, *kinds: ActionKind) -> list[Action]:
    return [action for action in plan.plan.actions if action.kind in kinds] if plan else []


def _action(
    action: Action, plan: PlanView, asked: Mapping[str, Task], items: CaseItems, names: dict[str, str]
) -> say.ActionEntry:
    outcome = _outcome(action, plan)
    task = asked.get(action.id)
    approver = ", ".join(dict.fromkeys(names[approval.officer] for approval in plan.approvals))
    return say.ActionEntry(
        ref=action.id,
        kind=action.kind.value,
        target=action.what,
        items=items.of_action(action),
        begun=outcome.started if outcome else "",
        ended=outcome.ended if outcome else "",
        operator=names.get(outcome.officer, outcome.officer) if outcome else "",
        approver=approver,
        method=_METHODS.get(action.kind, fact("method.handed")),
        result=_result(action, outcome),
        digest_before=outcome.digest_before if outcome else "",
        digest_after=outcome.digest_after if outcome else "",
        proofs=tuple(one.digest for one in task.proofs) if task else (),
    )


def _outcome(action: Action, plan: PlanView) -> Outcome | None:
    return next((one for one in plan.outcomes if one.action == action.id), None)


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


def _read_backs(found: WholeReadBack, items: CaseItems, names: dict[str, str]) -> tuple[say.ReadBack, ...]:
    """Items that were seen alike share an entry."""
    officer = names.get(found.officer, "")
    entries = []
    for seen in say.Seen:
        refs = items.refs(one.item for one in found.items if one.seen is seen)
        if refs:
            target = ", ".join(refs)
            entries.append(say.ReadBack(target, fact("look.place"), seen, found.time, officer, refs))
    for check in found.checks:
        how, says = recognise(check.name) or check.name, sentences(check.says)
        entries.append(say.ReadBack(fact("part.everywhere"), how, check.seen, found.time, officer, says=says))
    return tuple(entries)


def _journal(desk: Desk, ref: str, checkpoints: Sequence[str]) -> say.JournalExcerpt:
    """The journal as it stands now; what is written while a bundle is made belongs to the next one."""
    journal, one = desk.vault.journal, desk.vault.db.conn.execute
    size, epoch = one("SELECT count(*), coalesce(max(epoch), 1) FROM journal").fetchone()
    own = one("SELECT count(*) FROM journal WHERE case_ref = ?", [ref]).fetchone()[0]
    hashes = Stream(size, lambda: journal.leaves(size))
    leaves = Stream(own, lambda: (_leaf(entry) for entry in journal.entries(ref) if entry.seq < size))
    return excerpt(f"dsr-desk/{desk.vault.ring.vault_id}", hashes, leaves, checkpoints, epoch)


def _leaf(entry: JournalEntry) -> say.JournalLeaf:
    return say.JournalLeaf(entry.seq, entry.salt, entry.content, entry.signature)


def _declarant(desk: Desk, ref: str, names: dict[str, str]) -> say.Declarant:
    role = organisation_details(desk).role or "privacy officer"
    return say.Declarant(names[desk.vault.officer_key], role, fact("basis"), confirmed_by(desk, ref))


def _active_officers(desk: Desk) -> list[tuple[str]]:
    return list(desk.vault.db.conn.execute("SELECT public_key FROM officers WHERE removed IS NULL"))


def _retained(plan: PlanView | None, items: CaseItems) -> tuple[say.Retained, ...]:
    return tuple(
        say.Retained(items.of_action(action), action.ground, action.ground, action.until)
        for action in _of(plan, ActionKind.HOLD)
    )


def _identifiers(view: CaseView) -> tuple[str, ...]:
    known = view.identifiers
    values = (*known.names, *known.emails, *known.phones, *known.user_names, *known.account_ids)
    return tuple(value for value in values if len(value) >= 4)
