"""What a bundle says about a case, gathered from the vault: nothing here is written from a plan."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence

from dsr_desk.app.cases import CaseView
from dsr_desk.app.deleting import PlanView
from dsr_desk.app.desk import Desk
from dsr_desk.app.models import affected_by_case, dispositions, lineage_sources
from dsr_desk.app.review import ReviewItem, hits, review_items
from dsr_desk.app.searching import PastSearch, searches
from dsr_desk.core.actions import Action, ActionKind, Outcome, OutcomeState
from dsr_desk.core.actions import ReadBack as WholeReadBack
from dsr_desk.core.findings import Hit, NotSearched, Verdict
from dsr_desk.core.items import ItemKind
from dsr_desk.core.lineage import AffectedModel, Disposition, Impact
from dsr_desk.core.requests import Law
from dsr_desk.evidence import content as say
from dsr_desk.evidence.log import LeafSource, excerpt
from dsr_desk.faces.photo import examine
from dsr_desk.faces.registry import load_engine
from dsr_desk.storage.clock import now
from dsr_desk.storage.journal import JournalEntry

_METHODS = {
    ActionKind.ERASE_ITEMS: "container written anew without the items, verified, swapped",
    ActionKind.ERASE_ROWS: "table written anew without the rows, verified, swapped",
    ActionKind.ERASE_INDEX: "rows, templates and thumbnails deleted and overwritten in the index",
}


def gather(desk: Desk, view: CaseView, plan: PlanView | None, earlier: Sequence[str]) -> say.EvidenceContent:
    """Everything that either edition may say. `earlier` are checkpoints that were handed out before."""
    found = hits(desk, view.ref)
    refs = {hit.address.id: f"item-{number:04d}" for number, hit in enumerate(found, start=1)}
    names = desk.vault.officer_names()
    done = searches(desk, view.ref)
    impact = affected_by_case(desk, view.ref)
    read_back = plan.read_back if plan else None
    return say.EvidenceContent(
        organisation=_organisation(desk),
        case=_case(view, names),
        sealed=now(),
        searched=_searched(done),
        searches=tuple(_search(one) for one in done),
        not_searched=_not_searched(done, plan),
        review=_review(review_items(desk, view.ref), done, names),
        hits=tuple(_hit(desk, view.ref, hit, refs, names) for hit in found),
        models=_models(impact, found, dispositions(desk, view.ref)),
        models_without_lineage=tuple(node.label for node in impact.without_lineage),
        excluded_models=tuple((one.node.label, one.reason) for one in impact.excluded),
        actions=tuple(_action(action, plan, refs, names) for action in plan.plan.actions) if plan else (),
        read_backs=_read_backs(read_back, refs, names) if read_back else (),
        custody=_custody(found, plan, refs, names),
        journal=_journal(desk, view.ref, earlier),
        declarant=_declarant(desk, names),
        officers=tuple(sorted({names[row[0]] for row in _active_officers(desk)})),
        retained=_retained(plan, refs),
        told=tuple(say.Told(action.what, "") for action in _of(plan, ActionKind.TELL_RECIPIENT)),
        backups=tuple(say.Backup(action.what, action.until) for action in _of(plan, ActionKind.BACKUP)),
        lineage_sources=tuple((source.file, source.digest) for source in lineage_sources(desk)),
        other_identifiers=_identifiers(view),
    )


def _organisation(desk: Desk) -> say.Organisation:
    return say.Organisation(
        desk.vault.organisation,
        desk.vault.setting("address") or "",
        desk.vault.setting("contact") or "",
        desk.vault.setting("authority") or "",
    )


def _case(view: CaseView, names: dict[str, str]) -> say.CaseFile:
    check = view.identity
    identity = None
    if check is not None:
        identity = say.Identity(check.method, check.photo_shows_requester, names[check.officer], check.checked)
    due = view.deadline
    return say.CaseFile(
        ref=view.ref,
        right=view.right,
        law=view.law,
        received=view.received.isoformat(),
        opened=view.opened,
        due=(say.DueDate(due.duty.value, due.due.isoformat(), due.rule, due.steps),),
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
        result.statement,
        result.complete,
        after_deletion=one.kind == "read-back",
    )


def _not_searched(done: Sequence[PastSearch], plan: PlanView | None) -> tuple[NotSearched, ...]:
    """From the last search before the deletion, what the plan could not reach, and what reading back could not read."""
    found = [one.result.not_searched for one in done if one.kind == "search"]
    gaps = list(found[-1]) if found else [NotSearched("everything", "no search was made")]
    if plan is not None:
        gaps += plan.plan.cannot
        if plan.read_back is not None:
            gaps += [gap for check in plan.read_back.checks for gap in check.not_looked]
    return tuple(dict.fromkeys(gaps))


def _review(items: Sequence[ReviewItem], done: Sequence[PastSearch], names: dict[str, str]) -> say.Review:
    verdicts = Counter(item.decision.verdict for item in items if item.decision is not None)
    last = [one.result for one in done if one.kind == "search"]
    return say.Review(
        candidates=len(items),
        same=verdicts[Verdict.SAME],
        different=verdicts[Verdict.DIFFERENT],
        unsure=verdicts[Verdict.UNSURE],
        not_reviewed=sum(1 for item in items if item.decision is None),
        down_to_strangers=f"{last[-1].pile.expected_strangers:g}" if last else "",
        deciders=tuple(sorted({names[item.decision.officer] for item in items if item.decision is not None})),
    )


def _hit(desk: Desk, ref: str, hit: Hit, refs: dict[str, str], names: dict[str, str]) -> say.HitItem:
    return say.HitItem(
        ref=refs[hit.address.id],
        kind=hit.candidate.kind,
        dataset_version=hit.candidate.dataset_version,
        container=hit.address.container,
        digest=hit.address.digest,
        salt=_salt(desk, ref, hit.address.id),
        found_by=tuple(dict.fromkeys(reason.kind.value for reason in hit.candidate.reasons)),
        decided=hit.decision.decided,
        decider=names[hit.decision.officer],
        crop=_crop(desk, ref, hit),
    )


def _salt(desk: Desk, ref: str, item: str) -> bytes:
    with desk.vault.transaction() as db:
        row = {"case_ref": ref, "item": item, "salt": secrets.token_bytes(32)}
        db.table("item_salts").insert(row, ignore=True)
        stored = db.conn.execute("SELECT salt FROM item_salts WHERE case_ref = ? AND item = ?", [ref, item]).fetchone()
    return bytes(stored[0])


def _crop(desk: Desk, ref: str, hit: Hit) -> say.FaceCrop | None:
    """The subject's own face as it was decided on; left out where a second face shows in it."""
    if hit.candidate.kind is not ItemKind.PHOTO:
        return None
    row = desk.vault.db.conn.execute(
        "SELECT crop FROM decisions WHERE case_ref = ? AND item = ? AND undone IS NULL", [ref, hit.address.id]
    ).fetchone()
    if row is None or row[0] is None:
        return None
    faces = len(examine(load_engine(), row[0]).faces)
    return say.FaceCrop(row[0], hit.address.digest, faces) if faces <= 1 else None


def _models(impact: Impact, found: Sequence[Hit], disposed: dict[str, Disposition]) -> tuple[say.ModelEntry, ...]:
    photos = Counter(hit.candidate.dataset_version for hit in found if hit.candidate.kind is ItemKind.PHOTO)
    records = Counter(hit.candidate.dataset_version for hit in found if hit.candidate.kind is ItemKind.RECORD)
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
        observed=say.ObservedFate(observed.fate, observed.how, observed.officer, observed.seen) if observed else None,
        training_recorded=model.training_recorded,
    )


def _of(plan: PlanView | None, *kinds: ActionKind) -> list[Action]:
    return [action for action in plan.plan.actions if action.kind in kinds] if plan else []


def _action(action: Action, plan: PlanView, refs: dict[str, str], names: dict[str, str]) -> say.ActionEntry:
    outcome = next((one for one in plan.outcomes if one.action == action.id), None)
    approver = ", ".join(dict.fromkeys(names[approval.officer] for approval in plan.approvals))
    return say.ActionEntry(
        ref=action.id,
        kind=action.kind.value,
        target=action.what,
        items=_refs(action, refs),
        begun=outcome.started if outcome else "",
        ended=outcome.ended if outcome else "",
        operator=names.get(outcome.officer, outcome.officer) if outcome else "",
        approver=approver,
        method=_METHODS.get(action.kind, "handed to those who do it"),
        result=_result(action, outcome),
        digest_before=outcome.digest_before if outcome else "",
        digest_after=outcome.digest_after if outcome else "",
    )


def _result(action: Action, outcome: Outcome | None) -> str:
    if outcome is None:
        return "not begun"
    if outcome.state is OutcomeState.STARTED:
        return "begun and never closed"
    if outcome.declared and not action.kind.runs_here:
        return f"declared done, not read back: {' '.join(outcome.notes)}"
    return f"{outcome.state.value} {outcome.error}".strip()


def _refs(action: Action, refs: dict[str, str]) -> tuple[str, ...]:
    return tuple(refs[item.address.id] for item in action.items if item.address.id in refs)


def _read_backs(found: WholeReadBack, refs: dict[str, str], names: dict[str, str]) -> tuple[say.ReadBack, ...]:
    officer = names.get(found.officer, "")
    items = [
        say.ReadBack(
            refs[one.item],
            "content hash at its place",
            one.seen,
            found.time,
            officer,
            (refs[one.item],),
        )
        for one in found.items
        if one.item in refs
    ]
    checks = [
        say.ReadBack("all registered containers", check.name, check.seen, found.time, officer, says=check.says)
        for check in found.checks
    ]
    return (*items, *checks)


def _custody(
    found: Sequence[Hit], plan: PlanView | None, refs: dict[str, str], names: dict[str, str]
) -> tuple[say.CustodyEvent, ...]:
    events = [
        say.CustodyEvent(
            refs[hit.address.id],
            names[hit.decision.officer],
            hit.decision.decided,
            hit.address.container,
            "decided to be the requester",
            hit.address.digest,
            hit.address.digest,
        )
        for hit in found
    ]
    if plan is None:
        return tuple(events)
    outcomes = {one.action: one for one in plan.outcomes}
    for action in plan.plan.erasing:
        outcome = outcomes.get(action.id)
        seen = {one.item: one for one in outcome.items} if outcome else {}
        for item in action.items:
            one = seen.get(item.address.id)
            if outcome is None or one is None or item.address.id not in refs:
                continue
            after = "" if one.seen.value == "gone" else one.digest_after or item.address.digest
            events.append(
                say.CustodyEvent(
                    refs[item.address.id],
                    names.get(outcome.officer, ""),
                    outcome.ended,
                    action.what,
                    f"{item.treatment.value}: {one.seen.value}",
                    item.address.digest,
                    after,
                )
            )
    return tuple(events)


def _journal(desk: Desk, ref: str, earlier: Sequence[str]) -> say.JournalExcerpt:
    origin = f"dsr-desk/{desk.vault.ring.vault_id}"
    entries = list(desk.vault.journal.entries(ref))
    epoch = max((entry.epoch for entry in entries), default=1)
    return excerpt(origin, desk.vault.journal.leaves(), map(_leaf, entries), earlier, epoch)


def _leaf(entry: JournalEntry) -> LeafSource:
    return LeafSource(entry.seq, entry.salt, entry.content, entry.signature)


def _declarant(desk: Desk, names: dict[str, str]) -> say.Declarant:
    return say.Declarant(
        names[desk.vault.officer_key],
        desk.vault.setting("role") or "privacy officer",
        "the searches, decisions, actions and readings-back recorded in this case",
    )


def _active_officers(desk: Desk) -> list[tuple[str]]:
    return list(desk.vault.db.conn.execute("SELECT public_key FROM officers WHERE removed IS NULL"))


def _retained(plan: PlanView | None, refs: dict[str, str]) -> tuple[say.Retained, ...]:
    return tuple(
        say.Retained(_refs(action, refs), action.ground, action.ground, action.until)
        for action in _of(plan, ActionKind.HOLD)
    )


def _identifiers(view: CaseView) -> tuple[str, ...]:
    known = view.identifiers
    values = (*known.names, *known.emails, *known.phones, *known.user_names, *known.account_ids)
    return tuple(value for value in values if len(value) >= 4)
