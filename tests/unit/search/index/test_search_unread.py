"""What no search sees: kept with the index, summed up, named in every search."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

import search_fakes
from dsr_desk.core.codec import to_text
from dsr_desk.core.findings import Identifiers
from dsr_desk.core.message import message
from dsr_desk.datasets.container import Unread
from dsr_desk.jobs.progress import CancelToken
from dsr_desk.search import scope
from dsr_desk.search.index import schema
from dsr_desk.search.index.about import ABOUT, read_about
from dsr_desk.search.index.folder import Index
from dsr_desk.search.index.unread import NAMED, unread_kinds, unread_places
from dsr_desk.search.index.unread_rows import SOURCES, forget_unread, left_out, write_unread
from dsr_desk.search.search import SubjectQuery, search
from dsr_desk.storage.tables import Database

MODEL, AUDIO = message("kind.gguf"), message("kind.audio")
STOPS = ("statement.stopped", "statement.unfinished")
WHY, BROKEN = message("why.format.not-read", kind=MODEL), message("why.encrypted")
GGUF = b"GGUF\x03\x00\x00\x00" + bytes(24)


@pytest.fixture
def index(tmp_path, addressed):
    """Two tables that hold a model file each beside their rows, and one in no container."""
    data = tmp_path / "data"
    data.mkdir()
    for number in range(2):
        (data / f"shard-{number}.csv").write_text(f"name,mail\nAda,ada{number}@example.org\n")
    (data / "loose.gguf").write_bytes(GGUF)
    search_fakes.build_fake([data], tmp_path / "data.dsrindex", addressed=addressed)
    with Index.open(tmp_path / "data.dsrindex", addressed.secret) as opened:
        for row, name in opened.db.conn.execute("SELECT id, name FROM containers").fetchall():
            write_unread(opened.db, row, [Unread(f"clip{name[11]}.gguf", MODEL, WHY, 1, 9)])
        yield opened


def looked_for(index: Index):
    return search([index], SubjectQuery(identifiers=Identifiers(emails=("ada0@example.org",))))


def test_a_search_names_what_containers_and_folders_hold_beside_what_was_read(index):
    found = {(gap.kind, gap.what.code): gap for gap in looked_for(index).gaps if gap.kind == MODEL}
    inside, loose = found[MODEL, "gap.unread.inside"], found[MODEL, "gap.files"]
    assert (inside.count, loose.count) == (2, 1)
    assert inside.what.values["containers"] == ("data/shard-0.csv", "data/shard-1.csv")
    assert inside.places == ("data/shard-0.csv › clip0.gguf", "data/shard-1.csv › clip1.gguf")
    assert loose.places == loose.what.values["files"] == ("data/loose.gguf",)
    assert {inside.dataset_version, loose.dataset_version} == {"people@1"}


def test_a_statement_calls_nothing_whole_that_left_something_out(index):
    codes = [one.code for one in looked_for(index).statement]
    assert codes[-1] == "statement.gaps"
    assert "statement.whole" not in codes


def test_an_index_says_in_the_clear_how_much_of_which_kind_it_did_not_read(index):
    about = read_about((index.folder / ABOUT).read_bytes())
    assert about.unread["kind.gguf"] == 1
    assert about.left_out == 1


def test_the_complete_list_can_be_asked_by_kind_and_by_name(index):
    places = [(one.container, one.place) for one in unread_places(index, [MODEL])]
    assert sorted(places) == [
        ("", "data/loose.gguf"), ("data/shard-0.csv", "clip0.gguf"), ("data/shard-1.csv", "clip1.gguf"),
    ]  # fmt: skip
    assert [one.place for one in unread_places(index, text="SHARD-1")] == ["clip1.gguf"]
    assert [one.place for one in unread_places(index, [MODEL], first=1, most=1)] == [places[1][1]]
    assert list(unread_places(index, [])) == []


def test_containers_without_accounts_are_named_as_such(index):
    index.db.conn.execute("UPDATE containers SET accounts = '' WHERE name = 'data/shard-0.csv'")
    (gap,) = [one for one in scope.not_read(index) if one.what.code == "gap.unaccounted"]
    assert gap.what.values["containers"] == ("data/shard-0.csv",)


def test_what_is_written_again_is_summed_up_once(index):
    db, row = index.db, 77
    write_unread(db, row, [Unread("a", MODEL, WHY, 1, 10), Unread("b", MODEL, WHY, 2, 20), Unread("c", AUDIO, BROKEN)])
    write_unread(db, row, [Unread("d", MODEL, WHY, 4, 40)])
    sums = db.conn.execute("SELECT count, size FROM unread_kinds WHERE container = ? ORDER BY id", [row]).fetchall()
    assert sums == [(7, 70), (1, 0)]
    forget_unread(db, row)
    assert db.conn.execute("SELECT count(*) FROM unread_kinds WHERE container = ?", [row]).fetchone() == (0,)
    assert "d" not in {one.place for one in unread_places(index)}


def test_of_very_many_containers_the_first_are_named_and_all_are_counted(index):
    db = index.db
    for number in range(NAMED + 5):
        query = "INSERT INTO containers (name, path, format, fingerprint, state) VALUES (?, '', 'tar', '', 'damaged')"
        row = db.conn.execute(query, [f"c{number:04}.tar"]).lastrowid
        write_unread(db, row, [Unread("x", AUDIO, BROKEN)])
    (kind,) = [one for one in unread_kinds(index) if one.why == BROKEN]
    assert (len(kind.containers), kind.holders, kind.count) == (NAMED, NAMED + 5, NAMED + 5)
    (gap,) = [one for one in scope.not_read(index) if one.why == BROKEN]
    assert gap.what.values["holders"] == NAMED + 5


def test_many_reasons_are_added_up_by_kind_and_none_is_lost(index):
    reasons = [message("why.too-large", most=number) for number in range(scope.MOST_GAPS + 20)]
    write_unread(index.db, SOURCES, [Unread("x", AUDIO, why, 2) for why in reasons])
    gaps = [one for one in scope.not_read(index) if one.kind == AUDIO]
    assert len(gaps) < len(reasons)
    assert sum(one.count for one in gaps) == 2 * len(reasons)


def test_an_index_of_before_keeps_what_it_left_out(tmp_path):
    db = Database(sqlite3.connect(tmp_path / "old.db"))
    db.conn.execute("CREATE TABLE left_out (name TEXT PRIMARY KEY, why TEXT NOT NULL) WITHOUT ROWID")
    db.conn.execute("CREATE TABLE containers (id INTEGER PRIMARY KEY)")
    known = {"a.gguf": WHY, "b": message("why.format.unknown"), "c": message("why.no-permission")}
    db.conn.executemany("INSERT INTO left_out VALUES (?, ?)", [(name, to_text(why)) for name, why in known.items()])
    {one.name: one.up for one in schema.MIGRATIONS}["index-002-unread"](db)
    assert left_out(db) == known
    kinds = {kind for (kind,) in db.conn.execute("SELECT kind FROM unread_kinds")}
    assert kinds == {to_text(message(one)) for one in ("kind.gguf", "kind.unknown", "kind.unopened")}


def test_a_search_that_was_stopped_and_an_unfinished_index_are_two_sentences(index):
    assert scope.stops(stopped=False, unfinished=()) == ()
    cancel = CancelToken()
    cancel.cancel()
    stopped = search([index], SubjectQuery(identifiers=Identifiers(emails=("ada0@example.org",))), cancel=cancel)
    assert [one.code for one in stopped.statement if one.code in STOPS] == ["statement.stopped"]
    index.about = replace(index.about, complete=False)
    unfinished = looked_for(index)
    (said,) = [one for one in unfinished.statement if one.code in STOPS]
    assert said == message("statement.unfinished", names=(index.name,))
    assert not unfinished.complete
