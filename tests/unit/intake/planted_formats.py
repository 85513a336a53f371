"""Formats of letters that somebody planted: what a hostile letter could make a library do. Each stands for `parse`."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from deeds import crash
from dsr_desk.core.message import message
from dsr_desk.core.requests import Channel, Found, FoundKind, Request
from dsr_desk.intake.deletion_list import ListedPerson, ListFile
from dsr_desk.intake.model import AttachedPhoto, House, Intake


def read_another_file(data: bytes, _name: str, _house: House) -> list[Intake]:
    """The letter says which, as a hostile one would."""
    return [_saying(Path(data.decode()).read_text())]


def write_a_file(data: bytes, _name: str, _house: House) -> list[Intake]:
    Path(data.decode()).with_name("made").write_bytes(b"made")
    return []


def name_the_person(_data: bytes, _name: str, _house: House) -> list[Intake]:
    raise KeyError("Jane Roe, 1 High Street")


def answer_nothing(_data: bytes, _name: str, _house: House) -> list[Intake]:
    return []


class _Planted:
    """Whoever unpickles it writes a file."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def __reduce__(self) -> Any:
        return Path.write_bytes, (self._place, b"unpickled")


def answer_with_a_pickle(data: bytes, _name: str, _house: House) -> Any:
    return pickle.dumps(_Planted(Path(data.decode()).with_name("made")))


def answer_with_text(_data: bytes, _name: str, _house: House) -> Any:
    return [{"request": "all of it", "photos": 7}]


def speak_for_an_officer(_data: bytes, _name: str, _house: House) -> list[Intake]:
    said = _saying("Please delete my data.")
    found = (Found(FoundKind.NAME, "Jane Roe", message("where.letter"), typed_by="ab" * 32),)
    request = replace(said.request, found=found, source="../../other.txt", digest="00" * 32, confirmed_by="Ann Officer")
    return [Intake(request, (AttachedPhoto("../../.bashrc", b"photo"),), letter=b"another letter")]


def _saying(text: str) -> Intake:
    return Intake(Request(Channel.TEXT, (), text=text))


def crash_within_a_stream(_data: bytes, _name: str) -> Iterator[Any]:
    crash()
    yield None


def crash_after_a_piece(_data: bytes, name: str) -> Iterator[Any]:
    yield ListFile(name, "", (ListedPerson("1", "ab" * 32),))
    crash()
