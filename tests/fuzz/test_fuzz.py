"""Each parser with what once broke it and with some changes of small files. `make fuzz` tries for longer."""

from __future__ import annotations

import random
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from dsr_desk.core.message import message
from dsr_desk.intake.model import RequestUnreadable
from dsr_desk.jobs import inside
from fuzz.checking import Finding, Target, bounded, check
from fuzz.mutating import changed
from fuzz.targets import emptied, kept, targets

FEW, MANY = (20, 0.2), (600, 6.0)
"""At most so many changes, and none begun after so many seconds."""
TARGETS = targets()


@pytest.fixture(autouse=True)
def as_in_a_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inside._state, "inside", True)


@pytest.mark.parametrize(("tries", "seconds"), [FEW, pytest.param(*MANY, marks=pytest.mark.long)], ids=["few", "many"])
@pytest.mark.parametrize("name", TARGETS)
def test_a_parser_answers_or_refuses_whatever_it_is_given(
    name: str, tries: int, seconds: float, tmp_path: Path
) -> None:
    target = TARGETS[name]
    seeds = target.seeds(tmp_path)
    assert seeds
    chance = random.Random(zlib.crc32(name.encode()))
    with bounded():
        for data in (chance.choice(seeds), *(data for _, data in kept(name))):
            check(target, data, emptied(tmp_path))
        until = time.monotonic() + seconds
        for _ in range(tries):
            check(target, changed(chance, chance.choice(seeds), seeds), emptied(tmp_path))
            if time.monotonic() > until:
                break


def test_what_was_kept_belongs_to_a_parser() -> None:
    folders = [path for path in (Path(__file__).parent / "corpus").iterdir() if path.is_dir()]
    assert {path.name for path in folders} <= set(TARGETS)
    assert all(1 <= len(data) < 100_000 for path in folders for _, data in kept(path.name))


@pytest.mark.parametrize(
    ("parse", "what"),
    [
        (lambda data, _: int(data), "ValueError"),
        (lambda _, folder: (folder / "none").read_bytes(), "FileNotFoundError"),
        (lambda *_: bytearray(2 << 30), "MemoryError"),
        (lambda *_: _deep(), "RecursionError"),
    ],
)
def test_whatever_else_a_parser_does_is_found(
    parse: Callable[[bytes, Path], object], what: str, tmp_path: Path
) -> None:
    with bounded(), pytest.raises(Finding, match=what):
        check(Target("planted", lambda _: [b"x"], parse), b"x", tmp_path)


def test_an_error_that_repeats_what_stands_in_the_file_is_found(tmp_path: Path) -> None:
    def telling(data: bytes, _folder: Path) -> None:
        raise RequestUnreadable(name=data.decode(), why=message("why.not-there"))

    check(Target("planted", lambda _: [b"x"], telling, "Keller"), b"x", tmp_path)
    with pytest.raises(Finding, match="told"):
        check(Target("planted", lambda _: [b"x"], telling, "Keller"), b"Mara Keller", tmp_path)


def test_a_slow_parser_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("fuzz.checking.MOST_SECONDS", 0.0)
    with pytest.raises(Finding, match="slow"):
        check(Target("planted", lambda _: [b"x"], lambda *_: sum(range(100_000))), b"x", tmp_path)


def _deep() -> object:
    return _deep()
