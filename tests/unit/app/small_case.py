"""A small case on real storage and real data: a table of people, an index of it, a letter of one of them. No photos."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dsr_desk.app.case import cases, deleting, drafts, ending, review, searching
from dsr_desk.app.data import indexing
from dsr_desk.app.desk import Desk
from dsr_desk.app.vault import officers
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.findings import Identifiers, Verdict
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.policy import Policy
from dsr_desk.core.requests import CaseState, Law, Right
from dsr_desk.jobs.progress import CancelToken, silent
from dsr_desk.search.index.about import IndexPurpose
from required_fields import state_all_generally

ADA, BEA, CEM = "ada's own long words", "bea's own long words", "cem's own long words"
HEAD = "account,name,mail\n"
ROWS = (
    "A-1,Wilma Quastenfloss,wilma@example.com",
    "A-2,Otto Other,otto@example.com",
    "A-3,W. Quastenfloss,wilma@example.com",
    "A-4,Wilma Quastenfloss,another@example.org",
)
NEW_ROW = "A-9,Wilma Q.,wilma@example.com"
LETTER = "My name is Wilma Quastenfloss. Under Article 17 GDPR delete my data.\nE-mail: wilma@example.com\n"
RECEIVED = date(2026, 11, 3)


@dataclass
class Small:
    """The case, not searched yet. Ada opened it; Bea and Cem are officers too."""

    desk: Desk
    ref: str
    folder: Path

    @property
    def table(self) -> Path:
        return self.folder / "data" / "people.csv"

    @property
    def rows(self) -> list[str]:
        """What lies in the table now."""
        return self.table.read_text(encoding="utf-8").splitlines()[1:]

    def write(self, rows: Sequence[str], *, indexed: bool = True) -> None:
        """Writes the table anew; without `indexed` the index does not know yet."""
        self.table.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
        if indexed:
            self.refresh()

    def refresh(self) -> None:
        indexing.refresh_index(self.desk, "people", silent, CancelToken(), workers=1)

    def identify(self, *, verified: bool = True) -> None:
        cases.record_identity(self.desk, self.ref, method="video call", photo_shows_requester="", verified=verified)

    def say(self, *, right: Right = Right.ERASURE, mail: str = "wilma@example.com") -> None:
        """Confirms the facts of the request."""
        known = Identifiers(names=("Wilma Quastenfloss",), emails=(mail,))
        cases.edit_request(self.desk, self.ref, right=right, law=Law.EU_GDPR, received=RECEIVED, identifiers=known)

    def search(self) -> None:
        searching.search_case(self.desk, self.ref)

    def row_of(self, item: str) -> str:
        """The account that a candidate is about."""
        found = review.get_candidate(self.desk, self.ref, item)
        return review.record_fields(self.desk, found)["account"]

    def items(self) -> dict[str, str]:
        """Ids of candidates by account; a second one of an account as "A-1 again"."""
        found: dict[str, str] = {}
        for one in sorted(review.review_items(self.desk, self.ref), key=lambda item: item.candidate.address.occurrence):
            account = self.row_of(one.candidate.id)
            found[f"{account} again" if account in found else account] = one.candidate.id
        return found

    def decide(self, verdict: Verdict, *items: str) -> None:
        review.decide_many(self.desk, self.ref, items, verdict)

    def decide_all(self) -> None:
        """Ada's words: what has her mail is hers, the namesake is not."""
        for account, item in self.items().items():
            self.decide(Verdict.DIFFERENT if account.startswith("A-4") else Verdict.SAME, item)

    def decide_open(self) -> None:
        """What no one has decided yet is hers."""
        open_ = [one for one in review.review_items(self.desk, self.ref) if one.decision is None]
        self.decide(Verdict.SAME, *(one.candidate.id for one in open_))

    def reviewed(self) -> Small:
        self.identify()
        self.search()
        self.decide_all()
        return self

    def planned(self) -> Small:
        self.reviewed()
        deleting.make_plan(self.desk, self.ref)
        return self

    def approved(self) -> Small:
        self.planned()
        deleting.approve(self.desk, self.ref)
        return self

    def deleted(self) -> Small:
        self.approved()
        deleting.run(self.desk, self.ref)
        return self


def built_elsewhere(desk: Desk) -> None:
    """What the vault knows of its indexes, as if they had been claimed: their data never lay on this computer."""
    rows = desk.vault.indexes
    with desk.vault.transaction():
        known = [(row, {**json.loads(row.about), "sources": []}) for row in rows.all("name")]
        touches = [rows.change(row.id, about=json.dumps(said)) for row, said in known]
        desk.act(Draft(Kind.INDEX, {"event": "registered"}), touches=touches)


def make(folder: Path, beside: Mapping[str, bytes] | None = None) -> str:
    """A vault with three officers, an index, an open case. Returns the case's reference.

    `beside` are more files of the dataset, by name.
    """
    (folder / "data").mkdir(parents=True)
    for name, data in (beside or {}).items():
        (folder / "data" / name).write_bytes(data)
    (folder / "data" / "people.csv").write_text(HEAD + "\n".join(ROWS) + "\n", encoding="utf-8")
    (folder / "letter.txt").write_text(LETTER, encoding="utf-8")
    desk, _ = Desk.create(folder / "vault", "Org", "Ada", ADA)
    with desk:
        officers.add_officer(desk, "Bea", BEA)
        officers.add_officer(desk, "Cem", CEM)
        state_all_generally(desk)
        version = DatasetVersion("people", "1", other_places="none", data_recipients="Example Ltd")
        indexing.build_index(
            desk, [folder / "data"], folder / "people", version,
            register=IndexPurpose(), workers=1, report=silent, cancel=CancelToken(),
        )  # fmt: skip
        draft = drafts.correct(
            drafts.understand(folder / "letter.txt", []), right=Right.ERASURE, law=Law.EU_GDPR, received=RECEIVED
        )
        view, _ = cases.open_case(desk, draft, without_photo=True, confirmed=True)
        return view.ref


@contextmanager
def at(live: Path, template: Path, ref: str) -> Iterator[Small]:
    """Paths in a vault are absolute: each test works in the place where it was made, on a copy."""
    shutil.copytree(template, live)
    try:
        with Desk.open(live / "vault", ADA) as desk:
            yield Small(desk, ref, live)
    finally:
        shutil.rmtree(live)


# What may happen between two acts


def end(small: Small) -> None:
    ending.end_case(small.desk, small.ref, CaseState.REFUSED, "she wrote that she meant another company")


def ask_for_access(small: Small) -> None:
    small.say(right=Right.ACCESS)


def withdraw_identity(small: Small) -> None:
    small.identify(verified=False)


def edit_identifiers(small: Small) -> None:
    small.say(mail="wilma@example.org")


def find_more(small: Small) -> None:
    small.write([*small.rows, NEW_ROW])
    small.search()


def rebuild_the_index(small: Small) -> None:
    small.write([*small.rows, "A-8,Zoe,zoe@example.net"])


def demand_two_reviews(small: Small) -> None:
    officers.set_policy(small.desk, Policy(second_review_erasure=True))


def demand_two_approvals(small: Small) -> None:
    officers.set_policy(small.desk, Policy(approvals=2))


def decide_otherwise(small: Small) -> None:
    small.decide(Verdict.DIFFERENT, small.items()["A-3"])


def be_unsure(small: Small) -> None:
    small.decide(Verdict.UNSURE, small.items()["A-3"])


def reject_all(small: Small) -> None:
    small.decide(Verdict.DIFFERENT, *small.items().values())
