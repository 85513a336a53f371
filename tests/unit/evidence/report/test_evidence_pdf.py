"""The requester's PDF: tagged, encrypted, word for word the report, and bound to what was signed."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
import typst

from dsr_desk.core.language import LANGUAGES
from dsr_desk.core.requests import Right
from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.report import pdf
from dsr_desk.evidence.report.blocks import blocks_of
from dsr_desk.evidence.report.page import report
from dsr_desk.evidence.report.pdf import open_pdf
from dsr_desk.evidence.seal import Sealed, sign, wrap_pdf
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.verifying.check_bundle import EVIDENCE, Refused, members_of
from dsr_desk.evidence.verifying.open import open_bundle
from dsr_desk.evidence.verifying.verify import SecretNeeded, verify


@pytest.fixture
def sealed(content: EvidenceContent, signer: Signer, tmp_path: Path) -> Sealed:
    return wrap_pdf(sign(content, Edition.REQUESTER, signer, "en"), tmp_path / "answer.pdf")


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b\u00ad\ufffe\x02-]+", "", text)


def text_of(data: bytes, passphrase: str | None = None) -> str:
    document = pypdfium2.PdfDocument(data, password=passphrase)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def test_the_pdf_opens_with_the_passphrase_alone_and_verifies(sealed: Sealed, signer: Signer) -> None:
    data = sealed.path.read_bytes()
    assert "We found 9 photos and 1 record of yours." in text_of(data, sealed.passphrase)
    with pytest.raises(pypdfium2.PdfiumError):
        text_of(data)
    assert b"photos" not in data
    result = verify(sealed.path, sealed.passphrase, expected_certificate=signer.fingerprint)
    assert result.ok
    assert not verify(sealed.path, "bafogi").ok
    with pytest.raises(SecretNeeded):
        verify(sealed.path)


def test_it_is_aes_256_and_tagged_with_language_and_title(sealed: Sealed) -> None:
    with pikepdf.open(sealed.path, password=sealed.passphrase or "") as document:
        assert document.encryption.R == 6
        assert document.encryption.stream_method == pikepdf.models.EncryptionMethod.aesv3
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "en"
        assert document.open_metadata()["pdfuaid:part"] == "1"
        assert document.docinfo.get("/Title") == "Answer to your request"


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_the_pages_say_every_word_of_the_report(content: EvidenceContent, signer: Signer, language: str) -> None:
    nasty = replace(content, retained=(replace(content.retained[0], ground="#panic() *x* [y] $z$ \\ `c` https://x"),))
    page = report(nasty, Edition.REQUESTER, language)
    archive = sign(nasty, Edition.REQUESTER, signer, language).in_memory[EVIDENCE]
    pages = squeezed(text_of(members_of(archive)["data/report.pdf"]))
    for block in blocks_of(page):
        inner = block.get("blocks", [block])
        for piece in inner:
            for runs in (piece.get("runs"), *piece.get("items", [])):
                assert squeezed("".join(run["text"] for run in runs or [])) in pages


def pages_with(content: EvidenceContent, signer: Signer, said: str) -> bytes:
    """The pages of a report that says these words."""
    told = replace(content, retained=(replace(content.retained[0], ground=said),))
    return members_of(sign(told, Edition.REQUESTER, signer, "de").in_memory[EVIDENCE])["data/report.pdf"]


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
    pages = members_of(sign(long, Edition.REQUESTER, signer, "en").in_memory[EVIDENCE])["data/report.pdf"]
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
    asked = replace(content, case=replace(content.case, right=Right.ACCESS))
    archive = sign(asked, Edition.REQUESTER, signer, "de").in_memory[EVIDENCE]
    with pikepdf.open(io.BytesIO(members_of(archive)["data/report.pdf"])) as document:
        alternatives = [
            str(one["/Alt"]) for one in document.objects if isinstance(one, pikepdf.Dictionary) and "/Alt" in one
        ]
        assert len(alternatives) == 9
        assert "Ihr Gesicht, ausgeschnitten aus item-0001" in alternatives


def test_the_pages_are_the_same_each_time(content: EvidenceContent, signer: Signer) -> None:
    first, second = (sign(content, Edition.REQUESTER, signer, "en").digest for _ in range(2))
    assert first == second


def test_pages_that_were_rewritten_by_who_knows_the_passphrase_are_refused(sealed: Sealed, tmp_path: Path) -> None:
    passphrase = sealed.passphrase or ""
    changed = tmp_path / "changed.pdf"
    with pikepdf.open(sealed.path, password=passphrase) as document:
        document.pages[0].contents_add(b"0 0 0 rg 0 0 200 200 re f")
        document.save(changed, encryption=pikepdf.Encryption(user=passphrase, owner="o" * 20, R=6))
    assert "not the report that was signed" in verify(changed, passphrase).checks[0].says.say()
    with pikepdf.open(sealed.path, password=passphrase) as document:
        document.save(changed)
    assert not verify(changed, passphrase).ok


def test_changed_bytes_and_truncations_never_show_other_pages(sealed: Sealed) -> None:
    data, passphrase = sealed.path.read_bytes(), sealed.passphrase or ""
    chance, bundle = random.Random(2), members_of(open_pdf(data, passphrase))
    for place in chance.sample(range(len(data)), 80):
        changed = bytearray(data)
        changed[place] ^= 1 << chance.randrange(8)
        try:
            assert members_of(open_pdf(bytes(changed), passphrase)) == bundle
        except Refused:
            continue
    with pytest.raises(Refused):
        open_pdf(data[: len(data) // 2], passphrase)


def test_opening_a_pdf_gives_the_evidence(sealed: Sealed, tmp_path: Path) -> None:
    opened = open_bundle(sealed.path, tmp_path / "out", sealed.passphrase)
    assert opened[0].name == "report.html"
    assert verify(tmp_path / "out").ok
