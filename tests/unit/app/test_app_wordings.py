"""What a case holds are codes: what an older program worded otherwise is said as it is worded today."""

from __future__ import annotations

import json

import pytest

from dsr_desk.app.case import deleting, searching
from dsr_desk.core import message as messages
from dsr_desk.core.acts import Kind
from dsr_desk.core.message import said_all
from dsr_desk.storage.clock import now
from unit.app.small_case import Small

OLDER = "As it was worded once"


@pytest.fixture
def older(small: Small, monkeypatch: pytest.MonkeyPatch) -> Small:
    """A case that was planned, run and read back by a program with another catalogue."""
    with monkeypatch.context() as once:
        once.setattr(messages, "form_of", lambda code, _language: f"{OLDER}: {code}")
        small.deleted()
        deleting.read_back(small.desk, small.ref)
    return small


def kept(small: Small, kind: Kind) -> str:
    """All that the acts of this kind hold, as text."""
    log, case = small.desk.vault.log, small.desk.case(small.ref)
    entries = [entry.seq for entry in log.entries(case.id, kinds=[kind])]
    rows = [row.value for seq in entries for row in log.rows(seq)]
    return json.dumps([[small.desk.values(seq) for seq in entries], rows])


@pytest.mark.parametrize("kind", [Kind.SEARCHED, Kind.PLANNED, Kind.READ_BACK])
def test_acts_hold_the_sentence_beside_its_code(older: Small, kind: Kind) -> None:
    assert OLDER in kept(older, kind)


def test_what_was_read_back_is_said_in_german(older: Small) -> None:
    found = deleting.show_plan(older.desk, older.ref).read_back
    assert found is not None
    said = said_all(found.headline, "de")
    assert said.startswith("Nachgesehen: Wo dieses Programm nachsah, ist nichts vom Gelöschten mehr da. ")
    assert found.checks[0].name.say("de") == "Prüfsummen des Inhalts"
    assert all(OLDER not in check.says.say(language) for check in found.checks for language in ("en", "de"))


def test_what_was_searched_is_said_in_german(older: Small) -> None:
    result = searching.last_search(older.desk, older.ref)
    assert result is not None
    assert "durchsucht" in said_all(result.statement, "de")
    assert OLDER not in said_all(result.statement)


def test_a_plan_is_the_one_that_was_approved_however_it_is_worded(small: Small) -> None:
    made = small.approved()
    plan = deleting.show_plan(made.desk, made.ref).plan
    asked = next(one for one in plan.actions if one.instruction)
    with pytest.MonkeyPatch.context() as later:
        later.setattr(messages, "form_of", lambda code, _language: f"As it is worded one day: {code}")
        again = deleting.show_plan(made.desk, made.ref)
        assert again.plan.digest == plan.digest
        assert again.plan.action(asked.id).letter().startswith("As it is worded one day")
        deleting.run(made.desk, made.ref)
    assert deleting.read_back(made.desk, made.ref).time <= now()


def test_the_log_still_holds(older: Small) -> None:
    assert older.desk.vault.problems() == []
