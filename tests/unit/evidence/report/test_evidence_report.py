"""The report reads well in both languages and cannot be broken by what stands in the vault."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from enum import StrEnum
from functools import partial
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from evidence_sample import hit
from report_pages import drawn, drawn_over, undone

from dsr_desk.core.actions import ActionKind, Seen
from dsr_desk.core.catalogue import catalogue
from dsr_desk.core.deadlines import Duty
from dsr_desk.core.findings import ReasonKind
from dsr_desk.core.items import ItemKind, LedgerClass
from dsr_desk.core.language import LANGUAGES
from dsr_desk.core.lineage import Certainty, DispositionKind, NodeKind, Role
from dsr_desk.core.message import quoted
from dsr_desk.core.requests import Law, Right
from dsr_desk.evidence.contents.content import EarlierBundle, Edition, EvidenceContent, Relation
from dsr_desk.evidence.contents.editions import registers
from dsr_desk.evidence.report.blocks import ROWS_SHOWN, day, heading, moment, number, written
from dsr_desk.evidence.report.details import read_backs
from dsr_desk.evidence.verifying.check_bundle import Files, report_page


class Balanced(HTMLParser):
    """Collects what a page refers to, and fails on a tag that is closed out of order."""

    VOID = frozenset({"meta", "img", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.references: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.references += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parsed(page: bytes) -> Balanced:
    parser = Balanced()
    parser.feed(page.decode())
    assert parser.open == []
    return parser


def visible(page: bytes) -> str:
    return re.sub(r"<[^>]+>", " ", page.decode().split("</style>")[1])


@pytest.mark.parametrize("language", list(LANGUAGES))
@pytest.mark.parametrize("edition", list(Edition))
def test_a_report_is_whole_and_refers_to_nothing_elsewhere(
    content: EvidenceContent, edition: Edition, language: str
) -> None:
    page = drawn(content, edition, language)
    structure = parsed(page)
    assert all(reference.startswith("data:image/jpeg") for reference in structure.references)
    assert not {"script", "link", "iframe", "form", "a"} & structure.tags
    assert f'<html lang="{language}">'.encode() in page
    assert "{" not in visible(page)


def test_what_stands_in_the_vault_is_shown_as_text(content: EvidenceContent) -> None:
    nasty = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{case}'
    case = replace(content.case, person=nasty)
    models = tuple(
        replace(one, model=replace(one.model, node=replace(one.model.node, name=nasty))) for one in content.models
    )
    retained = (replace(content.retained[0], ground=nasty),)
    for edition in Edition:
        page = drawn(replace(content, case=case, models=models, retained=retained), edition, "en")
        assert not {"script", "img"} & parsed(page).tags
        assert "&lt;script&gt;alert(1)" in page.decode()


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_word_of_the_trade_has_one_for_reports(language: str) -> None:
    groups: dict[str, tuple[type[StrEnum], ...]] = {
        "ask": (Right,), "right": (Right,), "law": (Law,), "disposition": (DispositionKind,), "seen": (Seen,),
        "item": (ItemKind,), "ledger": (LedgerClass,), "found-by": (ReasonKind,), "certainty": (Certainty,),
        "duty": (Duty,), "relation": (Relation,), "result": (),
    }  # fmt: skip
    codes = [f"report.{group}.{one.value}" for group, kinds in groups.items() for kind in kinds for one in kind]
    codes += [f"{kind.__name__.lower()}.{one.value}" for kind in (Role, NodeKind, ActionKind) for one in kind]
    assert [code for code in codes if code not in catalogue(language)] == []


def test_no_word_is_kept_that_no_report_says() -> None:
    rooms = (files("dsr_desk.evidence"), files("dsr_desk.app.proof"))
    source = "".join(path.read_text("utf-8") for room in rooms for path in Path(str(room)).rglob("*.py"))
    grouped = (
        "act", "ask", "certainty", "covered", "custody", "disposition", "duty", "facts", "found-by", "item", "items",
        "law", "learned", "ledger", "limit", "met", "models", "obligation-state", "order.headline", "relation",
        "result", "right", "sample-of", "seen", "standing", "stray", "summary", "title", "way",
    )  # fmt: skip
    kept = [code.removeprefix("report.") for code in catalogue("en") if code.startswith("report.")]
    apart = [code for code in kept if not code.startswith(tuple(f"{group}." for group in grouped))]
    assert [code for code in apart if not re.search(rf"""["'](?:report\.)?{re.escape(code)}["']""", source)] == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["3,000,000", "1 March 2026", "2026-03-01 08:00:00 UTC", "unknown"]),
        ("de", ["3.000.000", "1. März 2026", "2026-03-01 08:00:00 UTC", "unbekannt"]),
    ],
)
def test_numbers_days_and_moments_are_written_as_the_reader_writes_them(language: str, said: list[str]) -> None:
    stamp = "2026-03-01T08:00:00Z"
    assert [one.say(language) for one in (number(3_000_000), day(stamp), moment(stamp), moment(""))] == said
    assert day("whenever").say(language) == "whenever"


def test_one_officer_alone_is_said(content: EvidenceContent) -> None:
    alone = replace(content, declarant=replace(content.declarant, validator=""))
    assert "Nobody other than the operator" in visible(drawn(alone, Edition.REGULATOR, "en"))
    assert "Nobody other than the operator" not in visible(drawn(content, Edition.REGULATOR, "en"))


def test_parts_that_were_not_searched_are_in_the_first_lines(content: EvidenceContent) -> None:
    first_lines = visible(drawn(content, Edition.REQUESTER, "en")).split("Where we searched")[0]
    assert "In 20 photos no face could be compared" in first_lines
    assert "Some parts could not be searched" in first_lines


def test_a_long_list_is_cut_and_says_where_the_rest_is(content: EvidenceContent) -> None:
    many = replace(undone(content), hits=tuple(hit(number) for number in range(1, ROWS_SHOWN + 51)))
    for edition in Edition:
        page = drawn(many, edition, "en")
        assert "50 more are in the file data/hits.jsonl" in visible(page)
        assert f">item-{ROWS_SHOWN:04d}<".encode() in page
        assert f">item-{ROWS_SHOWN + 1:04d}<".encode() not in page


def test_a_bundle_that_completes_another_names_it(content: EvidenceContent) -> None:
    earlier = EarlierBundle("ab" * 32, "2026-03-12T16:00:00Z", Relation.COMPLETES, quoted("one model was due later"))
    page = visible(drawn(replace(content, earlier=(earlier,)), Edition.REQUESTER, "en"))
    assert "This completes what we sealed on 12 March 2026: one model was due later" in page
    assert f"evidence.zip {'ab' * 32}" in page


def test_who_saw_a_model_is_told_to_the_regulator_beside_the_officer_who_wrote_it_down(
    content: EvidenceContent,
) -> None:
    for language, said in (
        ("en", "seen by Tove Berg; written down by Ben Okafor, 12 March 2026"),
        ("de", "beobachtet von Tove Berg; festgehalten von Ben Okafor, 12. März 2026"),
    ):
        assert said in visible(drawn(content, Edition.REGULATOR, language))
        assert "Tove Berg" not in visible(drawn(content, Edition.REQUESTER, language))
    model = content.models[1]
    assert model.observed is not None
    own = replace(content, models=(replace(model, observed=replace(model.observed, by="")),))
    assert "seen and written down by Ben Okafor, 12 March 2026" in visible(drawn(own, Edition.REGULATOR, "en"))


def test_what_is_stated_of_the_face_engine_is_told_to_the_regulator(content: EvidenceContent) -> None:
    for language, said in (
        ("en", "Consent of those people: nobody was asked."),
        ("de", "Einwilligung dieser Menschen: nobody was asked."),
    ):
        assert said in visible(drawn(content, Edition.REGULATOR, language))


def test_photos_do_not_count_as_searched_where_no_face_was_compared(nothing_found: EvidenceContent) -> None:
    searches = tuple(replace(one, result=replace(one.result, compared_faces=0)) for one in nothing_found.searches)
    said = visible(drawn(replace(nothing_found, searches=searches), Edition.REQUESTER, "en"))
    assert "No face was compared: 240 photos there were not searched by face." in said
    assert "We searched 2 dataset versions: 4,100 records." in said
    assert "We found no record of yours" in said
    assert "no photo and no record" not in said


def test_a_persons_case_never_says_that_an_order_was_complied_with(content: EvidenceContent) -> None:
    order = replace(content, case=replace(content.case, law=Law.ORDER), review=replace(content.review, unsure=0))
    for edition in Edition:
        page = visible(drawn_over(order, edition, "en"))
        assert "Evidence of the handling of an order" in page
        assert "ulfilled" not in page


def test_nothing_found_is_not_said_while_something_is_undecided(nothing_found: EvidenceContent) -> None:
    for edition, nothing in (
        (Edition.REQUESTER, "We found no photo"),
        (Edition.REGULATOR, "Nothing was found in what"),
    ):
        assert nothing in visible(drawn(nothing_found, edition, "en"))
        open_ = replace(nothing_found, review=replace(nothing_found.review, not_reviewed=3))
        page = visible(drawn(open_, edition, "en"))
        assert nothing not in page
        assert "3 candidates of the search are not decided" in page
        assert "Nothing that we know of remains" not in page


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"one_officer": True}, "The vault has one officer: nobody else looked at what was decided."),
        ({"second_by_packet": 4}, "A second officer decided on 4 items blind, by packet."),
        ({"second_in_program": 4}, "A second officer decided on 4 items; the program hid the first decision"),
        ({"second_by_packet": 4, "settled": 2}, "On 2 items two officers disagreed, and a third one settled it."),
        ({}, "No second officer looked at what was decided."),
    ],
)
def test_both_editions_say_who_else_looked_and_how(
    content: EvidenceContent, said: dict[str, object], words: str
) -> None:
    reviewed = replace(content, review=replace(content.review, **said))  # type: ignore[arg-type]
    for edition in Edition:
        assert words in visible(drawn_over(reviewed, edition, "en"))
        assert any(words in one["says"] for one in registers(reviewed, edition, "en")["declared"])


def opened(files: dict[str, Any], name: str) -> BinaryIO:
    """A file as bundles have it: of some a line for each entry."""
    lines = files[name] if name.endswith(".jsonl") else [files[name]]
    return io.BytesIO(b"".join(json.dumps(one).encode() + b"\n" for one in lines))


def test_rounds_are_told_apart_where_there_is_more_than_one() -> None:
    """What an earlier look found still there was dealt with in the next round; both stay visible."""
    look = {"count": 1, "items": ["item-0001"], "officer": "Ben Okafor", "when": "2026-03-11T09:00:00Z"}
    looks = [
        {**look, "round": 1, "seen": "still there", "superseded": True},
        {**look, "round": 2, "seen": "gone", "superseded": False},
    ]
    for shown in (looks, looks[:1]):
        files = {"scope.json": {"searches": []}, "readback.json": shown, "actions.jsonl": []}
        data = Files(partial(opened, files))
        page = visible(report_page(written([heading(quoted("x"), 1), *read_backs(data)], "en")))
        assert ("round 1" in page, "round 2" in page) == (len(shown) == 2, len(shown) == 2)
        assert "still there" in page


def test_a_case_in_which_nothing_was_deleted_claims_nothing_of_it(content: EvidenceContent) -> None:
    page = visible(drawn(undone(content), Edition.REQUESTER, "en"))
    assert "is gone where the program looked" not in page
    assert "is gone where the program looked" in visible(drawn(content, Edition.REQUESTER, "en"))
