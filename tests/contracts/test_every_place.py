"""A person may be anywhere in a container, and containers lie in containers: found, or named as not read; never silent.

Fast tests take each place once and some of them inside others; `make test-long` takes all of them in all others.
"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from marker_places import NOBODY, PLACES, WILMA, WRAPS, Place, Who

from dsr_desk.core.errors import DeskError
from dsr_desk.datasets.container import Accounts, ContainerEntry, Unread
from dsr_desk.datasets.registry import survey

pytestmark = pytest.mark.usefixtures("readers_in_process")


class Seen:
    """What readers say of all that lies at a path."""

    def __init__(self, path: Path, who: Who) -> None:
        self.found = False
        self.named: Counter[Any] = Counter()
        try:
            looked = survey(path)
            self.named.update(("left out", one.why) for one in looked.not_understood)
            for container in looked.containers:
                for one in container.listing():
                    self._take(one, who)
        except DeskError as error:
            self.named["error", error.code] += 1

    def _take(self, one: Any, who: Who) -> None:
        if isinstance(one, Unread):
            self.named[one.kind, one.why, one.place] += one.count
        elif isinstance(one, Accounts):
            assert one.own == one.answered
        elif isinstance(one, ContainerEntry):
            said = "\n".join((*(one.record or {}).values(), one.member))
            data = b"" if one.problem else one.read()
            self.found = self.found or who.text in said or who.photo == data
            if one.problem:
                self.named[one.problem, one.member] += 1


def written(folder: Path, place: Place, who: Who, around: tuple[str, ...]) -> Path:
    folder.mkdir()
    path = place.write(folder, who)
    beside = {one.name: one.read_bytes() for one in folder.iterdir() if one != path}
    name, data = path.name, path.read_bytes()
    for wrap in around if not beside else ():
        name, data = WRAPS[wrap](name, data)
    path.unlink()
    (folder / name).write_bytes(data)
    return folder


def require_found_or_named(tmp_path: Path, place: Place, around: tuple[str, ...]) -> None:
    seen = Seen(written(tmp_path / "wilma", place, WILMA, around), WILMA)
    if seen.found:
        return
    assert not place.must, f"{place.name} in {around or 'nothing'}: not found, but {dict(seen.named) or 'silent'}"
    assert seen.named, f"{place.name} in {around or 'nothing'}: neither found nor named"


@pytest.mark.parametrize("place", PLACES, ids=lambda one: one.name)
def test_a_person_is_found_wherever_it_is_or_the_place_is_named(place: Place, tmp_path: Path) -> None:
    require_found_or_named(tmp_path, place, ())
    others = Seen(written(tmp_path / "other", place, NOBODY, ()), WILMA)
    assert not others.found


@pytest.mark.parametrize("number", range(24))
def test_so_it_is_inside_others(number: int, tmp_path: Path) -> None:
    chance = random.Random(number)
    place = chance.choice(PLACES)
    require_found_or_named(tmp_path, place, tuple(chance.choices(tuple(WRAPS), k=chance.choice((1, 1, 2, 3)))))


@pytest.mark.long
@pytest.mark.parametrize("place", PLACES, ids=lambda one: one.name)
@pytest.mark.parametrize("outer", [None, *WRAPS])
@pytest.mark.parametrize("wrap", WRAPS)
def test_every_place_is_read_inside_every_other(place: Place, wrap: str, outer: str | None, tmp_path: Path) -> None:
    require_found_or_named(tmp_path, place, (wrap, outer) if outer else (wrap,))
