"""What a bundle of a case would say: what is ready before sealing, what it claims, and on which act each word rests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from dsr_desk.app.backups import checkpoint_away
from dsr_desk.app.desk import Desk
from dsr_desk.app.searching import last_search
from dsr_desk.app.steps import Finding, finding
from dsr_desk.app.time_stamps import time_stamps
from dsr_desk.core.acts import Kind
from dsr_desk.core.case import DELETING_RIGHTS, GONE, Case
from dsr_desk.core.guards import Standing, second_review_asked
from dsr_desk.core.message import Message, message
from dsr_desk.core.roster import Roster

PROVED, CONSISTENT, DECLARED = "proved", "consistent", "declared"


@dataclass(frozen=True)
class Checked:
    """A line of the checklist before sealing. `ok` is False where the bundle will state a gap.

    What is ok rests on an act: `finding` names it.
    """

    ok: bool
    says: Message
    finding: Finding | None = None


@dataclass(frozen=True)
class Claim:
    """What a bundle says, what stands behind it, how strong that is, and the act in which it was seen or done."""

    says: Message
    by: Message
    strength: str
    finding: Finding | None = None


@dataclass(frozen=True)
class _Line:
    """A line of the checklist before anybody is named; `rests_on` is the entry behind an ok."""

    ok: bool
    says: Message
    rests_on: int | None = None


def checklist(desk: Desk, ref: str) -> list[Checked]:
    """What is ready, and what the bundle will state as a gap."""
    with desk.reading(ref) as case:
        search = last_search(desk, ref)
        gaps = len(search.not_searched) if search is not None else 0
        lines = [*_lines(case, desk.vault.roster, gaps), _clock(desk, ref, case)]
        if checkpoint_away(desk):
            lines.append(_Line(False, message("ready.checkpoint.away")))
        return [Checked(one.ok, one.says, finding(desk, one.rests_on)) for one in lines]


def claims(desk: Desk, ref: str) -> tuple[Claim, ...]:
    """What a bundle of this case says, and how strongly: nothing is called proved that only this house attests."""
    with desk.reading(ref) as case:
        sealed = case.sealed[-1]["seq"] if case.sealed else None
        clock = _clock(desk, ref, case)
        stamps = [one.authority for one in time_stamps(desk, ref) if one.time]
        found = [
            Claim(message("claim.whole"), message("claim.whole.by"), PROVED, finding(desk, sealed)),
            _unbroken(desk),
            *_seen(desk, case),
            Claim(message("claim.copies"), message("claim.copies.by"), DECLARED),
        ]
        if clock.ok:
            by = message("claim.time.by", authority=stamps[-1] if stamps else "")
            found.append(Claim(message("claim.time"), by, PROVED, finding(desk, clock.rests_on)))
        else:
            found.append(Claim(message("claim.clock"), message("claim.clock.by"), DECLARED))
        return tuple(found)


def _lines(case: Case, roster: Roster, gaps: int) -> Iterator[_Line]:
    yield _identity(case)
    if not any(one["purpose"] == "search" for one in case.searches):
        yield _Line(False, message("ready.not_searched"))
        return
    yield _review(case)
    yield from _second(case, roster)
    yield from _deletion(case)
    if gaps:
        yield _Line(False, message("ready.gaps", count=gaps))


def _identity(case: Case) -> _Line:
    check = case.identity
    if check is None:
        return _Line(False, message("ready.identity.missing"))
    if not case.identified:
        return _Line(False, message("ready.identity.failed"))
    return _Line(True, message("ready.identity"), check["seq"])


def _review(case: Case) -> _Line:
    open_ = len(case.undecided) + len(case.unsure)
    says = message("ready.review", decided=case.proposed - open_, count=case.proposed)
    if not case.reviewed:
        return _Line(False, says if case.searched else message("ready.not_searched.round"))
    return _Line(True, says, _newest_word(case))


def _newest_word(case: Case) -> int:
    """The entry of the newest decision in force; of the search where nothing was to be decided."""
    words = [item.word.seq for item in case.to_review_again() if item.word is not None]
    searches = [one["seq"] for one in case.searches if one["purpose"] == "search"]
    return int(max(words, default=searches[-1]))


def _second(case: Case, roster: Roster) -> Iterator[_Line]:
    if len(roster.keys) == 1:
        yield _Line(False, message("ready.second.alone"))
        return
    seconds = [item.second for item in case.to_review_again() if item.second is not None]
    if not second_review_asked(case, Standing("", roster, sys.maxsize)):
        if not seconds:
            yield _Line(False, message("ready.second.none"))
        return
    waiting, disputed = case.second_review(only_same=True)
    if waiting or disputed:
        yield _Line(False, message("ready.second.open", count=waiting, disputed=disputed))
    elif seconds:
        yield _Line(True, message("ready.second"), max(one.seq for one in seconds))


def _deletion(case: Case) -> Iterator[_Line]:
    hits = sum(1 for _ in case.hits())
    found = case.read_back
    if case.last_run is None:
        yield from _nothing_deleted(case, hits)
        return
    if found is None or case.unread:
        yield _Line(False, message("ready.deletion.unread"))
        return
    open_, left = len(case.undecided) + len(case.unsure), _left(case)
    if found["seen"] not in _GOOD:
        yield _Line(False, message(f"ready.deletion.{found['seen']}"))
    elif left:
        yield _Line(False, message("ready.deletion.more", count=left))
    elif open_:
        yield _Line(False, message("ready.deletion.open", count=open_))
    else:
        yield _Line(True, message(f"ready.deletion.{found['seen']}"), found["seq"])
    yield _confirmed(case, found["act"])


def _nothing_deleted(case: Case, hits: int) -> Iterator[_Line]:
    if not hits and case.reviewed:
        yield _Line(True, message("ready.nothing"), _newest_word(case))
    elif not hits:
        yield _Line(False, message("ready.nothing.open"))
    elif case.right in DELETING_RIGHTS:
        yield _Line(False, message("ready.deletion.none"))


def _left(case: Case) -> int:
    """Hits of which nobody saw since they were last proposed that they are gone, masked or kept."""
    return sum(1 for hit in case.hits() if hit.seen not in _GOOD)


_GOOD = (*GONE, "held")


def _confirmed(case: Case, read_back: str) -> _Line:
    said = [one for round_ in case.rounds for one in round_["validated"] if one["read_back"] == read_back]
    if not said:
        return _Line(False, message("ready.confirmed.none"))
    if said[-1]["officer"] in case.operators:
        return _Line(False, message("ready.confirmed.own"))
    return _Line(True, message("ready.confirmed"), said[-1]["seq"])


def _clock(desk: Desk, ref: str, case: Case) -> _Line:
    entries = [one.seq for one in desk.vault.log.entries(case.id, kinds=[Kind.TIME_ATTESTED])]
    if entries and any(stamp.time for stamp in time_stamps(desk, ref)):
        return _Line(True, message("ready.clock"), entries[-1])
    return _Line(False, message("ready.clock.none"))


def _unbroken(desk: Desk) -> Claim:
    """A checkpoint that somebody holds already is what makes a removed entry show."""
    query = "SELECT max(seq) FROM entries WHERE kind = ?"
    newest = desk.vault.db.conn.execute(query, [Kind.SEALED.value]).fetchone()[0]
    says = message("claim.unbroken")
    if newest is None:
        return Claim(says, message("claim.unbroken.first"), DECLARED)
    return Claim(says, message("claim.unbroken.by"), PROVED, finding(desk, newest))


def _seen(desk: Desk, case: Case) -> Iterator[Claim]:
    """What was seen of the data: nothing of it is said before it was."""
    check, found = case.identity, case.read_back
    if check is not None and case.identified:
        yield Claim(message("claim.identity"), message("claim.identity.by"), DECLARED, finding(desk, check["seq"]))
    if case.last_run is None:
        if case.reviewed and not any(True for _ in case.hits()):
            by = finding(desk, _newest_word(case))
            yield Claim(message("claim.nothing"), message("claim.nothing.by"), CONSISTENT, by)
        return
    open_ = case.unread or _left(case) or case.undecided or case.unsure
    whole = found is not None and found["seen"] in _GOOD and not open_
    if whole and found is not None:
        says = message(f"claim.{found['seen']}")
        yield Claim(says, message("claim.seen.by"), CONSISTENT, finding(desk, found["seq"]))
