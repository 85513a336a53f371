"""Situations of a case by records, each told by acts without any data behind it, and what its steps are then."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dsr_desk.app.case import cases, drafts, ending
from dsr_desk.app.desk import Desk
from dsr_desk.app.models import lineage as models
from dsr_desk.core import codec
from dsr_desk.core.acts import Draft, Kind, Row
from dsr_desk.core.basis import basis_of, parts_of
from dsr_desk.core.canonical import digest_of
from dsr_desk.core.findings import Candidate, Identifiers, Reason, ReasonKind
from dsr_desk.core.items import ItemAddress, ItemKind
from dsr_desk.core.lineage import DispositionKind
from dsr_desk.core.message import message
from dsr_desk.core.policy import Policy
from dsr_desk.core.requests import CaseState, Channel, Found, FoundKind, Law, Request, Right
from dsr_desk.intake.voices import LETTER

DAY = date(2026, 11, 5)
SECOND = "the passphrase of somebody else"


def candidate(number: int) -> Candidate:
    address = ItemAddress("people@1", "people.csv", "", digest_of(number))
    reason = Reason(ReasonKind.RECORD, 1.0, message("reason.name", columns=("name",)))
    return Candidate(address, ItemKind.RECORD, "people@1", "people", (reason,))


@dataclass
class Story:
    """A case by records, taken from act to act without any data behind it."""

    desk: Desk
    folder: Path
    ref: str = ""

    def open(self, right: Right = Right.ERASURE, *, confirmed: bool = True) -> None:
        found = (
            Found(FoundKind.RIGHT, right.value, message("where.line", place=LETTER, line=1)),
            Found(FoundKind.NAME, "Jo Doe", message("where.line", place=LETTER, line=2)),
        )
        read = Request(Channel.TEXT, found, right=right, law=Law.EU_GDPR, received=DAY)
        view, _ = cases.open_case(
            self.desk, drafts.RequestDraft(read, read, b"", (), ()), without_photo=True, confirmed=confirmed
        )
        self.ref = view.ref

    def identify(self, verified: bool = True) -> None:
        cases.record_identity(self.desk, self.ref, method="call", photo_shows_requester="", verified=verified)

    def edit(self, right: Right = Right.ERASURE, *names: str) -> None:
        found = Identifiers(names=names or ("Jo Doe",))
        cases.edit_request(self.desk, self.ref, right=right, law=Law.EU_GDPR, received=DAY, identifiers=found)

    def key(self, number: int) -> str:
        return self.desk.name(self.ref, candidate(number).id)

    @property
    def indexes(self) -> dict[str, int]:
        return {self.desk.name(self.ref, "index"): 1}

    def search(self, *numbers: int, complete: bool = True) -> None:
        said = {
            "purpose": "search",
            "complete": complete,
            "expected": "10",
            "facts": self.desk.case(self.ref).facts[-1]["act"],
            "references": [],
            "indexes": self.indexes,
        }
        rows = [
            Row(self.key(one), "record", {"id": candidate(one).id, "candidate": codec.plain(candidate(one))})
            for one in numbers
        ]
        self.desk.act(Draft(Kind.SEARCHED, said, {}, rows), self.ref)

    def decide(self, verdict: str, *numbers: int, kind: Kind = Kind.DECIDED) -> None:
        rows = [
            Row(
                self.key(one),
                verdict,
                {
                    "id": candidate(one).id,
                    "reason": "",
                    "crop": None,
                    "address": codec.plain(candidate(one).address),
                    "face": None,
                },
            )
            for one in numbers
        ]
        how = {"how": "program"} if kind is Kind.SECOND_REVIEW else {}
        self.desk.act(Draft(kind, how, {}, rows), self.ref)

    def reviewed(self) -> None:
        self.open()
        self.identify()
        self.search(1, 2)
        self.decide("same", 1)
        self.decide("different", 2)
        self.search(1, 2)  # with the confirmed one, which brings nothing new

    def lineage(self, dataset: str = "people", *models_: str) -> None:
        edges = [
            {
                "from": {"kind": "dataset", "name": dataset, "version": "1"},
                "to": {"kind": "model", "name": name, "version": "1"},
                "role": "train",
            }
            for name in models_
        ]
        path = self.folder / f"lineage-{dataset}-{len(models_)}.json"
        path.write_text(json.dumps({"dsr-desk-lineage": 1, "edges": edges}), encoding="utf-8")
        models.import_lineage(self.desk, [path])

    def dispose(self, *names: str) -> None:
        for name in names:
            models.plan_disposition(
                self.desk, self.ref, f"{name}@1", DispositionKind.RETRAINED, responsible="Head of models"
            )

    @property
    def plan_(self) -> str:
        return digest_of(["plan", self.desk.case(self.ref).number])

    def plan(self, actions: int = 1) -> None:
        case = self.desk.case(self.ref)
        parts = parts_of(case, self.desk.vault.policy)
        said = {"plan": self.plan_, "parts": parts, "indexes": self.indexes, "actions": actions}
        rows = [Row(hit.key, "erase") for hit in case.due()]
        self.desk.act(Draft(Kind.PLANNED, said, {}, rows, basis_of(parts, self.indexes)), self.ref)

    def _on_plan(self, act: Kind, **said: object) -> None:
        basis = (self.desk.case(self.ref).plan or {"basis": ""})["basis"]
        self.desk.act(Draft(act, {"plan": self.plan_, "indexes": self.indexes, **said}, {}, None, basis), self.ref)

    def approve(self) -> None:
        self._on_plan(Kind.APPROVED)

    def approved(self, actions: int = 1) -> None:
        self.reviewed()
        self.plan(actions)
        self.approve()

    def begin(self, action: str = "a") -> None:
        self._on_plan(Kind.BEGUN, action=f"{action}{self.desk.case(self.ref).number}", kind="erase-rows")

    def outcome(self, action: str = "a", state: str = "done") -> None:
        said = {
            "plan": self.plan_, "action": f"{action}{self.desk.case(self.ref).number}", "kind": "erase-rows",
            "state": state, "by": "here", "seen": {}, "indexes": {},
        }  # fmt: skip
        self.desk.act(Draft(Kind.OUTCOME, said), self.ref)

    def run(self) -> None:
        self.approved()
        self.begin()
        self.outcome()

    def read_back(self, seen: str, *numbers: int) -> None:
        rows = [Row(self.key(one), seen) for one in numbers]
        said = {"plan": self.plan_, "seen": seen, "items": {seen: len(rows)}, "indexes": {}}
        self.desk.act(Draft(Kind.READ_BACK, said, {}, rows), self.ref)

    def seal(self) -> None:
        self.desk.act(Draft(Kind.SEALED, {"edition": "requester", "bundle": "b", "evidence": "e"}), self.ref)

    def end(self) -> None:
        ending.end_case(self.desk, self.ref, CaseState.CLOSED, "the rest is not ours")

    def reopen(self) -> None:
        ending.reopen_case(self.desk, self.ref, "a copy was found")

    def two_officers(self, **policy: bool) -> None:
        self.desk.vault.add_officer("Bob", SECOND)
        with self.desk.vault.transaction():
            self.desk.act(Draft(Kind.POLICY, {"policy": Policy(**policy).as_open(), "proposal": ""}))

    def as_second(self) -> None:
        self.desk.switch_officer(SECOND)


@dataclass(frozen=True)
class Situation:
    """How a case got there and what its six steps are then: ✓ done, … begun, nothing for open, and the code."""

    told: Callable[[Story], object]
    expected: str


def tell(*parts: str | tuple[object, ...]) -> Callable[[Story], None]:
    """Methods of the story in turn, a tuple with arguments."""

    def told(story: Story) -> None:
        for part in parts:
            name, *arguments = part if isinstance(part, tuple) else (part,)
            getattr(story, str(name))(*arguments)

    return told


def unconfirmed(story: Story) -> None:
    story.open(confirmed=False)
    story.identify()


def corrected_after_nobody_confirmed(story: Story) -> None:
    unconfirmed(story)
    story.edit(Right.ERASURE, "Jo Doe", "J. Doe")


def incomplete(story: Story) -> None:
    story.open()
    story.identify()
    story.search(1, complete=False)


def second_review(story: Story) -> None:
    story.two_officers(second_review_erasure=True)
    story.reviewed()


def second_review_given(story: Story) -> None:
    second_review(story)
    story.as_second()
    story.decide("same", 1, kind=Kind.SECOND_REVIEW)


REVIEWED = "✓request.done ✓search.done ✓review.decided"
NO_LINEAGE = f"{REVIEWED} models.no-lineage"

SITUATIONS = {
    "just opened": Situation(
        tell("open"),
        "…request.unchecked search.waits review.waits models.waits deletion.waits evidence.waits",
    ),
    "identity check failed": Situation(
        tell("open", ("identify", False)),
        "…request.failed search.waits review.waits models.waits deletion.waits evidence.waits",
    ),
    "right not known": Situation(
        tell(("open", Right.UNKNOWN), "identify"),
        "…request.right search.open review.waits models.waits deletion.not-asked evidence.waits",
    ),
    "read and confirmed by nobody": Situation(
        unconfirmed,
        "…request.unconfirmed search.open review.waits models.waits deletion.waits evidence.waits",
    ),
    "confirmed by correcting it": Situation(
        corrected_after_nobody_confirmed,
        "✓request.done search.open review.waits models.waits deletion.waits evidence.waits",
    ),
    "nothing searched": Situation(
        tell("open", "identify"),
        "✓request.done search.open review.waits models.waits deletion.waits evidence.waits",
    ),
    "searched in part": Situation(
        incomplete,
        "✓request.done …search.partly review.decided models.waits deletion.waits evidence.waits",
    ),
    "searched, nothing decided": Situation(
        tell("open", "identify", ("search", 1, 2)),
        "✓request.done ✓search.done review.decided models.waits deletion.waits evidence.waits",
    ),
    "partly decided": Situation(
        tell("open", "identify", ("search", 1, 2), ("decide", "same", 1)),
        "✓request.done ✓search.done …review.decided models.waits deletion.waits evidence.waits",
    ),
    "unsure": Situation(
        tell("open", "identify", ("search", 1, 2), ("decide", "same", 1), ("decide", "unsure", 2)),
        "✓request.done ✓search.done …review.unsure models.waits deletion.waits evidence.waits",
    ),
    "a hit confirmed and not searched with": Situation(
        tell("open", "identify", ("search", 1, 2), ("decide", "same", 1), ("decide", "different", 2)),
        "✓request.done …search.confirmed ✓review.decided models.no-lineage deletion.open evidence.waits",
    ),
    "a hit confirmed, searched with, and taken back": Situation(
        tell("reviewed", ("decide", "different", 1)),
        f"{NO_LINEAGE} deletion.nothing evidence.ready",
    ),
    "identity withdrawn after the search": Situation(
        tell("reviewed", ("identify", False)),
        "…request.failed ✓search.done ✓review.decided models.no-lineage deletion.open evidence.waits",
    ),
    "identifiers added after the search": Situation(
        tell("reviewed", ("edit", Right.ERASURE, "Jo Doe", "Jo Smith")),
        "✓request.done …search.changed ✓review.decided models.no-lineage deletion.open evidence.waits",
    ),
    "nothing found": Situation(
        tell("open", "identify", "search"),
        f"{NO_LINEAGE} deletion.nothing evidence.ready",
    ),
    "nobody is the person": Situation(
        tell("open", "identify", ("search", 1), ("decide", "different", 1)),
        f"{NO_LINEAGE} deletion.nothing evidence.ready",
    ),
    "second review missing": Situation(
        second_review,
        "✓request.done ✓search.done …review.second models.no-lineage deletion.open evidence.waits",
    ),
    "second review given": Situation(second_review_given, f"{NO_LINEAGE} deletion.open evidence.waits"),
    "access, reviewed": Situation(
        tell("reviewed", ("edit", Right.ACCESS)),
        f"{NO_LINEAGE} deletion.not-asked evidence.ready",
    ),
    "no lineage": Situation(tell("reviewed"), f"{NO_LINEAGE} deletion.open evidence.waits"),
    "lineage of other data": Situation(
        tell("reviewed", ("lineage", "animals", "m")),
        f"{REVIEWED} …models.unknown deletion.open evidence.waits",
    ),
    "no model affected": Situation(
        tell("open", "identify", ("search", 1), ("decide", "different", 1), ("lineage", "people", "m")),
        f"{REVIEWED} ✓models.none deletion.nothing evidence.ready",
    ),
    "models undecided": Situation(
        tell("reviewed", ("lineage", "people", "m", "n")),
        f"{REVIEWED} …models.undecided deletion.open evidence.waits",
    ),
    "models partly decided": Situation(
        tell("reviewed", ("lineage", "people", "m", "n"), ("dispose", "m")),
        f"{REVIEWED} …models.undecided deletion.open evidence.waits",
    ),
    "models decided": Situation(
        tell("reviewed", ("lineage", "people", "m", "n"), ("dispose", "m", "n")),
        f"{REVIEWED} ✓models.decided deletion.open evidence.waits",
    ),
    "models decided before the review ended": Situation(
        tell("reviewed", ("lineage", "people", "m"), ("dispose", "m"), ("search", 1, 2, 3)),
        "✓request.done ✓search.done …review.decided models.waits deletion.waits evidence.waits",
    ),
    "planned": Situation(tell("reviewed", "plan"), f"{NO_LINEAGE} …deletion.planned evidence.waits"),
    "planned, then changed": Situation(
        tell("reviewed", "plan", ("decide", "different", 1)),
        f"{NO_LINEAGE} …deletion.changed evidence.waits",
    ),
    "approved": Situation(tell("approved"), f"{NO_LINEAGE} …deletion.approved evidence.waits"),
    "approved, then the right changed": Situation(
        tell("approved", ("edit", Right.ACCESS)),
        f"{NO_LINEAGE} …deletion.changed evidence.waits",
    ),
    "half run": Situation(
        tell(("approved", 2), "begin", "outcome"),
        f"{NO_LINEAGE} …deletion.half evidence.waits",
    ),
    "an action begun and not ended": Situation(
        tell("approved", "begin"),
        f"{NO_LINEAGE} …deletion.half evidence.waits",
    ),
    "run": Situation(tell("run"), f"{NO_LINEAGE} …deletion.run evidence.waits"),
    "read back with something left": Situation(
        tell("run", ("read_back", "still_there", 1)),
        f"{NO_LINEAGE} …deletion.still_there evidence.waits",
    ),
    "not everything could be looked at": Situation(
        tell("run", ("read_back", "not_looked", 1)),
        f"{NO_LINEAGE} …deletion.not_looked evidence.waits",
    ),
    "read back clean, an action waits": Situation(
        tell(
            ("approved", 2), "begin", "outcome", ("begin", "b"), ("outcome", "b", "waiting"), ("read_back", "gone", 1)
        ),
        f"{NO_LINEAGE} …deletion.unfinished evidence.waits",
    ),
    "read back clean, an action not begun": Situation(
        tell(("approved", 2), "begin", "outcome", ("read_back", "gone", 1)),
        f"{NO_LINEAGE} …deletion.unfinished evidence.waits",
    ),
    "read back clean": Situation(
        tell("run", ("read_back", "gone", 1)),
        f"{NO_LINEAGE} ✓deletion.gone evidence.ready",
    ),
    "read back masked": Situation(
        tell("run", ("read_back", "masked", 1)),
        f"{NO_LINEAGE} ✓deletion.masked evidence.ready",
    ),
    "read back held": Situation(
        tell("run", ("read_back", "held", 1)),
        f"{NO_LINEAGE} ✓deletion.held evidence.ready",
    ),
    "read back clean, then another one decided": Situation(
        tell("run", ("read_back", "gone", 1), ("decide", "same", 2)),
        f"{NO_LINEAGE} …deletion.more evidence.waits",
    ),
    "sealed": Situation(
        tell("run", ("read_back", "gone", 1), "seal"),
        f"{NO_LINEAGE} ✓deletion.gone ✓evidence.sealed",
    ),
    "sealed, then something was said": Situation(
        tell("run", ("read_back", "gone", 1), "seal", ("edit", Right.ERASURE)),
        f"{NO_LINEAGE} ✓deletion.gone …evidence.outdated",
    ),
    "sealed before the deletion": Situation(
        tell("reviewed", "seal"),
        f"{NO_LINEAGE} deletion.open ✓evidence.sealed",
    ),
    "ended without anything": Situation(
        tell("open", "end"),
        "…request.unchecked search.waits review.waits models.waits deletion.waits evidence.waits",
    ),
    "sealed and ended": Situation(
        tell("run", ("read_back", "gone", 1), "seal", "end"),
        f"{NO_LINEAGE} ✓deletion.gone ✓evidence.sealed",
    ),
    "reopened": Situation(
        tell("run", ("read_back", "gone", 1), "seal", "end", "reopen"),
        f"{NO_LINEAGE} ✓deletion.gone ✓evidence.sealed",
    ),
    "second round, searched": Situation(
        tell("run", ("read_back", "still_there", 1), ("search", 1, 3)),
        "✓request.done ✓search.done …review.decided models.waits deletion.waits evidence.waits",
    ),
    "second round, nothing left": Situation(
        tell("run", ("read_back", "gone", 1), "search"),
        f"{NO_LINEAGE} ✓deletion.gone evidence.ready",
    ),
    "second round, something new": Situation(
        tell("run", ("read_back", "gone", 1), ("search", 3), ("decide", "same", 3), ("search", 3)),
        f"{NO_LINEAGE} deletion.open evidence.waits",
    ),
    "second round, not found again and never gone": Situation(
        tell("run", ("read_back", "still_there", 1), "search"),
        f"{NO_LINEAGE} deletion.open evidence.waits",
    ),
    "second round, read back clean": Situation(
        tell(
            "run",
            ("read_back", "still_there", 1),
            ("search", 1),
            "plan",
            "approve",
            "begin",
            "outcome",
            ("read_back", "gone", 1),
        ),
        f"{NO_LINEAGE} ✓deletion.gone evidence.ready",
    ),
}
