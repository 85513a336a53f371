"""A case as its entries make it: state, counts, decisions, rounds. Pure; nothing here is set, everything is folded.

The fold keeps what is open in the acts. Values of fields are read beside it where a screen needs them. Its whole state
is plain lists, dicts, texts and numbers, so that a snapshot is one JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from dsr_desk.core import case_parts
from dsr_desk.core.acts import Entry, Row
from dsr_desk.core.basis import differences
from dsr_desk.core.case_items import Item
from dsr_desk.core.case_parts import GONE as GONE
from dsr_desk.core.case_parts import SETTLED as SETTLED
from dsr_desk.core.case_parts import left_of as left_of
from dsr_desk.core.case_parts import settled_of as settled_of
from dsr_desk.core.findings import Verdict
from dsr_desk.core.message import Message
from dsr_desk.core.refusals import forbidden
from dsr_desk.core.requests import CaseState, Right
from dsr_desk.core.roster import Roster

DELETING_RIGHTS = (Right.ERASURE, Right.OBJECTION, Right.WITHDRAWAL)
PERSON, SCOPE = "person", "scope"
Rows = Callable[[], Iterable[Row]]
"""The rows of an act, anew each time it is called; their values need not be there."""


def no_rows() -> Iterable[Row]:
    return ()


def new_round(number: int) -> dict[str, Any]:
    return {
        "n": number, "searches": [], "plan": None, "former": [], "approvals": [], "actions": {}, "read_backs": [],
        "validated": [], "parts": {},
    }  # fmt: skip


class Case:
    """State of one case. `after` takes its entries in order; everything else only reads.

    `rounds` are passes of search, review, plan, deletion and reading back; a search after a run begins the next one.
    `parts` of a round are an order's containers as they stood when it began: what ran on them no scope takes back.
    """

    def __init__(self, case: str) -> None:
        self.id = case
        self.ref = ""
        self.head = -1
        """Place of the newest entry in the log."""
        self.leaf = ""
        """Leaf hash (hex) of the newest entry: the next one names it."""
        self.entries = 0
        self.opened: list[Any] = ["", "", -1]
        """When, by whom, and the place of the entry that says what was received."""
        self.channel = ""
        self.about = PERSON
        """What the case is about: a person, or the data that an order names."""
        self.faces = False
        """Whether the case searches faces."""
        self.changed = -1
        """Place of the newest entry that said anything about the case: later evidence has it, earlier lacks it."""
        self.facts: list[dict[str, Any]] = []
        """Versions of what is known of the request, oldest first: the last one counts."""
        self.identities: list[dict[str, Any]] = []
        self.references: list[dict[str, Any]] = []
        self.searches: list[dict[str, Any]] = []
        self.items: dict[str, list[Any]] = {}
        self.undecided: set[str] = set()
        """Candidates of this round without a verdict."""
        self.unsure: set[str] = set()
        self.proposed = 0
        """How many candidates this round's searches proposed, each once."""
        self.links: list[list[str]] = []
        """Links refused: pairs of pseudonyms."""
        self.treatments: dict[str, dict[str, Any]] = {}
        self.dispositions: dict[str, dict[str, list[dict[str, Any]]]] = {}
        """By model: what was decided (`planned`) and what was seen (`observed`), oldest first, undone ones left out.

    `approved` of what was decided is the round in whose plan it was approved first, 0 before.
    """
        self.rounds: list[dict[str, Any]] = [new_round(1)]
        self.asked: dict[str, dict[str, Any]] = {}
        """Tasks of others by action: when asked first, when to ask again, how often reminded."""
        self.handed_over: list[dict[str, Any]] = []
        self.stated: dict[str, dict[str, Any]] = {}
        """By law and field of what documents must hold, what an officer stated last."""
        self.sweeps: list[dict[str, Any]] = []
        self.strays: dict[str, dict[str, Any]] = {}
        """What sweeps found, by pseudonym of place and content: how, when last, when gone, how it is explained."""
        self.sealed: list[dict[str, Any]] = []
        self.answered = ""  # the day (ISO)
        self.ends: list[dict[str, Any]] = []
        """Endings and reopenings, oldest first."""
        self.forgotten: list[dict[str, Any]] = []
        self.undoable: list[list[Any]] = []
        """Decisions that can be undone, oldest first: act digest and kind."""
        self._said: dict[str, list[str]] | None = None  # items by the act that said something of them, once asked for
        self.taken: list[str] = []
        """Acts (digests) that were signed elsewhere: each counts once."""
        self.forbidden: list[list[Any]] = []
        self._decisions: tuple[int, str] = (-1, "")
        self.words = 0
        """Counts whatever changes a verdict."""
        self.orders: list[dict[str, Any]] = []
        """Versions of what the order says, oldest first: the last one counts."""
        self.scopes: list[dict[str, Any]] = []
        self.parts: dict[str, dict[str, Any]] = {}
        """By container (pseudonym), what the newest scope has of it and what was seen of that since; what an earlier
    round ran on stays. `before` and `gone` are how many items earlier rounds left of it and took away."""
        self.samples: list[dict[str, Any]] = []
        self.met: dict[str, dict[str, Any]] = {}
        """By obligation, what a named person said of it last."""

    # What it is

    @property
    def round(self) -> dict[str, Any]:
        return self.rounds[-1]

    @property
    def number(self) -> int:
        return int(self.round["n"])

    @property
    def is_order(self) -> bool:
        return self.about == SCOPE

    @property
    def order(self) -> dict[str, Any] | None:
        """What the order says, in force."""
        return self.orders[-1] if self.orders else None

    @property
    def scope(self) -> dict[str, Any] | None:
        """What of the data the order is about, resolved last."""
        return self.scopes[-1] if self.scopes else None

    @property
    def scoped_by(self) -> set[str]:
        """Officers (keys) who said what the order covers, or what of its samples fits."""
        return case_parts.officers_of(self.scope, self.samples)

    @property
    def samples_open(self) -> dict[str, int]:
        """How many drawn items of the newest scope wait for a word, and how many do not fit."""
        return case_parts.open_in(case_parts.of_scope(self.scope, self.samples))

    @property
    def sampled(self) -> bool:
        """Whether officers looked at samples of the newest scope, and of what stays beside it, and all fitted."""
        return self.scope is not None and case_parts.all_fit(self.scope, self.samples)

    @property
    def right(self) -> Right:
        return Right(self.facts[-1]["right"]) if self.facts else Right.UNKNOWN

    @property
    def identity(self) -> dict[str, Any] | None:
        return self.identities[-1] if self.identities else None

    @property
    def identified(self) -> bool:
        """Whether an identity check is in force that allows what this case searches for."""
        check = self.identity
        return check is not None and check["result"] == "verified" and (check["photo"] or not self.faces)

    @property
    def ended(self) -> dict[str, Any] | None:
        """How the case ended; None while it is open."""
        return self.ends[-1] if self.ends and self.ends[-1]["state"] else None

    @property
    def is_forgotten(self) -> bool:
        """Whether all that the case held was destroyed."""
        return any(one["what"] == "case" for one in self.forgotten)

    @property
    def plan(self) -> dict[str, Any] | None:
        """The plan in force of this round."""
        found: dict[str, Any] | None = self.round["plan"]
        return found

    @property
    def begun(self) -> bool:
        """Whether anything of this round's plan was begun or answered."""
        return bool(self.round["actions"])

    @property
    def last_run(self) -> dict[str, Any] | None:
        """The newest round in which anything was begun or answered."""
        return next((one for one in reversed(self.rounds) if one["actions"]), None)

    def round_of(self, plan: str) -> dict[str, Any] | None:
        """The round to which a plan (digest) belongs, whether it is in force or not."""
        for round_ in self.rounds:
            plans = [*round_["former"], *([round_["plan"]] if round_["plan"] else [])]
            if any(one["plan"] == plan for one in plans):
                return round_
        return None

    def action(self, action: str) -> dict[str, Any] | None:
        """An action of any round, as far as it has come; ids are unique in a case."""
        return next((one["actions"][action] for one in self.rounds if action in one["actions"]), None)

    @property
    def read(self) -> bool:
        """Whether this round was read back after its last outcome."""
        reads = self.round["read_backs"]
        return bool(reads) and reads[-1]["seq"] > max(
            (one["last"] for one in self.round["actions"].values()), default=-1
        )

    @property
    def searched(self) -> bool:
        """Whether this round was searched."""
        return bool(self.round["searches"])

    @property
    def reviewed(self) -> bool:
        """Every candidate of this round has a verdict, and none is unsure; of an order, that its samples fitted."""
        if self.is_order:
            return self.searched and self.sampled
        return self.searched and not self.undecided and not self.unsure

    @property
    def approvers(self) -> list[str]:
        """Officers (keys) whose approvals of the plan in force stand, in order."""
        return list(dict.fromkeys(one["officer"] for one in self.round["approvals"]))

    @property
    def operators(self) -> set[str]:
        """Officers who ran anything here, in any round."""
        return {key for one in self.actions for key in one["operators"]}

    @property
    def to_ask(self) -> list[str]:
        """Days (ISO) on which to ask again for tasks that others were asked for and that still wait."""
        waiting = ((one["again"], self.action(action)) for action, one in self.asked.items())
        return sorted(again for again, known in waiting if known is not None and known["state"] == "waiting")

    @property
    def read_back(self) -> dict[str, Any] | None:
        """The newest reading back of the newest round that has one."""
        return next((one["read_backs"][-1] for one in reversed(self.rounds) if one["read_backs"]), None)

    @property
    def actions(self) -> Iterator[dict[str, Any]]:
        """All actions that were begun or answered, of every round."""
        return (one for round_ in self.rounds for one in round_["actions"].values())

    @property
    def unread(self) -> int:
        """How many actions of any round ended or were begun after the newest reading back."""
        newest = self.read_back
        return sum(1 for one in self.actions if newest is None or one["last"] > newest["seq"])

    def item(self, key: str) -> Item | None:
        found = self.items.get(key)
        return Item(key, found) if found is not None else None

    def candidates(self) -> Iterator[Item]:
        """Candidates of this round and everything that was ever decided, in the order in which they were proposed."""
        return (Item(key, one) for key, one in self.items.items() if one[2] == self.number or one[3])

    def hits(self) -> Iterator[Item]:
        """What was ever decided to be the same person, gone or not."""
        return (Item(key, one) for key, one in self.items.items() if one[3] and one[3][-1][0] == Verdict.SAME.value)

    @property
    def left(self) -> int:
        """How many hits were not read back as gone, masked or held since proposed; of an order, how many items."""
        if self.is_order:
            return sum(left_of(one) for one in self.parts.values())
        return sum(1 for hit in self.hits() if hit.seen not in SETTLED)

    def due(self) -> Iterator[Item]:
        """Hits that a plan is about: of this round, or still there when last looked at. What waits elsewhere, waits."""
        for hit in self.hits():
            if hit.seen not in GONE and (hit.round == self.number or hit.seen in ("", "still_there")):
                yield hit

    def to_review_again(self) -> Iterator[Item]:
        """Decisions that a second officer may still be asked about."""
        return (Item(key, one) for key, one in self.items.items() if one[3])

    def second_review(self, *, only_same: bool) -> tuple[int, int]:
        """How many decisions wait for a second officer, and on how many two disagree."""
        open_ = disputed = 0
        for item in self.hits() if only_same else self.to_review_again():
            if item.disputed:
                disputed += 1
            elif not item.agreed:
                open_ += 1
        return open_, disputed

    def decisions_digest(self, digest: Callable[[Any], str]) -> str:
        """Digest over all verdicts in force; computed anew only after one has changed."""
        if self._decisions[0] != self.words:
            said = sorted([key, one[3][-1][0]] for key, one in self.items.items() if one[3])
            self._decisions = (self.words, digest(said))
        return self._decisions[1]

    def said_in(self, act: str) -> list[tuple[str, list[Any]]]:
        """Items of which an act (digest) said something."""
        if self._said is None:
            self._said = {}
            for key, item in self.items.items():
                for word in (*item[3], *item[4]):
                    self.note(word[2], key)
        return [(key, self.items[key]) for key in self._said.get(act, ())]

    def note(self, act: str, key: str) -> None:
        if self._said is not None:
            self._said.setdefault(act, []).append(key)

    def cannot_undo(self, act: str) -> None:
        """What was taken back: mostly the newest."""
        at = next((n for n in reversed(range(len(self.undoable))) if self.undoable[n][0] == act), len(self.undoable))
        del self.undoable[at : at + 1]

    def decided_since(self, seq: int) -> int:
        """How many items got another word after this entry."""
        return sum(1 for one in self.items.values() if one[3] and one[3][-1][3] > seq)

    def state(self, roster: Roster) -> CaseState:
        """Where the case stands."""
        if self.ended is not None:
            return CaseState(self.ended["state"])
        if self.begun:
            return CaseState.READ_BACK if self.read else CaseState.DELETED
        if self.plan is not None:
            return CaseState.APPROVED if self.approved(roster) else CaseState.PLANNED
        if self.searched:
            return CaseState.REVIEWED if self.reviewed else CaseState.SEARCHED
        return CaseState.IDENTIFIED if self.identified else CaseState.NEW

    def approved(self, roster: Roster) -> bool:
        """Whether enough present officers stand behind the plan in force, and the case is as it was planned with."""
        have = sum(1 for key in self.approvers if roster.active(key))
        return have >= max(1, roster.policy.approvals) and not differences(self, roster.policy, self.plan_indexes)

    @property
    def plan_indexes(self) -> dict[str, int]:
        """Generations of the indexes that the plan in force rests on, what its own outcomes changed among them."""
        return dict(self.plan["indexes"]) if self.plan is not None else {}

    # How it comes about

    def place(self, entry: Entry) -> None:
        """Takes an entry's place in the chain, whatever it says."""
        self.head, self.leaf = entry.seq, entry.leaf.hex()
        self.entries += 1
        if entry.signed_elsewhere:
            self.taken.append(entry.act.digest)

    def forbid(self, entry: Entry, refused: Message) -> Message:
        """Notes an entry that was validly signed and is forbidden: a finding, not a state."""
        self.place(entry)
        self.forbidden.append([entry.seq, entry.act.kind.value, refused.code])
        return self.findings[-1]

    @property
    def findings(self) -> list[Message]:
        """Entries that were validly signed and are forbidden."""
        return [forbidden(*one) for one in self.forbidden]

    def dump(self) -> str:
        """The state as one JSON text."""
        plain = {name: getattr(self, name) for name in _SAVED}
        plain["items"] = list(self.items.items())  # in their order
        plain["undecided"], plain["unsure"] = sorted(self.undecided), sorted(self.unsure)
        return json.dumps(plain, separators=(",", ":"), sort_keys=True)

    @classmethod
    def load(cls, text: str) -> Case:
        """Raises ValueError where this is no state of a case."""
        try:
            plain = json.loads(text)
            case = cls(plain["id"])
            for name in _SAVED:
                setattr(case, name, plain[name])
            case.items = dict(plain["items"])
            case.undecided, case.unsure = set(plain["undecided"]), set(plain["unsure"])
        except (KeyError, TypeError) as error:
            raise ValueError("this is no state of a case") from error
        return case


_SAVED = (
    "id", "ref", "head", "leaf", "entries", "opened", "channel", "faces", "changed", "proposed", "facts", "identities",
    "references", "searches", "items", "links", "treatments", "dispositions", "rounds", "asked", "handed_over",
    "stated", "sealed", "ends", "forgotten", "undoable", "taken", "words", "forbidden", "about", "orders", "scopes",
    "parts", "samples", "met", "sweeps", "strays", "answered",
)  # fmt: skip
