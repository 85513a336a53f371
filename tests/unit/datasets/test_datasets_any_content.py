"""Whatever stands in a table: rows are those that the standard reader finds, and erasing leaves exactly the others."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dsr_desk.datasets.container import Container, Doomed
from dsr_desk.datasets.registry import reopen
from dsr_desk.jobs import inside

TEXT = st.text(st.sampled_from([*'aé Ł€,;"\n\r\\{}[]:\t0', "\u2028", "😀"]), max_size=8)
CHOICE = st.lists(st.booleans(), min_size=8, max_size=8)


@pytest.fixture(scope="module", autouse=True)
def _readers_in_process() -> Iterator[None]:
    """Thousands of cells would take minutes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inside._state, "inside", True)
        yield


def write(folder: str, data: bytes) -> Path:
    path = Path(folder) / "t"
    path.write_bytes(data)
    return path


def erase(container: Container, chosen: list[bool]) -> int:
    """Erases the chosen entries; the occurrence tells those that are alike apart."""
    seen: dict[str, int] = {}
    doomed = []
    for entry, goes in zip(container.entries(), chosen, strict=False):
        digest = hashlib.sha256(entry.read()).hexdigest()
        if goes:
            doomed.append(Doomed(entry.member, digest, seen.get(digest, 0)))
        seen[digest] = seen.get(digest, 0) + 1
    return len(container.erase(doomed).erased)


@example([("\r", "\r"), ("\r", "\r")], [False] * 8, "utf-8", ",", "\n")
@given(
    st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=8),
    CHOICE,
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\r\n", "\n"]),
)
def test_csv_rows_are_read_and_kept(
    rows: list[tuple[str, str]], chosen: list[bool], encoding: str, delimiter: str, ending: str
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL)
    writer.writerows([["name", "note"], *rows])
    with tempfile.TemporaryDirectory() as folder:
        container = reopen("csv", write(folder, out.getvalue().encode(encoding)), "t")
        found = [entry.record for entry in container.entries()]
        named = [zip(("name", "note"), row, strict=True) for row in rows]
        assert found == [{name: text for name, text in row if text.strip()} for row in named]
        assert erase(container, chosen) == sum(chosen[: len(rows)])
        kept = io.StringIO()
        writer = csv.writer(kept, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL)
        left = [row for row, goes in zip(rows, chosen, strict=False) if not goes]
        writer.writerows([["name", "note"], *left])
        assert container.path.read_bytes() == kept.getvalue().encode(encoding)


VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=6,
)
ROW = st.dictionaries(TEXT, VALUE, max_size=3)


@given(
    st.lists(ROW | st.integers(-9, 9), min_size=1, max_size=8),
    CHOICE,
    st.sampled_from([None, 1]),
    st.booleans(),
    st.booleans(),
)
def test_json_documents_stay_valid_and_lose_the_chosen_objects_alone(
    rows: list[Any], chosen: list[bool], indent: int | None, wrapped: bool, plain: bool
) -> None:
    document: Any = {"about": {"n": 1}, "rows": rows, "empty": []} if wrapped else rows
    with tempfile.TemporaryDirectory() as folder:
        data = json.dumps(document, indent=indent, ensure_ascii=plain).encode()
        container = reopen("json", write(folder, data), "t")
        objects = [row for row in rows if isinstance(row, dict)]
        assert [json.loads(entry.read()) for entry in container.entries()] == objects
        erase(container, chosen)
        flags = iter(chosen)
        left = [row for row in rows if not isinstance(row, dict) or not next(flags)]
        assert json.loads(container.path.read_bytes()) == ({**document, "rows": left} if wrapped else left)


@given(st.lists(ROW, min_size=1, max_size=8), CHOICE, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_json_lines_lose_the_chosen_lines_alone(rows: list[Any], chosen: list[bool], ending: str, ended: bool) -> None:
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        data = ending.join(lines) + (ending if ended else "")
        container = reopen("jsonl", write(folder, data.encode()), "t")
        assert [json.loads(entry.read()) for entry in container.entries()] == rows
        erase(container, chosen)
        left = [row for row, goes in zip(rows, chosen, strict=False) if not goes]
        assert [json.loads(line) for line in container.path.read_bytes().split(b"\n") if line.strip()] == left
