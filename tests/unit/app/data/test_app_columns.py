"""Kinds of columns: shown with samples, confirmed, put right later; a case that was searched before says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from dsr_desk.app.case import review
from dsr_desk.app.data import columns, indexing
from dsr_desk.app.data.columns import ColumnKind
from dsr_desk.cli.main import main
from dsr_desk.core.acts import Kind
from dsr_desk.core.changes import Topic
from dsr_desk.core.message import message
from dsr_desk.jobs.progress import Cancelled, CancelToken
from dsr_desk.search.index.correcting import ColumnUnknown
from dsr_desk.search.index.folder import IndexUnfinished
from unit.app.by_hand import approve, plan, run
from unit.app.conftest import PASSPHRASE, Work


def index_with_profiles(work: Work) -> str:
    return next(
        one.name
        for one in indexing.list_indexes(work.desk)
        if any("profiles.csv" in column.containers[0] for column in columns.columns(work.desk, one.name))
    )


def kinds(work: Work, index: str) -> dict[str, ColumnKind]:
    return {column.name: column.kind for column in columns.columns(work.desk, index)}


def test_columns_are_shown_with_their_kinds_and_some_values(work: Work) -> None:
    found = {one.name: one for one in columns.columns(work.desk, index_with_profiles(work))}
    assert found["email"].kind is ColumnKind.EMAIL
    assert not found["email"].confirmed
    assert 1 <= len(found["email"].samples) <= 5
    assert all("@" in sample for sample in found["email"].samples)


def test_a_corrected_column_counts_as_confirmed_and_the_others_as_guessed(work: Work) -> None:
    index = index_with_profiles(work)
    change = columns.correct_column(work.desk, index, "email", ColumnKind.OTHER)
    found = {one.name: one for one in columns.columns(work.desk, index)}
    assert (found["email"].kind, found["email"].confirmed) == (ColumnKind.OTHER, True)
    assert not any(one.confirmed for name, one in found.items() if name != "email")
    assert change.subject == index
    assert indexing.check_index(work.desk, index, lambda _: None, CancelToken()).ok


def test_confirming_leaves_the_kinds_and_makes_no_new_generation(work: Work) -> None:
    index = index_with_profiles(work)
    before, generation = kinds(work, index), indexing.resolve_index(work.desk, index).about.generation
    columns.confirm_columns(work.desk, index)
    columns.correct_column(work.desk, index, "email", ColumnKind.EMAIL)
    assert kinds(work, index) == before
    assert all(one.confirmed for one in columns.columns(work.desk, index))
    assert indexing.resolve_index(work.desk, index).about.generation == generation


def test_a_case_that_was_searched_before_a_correction_says_that_it_is_stale(work: Work) -> None:
    index = index_with_profiles(work)
    work.search()
    assert columns.stale_searches(work.desk, work.ref) == []
    columns.correct_column(work.desk, index, "email", ColumnKind.OTHER)
    (said,) = columns.stale_searches(work.desk, work.ref)
    assert said == message("stale.column", name=index)
    work.search()
    assert columns.stale_searches(work.desk, work.ref) == []


def test_a_case_is_stale_when_its_index_was_brought_up_to_date(work: Work) -> None:
    index = index_with_profiles(work)
    work.search()
    table = next(work.data.rglob("profiles.csv"))
    table.write_bytes(table.read_bytes() + table.read_bytes().splitlines(keepends=True)[-1])
    indexing.refresh_index(work.desk, index, lambda _: None, CancelToken())
    (said,) = columns.stale_searches(work.desk, work.ref)
    assert said == message("stale.index", name=index)


def test_a_column_or_container_that_is_not_there_is_said(work: Work) -> None:
    index = index_with_profiles(work)
    with pytest.raises(ColumnUnknown):
        columns.correct_column(work.desk, index, "no such column", ColumnKind.NAME)
    with pytest.raises(ColumnUnknown):
        columns.correct_column(work.desk, index, "email", ColumnKind.NAME, ["other.csv"])


def test_a_cancelled_correction_is_gone_on_with_by_making_it_again(work: Work) -> None:
    index, cancel = index_with_profiles(work), CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        columns.correct_column(work.desk, index, "email", ColumnKind.OTHER, cancel=cancel)
    with pytest.raises(IndexUnfinished):
        columns.columns(work.desk, index)
    columns.correct_column(work.desk, index, "email", ColumnKind.OTHER)
    assert kinds(work, index)["email"] is ColumnKind.OTHER
    assert work.search().compared_records
    texts = "SELECT count(*) FROM free_text"
    assert indexing.opened(work.desk, index).db.conn.execute(texts).fetchone()[0] > 0


def test_the_act_holds_kinds_and_counts_and_no_header(work: Work) -> None:
    index = index_with_profiles(work)
    change = columns.correct_column(work.desk, index, "email", ColumnKind.FREE_TEXT)
    act = work.desk.vault.log.entry(change.entry).act
    said = dict(act.open)
    known = indexing.resolve_index(work.desk, index)
    assert (act.kind, said.pop("records") > 0) == (Kind.COLUMNS, True)
    assert said == {
        "index": known.id, "event": "corrected", "generation": known.about.generation, "from": ["e-mail"],
        "to": "free-text", "containers": 1,
    }  # fmt: skip
    assert "email" not in json.dumps(dict(act.open))
    assert work.desk.vault.problems() == []


def test_a_confirmation_is_recorded_with_its_index_and_a_count(work: Work) -> None:
    index = index_with_profiles(work)
    change = columns.confirm_columns(work.desk, index)
    known = indexing.resolve_index(work.desk, index)
    said = work.desk.vault.log.entry(change.entry).act.open
    assert said == {"index": known.id, "event": "confirmed", "columns": len(columns.columns(work.desk, index))}
    assert Topic.INDEXES in change.topics


def test_a_case_whose_deletion_is_approved_is_not_stale_and_one_of_the_next_round_is(work: Work) -> None:
    index = index_with_profiles(work)
    work.search()
    work.decide_all()
    hits = [hit.candidate for hit in review.hits(work.desk, work.ref)]
    plan(work.desk, work.ref, *hits)
    columns.correct_column(work.desk, index, "email", ColumnKind.OTHER)
    assert len(columns.stale_searches(work.desk, work.ref)) == 1
    plan(work.desk, work.ref, *hits)
    approve(work.desk, work.ref)
    assert columns.stale_searches(work.desk, work.ref) == []
    run(work.desk, work.ref, *hits)
    assert columns.stale_searches(work.desk, work.ref) == []
    work.search()
    columns.correct_column(work.desk, index, "email", ColumnKind.EMAIL)
    assert len(columns.stale_searches(work.desk, work.ref)) == 1


def test_the_commands_show_and_correct_columns(work: Work, tmp_path: Path) -> None:
    index, vault = index_with_profiles(work), str(work.desk.vault.folder)
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE)
    container = next(one for one in columns.columns(work.desk, index) if one.name == "email").containers[0]
    work.search()
    work.desk.close()

    def run(*words: str) -> str:
        done = CliRunner().invoke(main, [*words, "--vault", vault, "--passphrase-file", str(secret)])
        assert done.exit_code == 0, done.output
        return done.output

    run("index", "correct-column", index, "email", "other", "--container", container)
    shown = json.loads(run("index", "columns", index, "--confirm", "--json"))
    assert {one["name"]: one["kind"] for one in shown}["email"] == "other"
    assert all(one["confirmed"] for one in shown)
    assert "corrected after" in run("case", "show", work.ref)
