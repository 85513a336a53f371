"""What a bundle says about a case, gathered from its log: nothing here is written from a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from dsr_desk.app.case import told
from dsr_desk.app.case.cases import CaseView, facts_versions, show_case
from dsr_desk.app.case.chasing import TeamTask, tasks
from dsr_desk.app.case.plans import read_back_of
from dsr_desk.app.case.searching import READ_BACK, REVIEW, PastSearch, searches
from dsr_desk.app.data.indexing import dataset_versions
from dsr_desk.app.desk import Desk
from dsr_desk.app.models.lineage import affected_by_case, dispositions, lineage_sources
from dsr_desk.app.models.standing import standings
from dsr_desk.app.proof.items import CaseItems, Round
from dsr_desk.app.proof.log import confirmed_by, journal_of, review_of, rounds_of
from dsr_desk.app.proof.obligations import order_said
from dsr_desk.app.proof.readiness import claims
from dsr_desk.app.proof.required import edition_fields
from dsr_desk.app.proof.sworn import sworn_of
from dsr_desk.app.vault.keeping import organisation_details
from dsr_desk.core.actions import Action, ActionKind, OutcomeState, ReadBack, Seen
from dsr_desk.core.canonical import canonical_json
from dsr_desk.core.case import Case
from dsr_desk.core.facts import union
from dsr_desk.core.findings import Gap, places_not_read
from dsr_desk.core.items import ItemKind
from dsr_desk.core.lineage import Disposition, Impact
from dsr_desk.core.message import Message, message, quoted
from dsr_desk.core.requests import Law, Right
from dsr_desk.evidence.contents import content as say
from dsr_desk.storage.clock import now


def gather(desk: Desk, ref: str, checkpoints: Sequence[str]) -> say.EvidenceContent:
    """Everything that either edition may say, by the log as it is now; `sealed_by` adds the act of sealing.

    `checkpoints` were handed out before. Raises LogDamaged.
    """
    with desk.reading(ref) as case:
        view, names = show_case(desk, ref), desk.vault.officer_names()
        items = CaseItems(desk, case, with_faces=view.right is Right.ACCESS and view.law is not Law.ORDER)
        done, impact = searches(desk, ref), affected_by_case(desk, ref)
        rounds = rounds_of(desk, case)
        asked = {task.action.id: task for task in tasks(desk, ref)}
        details = organisation_details(desk)
        journal = journal_of(desk, case, desk.vault.log.size, checkpoints)
        order = order_said(desk, case, now()[:10]) if case.is_order else None
        return say.EvidenceContent(
            organisation=say.Organisation(desk.vault.organisation, details.address, details.contact, details.authority),
            case=_case(view, names, identified=case.identified),
            sealed=now(),
            order=order,
            searched=_searched(done),
            searches=tuple(
                say.Search(one.time, one.officer, one.result, one.kind == READ_BACK, one.round) for one in done
            ),
            gaps=_gaps(desk, case, done, rounds),
            review=review_of(desk, case, done),
            hits=items.hits(),
            models=tuple(_models(desk, ref, impact, items)),
            models_without_lineage=tuple(node.label for node in impact.without_lineage),
            models_in_part=tuple(node.label for node in impact.partly_recorded),
            runs_without_model=tuple(node.title for node in impact.runs),
            excluded_models=tuple(impact.excluded),
            not_in_lineage=impact.not_in_lineage,
            open_questions=tuple(
                say.Question(one.says, one.evidence, one.against, one.effect) for one in impact.questions
            ),
            claims=claims(desk, ref, continued=bool(journal.earlier)),
            sworn=sworn_of(desk, case)[0],
            actions=tuple(
                _action(action, round_, asked, items, names) for round_ in rounds for action in round_.plan.actions
            ),
            read_backs=tuple(_read_backs(desk, case, items, names)),
            not_read=_not_read(desk, case),
            journal=journal,
            declarant=say.Declarant(
                names[desk.vault.officer_key],
                quoted(details.role) if details.role else message("report.privacy-officer"),
                message("report.basis"),
                confirmed_by(desk, case),
            ),
            officers=tuple(sorted({names[key] for key in desk.vault.roster.keys})),
            retained=_retained(rounds, items),
            told=_told(asked),
            backups=tuple(
                dict.fromkeys(say.BackupEntry(one.what, one.until) for one in _of(rounds, ActionKind.BACKUP))
            ),
            lineage_sources=tuple((source.file, source.digest) for source in lineage_sources(desk)),
            datasets=tuple(version for version, _ in dataset_versions(desk)),
            required=edition_fields(desk, ref),
            other_identifiers=_identifiers(desk, ref),
        )


def sealed_by(desk: Desk, ref: str, content: say.EvidenceContent, sealing: int) -> say.EvidenceContent:
    """The content with the act that says so, which is the last entry that it shows."""
    with desk.reading(ref) as case:
        return replace(
            content,
            sealed=desk.vault.log.entry(sealing).act.time,
            journal=journal_of(desk, case, sealing + 1, [one.checkpoint for one in content.journal.earlier]),
        )


def _case(view: CaseView, names: dict[str, str], *, identified: bool) -> say.CaseFile:
    """A check that failed, or that does not cover what was searched, identifies nobody."""
    check = view.identity if identified else None
    return say.CaseFile(
        ref=view.ref,
        right=view.right,
        law=view.law,
        received=view.received.isoformat(),
        opened=view.opened,
        due=(view.deadline,),
        identity=replace(check, officer=names[check.officer]) if check is not None else None,
        person=view.identifiers.names[0] if view.identifiers.names else "",
        closed=view.closed or "",
    )


def _searched(done: Sequence[PastSearch]) -> tuple[say.IndexEntry, ...]:
    """Indexes as they were when they were last searched before anything was deleted."""
    latest = {index.about.index: index for one in done if one.kind == REVIEW for index in one.searched}
    return tuple(
        say.IndexEntry(
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
            formats=tuple(Message(f"format.{one}", english=one) for one in index.formats),
        )
        for index in latest.values()
    )


def _gaps(desk: Desk, case: Case, done: Sequence[PastSearch], rounds: Sequence[Round]) -> tuple[Gap, ...]:
    """From the last search for review, what the plans could not reach, and what reading back could not read."""
    found = [one.result.gaps for one in done if one.kind == REVIEW]
    unsearched = [] if case.is_order else [Gap(message("report.everything"), message("report.no-search"))]
    gaps = list(found[-1]) if found else unsearched
    for round_ in rounds:
        gaps += round_.plan.gaps
    newest = read_back_of(desk, case.read_back["seq"]) if case.read_back is not None else None
    gaps += [gap for check in newest.checks for gap in check.not_looked] if newest is not None else []
    return tuple({canonical_json(told.gap(gap)): gap for gap in gaps}.values())


def _not_read(desk: Desk, case: Case) -> int:
    """How many places the newest reading back could not read."""
    newest = read_back_of(desk, case.read_back["seq"]) if case.read_back is not None else None
    return places_not_read(newest.not_read) if newest is not None else 0


def _models(desk: Desk, ref: str, impact: Impact, items: CaseItems) -> Iterator[say.ModelEntry]:
    photos, records = items.kinds[ItemKind.PHOTO], items.kinds[ItemKind.RECORD]
    disposed = dispositions(desk, ref)
    standing = standings(desk, ref, impact) if desk.case(ref).is_order else {}
    for model in impact.models:
        known = disposed.get(model.id, Disposition(ref, model.id, model.name, model.version))
        versions = model.dataset_versions
        yield say.ModelEntry(
            model,
            sum(photos[version] for version in versions),
            sum(records[version] for version in versions),
            known.planned,
            known.observed,
            desk.name(ref, model.id),
            standing[model.id].as_json() if standing else None,
        )


def _of(rounds: Sequence[Round], *kinds: ActionKind) -> list[Action]:
    return [action for round_ in rounds for action in round_.plan.actions if action.kind in kinds]


def _action(
    action: Action, round_: Round, asked: Mapping[str, TeamTask], items: CaseItems, names: dict[str, str]
) -> say.ActionEntry:
    outcome, task = round_.outcome(action.id), asked.get(action.id)
    return say.ActionEntry(
        ref=action.id,
        kind=action.kind,
        target=action.what,
        items=items.of_action(action),
        begun=outcome.started if outcome else "",
        ended=outcome.ended if outcome else "",
        operator=names.get(outcome.officer, outcome.officer) if outcome else "",
        approver=", ".join(round_.approvers),
        digest_before=outcome.digest_before if outcome else "",
        digest_after=outcome.digest_after if outcome else "",
        proofs=tuple(one.digest for one in task.proofs) if task else (),
        round=round_.number,
    )


def _told(asked: Mapping[str, TeamTask]) -> tuple[say.Told, ...]:
    """Data recipients: when they were told, and the answer that a person recorded."""
    found = []
    for task in asked.values():
        if task.action.kind is ActionKind.TELL_RECIPIENT:
            outcome = task.outcome
            done = outcome is not None and outcome.state is OutcomeState.DONE
            answer = (outcome.notes, outcome.ended) if outcome and done else ()
            found.append(say.Told(task.action.what, task.asked, *answer))
    return tuple(found)


def _read_backs(desk: Desk, case: Case, items: CaseItems, names: dict[str, str]) -> Iterator[say.LookEntry]:
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


def _looks(found: ReadBack, items: CaseItems, officer: str, *, superseded: bool) -> Iterator[say.LookEntry]:
    """Items that were seen alike share an entry."""
    refs_of = items.refs if superseded else items.looked_at
    for seen in Seen:
        refs = refs_of(one.item for one in found.items if one.seen is seen)
        if refs:
            yield say.LookEntry(
                message("report.named", names=refs), message("report.look.place"), seen, found.time, officer, refs
            )
    for check in found.checks:
        everywhere = message("report.everywhere")
        yield say.LookEntry(everywhere, check.name, check.seen, found.time, officer, says=(check.says,))


def _retained(rounds: Sequence[Round], items: CaseItems) -> tuple[say.Retained, ...]:
    """What the newest plan keeps: its word on an item counts."""
    return tuple(
        say.Retained(items.of_action(action), action.ground, action.until)
        for action in _of(rounds[-1:], ActionKind.HOLD)
    )


def _identifiers(desk: Desk, ref: str) -> tuple[str, ...]:
    """Of every version of the facts: none of them may stand in a regulator's edition."""
    known = union(version.facts.identifiers for version in facts_versions(desk, ref))
    values = (*known.names, *known.emails, *known.phones, *known.user_names, *known.account_ids)
    return tuple(value for value in values if len(value) >= 4)
