"""The requester's PDF: tagged, and word for word the report."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pikepdf
import pypdfium2
import pytest
import typst
from evidence_sample import told
from report_pages import undone

from dsr_desk.core.language import LANGUAGES
from dsr_desk.core.requests import Right
from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.report import pdf
from dsr_desk.evidence.seal import sign
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.verifying.check_bundle import EVIDENCE, members_of


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b\u00ad\ufffe\x02-]+", "", text)


def text_of(data: bytes, passphrase: str | None = None) -> str:
    document = pypdfium2.PdfDocument(data, password=passphrase)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_the_pages_say_every_word_of_the_report(content: EvidenceContent, signer: Signer, language: str) -> None:
    nasty = replace(content, retained=(replace(content.retained[0], ground="#panic() *x* [y] $z$ \\ `c` https://x"),))
    members = members_of(sign(told(nasty), Edition.REQUESTER, signer, language).in_memory[EVIDENCE])
    pages = squeezed(text_of(members["data/report.pdf"]))
    said = list(texts(json.loads(members["data/report.json"])["blocks"]))
    assert len(said) > 100
    assert [one for one in said if squeezed(one) not in pages] == []


def texts(node: Any) -> Iterator[str]:
    """What blocks say, but for names of tables that are read aloud."""
    if isinstance(node, list):
        for one in node:
            yield from texts(one)
    elif isinstance(node, dict) and "style" in node:
        yield node.get("text", "")
    elif isinstance(node, dict):
        for name, one in node.items():
            if name not in ("title", "alt"):
                yield from texts(one)


def pages_with(content: EvidenceContent, signer: Signer, said: str) -> bytes:
    """The pages of a report that says these words."""
    said_so = replace(content, retained=(replace(content.retained[0], ground=said),))
    return members_of(sign(told(said_so), Edition.REQUESTER, signer, "de").in_memory[EVIDENCE])["data/report.pdf"]


class Panic(BaseException):
    """How the engine gives up, as Python sees it."""


def compiler(monkeypatch: pytest.MonkeyPatch, refuses: Callable[[str], type[BaseException] | None]) -> list[bool]:
    """Leaves the engine its own fonts alone and refuses some texts more; tells whether each was to be so."""
    asked, real = [], typst.Compiler

    class Compiler:
        def __init__(self, *, ignore_system_fonts: bool) -> None:
            asked.append(ignore_system_fonts)
            self.real = real(ignore_system_fonts=True)

        def compile(self, template: bytes, *, sys_inputs: dict[str, str], **options: Any) -> Any:
            if refused := refuses(sys_inputs["report"].encode().decode("unicode-escape")):
                raise refused
            return self.real.compile(template, sys_inputs=sys_inputs, **options)

    monkeypatch.setattr(pdf.typst, "Compiler", Compiler)
    return asked


@pytest.mark.parametrize("name", ["山田太郎", "portraits 😀", "Προϊόν Жук שרה", "noncharacter\uffff", "ไทย"])
def test_a_name_in_any_script_seals_and_nothing_of_it_is_lost(
    content: EvidenceContent, signer: Signer, name: str
) -> None:
    pages = pages_with(content, signer, name)
    text = squeezed(text_of(pages))
    assert [one for one in squeezed(name) if one not in text and f"U+{ord(one):04X}" not in text] == []
    assert "März" in text
    with pikepdf.open(io.BytesIO(pages)) as document:
        assert document.open_metadata()["pdfuaid:part"] == "1"


def test_what_no_font_shows_stands_there_as_its_code_points(
    content: EvidenceContent, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = compiler(monkeypatch, lambda _: None)
    text = squeezed(text_of(pages_with(content, signer, "für 山田-Weiß 😀")))
    assert "für[U+5C71U+7530]Weiß[U+1F600]" in text
    assert asked == [True, False]


def test_the_usual_report_is_drawn_with_the_fonts_of_the_program(
    content: EvidenceContent, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = compiler(monkeypatch, lambda _: None)
    pages_with(content, signer, "für Zoë Łukasz, Ελένη, Жук")
    assert asked == [True]


def test_a_word_that_cannot_be_drawn_though_its_characters_can_is_written_out(
    content: EvidenceContent, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiler(monkeypatch, lambda said: typst.TypstError if "qéñ" in said else None)
    assert "q[U+00E9U+00F1]für" in squeezed(text_of(pages_with(content, signer, "qéñ für")))


def test_a_panic_of_the_engine_costs_letters_and_not_the_bundle(
    content: EvidenceContent, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiler(monkeypatch, lambda said: Panic if "ñ ü" in said else None)
    assert "[U+00F1][U+00FC]" in squeezed(text_of(pages_with(content, signer, "ñ ü")))


def test_a_name_without_blanks_breaks_and_touches_nothing_beside_it(content: EvidenceContent, signer: Signer) -> None:
    long = replace(content, hits=tuple(replace(hit, dataset_version="Q" * 300) for hit in content.hits))
    pages = members_of(sign(told(long), Edition.REQUESTER, signer, "en").in_memory[EVIDENCE])["data/report.pdf"]
    assert "Q" * 300 in squeezed(text_of(pages))
    document = pypdfium2.PdfDocument(pages)
    for page in document:
        shown = page.get_textpage()
        characters = list(shown.get_text_range())
        boxes = [(one, shown.get_charbox(place)) for place, one in enumerate(characters) if one.strip("\u200b\r\n ")]
        assert all(box[0] >= 50 and box[2] <= page.get_width() - 50 for _, box in boxes)
        others = [box for one, box in boxes if one != "Q"]
        for left, bottom, right, top in (box for one, box in boxes if one == "Q"):
            assert not [
                a for a in others if a[0] < right - 1 and a[2] > left + 1 and a[1] < top - 1 and a[3] > bottom + 1
            ]
    document.close()


def test_her_faces_are_in_it_with_their_alternative_texts(content: EvidenceContent, signer: Signer) -> None:
    asked = undone(replace(content, case=replace(content.case, right=Right.ACCESS)))
    archive = sign(told(asked), Edition.REQUESTER, signer, "de").in_memory[EVIDENCE]
    with pikepdf.open(io.BytesIO(members_of(archive)["data/report.pdf"])) as document:
        alternatives = [
            str(one["/Alt"]) for one in document.objects if isinstance(one, pikepdf.Dictionary) and "/Alt" in one
        ]
        assert len(alternatives) == 9
        assert "Ihr Gesicht, ausgeschnitten aus item-0001" in alternatives


def test_the_pages_are_the_same_each_time(content: EvidenceContent, signer: Signer) -> None:
    first, second = (sign(told(content), Edition.REQUESTER, signer, "en").digest for _ in range(2))
    assert first == second
