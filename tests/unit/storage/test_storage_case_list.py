"""The list of cases and their snapshots follow from the log: always right, made anew at will, never relied on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dsr_desk.app.desk import Desk
from dsr_desk.core.refusals import CandidateMissing
from dsr_desk.storage import case_list
from hand_made import ANN, REF, ByHand, quick


@pytest.fixture
def desk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    quick(monkeypatch)
    desk, _ = Desk.create(folder, "Example Ltd", "Ann", ANN)
    yield desk
    desk.close()


def row(desk: Desk) -> dict[str, object]:
    (row,) = desk.vault.db.query("SELECT * FROM case_list")
    return row


def test_the_row_of_a_case_is_that_of_its_fold_after_every_act(desk: Desk) -> None:
    hand = ByHand(desk)
    hand.open()
    steps = (
        lambda: hand.search("a", "b"),
        lambda: hand.decide("a", "same"),
        lambda: hand.decide("b", "unsure"),
        lambda: hand.decide("b", "different"),
        lambda: hand.plan("a"),
        hand.approve,
        lambda: hand.run("a"),
        lambda: hand.read_back("a"),
        hand.close,
    )
    seen = []
    for step in steps:
        step()
        assert row(desk) == case_list.summary_row(desk.case(REF), desk.vault.roster)
        seen.append(row(desk)["summary"])
    assert len(set(seen)) >= 7
    assert desk.vault.problems() == []


def test_a_case_opened_from_its_snapshot_is_the_one_folded_from_the_beginning(desk: Desk, folder: Path) -> None:
    ByHand(desk).finish()
    whole = desk.case(REF).dump()
    assert desk.vault.db.table("snapshots").count == 1
    desk.close()
    with Desk.open(folder, ANN) as again:
        assert again.case(REF).dump() == whole
        with again.vault.transaction() as db:
            db.conn.execute("DELETE FROM snapshots")
    with Desk.open(folder, ANN) as again:
        assert again.case(REF).dump() == whole
        assert again.vault.problems() == []


@pytest.mark.parametrize("state", ["", "{", "{}", "[]", "7", '{"id":7}', b"\x00"])
def test_a_damaged_snapshot_is_left_aside(desk: Desk, folder: Path, state: object) -> None:
    ByHand(desk).finish()
    whole = desk.case(REF).dump()
    desk.vault.db.conn.execute("UPDATE snapshots SET state = ?", [state])
    desk.vault.db.conn.commit()
    desk.close()
    with Desk.open(folder, ANN) as again:
        assert again.case(REF).dump() == whole


def test_the_list_names_cases_the_open_ones_by_due_date_first(desk: Desk) -> None:
    with desk.vault.transaction() as db:
        for ident, ref, due, ended in (
            ("c1", "2026-001", "2026-03-01", "2026-01-05"),
            ("c2", "2026-002", "2026-05-01", ""),
            ("c3", "2026-003", "2026-04-01", ""),
        ):
            db.conn.execute("INSERT INTO case_list VALUES (?, ?, 1, ?, ?, '{}')", [ident, ref, due, ended])
    cases = desk.vault.cases
    assert [(one.ref, one.due, one.ended) for one in cases.all()] == [
        ("2026-003", "2026-04-01", ""), ("2026-002", "2026-05-01", ""), ("2026-001", "2026-03-01", "2026-01-05"),
    ]  # fmt: skip
    assert list(cases.refs().items()) == [("c1", "2026-001"), ("c2", "2026-002"), ("c3", "2026-003")]
    assert (cases.id_of("2026-002"), cases.id_of("2026-009")) == ("c2", None)


def test_the_highest_number_of_a_year_is_no_matter_of_spelling(desk: Desk) -> None:
    assert desk.vault.cases.numbers() == {}
    with desk.vault.transaction() as db:
        for ref in ("2025-002", "2026-999", "2026-1000", "imported"):
            db.conn.execute("INSERT INTO case_list VALUES (?, ?, 1, '', '', '')", [ref, ref])
    assert desk.vault.cases.numbers() == {"2025": 2, "2026": 1000}


def test_a_snapshot_is_written_once_so_many_entries_came(desk: Desk) -> None:
    hand = ByHand(desk)
    hand.open()
    case = desk.case(REF)
    assert not case_list.snapshot_is_due(case, case_list.AT_LEAST - 1)
    assert case_list.snapshot_is_due(case, case_list.AT_LEAST)
    case.entries = 10_000
    assert not case_list.snapshot_is_due(case, 10_000 // case_list.GROWS_BY - 1)
    assert case_list.snapshot_is_due(case, 10_000 // case_list.GROWS_BY)


def test_an_act_that_is_refused_leaves_neither_entry_nor_row(desk: Desk) -> None:
    hand = ByHand(desk)
    hand.open()
    before, size = row(desk), desk.vault.log.size
    with pytest.raises(CandidateMissing):
        hand.decide("nobody", "same")
    assert (row(desk), desk.vault.log.size) == (before, size)
    assert desk.vault.problems() == []
