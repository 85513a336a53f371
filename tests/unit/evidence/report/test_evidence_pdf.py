"""The requester's PDF: tagged, encrypted, word for word the report, and bound to what was signed."""

from __future__ import annotations

import io
import random
import re
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from dsr_desk.core.language import LANGUAGES
from dsr_desk.core.requests import Right
from dsr_desk.evidence.contents.content import Edition, EvidenceContent
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
