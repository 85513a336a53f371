"""The log of a case as evidence shows it: entries of the case and of the vault itself, its rounds, who reviewed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from heapq import merge
from operator import attrgetter

from dsr_desk.app.case.plans import outcomes_of, plan_of
from dsr_desk.app.case.searching import REVIEW, PastSearch
from dsr_desk.app.desk import Desk
from dsr_desk.app.proof.items import Round
from dsr_desk.core.acts import Entry, Kind
from dsr_desk.core.case import Case
from dsr_desk.core.findings import Verdict
from dsr_desk.evidence.contents import content as say
from dsr_desk.evidence.contents.many import Stream
from dsr_desk.evidence.signed.log import excerpt
from dsr_desk.evidence.verifying.check_bundle import DISCLOSED, REGULATOR, SHOWN


def journal_of(desk: Desk, case: Case, size: int, checkpoints: Sequence[str]) -> say.JournalExcerpt:
    """The first `size` entries: what is written while a bundle is made belongs to the next one.

    Of the vault's own entries those on officers, policy, keys and epochs are shown, with the officers' names.
    """
    log = desk.vault.log
    named = {desk.vault.officer_key, *(one["officer"] for round_ in case.rounds for one in round_["validated"])}
    own, vault = (log.count(key, size) for key in (case.id, ""))
    leaves = Stream(
        own + vault, lambda: merge(*(_leaves(desk, key, size, named) for key in (case.id, "")), key=attrgetter("index"))
    )
    hashes = Stream(size, lambda: log.leaves(size))
    epoch = log.entry(size - 1).epoch
    return excerpt(f"dsr-desk/{log.vault}", hashes, leaves, own, checkpoints, epoch, log.row_lines)


def rounds_of(desk: Desk, case: Case) -> list[Round]:
    """Every round of which anything was begun, and the present one where it has a plan."""
    names, found = desk.vault.officer_names(), []
    for round_ in case.rounds:
        if round_["plan"] is None or not (round_["actions"] or round_ is case.round):
            continue
        plan = plan_of(desk, case, round_["plan"])
        approvers = dict.fromkeys(names[one["officer"]] for one in round_["approvals"])
        found.append(Round(round_["n"], plan, tuple(outcomes_of(desk, plan, round_["actions"])), tuple(approvers)))
    return found


def confirmed_by(desk: Desk, case: Case) -> str:
    """Names of those who confirmed the newest reading back and carried nothing out; "" where nobody did."""
    newest = case.read_back["act"] if case.read_back is not None else ""
    said = [one for round_ in case.rounds for one in round_["validated"] if one["read_back"] == newest]
    names = desk.vault.officer_names()
    return ", ".join(dict.fromkeys(names[one["officer"]] for one in said if one["officer"] not in case.operators))


def review_of(desk: Desk, case: Case, done: Sequence[PastSearch]) -> say.Review:
    """What officers said of the candidates, and how a second one looked."""
    names = desk.vault.officer_names()
    verdicts: Counter[str] = Counter()
    how: Counter[str] = Counter()
    deciders: set[str] = set()
    second: set[str] = set()
    ways = {one.seq: str(one.act.open["how"]) for one in desk.vault.log.entries(case.id, kinds=[Kind.SECOND_REVIEW])}
    for item in case.to_review_again():
        verdicts[item.verdict] += 1
        words = item.words
        deciders.update(word.officer for word in words if not word.settled)
        second.update(word.officer for word in words if word.settled)
        how["settled"] += words[-1].settled
        if item.second is not None:
            second.add(item.second.officer)
            how[ways[item.second.seq]] += 1
    last = [one.result for one in done if one.kind == REVIEW]
    return say.Review(
        candidates=sum(1 for _ in case.candidates()),
        same=verdicts[Verdict.SAME.value],
        different=verdicts[Verdict.DIFFERENT.value],
        unsure=verdicts[Verdict.UNSURE.value],
        not_reviewed=len(case.undecided),
        down_to_strangers=f"{last[-1].pile.expected_strangers:g}" if last else "",
        deciders=tuple(sorted(names[key] for key in deciders)),
        second_reviewers=tuple(sorted(names[key] for key in second)),
        second_by_packet=how["packet"],
        second_in_program=how["program"],
        settled=how["settled"],
        one_officer=len(desk.vault.roster.keys) == 1 and not second,
    )


def _leaves(desk: Desk, case: str, size: int, named: set[str]) -> Iterator[say.JournalLeaf]:
    for entry, signature, _ in desk.vault.log.stored(case):
        if entry.seq >= size:
            return
        shown = bool(case) or entry.kind.value in SHOWN
        yield say.JournalLeaf(
            entry.seq,
            bool(case),
            entry.envelope,
            bytes(signature),
            entry.act.content if shown else b"",
            tuple(_opened(desk, entry, named)) if shown else (),
            int(entry.act.open["count"]) if case and "root" in entry.act.open else 0,
        )


def _opened(desk: Desk, entry: Entry, named: set[str]) -> Iterator[tuple[str, bytes, str, str]]:
    """Fields that leave the house, and to whom. A requester is told the names of those who seal and confirm."""
    allowed = DISCLOSED.get(entry.kind.value, {})
    for name, (salt, value) in desk.vault.log.salted(entry.seq).items() if allowed else ():
        if name in allowed:
            others = entry.kind is Kind.OFFICER_ADDED and entry.act.open["key"] not in named
            yield name, salt, value, REGULATOR if others else allowed[name]
