"""What is typed and no act yet: kept by form and part, and made for vaults of before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dsr_desk.app.case import ending
from dsr_desk.app.desk import CaseMissing, Desk
from dsr_desk.app.vault.unsaved import drop, keep_part, keep_typed, kept_part, typed_before, typed_now
from dsr_desk.core.requests import CaseState
from hand_made import ANN, REF, ByHand


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made, _ = Desk.create(tmp_path / "vault", "Example Ltd", "Ann", ANN)
    ByHand(made).open()
    yield made
    made.close()


def test_what_was_typed_is_given_back_with_its_case_and_who_typed_it(desk: Desk) -> None:
    keep_typed(desk, typed_now(desk, "request", "Request", REF, {"name": "Zoë", "on": True}))
    (one,) = typed_before(desk)
    assert (one.place, one.title, one.case, one.officer) == ("request", "Request", REF, "Ann")
    assert one.values == {"name": "Zoë", "on": True}


def test_a_part_is_replaced_and_the_others_stay(desk: Desk) -> None:
    keep_part(desk, "new", "read", b"letter")
    for text in ("a", "ab"):
        keep_typed(desk, typed_now(desk, "new", "New case", "", {"name": text}))
    assert kept_part(desk, "new", "read") == b"letter"
    assert [one.values for one in typed_before(desk)] == [{"name": "ab"}]
    drop(desk, "new")
    assert kept_part(desk, "new", "read") is None
    assert typed_before(desk) == []


def test_the_newest_comes_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for place, when in (("a", "2026-01-02T00:00:00Z"), ("b", "2026-01-03T00:00:00Z"), ("c", "2026-01-01T00:00:00Z")):
        monkeypatch.setattr("dsr_desk.app.vault.unsaved.now", lambda when=when: when)
        keep_typed(desk, typed_now(desk, place, place, "", {}))
    assert [one.place for one in typed_before(desk)] == ["b", "a", "c"]


def test_nothing_is_kept_of_a_case_that_was_forgotten_meanwhile_or_is_not_there(desk: Desk) -> None:
    typed = typed_now(desk, "request", "Request", REF, {"name": "Zoë"})
    keep_typed(desk, typed)
    ending.end_case(desk, REF, CaseState.WITHDRAWN, "withdrawn")
    keep_typed(desk, typed)
    ending.forget_case(desk, REF)
    keep_typed(desk, typed)
    assert typed_before(desk) == []
    with pytest.raises(CaseMissing):
        keep_typed(desk, typed_now(desk, "request", "Request", "2026-999", {"name": "Zoë"}))


def test_a_draft_is_no_act_and_a_check_finds_nothing(desk: Desk) -> None:
    size = desk.vault.log.size
    keep_typed(desk, typed_now(desk, "request", "Request", REF, {"name": "Zoë"}))
    assert desk.vault.log.size == size
    assert desk.vault.problems() == []


def test_a_vault_of_before_gets_its_table_and_says_where_names_stand(desk: Desk) -> None:
    folder, before = desk.vault.folder, desk.vault.cases.all()
    run = desk.vault.db.conn.execute
    run("DROP TABLE drafts")
    run("DELETE FROM migrations WHERE name IN ('vault-003-drafts', 'vault-004-list-names')")
    for one in before:
        summary = {key: value for key, value in json.loads(one.summary).items() if key != "named"}
        text = json.dumps(summary, sort_keys=True, separators=(",", ":"))
        run("UPDATE case_list SET summary = ? WHERE case_id = ?", [text, one.case_id])
    desk.vault.db.conn.commit()
    desk.close()
    with Desk.open(folder, ANN) as again:
        assert again.vault.cases.all() == before
        assert typed_before(again) == []
        assert again.vault.problems() == []
