"""dsr-desk case new with a letter that is a picture: it is kept, and what it says is given by options."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from dsr_desk.app.case.cases import show_case
from dsr_desk.app.case.letters import letter_of
from dsr_desk.app.desk import Desk
from dsr_desk.cli.main import main
from quick_keys import make_keys_quick

PASSPHRASE = "a passphrase for commands"


pytestmark = pytest.mark.usefixtures("quick_cells")


@pytest.fixture(autouse=True)
def _quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    make_keys_quick(monkeypatch)


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    desk, _ = Desk.create(tmp_path / "vault", "Org", "Ada", PASSPHRASE)
    desk.close()
    (tmp_path / "pass").write_text(PASSPHRASE)
    return tmp_path / "vault"


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "sheet.png"
    Image.new("RGB", (400, 560), "white").save(path)
    return path


def new(vault: Path, *words: str) -> Result:
    return CliRunner().invoke(
        main, ["case", "new", "--vault", str(vault), "--passphrase-file", str(vault.parent / "pass"), "--json", *words]
    )


SAID = ("--right", "erasure", "--law", "eu-gdpr", "--received", "2026-11-05", "--without-photo")


def test_a_scan_is_opened_with_what_it_says_and_kept_as_it_came(vault: Path, sheet: Path) -> None:
    result = new(vault, "--request", str(sheet), *SAID, "--add", "name=Jane Roe", "--add", "e-mail=jane@example.org")
    assert result.exit_code == 0, result.output
    made: dict[str, Any] = json.loads(result.output)
    with Desk.open(vault, PASSPHRASE) as desk:
        case = show_case(desk, made["case"])
        kept = letter_of(desk, made["case"])
    assert (case.identifiers.names, case.identifiers.emails) == (("Jane Roe",), ("jane@example.org",))
    assert case.received == date(2026, 11, 5)
    assert case.photos == ()
    assert kept is not None
    assert kept.data == sheet.read_bytes()


def test_what_is_added_says_what_it_is(vault: Path, sheet: Path) -> None:
    result = new(vault, "--request", str(sheet), *SAID, "--add", "Jane Roe")
    assert result.exit_code == 2
    assert "KIND=VALUE" in result.output
