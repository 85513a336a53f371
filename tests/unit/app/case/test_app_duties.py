from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import small_order
from click.testing import CliRunner
from small_order import ADA, SERVED, SmallOrder

from dsr_desk.app.case import duties, ending
from dsr_desk.app.case.case_lines import list_cases
from dsr_desk.cli.main import main
from dsr_desk.core.requests import CaseState
from dsr_desk.storage.clock import now


@pytest.fixture
def order(tmp_path: Path) -> Iterator[SmallOrder]:
    ref = small_order.make(tmp_path / "made")
    (tmp_path / "made").rename(tmp_path / "template")
    with small_order.at(tmp_path / "made", tmp_path / "template", ref) as made:
        yield made


def open_of(order: SmallOrder, today: date) -> list[object]:
    found = duties.open_duties(order.desk, order.ref, today).duties
    return [one.what.values.get("id", one.what.code) for one in found]


def test_what_was_read_to_be_gone_is_no_duty_any_more_and_a_word_alone_ends_none_of_data(order: SmallOrder) -> None:
    order.say("o01")
    assert "o01" in open_of(order, SERVED)
    order.scoped().run()
    assert "o01" not in open_of(order, SERVED)
    erased = date.fromisoformat(now()[:10])
    first = duties.open_duties(order.desk, order.ref, erased).duties
    assert [one.what.values["count"] for one in first if one.what.code == "duty.read-again"] == [30, 60, 90]


def test_once_the_first_duty_is_met_the_next_one_is_due(order: SmallOrder) -> None:
    def listed() -> tuple[str, str]:
        told = {"DSR_DESK_VAULT": str(order.folder / "vault")}
        secret = order.folder / "passphrase.txt"
        secret.write_text(f"{ADA}\n")
        order.desk.close()
        done = CliRunner().invoke(main, ["case", "list", "--json", "--passphrase-file", str(secret)], env=told)
        assert done.exit_code == 0, done.output
        (row,) = json.loads(done.stdout)
        return row["due"], row["duty"]["values"]["id"]

    first = duties.open_duties(order.desk, order.ref, SERVED).first
    assert first is not None
    assert (first.what.values["id"], first.day) == ("o05", (SERVED + timedelta(5)).isoformat())
    order.say("o05")
    following = duties.open_duties(order.desk, order.ref, SERVED).first
    assert following is not None
    assert following.day > first.day
    assert listed() == (following.day, following.what.values["id"])


def test_what_is_late_what_is_due_and_what_comes_next_are_told_apart(order: SmallOrder) -> None:
    found = duties.open_duties(order.desk, order.ref, SERVED + timedelta(10))
    assert [(one.what.values["id"], one.late(found.today)) for one in found.due] == [("o05", True), ("o04", False)]
    assert found.late == 1
    assert found.next is not None
    assert (found.next.what.values["id"], found.next.day) == ("o05", (SERVED + timedelta(15)).isoformat())


def test_a_repeated_duty_is_done_for_the_time_for_which_somebody_gave_a_word(order: SmallOrder) -> None:
    far = date.fromisoformat(now()[:10]) + timedelta(60)
    before = open_of(order, far).count("o05")
    order.say("o05")
    after = open_of(order, far).count("o05")
    assert before > after > 0


def test_nothing_is_due_any_more_under_an_order_that_was_refused(order: SmallOrder) -> None:
    late = SERVED + timedelta(400)
    found = duties.duties_of_orders(order.desk, late)
    assert found[order.ref].late
    ending.end_case(order.desk, order.ref, CaseState.REFUSED, "it is not authentic")
    assert duties.duties_of_orders(order.desk, late) == {}
    (listed,) = list_cases(order.desk)
    assert duties.urgent_first([listed], {}, late) == [listed]
