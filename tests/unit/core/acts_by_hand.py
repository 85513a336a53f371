"""A case from entries made by hand: three officers on a roster, acts one after the other, nothing stored or signed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dsr_desk.core import rules
from dsr_desk.core.acts import Act, Draft, Entry, Kind, Row, row_leaf, rows_head
from dsr_desk.core.basis import basis_of, parts_of
from dsr_desk.core.case import Case
from dsr_desk.core.case_items import Item
from dsr_desk.core.guards import Standing
from dsr_desk.core.message import Message
from dsr_desk.core.policy import Policy
from dsr_desk.core.roster import Roster
from dsr_desk.core.sampling import drawn

ANN, BEN, CLEO, DEE = (letter * 64 for letter in "abcd")
"""Officers by key; DEE comes later."""
PLAN = "5" * 64
OTHER_PLAN = "6" * 64
SEED = "7" * 64
FITS = {"scope": "belongs", "rest": "not"}


Part = tuple[str, str, int, int, int, int, int]
"""A container of a scope: name, how far, items, bytes, items in all, places that were not read, items not known."""
Parts = Mapping[str, Mapping[str, int]]


def as_rows(said: Mapping[str, str] | Iterable[tuple[str, str]]) -> list[Row]:
    """Rows of items and words, without values."""
    return [Row(item, word) for item, word in dict(said).items()]


class World:
    """Folds what is done; `roster`, `case` and the next place `seq` are for the test to look at."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.roster, self.case, self.seq = Roster(), Case("c1"), 0
        self.indexes: dict[str, int] = {"i1": 1}
        self.last: Entry | None = None
        self.log: list[tuple[Entry, list[Row]]] = []
        """All entries with their rows, forbidden ones too."""
        for officer in (ANN, BEN, CLEO):
            self.add_officer(officer)
        if policy is not None:
            self.policy(policy)

    # Acts

    def entry(
        self, kind: Kind, open_: Mapping[str, Any], officer: str, case: str, basis: str = "", *, elsewhere: bool = False
    ) -> Entry:
        """The next entry of the log; `elsewhere`: its officer signed the act for itself, and Ann writes it."""
        time = f"2026-11-{1 + self.seq // 1440:02}T{self.seq // 60 % 24:02}:{self.seq % 60:02}:00Z"
        act = Act(kind, "v", case, officer, time, f"{self.seq:032x}", basis, dict(open_), {})
        signatures = {officer: "00"} if elsewhere else {}
        before = self.case.leaf if case else ""
        return Entry(self.seq, 1, act, before, self.roster.leaf, ANN if elsewhere else officer, signatures)

    def on_vault(self, kind: Kind, open_: Mapping[str, Any], officer: str = ANN) -> None:
        entry = self.entry(kind, open_, officer, "")
        if kind is Kind.OFFICER_ADDED:
            entry = Entry(entry.seq, 1, entry.act, "", entry.vault_before, officer, {str(open_["key"]): "00"})
        refused = self.roster.after(entry)
        assert refused is None, refused
        self.log.append((entry, []))
        self.seq += 1

    def add_officer(self, key: str) -> None:
        said = {"key": key, "slot": key[:4], "recovery": "e" * 64, "recovered": False, "proposal": ""}
        self.on_vault(Kind.OFFICER_ADDED, said, ANN if self.roster.officers else key)

    def remove_officer(self, key: str, by: str = ANN) -> None:
        self.on_vault(Kind.OFFICER_REMOVED, {"key": key}, by)

    def policy(self, policy: Policy) -> None:
        self.on_vault(Kind.POLICY, {"policy": policy.as_open(), "proposal": ""})

    def fold(
        self,
        kind: Kind,
        open_: Mapping[str, Any] | None = None,
        *,
        by: str = ANN,
        rows: list[Row] | None = None,
        basis: str = "",
        elsewhere: bool = False,
    ) -> Message | None:
        """Writes an act whether it is allowed or not, and returns what forbids it."""
        said = dict(open_ or {})
        if rows is not None:
            said |= rows_head(row_leaf(row.item, row.word, "") for row in rows)
        self.last = self.entry(kind, said, by, self.case.id, basis, elsewhere=elsewhere)
        self.seq += 1
        self.log.append((self.last, rows or []))
        return rules.after(self.case, self.last, self.roster, lambda: rows or ())

    def do(self, kind: Kind, open_: Mapping[str, Any] | None = None, **more: Any) -> str:
        """An act that is allowed; returns its digest."""
        refused = self.fold(kind, open_, **more)
        assert refused is None, refused
        assert self.last is not None
        return self.last.act.digest

    def refusal(
        self,
        kind: Kind,
        open_: Mapping[str, Any] | None = None,
        *,
        by: str = ANN,
        rows: list[Row] | None = None,
        basis: str = "",
    ) -> str:
        """Code of what forbids an act now, "" where it is allowed; nothing is folded."""
        draft = Draft(kind, dict(open_ or {}), {}, rows, basis)
        standing = Standing(by, self.roster, self.seq, self.indexes)
        refused = rules.allowed(self.case, draft, standing, (lambda: rows) if rows is not None else None)
        return refused.code if refused is not None else ""

    # A case, step by step; each returns the world, so that steps can be chained

    def sweep(self, **found: str) -> World:
        """A sweep of disks that found so; "gone" of what was found before."""
        said = {"roots": 1, "files": 9, "found": {}, "unread": 0, "wanted": {}, "models": False, "complete": True}
        self.do(Kind.SWEPT, said, rows=as_rows(found))
        return self

    def received(self, *, faces: bool = False) -> World:
        self.do(Kind.RECEIVED, {"ref": "2026-001", "channel": "text", "faces": faces})
        return self.facts()

    def received_order(self) -> World:
        self.do(Kind.RECEIVED, {"ref": "2026-001", "channel": "pdf", "faces": False, "about": "scope"})
        return self.facts(law="order")

    def facts(
        self, right: str = "erasure", identifiers: str = "1" * 32, kind: Kind = Kind.CONFIRMED, law: str = ""
    ) -> World:
        law = law or (str(self.case.facts[-1]["law"]) if self.case.facts else "eu-gdpr")
        self.do(kind, facts(right, identifiers, law))
        return self

    def identity(self, result: str = "verified", *, photo: bool = True) -> World:
        self.do(Kind.IDENTITY, {"result": result, "photo": photo, "acting": False})
        return self

    def search(self, *items: str, **said: Any) -> World:
        purpose = said.get("purpose", "search")
        rows = [Row(item, "photo") for item in items] if purpose == "search" else None
        self.do(Kind.SEARCHED, searched(**{"indexes": dict(self.indexes), **said}), rows=rows)
        return self

    def decide(self, by: str = ANN, **words: str) -> World:
        self.do(Kind.DECIDED, rows=as_rows(words), by=by)
        return self

    def second(self, by: str = BEN, **words: str) -> World:
        self.do(Kind.SECOND_REVIEW, {"how": "program"}, rows=as_rows(words), by=by)
        return self

    def settle(self, by: str = CLEO, **words: str) -> World:
        self.do(Kind.SETTLED, rows=as_rows(words), by=by)
        return self

    def plan(self, plan: str = PLAN, **words: str) -> World:
        said, basis = self.planned(plan)
        words = words or dict.fromkeys((item.key for item in self.case.due()), "erase")
        self.do(Kind.PLANNED, said, rows=as_rows(words), basis=basis)
        return self

    def planned(self, plan: str = PLAN) -> tuple[dict[str, Any], str]:
        """What a plan that is made now says openly, and its basis."""
        parts, indexes = parts_of(self.case, self.roster.policy), dict(self.indexes)
        return {"plan": plan, "parts": parts, "indexes": indexes, "actions": 1}, basis_of(parts, indexes)

    def approve(self, by: str = BEN, **more: Any) -> World:
        self.do(Kind.APPROVED, self.about(), by=by, basis=self.basis, **more)
        return self

    def begin(self, action: str = "a01", by: str = ANN) -> World:
        self.do(Kind.BEGUN, self.begun(action), by=by, basis=self.basis)
        return self

    def outcome(self, state: str = "done", action: str = "a01", parts: Parts | None = None, **seen: str) -> World:
        more = {"parts": parts} if parts is not None else {}
        self.do(Kind.OUTCOME, {**self.ended(state, action), **more}, rows=as_rows(seen))
        return self

    def read_back(self, seen: str = "gone", parts: Parts | None = None, **items: str) -> World:
        said = {"plan": self.newest_plan, "seen": seen, "items": {}, "indexes": dict(self.indexes)}
        self.do(Kind.READ_BACK, said | ({"parts": parts} if parts is not None else {}), rows=as_rows(items))
        return self

    def order(self, *obligations: dict[str, Any]) -> World:
        self.do(Kind.ORDER, ordered(*obligations))
        return self

    def scope(self, *parts: Part, by: str = ANN) -> World:
        said = self.scoped(*parts)
        self.do(Kind.SCOPE, said, rows=rows_of_scope(said), by=by)
        return self

    def sample(self, of: str = "scope", n: int = 2, by: str = ANN) -> World:
        self.do(Kind.SAMPLE, self.sampling(of, n), by=by)
        return self

    def look(self, of: str = "scope", by: str = ANN, **words: str) -> World:
        """An officer says of all of the newest sample that it fits, or of "pPOSITION" what `words` say."""
        sample = self.newest_sample(of)
        rows = [Row(f"i{at}", f"{words.get(f'p{at}', FITS[of])} {at}") for at in places(sample)]
        self.do(Kind.SAMPLED, {"sample": sample["act"]}, rows=rows, by=by)
        return self

    def met(self, obligation: str = "o01", how: str = "declared") -> World:
        self.do(Kind.MET, {"obligation": obligation, "how": how, "proof": ""})
        return self

    def close(self, state: str = "closed") -> World:
        self.do(Kind.CLOSED, {"state": state, "open": {}})
        return self

    # What such acts say

    @property
    def basis(self) -> str:
        plan = self.case.plan
        return str(plan["basis"]) if plan is not None else ""

    @property
    def newest_plan(self) -> str:
        return str(self.case.plan["plan"]) if self.case.plan is not None else PLAN

    def about(self) -> dict[str, Any]:
        """What an approval says."""
        return {"plan": self.newest_plan, "indexes": dict(self.indexes)}

    def begun(self, action: str = "a01") -> dict[str, Any]:
        return {**self.about(), "action": action, "kind": "erase-items"}

    def ended(self, state: str = "done", action: str = "a01", by: str = "here") -> dict[str, Any]:
        return {
            "plan": self.newest_plan, "action": action, "kind": "erase-items", "state": state, "by": by,
            "indexes": dict(self.indexes), "seen": {},
        }  # fmt: skip

    def scoped(self, *parts: Part) -> dict[str, Any]:
        """What a scope of these containers says."""
        inside = [one for one in parts if one[1] in ("whole", "mixed")]
        rest = sum(one[4] - one[2] for one in inside)
        sizes = {"items": sum(one[2] for one in inside), "size": sum(one[3] for one in inside), "rest": rest}
        return {"parts": [list(one) for one in parts], **sizes, "indexes": dict(self.indexes)}

    def sampling(self, of: str = "scope", n: int = 2) -> dict[str, Any]:
        scope = self.case.scope or {"act": "0" * 64, "items": 9, "rest": 9}
        population = scope["items" if of == "scope" else "rest"]
        return {"scope": scope["act"], "of": of, "seed": SEED, "n": n, "population": population}

    def newest_sample(self, of: str = "scope") -> dict[str, Any]:
        return next(one for one in reversed(self.case.samples) if one["of"] == of)

    def item(self, key: str) -> Item:
        found = self.case.item(key)
        assert found is not None
        return found


def facts(right: str = "erasure", identifiers: str = "1" * 32, law: str = "eu-gdpr") -> dict[str, Any]:
    return {
        "right": right, "law": law, "received": "2026-11-01", "due": "2026-12-01", "identifiers": identifiers,
    }  # fmt: skip


def searched(**said: Any) -> dict[str, Any]:
    return {
        "purpose": "search", "complete": True, "expected": "10", "facts": "", "references": [], "indexes": {"i1": 1},
        "faces": 0, "records": 0, **said,
    }  # fmt: skip


def opened(policy: Policy | None = None) -> World:
    """A case of a verified person."""
    return World(policy).received().identity()


def found(policy: Policy | None = None) -> World:
    """Three candidates, nothing decided."""
    return opened(policy).search("x", "y", "z")


def reviewed(policy: Policy | None = None) -> World:
    """Two of three are the person, says Ann."""
    return found(policy).decide(x="same", y="same", z="different")


def planned(policy: Policy | None = None) -> World:
    return reviewed(policy).plan()


def approved(policy: Policy | None = None) -> World:
    return planned(policy).approve()


def begun(policy: Policy | None = None) -> World:
    return approved(policy).begin()


def run(policy: Policy | None = None) -> World:
    return begun(policy).outcome(x="gone", y="still_there")


def read(policy: Policy | None = None) -> World:
    """Run and read back; one item is still there."""
    return run(policy).read_back("still_there", x="gone", y="still_there")


# Orders


def obligation(name: str = "o01", about: str = "data", **said: Any) -> dict[str, Any]:
    return {"id": name, "about": about, "due": "2026-12-01", "every": 0, "sworn": False, **said}


def ordered(*obligations: dict[str, Any]) -> dict[str, Any]:
    kept = obligations or (obligation(), obligation("o02", "statement", due="", sworn=True))
    return {"served": "2026-11-01", "profile": "face-data", "obligations": list(kept)}


WHOLE: Part = ("c1", "whole", 3, 30, 3, 0, 0)
MIXED: Part = ("c2", "mixed", 2, 20, 6, 1, 1)
UNKNOWN: Part = ("c3", "not-known", 0, 0, 5, 0, 5)


def rows_of_scope(said: Mapping[str, Any]) -> list[Row]:
    return [Row(f"i{number}", "") for number in range(said["items"])]


def places(sample: Mapping[str, Any]) -> list[int]:
    """Positions that a sample drew."""
    return drawn(bytes.fromhex(sample["seed"]), sample["n"], sample["population"])


def order_opened(policy: Policy | None = None) -> World:
    """An order that was checked to be authentic, with what it says."""
    return World(policy).received_order().identity(photo=False).order()


def order_scoped(policy: Policy | None = None) -> World:
    """One container goes as a whole, one in part, of one nothing is known."""
    return order_opened(policy).scope(WHOLE, MIXED, UNKNOWN)


def order_drawn(policy: Policy | None = None) -> World:
    """Samples of what is in the scope and of what stays; nobody looked at them."""
    return order_scoped(policy).sample().sample("rest")


def order_sampled(policy: Policy | None = None) -> World:
    return order_drawn(policy).look().look("rest")


def order_planned(policy: Policy | None = None) -> World:
    return order_sampled(policy).plan()


def order_approved(policy: Policy | None = None) -> World:
    return order_planned(policy).approve()


def order_run(policy: Policy | None = None) -> World:
    return order_approved(policy).begin().outcome("partly", parts={"c1": {"gone": 3}, "c2": {"still_there": 2}})


def order_read(policy: Policy | None = None) -> World:
    """One container is gone, the other one is still there."""
    return order_run(policy).read_back("still_there", parts={"c1": {"gone": 3}, "c2": {"still_there": 2}})
