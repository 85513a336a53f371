"""Searching a case: who may, what is looked for, what is kept; looking again after a deletion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import SimpleNamespace
from typing import NoReturn

import pytest

from dsr_desk.app.case import cases, references, review, searching
from dsr_desk.app.case.drafts import RequestDraft as Letter
from dsr_desk.app.case.ending import end_case, reopen_case
from dsr_desk.app.case.references import PhotoUnreadable, ReferenceFace, ReferencePhoto
from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Candidate, Identifiers, Pile, SearchResult, Verdict
from dsr_desk.core.items import Box
from dsr_desk.core.message import message, quoted
from dsr_desk.core.refusals import CaseOver, IdentityMissing, NotRun, PlanUnderWay, ReviewClosed
from dsr_desk.core.requests import CaseState, Channel, Found, FoundKind, Law, Request, Right
from dsr_desk.faces.facts import INVENTORY, EngineChanged
from dsr_desk.search.index.about import About, IndexPurpose
from dsr_desk.search.search import SubjectQuery
from unit.app.by_hand import INDEX, approve, begin, candidate, erase, identify, plan, run

HERS, OTHER = candidate(1), candidate(2)


def face_photo(name: str) -> ReferencePhoto:
    data = name.encode()
    return ReferencePhoto(name, data, sha256_hex(data), (ReferenceFace(1, Box(0, 0, 9, 9), (), True),), 1)


def about(generation: int = 1) -> About:
    return About(
        INDEX, generation, "portraits", "1", "standard", "e0" * 32, 512, 2, 0, 2, {}, {}, 0, 2, "00" * 32, True,
        "2026-11-01", "0", IndexPurpose(), "",
    )  # fmt: skip


@dataclass
class FakeIndex:
    about: About
    name: str = "portraits"

    def containers(self) -> list[object]:
        return []


class FakeSearch:
    """Answers every search with `found`, and keeps what was asked."""

    def __init__(self) -> None:
        self.indexes: list[FakeIndex] = [FakeIndex(about())]
        self.found: tuple[Candidate, ...] = (HERS, OTHER)
        self.asked: list[SubjectQuery] = []
        self.compared: list[bytes] = []

    def search(self, indexes: Sequence[FakeIndex], question: SubjectQuery, **_: object) -> SearchResult:
        self.asked.append(question)
        return SearchResult(
            self.found, Pile(question.expected_strangers, len(self.found)), (), 7, 8, (quoted("Said."),),
            indexes=tuple(index.name for index in indexes),
        )  # fmt: skip

    def open_indexes(self, desk: Desk, names: Sequence[str]) -> tuple[list[FakeIndex], dict[str, DeskError]]:
        del desk, names
        return self.indexes, {}

    def template(self, desk: Desk, data: bytes, box: Box, *made_with: object) -> tuple[object, bytes]:
        del desk, box, made_with
        self.compared.append(data)
        return object(), b"hash of " + data


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeSearch:
    made = FakeSearch()
    monkeypatch.setattr(searching, "search", made.search)
    monkeypatch.setattr(searching, "open_indexes", made.open_indexes)
    monkeypatch.setattr(searching, "reference_template", made.template)
    return made


def open_case(desk: Desk, *photos: str, verified: bool = True) -> str:
    mail = Found(FoundKind.EMAIL, "ann@x.org", message("where.header", header="From"))
    request = Request(Channel.TEXT, (mail,), Right.ERASURE, Law.EU_GDPR, date(2026, 11, 2))
    letter = Letter(request, request, b"", tuple(face_photo(name) for name in photos), ())
    view, _ = cases.open_case(desk, letter, without_photo=True, confirmed=True)
    if verified:
        cases.record_identity(desk, view.ref, method="call", photo_shows_requester="seen")
    return view.ref


def edit_mail(desk: Desk, ref: str, mail: str) -> None:
    known = cases.show_case(desk, ref)
    said = Identifiers(emails=(mail,))
    cases.edit_request(desk, ref, right=known.right, law=known.law, received=known.received, identifiers=said)


def decide_all(desk: Desk, ref: str) -> None:
    review.decide(desk, ref, HERS.id, Verdict.SAME)
    review.decide(desk, ref, OTHER.id, Verdict.DIFFERENT)


@pytest.fixture
def erased(desk: Desk, fake: FakeSearch) -> str:
    """A case with one photo, searched, decided, erased and read back."""
    ref = open_case(desk, "one.jpg")
    searching.search_case(desk, ref)
    decide_all(desk, ref)
    erase(desk, ref, HERS)
    fake.asked.clear()
    fake.compared.clear()
    return ref


# Who may search, and when


@pytest.mark.parametrize("kind", [searching.REVIEW, searching.READ_BACK])
def test_nobody_is_searched_for_without_a_verified_identity_and_no_index_or_photo_is_opened_for_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    def opened(*_: object) -> None:
        raise AssertionError("an index or a photo was opened")

    ref = open_case(desk, "one.jpg", verified=False)
    for name in ("open_indexes", "reference_bytes", "reference_template"):
        monkeypatch.setattr(searching, name, opened)
    with pytest.raises(IdentityMissing):
        searching.search_case(desk, ref, kind=kind)
    identify(desk, ref, "not-verified")
    with pytest.raises(IdentityMissing):
        searching.search_case(desk, ref, kind=kind)


def test_a_face_is_searched_only_where_the_photo_is_known_to_show_the_requester(desk: Desk, fake: FakeSearch) -> None:
    ref = open_case(desk, "one.jpg", verified=False)
    identify(desk, ref)
    with pytest.raises(IdentityMissing):
        searching.search_case(desk, ref)
    cases.record_identity(desk, ref, method="call", photo_shows_requester="seen")
    searching.search_case(desk, ref)
    assert len(fake.asked) == 1


def test_an_identity_that_was_taken_back_ends_searching(desk: Desk, fake: FakeSearch) -> None:
    ref = open_case(desk)
    searching.search_case(desk, ref)
    cases.record_identity(desk, ref, method="an impostor", photo_shows_requester="", verified=False)
    with pytest.raises(IdentityMissing):
        searching.search_case(desk, ref)
    assert len(fake.asked) == 1


def test_a_case_that_has_ended_is_not_searched_for_review(desk: Desk, fake: FakeSearch) -> None:
    ref = open_case(desk)
    searching.search_case(desk, ref)
    end_case(desk, ref, CaseState.CLOSED, "the rest is not ours")
    with pytest.raises(CaseOver):
        searching.search_case(desk, ref)
    reopen_case(desk, ref, "asked again")
    searching.search_case(desk, ref)
    assert len(fake.asked) == 2


def test_nothing_is_searched_for_review_beside_an_approved_plan_or_a_run(desk: Desk, fake: FakeSearch) -> None:
    ref = open_case(desk)
    searching.search_case(desk, ref)
    decide_all(desk, ref)
    plan(desk, ref, HERS)
    searching.search_case(desk, ref)
    plan(desk, ref, HERS)
    approve(desk, ref)
    with pytest.raises(ReviewClosed):
        searching.search_case(desk, ref)
    begin(desk, ref)
    with pytest.raises(PlanUnderWay):
        searching.search_case(desk, ref)
    run(desk, ref, HERS, action="a02")
    searching.search_case(desk, ref)
    assert desk.case(ref).number == 2
    assert len(fake.asked) == 3


def test_without_an_index_nothing_is_said(desk: Desk) -> None:
    with pytest.raises(searching.NothingToSearchIn):
        searching.search_case(desk, open_case(desk))


# What is kept


def test_a_search_is_kept_with_what_it_rested_on_and_its_candidates_are_for_review(
    desk: Desk, fake: FakeSearch
) -> None:
    ref = open_case(desk, "one.jpg", "two.jpg")
    fake.found = (candidate(4, expected=3.0), HERS)
    searching.search_case(desk, ref, expected_strangers=2.5)
    entry = desk.vault.log.entry(desk.case(ref).head)
    said = dict(entry.act.open)
    assert (said.pop("count"), bool(said.pop("root"))) == (2, True)
    assert said == {
        "purpose": "search", "faces": 7, "records": 8, "complete": True, "expected": "2.5",
        "facts": desk.case(ref).facts[-1]["act"], "references": [1, 2], "indexes": {desk.name(ref, INDEX): 1},
    }  # fmt: skip
    rows = list(desk.vault.log.rows(entry.seq))
    assert [(row.word.partition(" ")[0], row.value["id"]) for row in rows] == [
        ("record", HERS.id),
        ("photo", fake.found[0].id),
    ]
    assert [item.candidate for item in review.review_items(desk, ref)] == [HERS, fake.found[0]]
    assert desk.vault.problems() == []


def test_past_searches_are_told_by_the_name_that_their_officer_signed_with(desk: Desk, fake: FakeSearch) -> None:
    ref = open_case(desk)
    assert searching.last_search(desk, ref) is None
    assert searching.searches(desk, ref) == []
    searching.search_case(desk, ref, expected_strangers=1)
    fake.indexes = [FakeIndex(about(2))]
    searching.search_case(desk, ref, expected_strangers=2)
    first, second = searching.searches(desk, ref)
    assert (first.officer, first.kind, first.round) == ("Ada", "search", 1)
    assert [one.searched[0].about.generation for one in (first, second)] == [1, 2]
    assert first.time <= second.time
    newest = searching.last_search(desk, ref)
    assert newest == second.result
    assert newest is not None
    assert (newest.pile.expected_strangers, newest.candidates) == (2, ())
    assert searching.last_search(desk, ref, searching.READ_BACK) is None


def test_a_search_for_review_uses_the_facts_in_force_and_hits_as_references(desk: Desk, fake: FakeSearch) -> None:
    ref = open_case(desk)
    searching.search_case(desk, ref)
    edit_mail(desk, ref, "ann@new.org")
    review.decide(desk, ref, HERS.id, Verdict.SAME)
    review.refuse_link(desk, ref, OTHER.id, HERS.id)
    searching.search_case(desk, ref)
    question = fake.asked[-1]
    assert question.identifiers.emails == ("ann@new.org",)
    assert question.confirmed == [(HERS.id, None)]
    assert question.refused_links == {(OTHER.id, HERS.id)}
    assert desk.case(ref).searches[-1]["facts"] == desk.case(ref).facts[-1]["act"]


def test_a_narrower_search_removes_no_candidate(desk: Desk, fake: FakeSearch) -> None:
    ref = open_case(desk)
    searching.search_case(desk, ref)
    fake.found = (candidate(5),)
    searching.search_case(desk, ref)
    assert {item.candidate.id for item in review.review_items(desk, ref)} == {HERS.id, OTHER.id, candidate(5).id}
    assert len(desk.case(ref).undecided) == 3


@pytest.mark.usefixtures("fake")
def test_an_index_that_was_not_chosen_is_named_as_not_searched(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {
        name: SimpleNamespace(id=name, name=name, destroyed=None, about=SimpleNamespace(items=5))
        for name in ("portraits", "holidays")
    }
    monkeypatch.setattr(searching, "list_indexes", lambda _: list(known.values()))
    monkeypatch.setattr(searching, "resolve_index", lambda _, name: known[name])
    ref = open_case(desk)
    said = [(gap.what, gap.count) for gap in searching.search_case(desk, ref, ["portraits"]).gaps]
    assert (message("gap.index", name="holidays"), 5) in said
    assert message("gap.index", name="portraits") not in [what for what, _ in said]


# Looking again


def test_there_is_nothing_to_look_for_again_before_a_deletion(desk: Desk, fake: FakeSearch) -> None:
    ref = open_case(desk)
    searching.search_case(desk, ref)
    with pytest.raises(NotRun):
        searching.search_case(desk, ref, kind=searching.READ_BACK)
    assert len(fake.asked) == 1


def test_a_read_back_looks_for_every_identifier_and_photo_that_was_ever_searched(
    desk: Desk, fake: FakeSearch, erased: str
) -> None:
    edit_mail(desk, erased, "ann@new.org")
    cases.add_photos(desk, erased, [face_photo("two.jpg")])
    searching.search_case(desk, erased, kind=searching.READ_BACK)
    assert fake.asked[-1].identifiers.emails == ("ann@x.org",)
    assert fake.compared == [b"one.jpg"]
    searching.search_case(desk, erased)
    erase_again = candidate(6)
    fake.found = (erase_again,)
    searching.search_case(desk, erased)
    review.decide_many(desk, erased, [erase_again.id, HERS.id], Verdict.SAME)
    plan(desk, erased, erase_again, HERS)
    approve(desk, erased)
    begin(desk, erased, "b01")
    fake.compared.clear()
    edit_mail(desk, erased, "nobody@x.org")
    searching.search_case(desk, erased, kind=searching.READ_BACK)
    assert set(fake.asked[-1].identifiers.emails) == {"ann@x.org", "ann@new.org"}
    assert fake.compared == [b"one.jpg", b"two.jpg"]
    assert desk.case(erased).searches[-1]["references"] == [1, 2]


def test_a_read_back_proposes_nothing_and_follows_no_decision(desk: Desk, fake: FakeSearch, erased: str) -> None:
    before = review.review_items(desk, erased)
    fake.found = (candidate(9),)
    result = searching.search_case(desk, erased, kind=searching.READ_BACK)
    assert [one.id for one in result.candidates] == [candidate(9).id]
    assert fake.asked[-1].confirmed == []
    assert review.review_items(desk, erased) == before
    made = desk.case(erased).searches[-1]
    assert (made["purpose"], made["count"]) == ("read-back", 0)
    assert list(desk.vault.log.rows(made["seq"])) == []
    assert desk.case(erased).number == 1
    assert searching.last_search(desk, erased, searching.READ_BACK) is not None
    assert [one.kind for one in searching.searches(desk, erased)] == ["search", "read-back"]


def test_a_photo_that_is_destroyed_is_named_as_not_searched(desk: Desk, fake: FakeSearch, erased: str) -> None:
    end_case(desk, erased, CaseState.CLOSED, "the rest is not ours")
    result = searching.search_case(desk, erased, kind=searching.READ_BACK)
    assert [(gap.what, gap.why) for gap in result.gaps] == [
        (message("gap.reference", number=1), message("why.destroyed-at-end"))
    ]
    assert not result.complete
    assert fake.compared == []
    assert desk.case(erased).searches[-1]["references"] == []
    reopen_case(desk, erased, "she wrote again")
    assert not searching.search_case(desk, erased).complete


@pytest.mark.parametrize(
    "error", [EngineChanged(name="own"), PhotoUnreadable(name="x", why=message("why.cell.memory"))]
)
def test_a_photo_that_cannot_be_compared_is_named_as_not_searched(
    error: DeskError, desk: Desk, fake: FakeSearch, erased: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise error

    monkeypatch.setattr(searching, "reference_template", refuse)
    result = searching.search_case(desk, erased, kind=searching.READ_BACK)
    assert [(gap.what, gap.why) for gap in result.gaps] == [(message("gap.reference", number=1), error.why)]
    assert fake.asked[-1].references == []
    assert not result.complete


def test_where_items_were_only_listed_no_photo_is_compared(desk: Desk, fake: FakeSearch) -> None:
    fake.indexes = [FakeIndex(replace(about(), engine=INVENTORY, engine_digest=INVENTORY, dimension=0))]
    ref = open_case(desk, "one.jpg")
    searching.search_case(desk, ref)
    assert (fake.compared, fake.asked[-1].references) == ([], [])


def test_a_search_of_the_next_round_starts_its_review_and_keeps_what_was_decided(
    desk: Desk, fake: FakeSearch, erased: str
) -> None:
    left = candidate(3)
    fake.found = (left,)
    searching.search_case(desk, erased)
    assert [item.round for item in review.review_items(desk, erased)] == [2, 1, 1]
    assert desk.case(erased).undecided == {desk.name(erased, left.id)}
    assert [one.round for one in searching.searches(desk, erased)] == [1, 2]


def test_a_search_that_could_not_be_recorded_changes_nothing(desk: Desk, fake: FakeSearch) -> None:
    ref = open_case(desk)

    def withdrawn(indexes: Sequence[FakeIndex], question: SubjectQuery, **_: object) -> SearchResult:
        identify(desk, ref, "not-verified")
        return FakeSearch.search(fake, indexes, question)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "search", withdrawn)
        with pytest.raises(IdentityMissing):
            searching.search_case(desk, ref)
    assert searching.searches(desk, ref) == []
    kinds = [entry.kind for entry in desk.vault.log.entries(desk.case(ref).id)]
    assert Kind.SEARCHED not in kinds
    assert desk.refusal(ref, Draft(Kind.SEARCHED)) is not None


def test_a_reference_face_is_embedded_once_and_its_template_goes_when_the_desk_is_closed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def template(_data: bytes, _box: Box, engine: str, _digest: str) -> tuple[None, bytes]:
        made.append(engine)
        return None, b"hash"

    monkeypatch.setattr(references, "_template", template)
    for engine in ("standard", "standard", "thorough"):
        made_with = engine, 128, f"digest of {engine}"
        assert references.reference_template(desk, b"photo", Box(0, 0, 9, 9), *made_with) == (None, b"hash")
    assert made == ["standard", "thorough"]
    desk.close()
    assert desk.templates == {}
