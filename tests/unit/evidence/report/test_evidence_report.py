"""The report reads well in both languages and cannot be broken by what stands in the vault."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from enum import StrEnum
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest
from evidence_sample import affected, hit, journal

from dsr_desk.core.actions import ActionKind, Seen
from dsr_desk.core.catalogue import catalogue
from dsr_desk.core.deadlines import Duty
from dsr_desk.core.findings import ReasonKind
from dsr_desk.core.items import ItemKind, LedgerClass
from dsr_desk.core.language import LANGUAGES
from dsr_desk.core.lineage import Certainty, DispositionKind, Node, NodeKind, PathStep, Role
from dsr_desk.core.message import quoted
from dsr_desk.core.requests import Law, Right
from dsr_desk.evidence.contents.content import EarlierBundle, Edition, EvidenceContent, Relation
from dsr_desk.evidence.contents.editions import predicate
from dsr_desk.evidence.report.html import ROWS_SHOWN
from dsr_desk.evidence.report.lineage_picture import lineage_svg
from dsr_desk.evidence.report.page import report
from dsr_desk.evidence.report.words import Words


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
    page = report(content, edition, language)
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
        page = report(replace(content, case=case, models=models, retained=retained), edition, "en")
        assert not {"script", "img"} & parsed(page).tags
        assert "&lt;script&gt;alert(1)" in page.decode()
    assert b"<script" not in lineage_svg(models, "en")


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


def test_every_word_that_a_report_says_is_in_the_catalogue() -> None:
    source = "".join(path.read_text("utf-8") for path in Path(str(files("dsr_desk.evidence"))).rglob("*.py"))
    said = set(re.findall(r"""\b(?:words|say)\(\s*"([^"]+)"(?: if [^"]+ else "([^"]+)")?""", source))
    codes = {code for pair in said for code in pair if code}
    assert len(codes) > 120
    assert [code for code in codes if f"report.{code}" not in catalogue("en")] == []


def test_no_word_is_kept_that_no_report_says() -> None:
    rooms = (files("dsr_desk.evidence"), files("dsr_desk.app.proof"))
    source = "".join(path.read_text("utf-8") for room in rooms for path in Path(str(room)).rglob("*.py"))
    grouped = ("ask", "right", "law", "disposition", "seen", "item", "items", "ledger", "found-by", "certainty", "duty",
               "relation", "result", "facts", "title")  # fmt: skip
    kept = [code.removeprefix("report.") for code in catalogue("en") if code.startswith("report.")]
    apart = [code for code in kept if not code.startswith(tuple(f"{group}." for group in grouped))]
    assert [code for code in apart if not re.search(rf"""["'](?:report\.)?{re.escape(code)}["']""", source)] == []


@pytest.mark.parametrize(
    ("language", "number", "day", "searched"),
    [
        ("en", "3,000,000", "1 March 2026", "We searched 1 dataset version: 1 photo, 2,000 records."),
        ("de", "3.000.000", "1. März 2026", "Wir haben 1 Datenstand durchsucht: 1 Foto, 2.000 Datensätze."),
    ],
)
def test_numbers_and_days_are_written_as_the_reader_writes_them(
    language: str, number: str, day: str, searched: str
) -> None:
    words = Words(language)
    assert (words.number(3_000_000), words.day("2026-03-01T08:00:00Z")) == (number, day)
    assert words("searched.short", datasets=1, photos=1, records=2000) == searched
    assert words.day("whenever") == "whenever"
    assert words.day("") == words("unknown")


def test_one_officer_alone_is_said(content: EvidenceContent) -> None:
    alone = replace(content, declarant=replace(content.declarant, validator=""))
    assert "Nobody other than the operator" in visible(report(alone, Edition.REGULATOR, "en"))
    assert "Nobody other than the operator" not in visible(report(content, Edition.REGULATOR, "en"))


def test_parts_that_were_not_searched_are_in_the_first_lines(content: EvidenceContent) -> None:
    first_lines = visible(report(content, Edition.REQUESTER, "en")).split("Where we searched")[0]
    assert "In 20 photos no face could be compared" in first_lines
    assert "Some parts could not be searched" in first_lines


def test_a_first_checkpoint_claims_no_history_and_a_later_one_does(content: EvidenceContent) -> None:
    first = visible(report(content, Edition.REQUESTER, "en"))
    assert "This is the first checkpoint" in first
    head = base64.b64encode(journal(5).root).decode()
    later = replace(content, journal=journal(11, (f"{content.journal.origin}\n5\n{head}\n\n",)))
    assert "A consistency proof" in visible(report(later, Edition.REQUESTER, "en"))


def test_a_long_list_is_cut_and_says_where_the_rest_is(content: EvidenceContent) -> None:
    many = replace(content, hits=tuple(hit(number) for number in range(1, ROWS_SHOWN + 51)), read_backs=())
    for edition in Edition:
        page = report(many, edition, "en")
        assert "50 more are in the file data/hits.json" in visible(page)
        assert f">item-{ROWS_SHOWN:04d}<".encode() in page
        assert f">item-{ROWS_SHOWN + 1:04d}<".encode() not in page


def test_a_bundle_that_completes_another_names_it(content: EvidenceContent) -> None:
    earlier = EarlierBundle("ab" * 32, "2026-03-12T16:00:00Z", Relation.COMPLETES, quoted("one model was due later"))
    page = visible(report(replace(content, earlier=(earlier,)), Edition.REQUESTER, "en"))
    assert "This completes what we sealed on 12 March 2026: one model was due later" in page
    assert f"evidence.zip {'ab' * 32}" in page


def test_the_picture_of_lineage_draws_each_node_once(content: EvidenceContent) -> None:
    picture = lineage_svg(content.models, "en").decode()
    assert picture.count("<rect") == 4
    assert picture.count(">facenet-base@1<") == 1


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            (">dataset<", ">model<", ">fine-tuned from<", "(inferred)</title>", "Dashed: inferred."),
        ),
        (
            "de",
            (">Datenbestand<", ">Modell<", ">angepasst aus<", "(erschlossen)</title>", "Gestrichelt:"),
        ),
    ],
)
def test_the_picture_of_lineage_speaks_the_language_of_the_report(
    content: EvidenceContent, language: str, said: tuple[str, ...]
) -> None:
    picture = lineage_svg(content.models, language).decode()
    assert [word for word in said if word not in picture] == []
    assert picture.count("stroke-dasharray") == 1


def test_runs_between_models_are_not_named_and_only_the_recorded_role_is_said(content: EvidenceContent) -> None:
    path = (
        PathStep(Node("d", NodeKind.DATASET, "portraits", "2025-11")),
        PathStep(Node("r1", NodeKind.RUN, "train on gpu-07"), Role.TRAIN),
        PathStep(Node("b", NodeKind.MODEL, "base", "1"), Role.PRODUCE),
        PathStep(Node("r2", NodeKind.RUN, "tune on gpu-08"), Role.FINE_TUNE_BASE),
        PathStep(Node("e", NodeKind.EMBEDDING, "vectors of gpu-09"), Role.PRODUCE),
        PathStep(Node("m", NodeKind.MODEL, "kiosk", "2"), Role.EMBED),
    )
    entry = replace(content.models[0], model=replace(affected(*path), roles=(Role.FINE_TUNE_BASE,)))
    page = visible(report(replace(content, models=(entry,)), Edition.REQUESTER, "en"))
    assert "uses embeddings, fine-tuned from base@1, trained on portraits@2025-11, where 9 photos" in page
    assert "gpu-0" not in page


def test_who_saw_a_model_is_told_to_the_regulator_beside_the_officer_who_wrote_it_down(
    content: EvidenceContent,
) -> None:
    for language, said in (
        ("en", "(seen by Tove Berg; written down by Ben Okafor, 12 March 2026)"),
        ("de", "(beobachtet von Tove Berg; festgehalten von Ben Okafor, 12. März 2026)"),
    ):
        assert said in visible(report(content, Edition.REGULATOR, language))
        assert "Tove Berg" not in visible(report(content, Edition.REQUESTER, language))
    model = content.models[1]
    assert model.observed is not None
    own = replace(content, models=(replace(model, observed=replace(model.observed, by="")),))
    assert "(seen and written down by Ben Okafor, 12 March 2026)" in visible(report(own, Edition.REGULATOR, "en"))


def test_photos_do_not_count_as_searched_where_no_face_was_compared(nothing_found: EvidenceContent) -> None:
    searches = tuple(replace(one, result=replace(one.result, compared_faces=0)) for one in nothing_found.searches)
    said = visible(report(replace(nothing_found, searches=searches), Edition.REQUESTER, "en"))
    assert "No face was compared: 240 photos there were not searched by face." in said
    assert "We searched 2 dataset versions: 4,100 records." in said
    assert "We found no record of yours" in said
    assert "no photo and no record" not in said


def test_an_order_was_complied_with_only_where_all_that_was_found_was_dealt_with(content: EvidenceContent) -> None:
    order = replace(content, case=replace(content.case, law=Law.ORDER), review=replace(content.review, unsure=0))
    compliance, handling = "Evidence of compliance with an order", "Evidence of the handling of an order"
    still = replace(content.read_backs[0], seen=Seen.STILL_THERE)
    for edition in Edition:
        assert compliance in visible(report(order, edition, "en"))
        for short in (
            replace(order, actions=(), read_backs=(), custody=()),
            replace(order, read_backs=(still, *order.read_backs[1:])),
            replace(order, review=replace(order.review, not_reviewed=1)),
            replace(order, hits=(), read_backs=()),
        ):
            page = visible(report(short, edition, "en"))
            assert handling in page
            assert compliance not in page


def test_nothing_found_is_not_said_while_something_is_undecided(nothing_found: EvidenceContent) -> None:
    for edition, nothing in (
        (Edition.REQUESTER, "We found no photo"),
        (Edition.REGULATOR, "Nothing was found in what"),
    ):
        assert nothing in visible(report(nothing_found, edition, "en"))
        open_ = replace(nothing_found, review=replace(nothing_found.review, not_reviewed=3))
        page = visible(report(open_, edition, "en"))
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
        assert words in visible(report(reviewed, edition, "en"))
        assert any(words in one["says"] for one in predicate(reviewed, edition, "en")["declared"])


def test_rounds_are_told_apart_and_the_newest_look_counts(content: EvidenceContent) -> None:
    """What an earlier look found still there was dealt with in the next round; both stay visible."""
    found = tuple(replace(one, seen=Seen.STILL_THERE, superseded=True) for one in content.read_backs)
    gone = tuple(replace(one, seen=Seen.GONE, round=2) for one in content.read_backs)
    again = tuple(replace(one, ref=f"action-01{number}", round=2) for number, one in enumerate(content.actions))
    twice = replace(content, read_backs=(*found, *gone), actions=(*content.actions, *again), retained=())
    assert twice.tally.seen() == {Seen.GONE: 10}
    page = visible(report(twice, Edition.REGULATOR, "en"))
    assert "All 10 are deleted there" in page
    assert page.count("round 1") == len({one.how for one in found}) + len(content.actions) + len(content.searches)
    assert "round 2" in page
    assert "still there" in page
    assert "round 1" not in visible(report(content, Edition.REGULATOR, "en"))


def test_a_case_in_which_nothing_was_deleted_claims_nothing_of_copies(content: EvidenceContent) -> None:
    access = replace(content, read_backs=(), actions=(), custody=())
    page = visible(report(access, Edition.REQUESTER, "en"))
    assert "no copy is left anywhere" not in page
    assert "What is called gone" not in page
    assert "no copy is left anywhere" in visible(report(content, Edition.REQUESTER, "en"))
