"""open-me.html in a real browser from a file, with the network off."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from evidence_browser import Page, browser

from dsr_desk.core.message import quoted
from dsr_desk.core.requests import Right
from dsr_desk.evidence.contents.content import EarlierBundle, Edition, EvidenceContent, Relation
from dsr_desk.evidence.seal import Sealed, seal
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.verifying.verify import verify

ENTER, TAB = 13, 9


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def sealed(content: EvidenceContent, signer: Signer, tmp_path: Path) -> Sealed:
    return seal(content, Edition.REQUESTER, signer, tmp_path / "open-me.html")


def unlock(page: Page, sealed: Sealed, passphrase: str | None = None) -> None:
    page.open(sealed.path)
    page.type(passphrase or sealed.passphrase or "")
    page.press("Enter", ENTER)
    page.wait("document.getElementById('report')")


def test_the_passphrase_opens_the_report_without_any_request(page: Page, sealed: Sealed) -> None:
    page.requests.clear()
    page.violations.clear()
    unlock(page, sealed)
    assert page.requests == [sealed.path.as_uri()]
    assert page.violations == []
    report = page.value("document.getElementById('report').innerText")
    assert "We found 9 photos and 1 record of yours." in report
    assert "trained on portraits@2025-11; portraits@2025-11 holds 9 photos of yours" in report
    assert page.value("document.title") == "Answer to your request"
    assert page.value("document.activeElement.id") == "report"


def test_capitals_spaces_and_hyphens_do_not_matter(page: Page, sealed: Sealed) -> None:
    unlock(page, sealed, (sealed.passphrase or "").upper().replace("-", "  "))


def test_a_wrong_passphrase_says_so_and_lets_the_person_try_again(page: Page, sealed: Sealed) -> None:
    page.open(sealed.path)
    assert page.value("getComputedStyle(document.getElementById('wrong')).display") == "none"
    page.type("bafogi")
    page.press("Enter", ENTER)
    page.wait("!document.getElementById('wrong').hidden")
    assert page.value("document.getElementById('wrong').getAttribute('role')") == "alert"
    assert "does not open" in page.value("document.getElementById('wrong').innerText")
    assert page.value("document.activeElement.id") == "passphrase"
    assert page.value("document.getElementById('report')") is None
    page.type(sealed.passphrase or "")
    page.press("Enter", ENTER)
    page.wait("document.getElementById('report')")


def test_nothing_of_the_person_stands_on_the_closed_page(page: Page, sealed: Sealed) -> None:
    page.open(sealed.path)
    assert "Lindqvist" not in page.value("document.documentElement.outerHTML")
    assert b"Lindqvist" not in sealed.path.read_bytes()


def test_the_proof_that_the_page_saves_verifies(page: Page, sealed: Sealed, signer: Signer, tmp_path: Path) -> None:
    unlock(page, sealed)
    page.value(
        "(() => { window.saved = []; const make = URL.createObjectURL;"
        "URL.createObjectURL = blob => { window.saved.push(blob); return make.call(URL, blob); }; })()"
    )
    page("Browser.setDownloadBehavior", behavior="deny")
    page.value("document.getElementById('save').click()")
    data = bytes(page.value("saved[0].arrayBuffer().then(buffer => Array.from(new Uint8Array(buffer)))"))
    saved = tmp_path / page.value("document.getElementById('save').dataset.name")
    saved.write_bytes(data)
    assert saved.name == "evidence-2026-001.zip"
    assert verify(saved, expected_certificate=signer.fingerprint).ok
    assert {"evidence.zip", "evidence.zip.p7s", "VERIFY.txt"} <= set(zipfile.ZipFile(io.BytesIO(data)).namelist())


def test_it_fits_a_phone_and_every_control_is_reached_by_keyboard(
    page: Page, content: EvidenceContent, signer: Signer, tmp_path: Path
) -> None:
    earlier = EarlierBundle("ab" * 32, "2026-03-12T16:00:00Z", Relation.COMPLETES, quoted("one model was due later"))
    sealed = seal(replace(content, earlier=(earlier,)), Edition.REQUESTER, signer, tmp_path / "open-me.html")
    page("Emulation.setDeviceMetricsOverride", width=360, height=740, deviceScaleFactor=2, mobile=True)
    try:
        unlock(page, sealed)
        assert page.value("document.documentElement.scrollWidth") <= 360
        page.value("document.body.focus(); document.activeElement.blur()")
        reached = []
        for _ in range(3):
            page.press("Tab", TAB)
            reached.append(page.value("document.activeElement.id"))
        assert {"save", "print"} <= set(reached)
    finally:
        page("Emulation.clearDeviceMetricsOverride")


def test_a_screen_reader_gets_labels_tables_and_headings(page: Page, sealed: Sealed) -> None:
    page.open(sealed.path)
    page("Accessibility.enable")
    nodes = page("Accessibility.getFullAXTree")["nodes"]
    named = {(node["role"]["value"], node["name"]["value"]) for node in nodes if "role" in node and "name" in node}
    assert ("textbox", "Passphrase") in named
    assert ("button", "Open") in named
    page.type(sealed.passphrase or "")
    page.press("Enter", ENTER)
    page.wait("document.getElementById('report')")
    nodes = page("Accessibility.getFullAXTree")["nodes"]
    named = {(node["role"]["value"], node["name"]["value"]) for node in nodes if "role" in node and "name" in node}
    assert {("heading", "In short"), ("table", "What we found"), ("columnheader", "Afterwards")} <= named


def test_it_prints_on_a4_and_letter_without_the_wrapper(page: Page, sealed: Sealed) -> None:
    unlock(page, sealed)
    for width, height in ((8.27, 11.69), (8.5, 11.0)):
        printed = pypdfium2.PdfDocument(page.pdf(paperWidth=width, paperHeight=height, preferCSSPageSize=False))
        text = "".join(sheet.get_textpage().get_text_range() for sheet in printed)
        assert 2 <= len(printed) <= 8
        assert "Answer to your request" in text
        assert "Save the proof" not in text
        printed.close()


def test_german_pages_speak_german(page: Page, content: EvidenceContent, signer: Signer, tmp_path: Path) -> None:
    sealed = seal(content, Edition.REQUESTER, signer, tmp_path / "open-me.html", language="de")
    page.open(sealed.path)
    assert page.value("document.documentElement.lang") == "de"
    assert page.value("document.querySelector('label').innerText") == "Passphrase"
    page.type(sealed.passphrase or "")
    page.press("Enter", ENTER)
    page.wait("document.getElementById('report')")
    assert "Wir haben 9 Fotos und 1 Datensatz von Ihnen gefunden." in page.value("document.body.innerText")


def test_her_face_is_shown_when_she_asked_for_access(
    page: Page, content: EvidenceContent, signer: Signer, tmp_path: Path
) -> None:
    asked = replace(content, case=replace(content.case, right=Right.ACCESS))
    unlock(page, seal(asked, Edition.REQUESTER, signer, tmp_path / "open-me.html"))
    page.wait("[...document.images].every(image => image.complete)")
    assert page.value("[...document.images].filter(image => image.naturalWidth === 256).length") == 9
    assert page.value("document.images[0].alt") == "Your face, cut from item-0001"
