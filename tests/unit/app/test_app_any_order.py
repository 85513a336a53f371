"""Three officers do anything in any order, on real storage and real data, with a search that finds what it is told.

Whatever they do: nothing is erased whose newest verdict is not "same", without a verified identity, the right, and the
approvals that the policy asks for, given for what is so at that moment. And what is shown is what the log says.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dsr_desk.app.case import case_lines, cases, deleting, drafts, ending, review, searching
from dsr_desk.app.data import indexing
from dsr_desk.app.desk import Desk
from dsr_desk.app.vault import officers
from dsr_desk.core.acts import Kind
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Candidate, FoundBy, Identifiers, Pile, Reason, ReasonKind, SearchResult, Verdict
from dsr_desk.core.items import DatasetVersion, ItemAddress, ItemKind
from dsr_desk.core.message import message
from dsr_desk.core.policy import Policy
from dsr_desk.core.refusals import Refusal
from dsr_desk.core.requests import CaseState, Law, Right
from dsr_desk.datasets.celled import CelledContainer
from dsr_desk.datasets.container import Doomed, Erased
from dsr_desk.datasets.erasing import stored_digest
from dsr_desk.datasets.registry import reopen
from dsr_desk.jobs.progress import CancelToken, Progress, silent
from dsr_desk.search.index.about import IndexPurpose
from quick_keys import make_keys_quick

PASSPHRASES = {"Ada": "ada's own long words", "Bea": "bea's own long words", "Cem": "cem's own long words"}
ROWS = tuple(f"A-{number},Person {number},p{number}@example.com" for number in range(6))
LETTER = "My name is Wilma Quastenfloss. Under Article 17 GDPR delete my data.\nE-mail: wilma@example.com\n"
TABLE = "data/people.csv"
DELETES = ("erasure", "objection", "withdrawal")


def _world(folder: Path) -> str:
    """A vault with three officers, an index of six records, an open case. Returns the case's reference."""
    data = folder / "data"
    data.mkdir(parents=True)
    (data / "people.csv").write_text("account,name,mail\n" + "\n".join(ROWS) + "\n", encoding="utf-8")
    (folder / "letter.txt").write_text(LETTER, encoding="utf-8")
    desk, _ = Desk.create(folder / "vault", "Org", "Ada", PASSPHRASES["Ada"])
    with desk:
        for name in ("Bea", "Cem"):
            officers.add_officer(desk, name, PASSPHRASES[name])
        version = DatasetVersion("people", "1")
        indexing.build_index(
            desk,
            [data],
            folder / "people",
            version,
            register=IndexPurpose(),
            workers=1,
            report=silent,
            cancel=CancelToken(),
        )
        draft = drafts.correct(
            drafts.understand(folder / "letter.txt", []),
            right=Right.ERASURE,
            law=Law.EU_GDPR,
            received=date(2026, 11, 3),
        )
        view, _ = cases.open_case(desk, draft, without_photo=True, confirmed=True)
        return view.ref


class Naive:
    """What the log says, read from its beginning in the plainest way."""

    def __init__(self, desk: Desk, ref: str) -> None:
        log, case = desk.vault.log, desk.case(ref).id
        words: dict[str, list[tuple[str, str]]] = {}
        """By pseudonym, (verdict, act) in order."""
        self.settled: dict[tuple[str, str], list[str]] = {}
        """By pseudonym and act of a third officer's word, the acts that it settled."""
        second: dict[str, list[str]] = {}
        self.policy = Policy()
        self.right = self.identity = self.identifiers = self.plan = ""
        self.approved: dict[str, dict[str, str]] = {}
        """By officer, the verdicts that were in force when the plan in force was approved."""
        for entry in log.entries():
            said, kind, act = entry.act.open, entry.kind, entry.act.digest
            if kind is Kind.POLICY:
                self.policy = Policy.from_open(said["policy"])
            if entry.case != case:
                continue
            if kind in (Kind.DECIDED, Kind.SETTLED):
                for row in log.rows(entry.seq):
                    if kind is Kind.SETTLED:
                        known = [one for _, one in words[row.item]]
                        self.settled[row.item, act] = [*known, *second.get(row.item, ())]
                    words.setdefault(row.item, []).append((row.word, act))
            elif kind is Kind.SECOND_REVIEW:
                for row in log.rows(entry.seq):
                    second.setdefault(row.item, []).append(act)
            elif kind is Kind.UNDONE:
                words = {item: self._without(item, said_, said["act"]) for item, said_ in words.items()}
                second = {item: [one for one in acts if one != said["act"]] for item, acts in second.items()}
            elif kind in (Kind.PROPOSED, Kind.CONFIRMED):
                self.right, self.identifiers = said["right"], said["identifiers"]
            elif kind is Kind.IDENTITY:
                self.identity = act if said["result"] == "verified" else ""
            elif kind is Kind.PLANNED:
                self.plan, self.approved = said["plan"], {}
            elif kind is Kind.PLAN_WITHDRAWN:
                self.plan, self.approved = "", {}
            elif kind is Kind.APPROVED:
                self.approved[entry.act.officer] = self._now(words)
            self.verdicts = {item: said_[-1][0] for item, said_ in words.items() if said_}
            self.now = self._now(words)

    def _without(self, item: str, said: list[tuple[str, str]], undone: str) -> list[tuple[str, str]]:
        """A third officer's word falls with what it settled."""
        return [one for one in said if undone != one[1] and undone not in self.settled.get((item, one[1]), ())]

    def _now(self, words: dict[str, list[tuple[str, str]]]) -> dict[str, str]:
        """All that an approval rests on, as it is now."""
        found = {item: said[-1][0] for item, said in words.items() if said}
        return {**found, "right": self.right, "identity": self.identity, "identifiers": self.identifiers,
                "policy": str(self.policy)}  # fmt: skip


class AnyOrder(RuleBasedStateMachine):
    template: Path
    live: Path
    ref: str
    acting: AnyOrder | None = None

    def __init__(self) -> None:
        super().__init__()
        shutil.copytree(self.template, self.live)
        self.desk = Desk.open(self.live / "vault", PASSPHRASES["Ada"])
        self.found: list[int] = []
        self.erased: list[str] = []
        self.refused: list[DeskError] = []
        AnyOrder.acting = self

    def teardown(self) -> None:
        AnyOrder.acting = None
        problems = [str(one) for one in self.desk.vault.problems()]
        self.desk.close()
        shutil.rmtree(self.live)
        assert problems == []

    # What the data is

    def there(self) -> list[ItemAddress]:
        """Addresses of the records that lie in the table now."""
        table = reopen("csv", self.live / "data" / "people.csv", TABLE)
        return [ItemAddress("people", table.name, one.member, stored_digest(one)) for one in table.entries()]

    def search_finds(self) -> SearchResult:
        """What the search that stands in for the real one returns: the records that it was told to find."""
        version = next(iter(indexing.list_indexes(self.desk))).dataset_version
        wanted = set(self.found)
        reason = Reason(
            ReasonKind.RECORD,
            1.0,
            message(
                "reason.identifier.same",
                kind=message("identifier.e-mail"),
                where=message("where.column", column="mail"),
            ),
            by=FoundBy.IDENTIFIER,
        )
        candidates = tuple(
            Candidate(address, ItemKind.RECORD, version, "people", (reason,))
            for number, address in enumerate(self.there())
            if number in wanted
        )
        return SearchResult(
            candidates, Pile(10.0, len(candidates)), (), 0, 6, (message("statement.whole"),), indexes=("people",)
        )

    def attempt(self, act: Any, *values: Any, **named: Any) -> bool:
        """Whether it was allowed. Anything else than a clear refusal is a fault."""
        try:
            act(self.desk, self.ref, *values, **named)
        except DeskError as why:
            self.refused.append(why)
            return False
        return True

    def some(self, chosen: Sequence[int]) -> list[str]:
        known = [item.candidate.id for item in review.review_items(self.desk, self.ref)]
        return list(dict.fromkeys(known[number % len(known)] for number in chosen)) if known else []

    # Acts

    @initialize()
    def identified_and_searched(self) -> None:
        self.attempt(cases.record_identity, method="video call", photo_shows_requester="")
        self.found = [0, 1, 2]
        self.attempt(searching.search_case)

    @rule(name=st.sampled_from(sorted(PASSPHRASES)))
    def becomes(self, name: str) -> None:
        self.desk.switch_officer(PASSPHRASES[name])

    @rule(verified=st.booleans())
    def identifies(self, verified: bool) -> None:
        self.attempt(cases.record_identity, method="a call", photo_shows_requester="", verified=verified)

    @rule(right=st.sampled_from([Right.ERASURE, Right.ERASURE, Right.ACCESS]), other=st.booleans())
    def confirms(self, right: Right, other: bool) -> None:
        mail = "wilma@example.org" if other else "wilma@example.com"
        known = Identifiers(names=("Wilma Quastenfloss",), emails=(mail,))
        self.attempt(cases.edit_request, right=right, law=Law.EU_GDPR, received=date(2026, 11, 3), identifiers=known)

    @rule(found=st.lists(st.integers(0, 5), max_size=4))
    def searches(self, found: list[int]) -> None:
        self.found = found
        self.attempt(searching.search_case)

    @rule(chosen=st.lists(st.integers(0, 5), min_size=1, max_size=6), verdict=st.sampled_from(Verdict))
    def decides(self, chosen: list[int], verdict: Verdict) -> None:
        items = self.some(chosen)
        if items:
            self.attempt(review.decide_many, items, verdict)

    @rule(verdict=st.sampled_from([Verdict.SAME, Verdict.SAME, Verdict.DIFFERENT]))
    def decides_on_all_that_is_open(self, verdict: Verdict) -> None:
        items = [one.candidate.id for one in review.review_items(self.desk, self.ref)]
        open_ = [
            one.candidate.id
            for one in review.review_items(self.desk, self.ref)
            if one.decision is None or one.decision.verdict is Verdict.UNSURE
        ]
        if items and open_:
            self.attempt(review.decide_many, open_, verdict)

    @rule()
    def undoes(self) -> None:
        self.attempt(review.undo_last)

    @rule(chosen=st.lists(st.integers(0, 5), min_size=1, max_size=6), verdict=st.sampled_from(Verdict))
    def reviews_a_second_time(self, chosen: list[int], verdict: Verdict) -> None:
        items = self.some(chosen)
        if items:
            self.attempt(review.review_again, items, verdict)

    @rule(chosen=st.lists(st.integers(0, 5), min_size=1, max_size=3), verdict=st.sampled_from(Verdict))
    def settles(self, chosen: list[int], verdict: Verdict) -> None:
        items = self.some(chosen)
        if items:
            self.attempt(review.settle, items, verdict)

    @rule(chosen=st.integers(0, 5), held=st.booleans())
    def treats(self, chosen: int, held: bool) -> None:
        items = self.some([chosen])
        wanted = deleting.WantedTreatment.HOLD if held else deleting.WantedTreatment.ERASE
        if items:
            self.attempt(deleting.treat, items[0], wanted, reason="a claim in court", until="2027-01-01")

    @rule()
    def plans(self) -> None:
        self.attempt(deleting.make_plan)

    @rule()
    def approves(self) -> None:
        self.attempt(deleting.approve)

    @rule()
    def withdraws(self) -> None:
        self.attempt(deleting.withdraw_plan)

    @rule(meanwhile=st.sampled_from(["", "", "impostor", "access"]))
    def runs(self, meanwhile: str) -> None:
        def report(progress: Progress) -> None:
            if progress.done == 1 and meanwhile == "impostor":
                self.attempt(cases.record_identity, method="an impostor", photo_shows_requester="", verified=False)
            elif progress.done == 1 and meanwhile == "access":
                self.confirms(Right.ACCESS, False)

        self.attempt(deleting.run, report=report)

    @rule()
    def reads_back(self) -> None:
        self.attempt(deleting.read_back)

    @rule()
    def validates(self) -> None:
        self.attempt(deleting.confirm_outcome)

    @rule(approvals=st.integers(1, 3), decider=st.booleans(), second=st.booleans())
    def sets_the_policy(self, approvals: int, decider: bool, second: bool) -> None:
        with suppress(DeskError):
            officers.set_policy(self.desk, Policy(approvals, decider, True, True, second))

    @precondition(lambda self: self.erased)
    @rule()
    def something_comes_back(self) -> None:
        file = self.live / "data" / "people.csv"
        there = file.read_text(encoding="utf-8")
        gone = [row for row in ROWS if row not in there]
        if gone:
            file.write_text(there + gone[0] + "\n", encoding="utf-8")
        with suppress(DeskError):
            indexing.refresh_index(self.desk, "people", silent, CancelToken())

    @rule()
    def ends_and_reopens(self) -> None:
        if self.attempt(ending.end_case, CaseState.REFUSED, "no answer"):
            assert not self.attempt(deleting.run)
            self.attempt(ending.reopen_case, "she answered")

    # What must never happen

    def about_to_erase(self, doomed: Collection[Doomed]) -> None:
        naive = Naive(self.desk, self.ref)
        for one in doomed:
            item = ItemAddress("people", TABLE, one.member, one.digest, one.occurrence).id
            assert naive.verdicts.get(self.desk.name(self.ref, item)) == Verdict.SAME.value
            self.erased.append(item)
        assert naive.identity, "erased without a verified identity"
        assert naive.right in DELETES, "erased without the right"
        assert len(naive.approved) >= naive.policy.approvals, "erased without the approvals of the policy"
        assert all(then == naive.now for then in naive.approved.values()), "erased on another basis than was approved"

    @invariant()
    def what_is_shown_is_what_the_log_says(self) -> None:
        naive = Naive(self.desk, self.ref)
        shown = review.review_items(self.desk, self.ref)
        verdicts = {
            self.desk.name(self.ref, one.candidate.id): one.decision.verdict.value for one in shown if one.decision
        }
        assert verdicts == naive.verdicts
        assert cases.show_case(self.desk, self.ref).right.value == naive.right
        (line,) = case_lines.list_cases(self.desk)
        assert line.state is cases.show_case(self.desk, self.ref).state


def _spied_erase(self: CelledContainer, doomed: Collection[Doomed]) -> Erased:
    if AnyOrder.acting is not None:
        AnyOrder.acting.about_to_erase(doomed)
    return _ERASE(self, doomed)


_ERASE = CelledContainer.erase


@pytest.fixture(scope="module", autouse=True)
def _world_made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Paths in a vault are absolute: each run works in the one place where it was made, on a copy."""
    folder = tmp_path_factory.mktemp("any-order")
    with pytest.MonkeyPatch.context() as patch:
        make_keys_quick(patch)
        AnyOrder.live, AnyOrder.template = folder / "live", folder / "template"
        AnyOrder.ref = _world(AnyOrder.live)
        AnyOrder.live.rename(AnyOrder.template)
        patch.setattr(searching, "search", lambda *_, **__: _acting().search_finds())
        patch.setattr(CelledContainer, "erase", _spied_erase)
        yield


def _acting() -> AnyOrder:
    assert AnyOrder.acting is not None
    return AnyOrder.acting


_CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

TestAnyOrder = pytest.mark.slow(AnyOrder.TestCase)
TestAnyOrder.settings = settings(max_examples=4, stateful_step_count=30, suppress_health_check=_CHECKS)


@pytest.mark.long
class TestAnyOrderAtLength(AnyOrder.TestCase):
    settings = settings(max_examples=400, stateful_step_count=80, suppress_health_check=_CHECKS)


def test_the_machine_erases_when_everything_is_as_it_must_be() -> None:
    """The invariant would hold too if nothing were ever erased."""
    machine = AnyOrder()
    try:
        machine.identified_and_searched()
        machine.decides_on_all_that_is_open(Verdict.SAME)
        machine.plans()
        machine.approves()
        machine.runs("")
        assert machine.refused == []
        assert len(machine.erased) == 3
        assert machine.attempt(deleting.read_back)
    finally:
        machine.teardown()


def test_an_impostor_who_is_found_out_during_the_run_stops_it() -> None:
    machine = AnyOrder()
    try:
        machine.identified_and_searched()
        machine.decides_on_all_that_is_open(Verdict.SAME)
        machine.plans()
        machine.approves()
        machine.runs("impostor")
        begun = [one for one in machine.desk.vault.log.entries() if one.kind is Kind.BEGUN]
        assert len(begun) == 1
        with pytest.raises(Refusal):
            deleting.run(machine.desk, machine.ref)
    finally:
        machine.teardown()
