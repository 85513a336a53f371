"""The end of a case: what is open is said, its photos are destroyed. Opened again, or forgotten, it still verifies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from dsr_desk.app.case.destroying import REFERENCES, destroy_again, destroy_references
from dsr_desk.app.case.letters import keeps_letter
from dsr_desk.app.desk import Desk
from dsr_desk.app.vault.checkpointing import checkpoint_if_set, require_continued_if_set
from dsr_desk.app.vault.keeping import VaultBackup, backups_made
from dsr_desk.app.vault.retention import Kept, kept
from dsr_desk.core.acts import Draft, Entry, Kind
from dsr_desk.core.case import Case
from dsr_desk.core.changes import Change
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Verdict
from dsr_desk.core.message import Message, message
from dsr_desk.core.order_refusals import EndDeniedByAuthenticity
from dsr_desk.core.refusals import CaseNotOver, EndDeniedByIdentity
from dsr_desk.core.requests import CaseState
from dsr_desk.lineage.dispositions import undecided
from dsr_desk.lineage.store import sources
from dsr_desk.storage.check import no_step

CASE = "case"
_DUTIES = ("waiting", "not_read_back", "models")
"""What somebody still has to do in a case, whoever closed it."""


class EndReasonMissing(DeskError):
    code = "CASE-REASON-MISSING"
    happened = "A case that ends as {state} needs a reason."
    means = "The requester must be told why. Nothing was changed."
    todo = "Give the reason in words."


class OpenUnexplained(DeskError):
    code = "CASE-OPEN-REASON"
    happened = "Case {case} was to be closed with things left open, and nobody said why: {points:commas}."
    means = "Whoever looks at the case later has to see why that was right. Nothing was changed."
    todo = "Do what is open, or give the reason for leaving it so in words."


class ReopeningUnexplained(DeskError):
    code = "CASE-REOPEN-REASON"
    happened = "A case is opened again for a reason, and none was given."
    means = "The reason is part of the evidence. Nothing was changed."
    todo = "Give the reason in words."


class CaseHeld(DeskError):
    code = "CASE-HELD"
    happened = "Case {case} cannot be forgotten: {why}."
    means = "What is held must be kept. Nothing was destroyed."
    todo = "Reopen the case and lift the hold first, if its ground is gone."


def end_case(desk: Desk, ref: str, state: CaseState, reason: str = "", *, letter: bool | None = None) -> Change:
    """Ends a case, says what is open in it, and destroys its reference photos.

    `reason` is needed for every end but closed, and for closing while something is open. `letter`: whether files of
    the letter that hold the photos too are destroyed with them. Raises EndReasonMissing, OpenUnexplained,
    LetterHoldsPhotos where that must be said and was not.
    """
    if state.needs_reason and not reason.strip():
        raise EndReasonMissing(state=message(f"ended.{state.value}"))
    require_continued_if_set(desk)
    with desk.vault.transaction():
        left = what_is_open(desk, ref)
        if not reason.strip() and (points := open_said(left)):
            raise OpenUnexplained(case=ref, points=points)
        said = {"state": state.value, "open": left}
        change = desk.act(Draft(Kind.CLOSED, said, {"reason": reason.strip()}), ref)
        destroy_references(desk, ref, letter=letter)
    desk.vault.empty_wal()
    checkpoint_if_set(desk)
    return change


def reopen_case(desk: Desk, ref: str, reason: str) -> Change:
    """Opens an ended case again; its reference photos stay destroyed. Raises ReopeningUnexplained."""
    if not reason.strip():
        raise ReopeningUnexplained()
    return desk.act(Draft(Kind.REOPENED, {}, {"reason": reason.strip()}), ref)


def what_is_open(desk: Desk, ref: str) -> dict[str, int]:
    """What is not done in a case, by code. `models` is left out before the review ends, and without any lineage."""
    with desk.reading(ref) as case:
        found = {
            "undecided": len(case.undecided),
            "unsure": len(case.unsure),
            "waiting": sum(1 for one in case.actions if one["state"] == "waiting"),
            "not_read_back": case.unread,
            "answer": int(not case.is_order and not case.answered),
            "bundle": int(not case.sealed),
        }
        if case.reviewed and _lineage_is_known(desk):
            from dsr_desk.app.models.lineage import affected_by_case, dispositions  # which load the whole program

            found["models"] = len(undecided(affected_by_case(desk, ref).models, dispositions(desk, ref).values()))
        return found


def open_said(left: Mapping[str, int]) -> tuple[Message, ...]:
    """A sentence for each thing that is not done in a case."""
    return tuple(message(f"left-open.{code}", count=count) for code, count in left.items() if count)


def _lineage_is_known(desk: Desk) -> bool:
    with desk.vault.turn() as db:
        return bool(sources(db))


# Forgetting


def forget_case(desk: Desk, ref: str) -> Change:
    """Destroys all that a closed case holds beyond its acts; what was handed out still verifies. Cannot be undone.

    What a backup holds of it stays there until that backup is overwritten. Raises CaseMissing, CaseNotOver, CaseHeld.
    """
    with desk.vault.transaction():
        case = desk.case(ref)
        if case.ended is None:
            raise CaseNotOver(case=ref)
        held = _held(desk, case, date.today())
        if held is not None:
            raise CaseHeld(case=ref, why=held)
        change = _forget(desk, ref, case.id)
    desk.vault.empty_wal()
    return change


def forget_again(desk: Desk, forgotten: Iterable[Mapping[str, Any]]) -> int:
    """Does again what acts of forgetting say that the log does not know of; returns how many. Inside a transaction.

    Places in the log must be those of the log that the acts stood in.
    """
    log, refs, count = desk.vault.log, desk.vault.cases.refs(), 0
    done = [_what(entry.case, entry.act.open) for entry in log.entries(kinds=(Kind.FORGOTTEN,))]
    for said in forgotten:
        ref = refs.get(said["case"])
        if _what(said["case"], said) in done or ref is None:
            continue
        if said["what"] == CASE:
            if desk.case(ref).ended is None:  # it ended after what is here was written
                _end_again(desk, ref)
            _forget(desk, ref, said["case"])
        else:
            destroy_again(desk, ref, said)
        count += 1
    return count


def _end_again(desk: Desk, ref: str) -> None:
    """How it ended is not known here: as closed, or as refused where a failed check lets it grant nothing."""
    try:
        desk.act(Draft(Kind.CLOSED, {"state": CaseState.CLOSED.value, "open": {}}), ref)
    except (EndDeniedByIdentity, EndDeniedByAuthenticity):
        desk.act(Draft(Kind.CLOSED, {"state": CaseState.REFUSED.value, "open": {}}), ref)


def _what(case: str, said: Mapping[str, Any]) -> tuple[Any, ...]:
    return case, said["what"], said["count"], said["entries"], said["blobs"]


def _forget(desk: Desk, ref: str, case: str) -> Change:
    """The act counts what is destroyed with it, so that is counted first."""
    count = desk.vault.log.values_of(case)
    change = desk.act(Draft(Kind.FORGOTTEN, {"what": CASE, "count": count, "entries": [], "blobs": []}), ref)
    desk.vault.log.forget_case(case)
    desk.vault.drafts.drop_case(case)
    return change


# What is due


@dataclass(frozen=True)
class DueCase:
    """A closed case whose time of keeping has passed. It is not forgotten as long as there are `stops`."""

    ref: str
    kept: Kept
    stops: tuple[Message, ...]


def due_cases(desk: Desk, today: date | None = None) -> list[DueCase]:
    """Closed cases that should be forgotten by now, those that have waited longest first."""
    day = today or date.today()
    with desk.vault.turn():
        found = [one for ref in desk.vault.cases.refs().values() if (one := _due(desk, ref, day)) is not None]
    return sorted(found, key=lambda one: (one.kept.until, one.ref))


def forget_due(desk: Desk, today: date | None = None, step: Callable[[int, int], object] = no_step) -> list[str]:
    """Forgets what is due and not stopped, a case at a time; returns their references.

    Ended half way, what was forgotten is, and the next run goes on. `step` is told how far it is; what it raises ends
    the run.
    """
    ready = [one for one in due_cases(desk, today) if not one.stops]
    for number, one in enumerate(ready):
        step(number, len(ready))
        forget_case(desk, one.ref)
    return [one.ref for one in ready]


def _due(desk: Desk, ref: str, today: date) -> DueCase | None:
    case = desk.case(ref)
    found = kept(desk, ref)
    if case.is_forgotten or found is None or found.until is None or found.until > today:
        return None
    open_, held = what_is_open(desk, ref), _held(desk, case, today)
    duties = [message(f"due.{name}", count=open_[name]) for name in _DUTIES if open_.get(name)]
    return DueCase(ref, found, (*((held,) if held is not None else ()), *duties))


def _held(desk: Desk, case: Case, today: date) -> Message | None:
    """Whether a legal hold on an item has no end yet."""
    count = 0
    for one in case.treatments.values():
        until = str(desk.values(one["seq"]).get("until", ""))
        count += one["as"] == "hold" and (not until or until >= today.isoformat())
    return message("due.held", count=count) if count else None


# What became of the photos


def references_said(desk: Desk, ref: str) -> tuple[Message, ...]:
    """What became of the reference photos and of the templates made of them: what acts say, a sentence each.

    Holds no name of a person or a file. Raises CaseMissing.
    """
    with desk.reading(ref) as case:
        if not case.references:
            return (message("references.none"),)
        return tuple(_said(desk, ref, case))


def _said(desk: Desk, ref: str, case: Case) -> Iterator[Message]:
    there = [one for one in case.references if not one["destroyed"]]
    if there:
        yield message("references.there", count=len(there))
    log = desk.vault.log
    for entry in log.entries(case.id, kinds=(Kind.FORGOTTEN,)):
        if entry.act.open["what"] == REFERENCES:
            yield from _destroyed(desk, entry)
    yield message("references.template")
    period = kept(desk, ref)
    if keeps_letter(desk, ref):
        yield _until("letter", period)
    crops = _crops(desk, case)
    if crops:
        yield _until("crops", period, crops)
    packets = sum(1 for _ in log.entries(case.id, kinds=(Kind.PACKET,)))
    if packets:
        yield message("references.packets", count=packets)
    yield from backups_said(desk, ref)
    if case.is_forgotten:
        yield message("references.forgotten", time=case.forgotten[-1]["time"])


def _destroyed(desk: Desk, entry: Entry) -> Iterator[Message]:
    said = entry.act.open
    yield message("references.destroyed", count=said["count"], time=entry.act.time)
    looked = said.get("scanned")
    if looked is None:
        yield message("references.not-looked")
        return
    yield message("references.looked", count=looked["holding"], files=looked["files"], values=looked["values"])
    if looked["unread"]:
        yield message("references.unread", count=looked["unread"])
    for one in desk.values(entry.seq).get("still", ()):
        where = Message.from_json(one)
        ref = str(where.values.get("case", ""))
        gone = _gone_since(desk, ref, where, entry.seq) if ref else ""
        if gone:
            yield message("references.still.gone", where=where, time=gone)
        else:
            yield _until("still", kept(desk, ref) if ref else None, where)


def _gone_since(desk: Desk, ref: str, where: Message, seq: int) -> str:
    """When a copy that was found in a case was destroyed after this place in the log; "" where it was not."""
    ways = (CASE, REFERENCES) if where.code == "copy.reference" else (CASE,)
    later = (one["time"] for one in desk.case(ref).forgotten if one["seq"] > seq and one["what"] in ways)
    return next(later, "")


def _until(kept_thing: str, period: Kept | None, what: int | Message | None = None) -> Message:
    """What is still kept, and until when under which rule, as far as anybody said."""
    values: dict[str, Any] = {"where": what} if isinstance(what, Message) else {} if what is None else {"count": what}
    if period is None:
        return message(f"references.{kept_thing}.no-period", **values)
    if period.until is None:
        return message(f"references.{kept_thing}.after-end", months=period.months, rule=period.rule, **values)
    return message(f"references.{kept_thing}.until", until=period.until.isoformat(), rule=period.rule, **values)


def _crops(desk: Desk, case: Case) -> int:
    """How many pictures of a face that was decided to be hers are kept with decisions."""
    kinds = (Kind.DECIDED, Kind.SECOND_REVIEW, Kind.SETTLED)
    crops = {
        row.value["crop"]["blob"]
        for _, _, row in desk.vault.log.rows_of(case.id, kinds)
        if row.value is not None and row.word.partition(" ")[0] == Verdict.SAME.value and row.value.get("crop")
    }
    return sum(1 for blob in crops if desk.vault.log.blob_content(blob)[1] is not None)


def backups_said(desk: Desk, ref: str) -> tuple[Message, ...]:
    """Backups that were made while the case held what was destroyed since, and until when they do."""
    with desk.reading(ref) as case:
        gone = [one["seq"] for one in case.forgotten]
        held = [one for one in backups_made(desk) if any(case.opened[2] < one.seq < seq for seq in gone)]
    return tuple(_backup_said(one) for one in held)


def _backup_said(backup: VaultBackup) -> Message:
    if backup.destroyed:
        return message("backup.destroyed", time=backup.time, day=backup.destroyed)
    if backup.until:
        return message("backup.until", time=backup.time, until=backup.until)
    return message("backup.open", time=backup.time)
