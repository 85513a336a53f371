"""dsr-desk case list: whom the cases are about, and which of them are asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from dsr_desk.app.case.case_list import CaseStanding
from dsr_desk.app.case.cases import open_case
from dsr_desk.app.case.drafts import correct, understand
from dsr_desk.app.desk import Desk
from dsr_desk.cli.case_show import STANDINGS
from dsr_desk.cli.main import main
from dsr_desk.core.message import message
from dsr_desk.core.requests import Found, FoundKind, Law, Right

Command = Callable[..., str]


@pytest.fixture
def listed(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """What the command writes on a desk with Jane's erasure and Zoë's access."""
    for name, right in (("Jane Roe", Right.ERASURE), ("Zoë Kim", Right.ACCESS)):
        found = (Found(FoundKind.NAME, name, message("where.letter")),)
        draft = correct(understand(None, []), right=right, law=Law.EU_GDPR, received=date.today(), found=found)
        open_case(desk, draft, confirmed=True, without_photo=True)
    secret = tmp_path / "secret"
    secret.write_text("any words")
    monkeypatch.setattr(Desk, "open", lambda *_: nullcontext(desk))

    def run(*words: str) -> str:
        line = ["case", "list", "--vault", str(tmp_path), "--passphrase-file", str(secret), *words]
        done = CliRunner().invoke(main, line, catch_exceptions=False)
        assert done.exit_code == 0
        return done.stdout

    return run


def names(written: str) -> list[list[str]]:
    return [one["names"] for one in json.loads(written)]


def test_each_case_is_listed_with_whom_it_is_about(listed: Command) -> None:
    first, second = listed().splitlines()
    assert "Jane Roe  erasure" in first
    assert "Zoë Kim  access" in second
    assert names(listed("--json")) == [["Jane Roe"], ["Zoë Kim"]]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--words", "zoe"), [["Zoë Kim"]]),
        (("--right", "erasure"), [["Jane Roe"]]),
        (("--state", "new", "--words", "roe jane"), [["Jane Roe"]]),
        (("--standing", "late"), []),
        (("--standing", "open"), [["Jane Roe"], ["Zoë Kim"]]),
        (("--orders",), []),
    ],
)
def test_the_list_is_narrowed_as_in_the_window(listed: Command, words: tuple[str, ...], found: list[list[str]]) -> None:
    assert names(listed("--json", *words)) == found


def test_every_standing_of_the_window_can_be_asked_for() -> None:
    assert list(STANDINGS) == [one.value for one in CaseStanding]


def test_where_nothing_fits_it_is_said_how_many_cases_there_are(listed: Command) -> None:
    assert listed("--words", "nobody").strip() == "None of 2 cases is such."
