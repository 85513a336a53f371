"""Graphs are made once; a damaged, missing or unwritable cache only costs time."""

from __future__ import annotations

import pytest

from dsr_desk.faces.model_cache import CACHE_VARIABLE, cache_folder, cached


@pytest.fixture
def made(tmp_path, monkeypatch) -> list[int]:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    return []


def make_with(made: list[int], graph: bytes = b"graph"):
    def make() -> bytes:
        made.append(1)
        return graph

    return make


def test_a_graph_is_made_once(made):
    first, second = (cached("net", "ab" * 32, make_with(made)) for _ in range(2))
    assert first == second == b"graph"
    assert len(made) == 1


def test_another_digest_is_another_graph(made):
    cached("net", "ab" * 32, make_with(made))
    assert cached("net", "cd" * 32, make_with(made, b"other")) == b"other"


@pytest.mark.parametrize("damage", [b"", b"short", bytes(32) + b"graph"])
def test_a_damaged_file_is_made_again(damage, made):
    cached("net", "ab" * 32, make_with(made))
    (path,) = (cache_folder() / "graphs").iterdir()
    path.write_bytes(damage)
    assert cached("net", "ab" * 32, make_with(made)) == b"graph"
    assert cached("net", "ab" * 32, make_with(made)) == b"graph"
    assert len(made) == 2


def test_a_changed_byte_is_noticed(made):
    cached("net", "ab" * 32, make_with(made))
    (path,) = (cache_folder() / "graphs").iterdir()
    stored = path.read_bytes()
    path.write_bytes(stored[:-1] + b"x")
    assert cached("net", "ab" * 32, make_with(made)) == b"graph"


def test_where_nothing_can_be_kept_the_graph_is_made_each_time(made, tmp_path, monkeypatch):
    blocked = tmp_path / "a file"
    blocked.write_bytes(b"")
    monkeypatch.setenv(CACHE_VARIABLE, str(blocked))
    for _ in range(2):
        assert cached("net", "ab" * 32, make_with(made)) == b"graph"
    assert len(made) == 2
