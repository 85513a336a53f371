"""What a bundle of a case would say: what is ready before sealing, what it claims, and on which act each word rests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from dsr_desk.app.case.searching import last_search
from dsr_desk.app.case.steps import Finding, finding
from dsr_desk.app.desk import Desk
from dsr_desk.app.proof.obligations import obligations
from dsr_desk.app.proof.signing_keys import certificate_doubt
from dsr_desk.app.proof.sworn import sworn_of
from dsr_desk.app.proof.time_stamps import time_stamps
from dsr_desk.app.vault.checkpointing import checkpoint_away
from dsr_desk.core.actions import ActionKind, OutcomeState
from dsr_desk.core.acts import Kind
from dsr_desk.core.case import DELETING_RIGHTS, SETTLED, Case
from dsr_desk.core.guards import Standing, second_review_asked
from dsr_desk.core.message import Message, Value, message
from dsr_desk.core.requests import Law
from dsr_desk.core.roster import Roster
from dsr_desk.evidence.contents.standing import Claim, Strength
from dsr_desk.evidence.verifying.check_bundle import is_known


@dataclass(frozen=True)
class Checked:
    """A line of the checklist before sealing. `ok` is False where the bundle will state a gap.

    What is ok rests on an act: `finding` names it.
    """

    ok: bool
    says: Message
    finding: Finding | None = None


DECLARED_BY_SEALING = ("claim.datasets", "claim.facts", "claim.copies")
"""What whoever seals declares with it, since nothing can prove it: windows and commands say so before."""
_REWRITES = frozenset({ActionKind.ERASE_ITEMS.value, ActionKind.ERASE_ROWS.value})
_DONE = OutcomeState.DONE.value

_Line = tuple[Message, int | None]
"""A line of the checklist before anybody is named: what it says and the entry on which it rests, none for a gap."""


def _gap(code: str, **values: Value) -> _Line:
    return message(code, **values), None


def checklist(desk: Desk, ref: str) -> list[Checked]:
    """What is ready, and what the bundle will state as a gap."""
    with desk.reading(ref) as case:
        search = last_search(desk, ref)
        gaps = len(search.gaps) if search is not None else 0
        own = _of_order(desk, case) if case.is_order else _lines(case, desk.vault.roster, gaps)
        lines = [*own, *_sworn(desk, case), _clock(desk, ref, case)]
        lines += [(says, None) for says in [certificate_doubt(desk)] if says is not None]
        if checkpoint_away(desk):
            lines.append(_gap("ready.checkpoint.away"))
        return [Checked(entry is not None, says, finding(desk, entry)) for says, entry in lines]


def claims(desk: Desk, ref: str, *, continued: bool | None = None) -> tuple[Claim, ...]:
    """What a bundle of this case says, and how strongly: nothing is called proved that only this house attests.

    For a bundle that is to be sealed `continued` says whether its journal continues an earlier checkpoint; what rests
    on the act of sealing has no act yet. Without it the bundles that there are speak. The verifier folds the same.
    """
    with desk.reading(ref) as case:
        sealed = case.sealed[-1]["seq"] if case.sealed and continued is None else None
        known = desk.vault.log.newest(Kind.SEALED) is not None if continued is None else continued
        clock = _time(desk, ref, case) if continued is None else _claim(desk, "claim.clock", Strength.DECLARED, None)
        return (
            _claim(desk, "claim.whole", Strength.PROVED, sealed),
            _claim(desk, "claim.unbroken", Strength.PROVED, sealed)
            if known
            else _claim(desk, "claim.unbroken.first", Strength.DECLARED, sealed),
            *_seen(desk, case),
            *(_claim(desk, code, Strength.DECLARED, sealed) for code in DECLARED_BY_SEALING),
            clock,
        )


def rests_on(claim: Claim) -> Finding | None:
    """The act on which a claim rests; None where it is still to come."""
    return Finding(claim.who, claim.when, claim.entry) if claim.entry is not None else None


def _claim(desk: Desk, code: str, standing: Strength, entry: int | None, by: Message | None = None) -> Claim:
    found = finding(desk, entry)
    act = (found.officer, found.time, found.entry) if found is not None else ()
    return Claim(message(code), by or message(f"{code}.by"), standing, *act)


def _time(desk: Desk, ref: str, case: Case) -> Claim:
    """What the latest bundles' clock is worth: a stamp that the organisation does not trust leaves its own word."""
    _, attested = _clock(desk, ref, case)
    stamps = [one for one in time_stamps(desk, ref) if one.time]
    if attested is not None:
        authority = next(one.authority for one in stamps if one.proves)
        return _claim(desk, "claim.time", Strength.PROVED, attested, message("claim.time.by", authority=authority))
    doubts = [one.doubt for one in stamps if one.doubt is not None]
    sealed = case.sealed[-1]["seq"] if case.sealed else None
    return _claim(desk, "claim.clock", Strength.DECLARED, sealed, doubts[-1] if doubts else None)


def _lines(case: Case, roster: Roster, gaps: int) -> Iterator[_Line]:
    yield _identity(case)
    if not any(one["purpose"] == "search" for one in case.searches):
        yield _gap("ready.unsearched")
        return
    yield _review(case)
    yield from _second(case, roster)
    yield from _deletion(case)
    if gaps:
        yield _gap("ready.gaps", count=gaps)


def _of_order(desk: Desk, case: Case) -> Iterator[_Line]:
    """Of an order: that it is authentic, what it covers, what was run, and each obligation that is not met."""
    check, scope, found = case.identity, case.scope, case.read_back
    authentic = check is not None and case.identified
    yield (message("ready.order.authentic"), check["seq"]) if check and authentic else _gap("ready.order.unchecked")
    if scope is None:
        yield _gap("ready.order.no-scope")
    else:
        yield message("ready.order.scope", count=scope["items"], containers=len(case.parts)), scope["seq"]
        if not case.sampled:
            yield _gap("ready.order.unsampled")
    if case.last_run is None:
        yield _gap("ready.order.not-run")
    elif found is None or case.unread:
        yield _gap("ready.deletion.unread")
    else:
        yield message("ready.order.read"), found["seq"]
        yield _confirmed(case, found["act"])
    for one in obligations(desk, case.ref) if case.order is not None else ():
        if not one.met:
            yield _gap("ready.order.unmet", what=one.name, why=one.why)


def _identity(case: Case) -> _Line:
    check = case.identity
    if check is None:
        return _gap("ready.identity.missing")
    if not case.identified:
        return _gap("ready.identity.failed")
    return message("ready.identity"), check["seq"]


def _review(case: Case) -> _Line:
    open_ = len(case.undecided) + len(case.unsure)
    says = message("ready.review", decided=case.proposed - open_, count=case.proposed)
    if not case.reviewed:
        return (says if case.searched else message("ready.unsearched.round")), None
    return says, _newest_word(case)


def _newest_word(case: Case) -> int:
    """The entry of the newest decision in force; of the search where nothing was to be decided."""
    words = [item.word.seq for item in case.to_review_again() if item.word is not None]
    searches = [one["seq"] for one in case.searches if one["purpose"] == "search"]
    return int(max(words, default=searches[-1]))


def _second(case: Case, roster: Roster) -> Iterator[_Line]:
    if len(roster.keys) == 1:
        yield _gap("ready.second.alone")
        return
    seconds = [item.second for item in case.to_review_again() if item.second is not None]
    if not second_review_asked(case, Standing("", roster, sys.maxsize)):
        if not seconds:
            yield _gap("ready.second.none")
        return
    waiting, disputed = case.second_review(only_same=True)
    if waiting or disputed:
        yield _gap("ready.second.open", count=waiting, disputed=disputed)
    elif seconds:
        yield message("ready.second"), max(one.seq for one in seconds)


def _deletion(case: Case) -> Iterator[_Line]:
    hits = sum(1 for _ in case.hits())
    found = case.read_back
    if case.last_run is None:
        yield from _nothing_deleted(case, hits)
        return
    if found is None or case.unread:
        yield _gap("ready.deletion.unread")
        return
    open_ = len(case.undecided) + len(case.unsure)
    if found["seen"] not in SETTLED:
        yield _gap(f"ready.deletion.{found['seen']}")
    elif case.left:
        yield _gap("ready.deletion.more", count=case.left)
    elif open_:
        yield _gap("ready.deletion.open", count=open_)
    else:
        yield message(f"ready.deletion.{found['seen']}"), found["seq"]
    yield _confirmed(case, found["act"])


def _nothing_deleted(case: Case, hits: int) -> Iterator[_Line]:
    if not hits and case.reviewed:
        yield message("ready.nothing"), _newest_word(case)
    elif not hits:
        yield _gap("ready.nothing.open")
    elif case.right in DELETING_RIGHTS:
        yield _gap("ready.deletion.none")


def _confirmed(case: Case, read_back: str) -> _Line:
    said = [one for round_ in case.rounds for one in round_["validated"] if one["read_back"] == read_back]
    if not said:
        return _gap("ready.confirmed.none")
    if said[-1]["officer"] in case.operators:
        return _gap("ready.confirmed.own")
    return message("ready.confirmed"), said[-1]["seq"]


def _sworn(desk: Desk, case: Case) -> Iterator[_Line]:
    """Asked for in orders; elsewhere only what was sworn is named."""
    valid, newest = sworn_of(desk, case)
    if newest is not None:
        yield message("ready.sworn" if valid is not None else "ready.sworn.old"), newest if valid is not None else None
    elif case.facts and case.facts[-1]["law"] == Law.ORDER.value:
        yield _gap("ready.sworn.none")


def _clock(desk: Desk, ref: str, case: Case) -> _Line:
    entries = [one.seq for one in desk.vault.log.entries(case.id, kinds=[Kind.TIME_ATTESTED])]
    stamps = time_stamps(desk, ref)
    if entries and any(stamp.proves for stamp in stamps):
        return message("ready.clock"), entries[-1]
    return _gap("ready.clock.untrusted" if any(stamp.time for stamp in stamps) else "ready.clock.none")


def _seen(desk: Desk, case: Case) -> Iterator[Claim]:
    """What was seen of the data: nothing of it is said before it was."""
    check, found = case.identity, case.read_back
    if check is not None and case.identified:
        code = "claim.authenticity" if case.is_order else "claim.identity"
        yield _claim(desk, code, Strength.DECLARED, check["seq"])
    if case.last_run is None:
        if case.reviewed and not case.is_order and not any(True for _ in case.hits()):
            yield _claim(desk, "claim.nothing", Strength.DECLARED, _newest_word(case))
        return
    open_ = case.unread or case.left or case.undecided or case.unsure
    open_ = open_ or not all(map(is_known, case.parts.values()))
    whole = found is not None and found["seen"] in SETTLED and not open_
    if whole and found is not None:
        code = f"claim.covered.{found['seen']}" if case.is_order else f"claim.{found['seen']}"
        yield _claim(desk, code, Strength.READ_BACK, found["seq"], message("claim.seen.by"))
    rewritten = [one["outcome"] for one in case.actions if one["kind"] in _REWRITES and one["state"] == _DONE]
    if rewritten:
        yield _claim(desk, "claim.kept", Strength.DECLARED, max(rewritten))
