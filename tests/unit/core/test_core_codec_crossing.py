"""How values cross from one process to another."""

from __future__ import annotations

import enum
import json
import struct
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsr_desk.core import codec
from dsr_desk.core.codec import packed, unpacked
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message

EMPTY = bytes(8)
"""No large bytes before the rest."""


class Kind(enum.Enum):
    ONE = "one"


@dataclass(frozen=True)
class Whole:
    text: str
    data: bytes
    day: date
    moment: datetime
    path: Path
    kind: Kind
    why: Message
    parts: tuple[Whole, ...] = ()
    named: dict[str, int] | None = None


@given(
    st.text(), st.binary(), st.dates(), st.datetimes(timezones=st.just(UTC)), st.dictionaries(st.text(), st.integers())
)
def test_what_is_packed_is_unpacked_the_same(
    text: str, data: bytes, day: date, moment: datetime, named: dict[str, int]
) -> None:
    inner = Whole(text, data, day, moment, Path("a") / "b", Kind.ONE, message("why.cell.slow", seconds=3, of=(text,)))
    whole = Whole(
        "", b"", day, moment, inner.path, inner.kind, inner.why, (inner,), {k: v % 2**63 for k, v in named.items()}
    )
    assert unpacked(packed(whole), Whole) == whole


def test_large_bytes_cross_as_they_are_and_once() -> None:
    large = bytes(range(256)) * 1_000
    value = {"a": large, "b": [large, b"small", (large + b"x",)], "c": {"d": b""}}
    data = packed(value)
    assert unpacked(data, Any) == {"a": large, "b": (large, b"small", (large + b"x",)), "c": {"d": b""}}
    assert len(data) < 3 * len(large) + 200
    whole = Whole("", large, date(2026, 3, 1), datetime(2026, 3, 1, tzinfo=UTC), Path(), Kind.ONE, message("x"))
    assert unpacked(packed(whole), Whole) == whole


def test_of_a_message_cross_code_and_values_alone() -> None:
    inner = Message("b", {"n": 1}, "a sentence")
    said = Message("a", {"why": inner, "all": (inner, "x")}, "another")
    data = packed(said)
    assert b"sentence" not in data
    assert unpacked(data, Message) == said
    assert unpacked(data, Message).english == ""


def test_a_name_that_is_no_text_crosses() -> None:
    assert unpacked(packed("a\udcff"), str) == "a\udcff"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",
        EMPTY + msgpack.packb({"text": 1}),
        EMPTY + msgpack.packb([1, 2]),
        EMPTY + b"\x91" * 5_000,
        packed({"text": "", "data": "text", "day": "x", "moment": "", "path": "", "kind": "two", "why": {}}),
        msgpack.packb(msgpack.ExtType(1, b"x")),
        EMPTY + msgpack.packb(msgpack.ExtType(1, bytes(3))),
        EMPTY + msgpack.packb(msgpack.ExtType(2, b"x")),
        EMPTY + msgpack.packb(msgpack.Timestamp(1)),
        b"\xff" * 40,
        struct.pack(">QQ", 1, 100) + b"short",
    ],
)
def test_what_is_of_another_form_is_refused(data: bytes) -> None:
    try:
        whole = unpacked(data, Whole)
    except Exception:  # noqa: BLE001 - anything, as it says
        return
    pytest.fail(f"taken for {whole}")


def test_a_small_frame_that_claims_to_be_very_many_values_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "MOST_VALUES", 1_000)
    for many in ([[]] * 490, [{}] * 490, list(range(990))):
        assert len(unpacked(EMPTY + msgpack.packb(many), Any)) == len(many)
    for many in ([[]] * 1_001, [{}] * 1_001, list(range(1_001)), {n: n for n in range(1_001)}, [[0] * 600] * 2):
        with pytest.raises(ValueError, match=r"too many|exceeds"):
            unpacked(EMPTY + msgpack.packb(many), Any)


def test_a_structure_of_more_than_its_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "MOST_BYTES", 100)
    assert unpacked(packed("x" * 90), Any) == "x" * 90
    with pytest.raises(ValueError, match="too much"):
        unpacked(packed("x" * 110), Any)


@pytest.mark.parametrize(
    "said",
    [
        {"code": "a\x1b[31m", "values": {}},
        {"code": "", "values": {}},
        {"code": "a" * 81, "values": {}},
        {"code": "a", "values": {}, "says": "b"},
        {"code": "a"},
        {"code": "a", "values": {"b\u202e": 1}},
        {"code": "a", "values": {"b": b"c"}},
        {"code": "a", "values": {"b": {"code": "\n", "values": {}}}},
        {"code": "a", "values": {"b": [{"code": "\n", "values": {}}]}},
        ["a", {}],
    ],
)
def test_what_is_no_message_is_refused(said: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        unpacked(packed(said), Message)


@pytest.mark.parametrize("value", [msgpack.ExtType(2, bytes(3)), msgpack.Timestamp(1), msgpack.ExtType(1, bytes(4))])
def test_no_extension_is_taken_but_the_number_of_large_bytes(value: Any) -> None:
    one_large = struct.pack(">QQ", 1, 5) + b"large"
    assert unpacked(one_large + msgpack.packb(msgpack.ExtType(1, bytes(3))), Any) == b"large"
    with pytest.raises(ValueError, match=r"no such value|max_ext_len"):
        unpacked(one_large + msgpack.packb(value), Any)


def test_every_code_of_the_catalogue_crosses() -> None:
    folder = Path(codec.__file__).parent / "catalogue" / "en"
    codes = [code for file in folder.glob("*.json") for code in json.loads(file.read_text())]
    assert len(codes) > 1_000
    for code in (*codes, *DeskError.registry):
        assert unpacked(packed(Message(code)), Message) == Message(code)
