"""How long closed cases are kept, which are due, and that forgetting them leaves everything that was signed whole."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from dsr_desk.app.case import ending
from dsr_desk.app.case.ending import CaseHeld, due_cases, end_case, forget_case, forget_due, references_said
from dsr_desk.app.desk import Desk
from dsr_desk.app.proof import sealing
from dsr_desk.app.vault import retention
from dsr_desk.app.vault.retention import RuleMissing, keep_case, kept, set_period
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.changes import Topic
from dsr_desk.core.deadlines import add_months
from dsr_desk.core.refusals import ActMalformed, CaseForgotten
from dsr_desk.core.requests import CaseState
from unit.app.photos_by_hand import docx, mail, open_case, picture
from unit.app.small_case import Small

PHOTO = picture(1)
RULE = "limitation of claims"
LONG_AFTER = date.today() + timedelta(days=20_000)


def ended(desk: Desk, *, count: int = 1) -> list[str]:
    refs = [open_case(desk, mail(("me.jpg", PHOTO)), PHOTO) for _ in range(count)]
    for ref in refs:
        end_case(desk, ref, CaseState.CLOSED, "the rest is not ours")
    return refs


# The period


def test_where_nobody_set_a_period_none_is_known_and_nothing_is_due(desk: Desk) -> None:
    (ref,) = ended(desk)
    assert (retention.period(desk), kept(desk, ref)) == (None, None)
    assert due_cases(desk, LONG_AFTER) == []


def test_a_period_counts_from_the_end_and_stands_with_its_rule(desk: Desk) -> None:
    open_ = open_case(desk, b"", PHOTO)
    (closed,) = ended(desk)
    change = set_period(desk, 36, f"  {RULE} ")
    assert Topic.CASE in change.topics
    found, known = kept(desk, open_), kept(desk, closed)
    assert found is not None
    assert known is not None
    assert (found.months, found.rule, found.until, found.own, found.entry) == (36, RULE, None, False, change.entry)
    assert (found.says.code, known.says.code) == ("retention.after-end", "retention.until")
    assert known.until == add_months(date.fromisoformat(desk.case(closed).ended["time"][:10]), 36)  # type: ignore[index]
    assert desk.vault.problems() == []


def test_a_case_may_have_a_period_of_its_own(desk: Desk) -> None:
    first, second = ended(desk, count=2)
    set_period(desk, 36, RULE)
    keep_case(desk, first, 120, "a dispute in court")
    found, other = kept(desk, first), kept(desk, second)
    assert found is not None
    assert other is not None
    assert (found.months, found.rule, found.own) == (120, "a dispute in court", True)
    assert (other.months, other.own) == (36, False)


@pytest.mark.parametrize("words", ["", "  "])
def test_a_period_without_a_rule_is_refused(desk: Desk, words: str) -> None:
    (ref,) = ended(desk)
    size = desk.vault.log.size
    with pytest.raises(RuleMissing):
        set_period(desk, 6, words)
    with pytest.raises(RuleMissing):
        keep_case(desk, ref, 6, words)
    assert desk.vault.log.size == size


@pytest.mark.parametrize("months", [-1, 1_201, True, "6", None])
def test_a_period_that_is_none_is_malformed(desk: Desk, months: object) -> None:
    (ref,) = ended(desk)
    with pytest.raises(ActMalformed):
        desk.act(Draft(Kind.RETENTION, {"months": months}))
    with pytest.raises(ActMalformed):
        desk.act(Draft(Kind.KEPT, {"months": months}), ref)


# What is due


def test_a_case_is_due_on_the_day_on_which_its_time_has_passed_and_not_before(desk: Desk) -> None:
    (ref,) = ended(desk)
    set_period(desk, 1, RULE)
    found = kept(desk, ref)
    assert found is not None
    assert found.until is not None
    assert due_cases(desk, found.until - timedelta(days=1)) == []
    assert [one.ref for one in due_cases(desk, found.until)] == [ref]


def test_open_and_reopened_and_forgotten_cases_are_not_due(desk: Desk) -> None:
    open_case(desk, b"", PHOTO)
    reopened, forgotten, due = ended(desk, count=3)
    set_period(desk, 0, RULE)
    ending.reopen_case(desk, reopened, "she wrote again")
    forget_case(desk, forgotten)
    assert [one.ref for one in due_cases(desk, LONG_AFTER)] == [due]


def test_the_run_forgets_what_is_due_with_an_act_a_case_and_all_still_holds(desk: Desk) -> None:
    first, second = ended(desk, count=2)
    set_period(desk, 0, RULE)
    steps: list[tuple[int, int]] = []
    assert forget_due(desk, step=lambda done, total: steps.append((done, total))) == [first, second]
    assert steps == [(0, 2), (1, 2)]
    for ref in (first, second):
        assert [one["what"] for one in desk.case(ref).forgotten] == ["references", "case"]
        with pytest.raises(CaseForgotten):
            keep_case(desk, ref, 6, RULE)
    assert desk.vault.db.conn.execute("SELECT count(*) FROM blobs WHERE content IS NOT NULL").fetchone()[0] == 0
    assert desk.vault.problems() == []
    assert forget_due(desk) == []


def test_a_run_that_was_ended_goes_on_where_it_was(desk: Desk) -> None:
    refs = ended(desk, count=3)
    set_period(desk, 0, RULE)

    def ends(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        forget_due(desk, step=ends)
    assert [desk.case(ref).is_forgotten for ref in refs] == [True, True, False]
    assert desk.vault.problems() == []
    assert forget_due(desk) == refs[2:]


def test_a_case_whose_forgetting_was_killed_is_due_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, passphrase = tmp_path / "vault", "a passphrase for tests"
    desk, _ = Desk.create(folder, "Test organisation", "Ada", passphrase)
    (ref,) = ended(desk)
    set_period(desk, 0, RULE)

    def killed(_case: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(desk.vault.log, "forget_case", killed)
    with pytest.raises(KeyboardInterrupt):
        forget_due(desk)
    desk.close()
    with Desk.open(folder, passphrase) as again:
        assert not again.case(ref).is_forgotten
        assert again.vault.problems() == []
        assert forget_due(again) == [ref]


# What stops it


def test_a_legal_hold_stops_it_and_says_so_and_nobody_forgets_the_case_by_hand(small: Small) -> None:
    small.reviewed()
    desk, ref = small.desk, small.ref
    item = desk.name(ref, next(iter(small.items().values())))
    fields = {"id": item, "reason": "claim in court", "until": "", "boxes": []}
    desk.act(Draft(Kind.TREATED, {"item": item, "as": "hold"}, fields), ref)
    end_case(desk, ref, CaseState.REFUSED, "a claim in court")
    set_period(desk, 0, RULE)
    assert [[stop.code for stop in one.stops] for one in due_cases(desk)] == [["due.held"]]
    assert forget_due(desk) == []
    with pytest.raises(CaseHeld):
        forget_case(desk, ref)
    assert not desk.case(ref).is_forgotten


def test_a_hold_that_has_ended_stops_nothing(small: Small) -> None:
    small.reviewed()
    desk, ref = small.desk, small.ref
    item = desk.name(ref, next(iter(small.items().values())))
    fields = {"id": item, "reason": "claim", "until": "2026-01-01", "boxes": []}
    desk.act(Draft(Kind.TREATED, {"item": item, "as": "hold"}, fields), ref)
    end_case(desk, ref, CaseState.REFUSED, "a claim in court")
    set_period(desk, 0, RULE)
    assert forget_due(desk) == [ref]


def test_what_was_not_read_back_stops_it(small: Small) -> None:
    small.deleted()
    end_case(small.desk, small.ref, CaseState.CLOSED, "the rest is not ours")
    set_period(small.desk, 0, RULE)
    (due,) = due_cases(small.desk)
    assert [stop.code for stop in due.stops] == ["due.waiting", "due.not_read_back"]
    assert forget_due(small.desk) == []


def test_the_letter_that_was_kept_goes_with_the_case(desk: Desk) -> None:
    ref = open_case(desk, mail(("form.docx", docx(PHOTO))), PHOTO)
    end_case(desk, ref, CaseState.CLOSED, "the rest is not ours", letter=False)
    set_period(desk, 0, RULE)
    assert forget_due(desk) == [ref]
    assert desk.vault.db.conn.execute("SELECT count(*) FROM blobs WHERE content IS NOT NULL").fetchone()[0] == 0
    said = [one.code for one in references_said(desk, ref)]
    assert said[-1] == "references.forgotten"
    assert not any(code.startswith("references.still") for code in said)


def test_what_was_handed_out_still_verifies_after_the_case_was_forgotten(small: Small, tmp_path: Path) -> None:
    small.reviewed()
    desk, ref = small.desk, small.ref
    (sealed,) = sealing.seal(desk, ref, tmp_path / "out")
    before = sealing.verify(sealed.path, passphrase=sealed.passphrase)
    end_case(desk, ref, CaseState.REFUSED, "she meant another company")
    set_period(desk, 0, RULE)
    assert forget_due(desk) == [ref]
    after = sealing.verify(sealed.path, passphrase=sealed.passphrase)
    assert after == before
    assert after.ok is not False
    assert desk.vault.problems() == []
