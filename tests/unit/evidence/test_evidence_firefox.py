"""open-me.html in a real Firefox from a file, with the network off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from evidence_firefox import ENTER, Firefox, firefox

from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.seal import seal
from dsr_desk.evidence.signed.signing import Signer


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Firefox]:
    profile = tmp_path / "profile"
    profile.mkdir()
    with firefox(profile) as opened:
        yield opened


def test_firefox_refuses_a_wrong_passphrase_and_opens_with_the_right_one(
    page: Firefox, content: EvidenceContent, signer: Signer, tmp_path: Path
) -> None:
    sealed = seal(content, Edition.REQUESTER, signer, tmp_path / "open-me.html")
    page("WebDriver:Navigate", url=sealed.path.as_uri())
    page.type("#passphrase", f"bafogi{ENTER}")
    page.wait("!document.getElementById('wrong').hidden")
    assert page.value("document.getElementById('report')") is None
    page.value("document.getElementById('passphrase').value = ''")
    page.type("#passphrase", f"{sealed.passphrase}{ENTER}")
    page.wait("document.getElementById('report')")
    assert "We found 9 photos and 1 record of yours." in page.value("document.body.innerText")
    assert page.value("performance.getEntriesByType('resource').length") == 0
    assert page.value("getComputedStyle(document.querySelector('.report .short')).borderLeftStyle") == "solid"
