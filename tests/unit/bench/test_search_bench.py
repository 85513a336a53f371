"""The measurements themselves: that they compare like with like and say what they found."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

import search_fakes
from bench.search import generated, opening_row, processes_rows, search_rows
from dsr_desk.search.faces.search import scan
from dsr_desk.search.index import build

PEERS = sum(rows for name, rows in {"faiss": 2, "usearch": 1}.items() if importlib.util.find_spec(name))


def test_generated_codes_are_unit_vectors():
    coarse = generated(5000, seed=1)
    lengths = np.linalg.norm(coarse.codes * coarse.scales[:, None].astype(np.float64), axis=1)
    assert np.allclose(lengths, 1, atol=0.01)
    assert scan(coarse, np.eye(128)[0]).shape == (5000,)


def test_search_is_measured_against_each_of_its_rivals():
    rows = search_rows(faces=4000)
    assert len({row.against for row in rows}) == len(rows) == 4 + PEERS
    assert all(row.ours > 0 and row.theirs > 0 for row in rows)
    assert next(row for row in rows if row.unit == "MB").ratio > 3


def test_more_faces_than_their_matrix_has_room_for_are_measured_without_it():
    assert [row.against for row in search_rows(faces=4000, matrix=False)] == [
        "reading the codes once from memory",
        "the float32 matrix",
    ]


def test_peers_that_are_not_installed_are_left_out(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert len(search_rows(faces=4000)) == 4


@pytest.mark.long
def test_two_processes_are_measured_against_one(tmp_path, monkeypatch):
    monkeypatch.setattr(build, "REPORT_SECONDS", 0)
    for number in range(12):
        (tmp_path / f"{number}.png").write_bytes(search_fakes.photo((number, 1)))
    whole, running, parent = processes_rows(tmp_path, load=search_fakes.load_fake)
    assert whole.what.startswith("indexing 12 photos")
    assert whole.theirs > 0
    assert 0 < running.ours * 12 / 1000 < whole.ours
    assert parent.ours > 0
    assert parent.theirs > 0


def test_opening_is_measured_on_an_encrypted_file():
    row = opening_row(faces=5000)
    assert row.ours > 0
    assert row.theirs > 0
