"""Pairs of keys and items: packed, joined, looked up, taken out; and the words of names beside them."""

from __future__ import annotations

import random
from contextlib import closing

import numpy as np
import pytest
from rapidfuzz.distance import OSA

from dsr_desk.search.index import postings, vocabulary
from dsr_desk.search.index.postings import Pending, Postings, forget_items, read_run
from dsr_desk.search.index.vocabulary import Vocabulary, add_words, drop_words, known_words
from dsr_desk.storage.tables import Database


@pytest.fixture
def db():
    with closing(Database(memory=True)) as made:
        for statement in (*postings.TABLES, *vocabulary.TABLES):
            made.conn.execute(statement)
        yield made


def write(db, pairs):
    pending = Pending()
    for item, key in pairs:
        pending.add(item, {key})
    pending.write(db)


def everything(db):
    runs = [read_run(db, run) for (run,) in db.conn.execute("SELECT id FROM runs")]
    return sorted((key, item) for keys, items in runs for key, item in zip(keys.tolist(), items.tolist(), strict=True))


def test_every_key_finds_its_items_however_often_it_was_written(db):
    rng = random.Random(1)
    frequent = [rng.randrange(1 << 40) for _ in range(5)]
    pairs = [(item, rng.choice(frequent) if rng.random() < 0.5 else rng.randrange(1 << 40)) for item in range(1, 9000)]
    for start, end in ((0, 200), (200, 6000), (6000, 6100), (6100, 9000)):
        write(db, pairs[start:end])
    expected: dict[int, list[int]] = {}
    for item, key in pairs:
        expected.setdefault(key, []).append(item)
    known = Postings(db)
    for key in [*frequent, *rng.sample(list(expected), 300)]:
        assert known.rows([key]).tolist() == expected[key]
    many = rng.sample(list(expected), 500)
    assert known.rows(many).tolist() == sorted({item for key in many for item in expected[key]})


def test_what_was_never_written_finds_nothing(db):
    assert Postings(db).rows([7]).tolist() == []
    write(db, [(1, 5), (2, 9)])
    assert Postings(db).rows([4, 6, 10, (1 << 40) - 1]).tolist() == []


def test_short_runs_are_joined_so_that_there_are_few(db, monkeypatch):
    for item in range(1, 200):
        write(db, [(item, item * 1000)])
    assert db.conn.execute("SELECT count(*) FROM runs").fetchone()[0] <= 8
    assert everything(db) == [(item * 1000, item) for item in range(1, 200)]
    monkeypatch.setattr(postings, "RUN", 50)
    write(db, [(item, item * 1000) for item in range(200, 260)])
    assert len(everything(db)) == 259


def test_keys_far_apart_and_close_together_are_both_kept_whole(db):
    pairs = [(1, 0), (2, 1), (3, (1 << 40) - 1), (4, 1 << 39), (5, (1 << 39) + 1)]
    write(db, pairs)
    assert everything(db) == sorted((key, item) for item, key in pairs)


def test_items_are_taken_out_and_the_keys_that_lost_one_are_named(db):
    write(db, [(item, key) for item in range(1, 3000) for key in (item % 7, 10_000 + item)])
    gone = np.zeros(2001, np.bool_)
    gone[[3, 10, 2000]] = True
    lost = forget_items(db, gone)
    assert lost.tolist() == [3, 2000 % 7, 10_003, 10_010, 12_000]
    left = Postings(db)
    assert left.rows([10_003, 10_010, 12_000]).tolist() == []
    assert 3 not in left.rows([3]).tolist()
    assert left.rows([12_999]).tolist() == [2999]
    assert db.conn.execute("SELECT sum(pairs) FROM runs").fetchone()[0] == 2 * 2999 - 6


def test_an_index_without_items_keeps_no_runs(db):
    write(db, [(1, 5)])
    forget_items(db, np.ones(2, np.bool_))
    assert everything(db) == []
    assert db.conn.execute("SELECT count(*) FROM runs").fetchone()[0] == 0


def test_no_word_within_the_edits_is_missed(db):
    rng = random.Random(2)
    syllables = ["ba", "ke", "lio", "mu", "ne", "pó", "ra", "sie", "tu", "vo", "щу", "n"]
    words = {"".join(rng.choices(syllables, k=rng.randrange(1, 5))) for _ in range(3000)}
    add_words(db, words)
    known = Vocabulary(db)
    assert len(known) == len(words)
    for word in [*rng.sample(sorted(words), 40), "bakelio", "x", "mumumumu"]:
        for edits in (1, 2):
            assert set(known.near(word, edits)) == {other for other in words if OSA.distance(word, other) <= edits}


def test_words_are_dropped_and_an_empty_vocabulary_has_none(db):
    assert Vocabulary(db).near("anna", 1) == []
    add_words(db, {"anna", "berta"})
    add_words(db, {"clara"})
    drop_words(db, ["anna", "clara"])
    assert known_words(db) == {"berta"}
    assert db.conn.execute("SELECT count(*) FROM vocabulary").fetchone()[0] == 1
