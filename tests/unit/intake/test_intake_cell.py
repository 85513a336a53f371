"""Letters are parsed in a cell: what a hostile one brings about costs it alone, and nothing it says is trusted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import planted_formats as planted
import pytest

import deeds
from dsr_desk.intake import registry
from dsr_desk.intake.model import RequestEmpty, RequestTooLarge, RequestUnreadable
from dsr_desk.intake.registry import parse, read_bytes, read_request
from dsr_desk.jobs.cell import Limits
from dsr_desk.jobs.confine import enforced

LETTER = b"My name is Jane Roe. Please delete my data under the GDPR. jane@example.org\n"

pytestmark = pytest.mark.usefixtures("real_cells")
files_kept = pytest.mark.skipif(not enforced().files, reason="the kernel does not keep files from cells here")
calls_kept = pytest.mark.skipif(not enforced().calls, reason="the kernel does not keep calls from cells here")

Plant = Callable[[Callable[..., Any]], None]


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Plant:
    return lambda does: monkeypatch.setattr(registry, "parse", does)


@pytest.mark.parametrize(
    ("does", "why"),
    [
        (deeds.crash, "why.cell.ended"),
        (deeds.eat, "why.cell.memory"),
        (planted.name_the_person, "why.cell.fault"),
        (planted.answer_with_text, "why.cell.unfit"),
        (planted.answer_with_a_pickle, "why.cell.unfit"),
        pytest.param(deeds.fork, "why.cell.fault", marks=calls_kept),
        pytest.param(deeds.connect, "why.cell.fault", marks=calls_kept),
        pytest.param(planted.read_another_file, "why.cell.fault", marks=files_kept),
        pytest.param(planted.write_a_file, "why.cell.fault", marks=files_kept),
    ],
)
def test_a_hostile_letter_is_refused_by_its_name_and_the_next_one_is_read(
    does: Callable[..., Any], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("what no letter may see")
    with monkeypatch.context() as patch:
        patch.setattr(registry, "parse", does)
        with pytest.raises(RequestUnreadable) as refused:
            read_bytes(str(secret).encode(), "letter.eml")
    assert refused.value.why.code == why
    said = str(refused.value.as_json())
    assert "letter.eml" in said
    assert "Jane" not in said
    assert "no letter may see" not in said
    assert [one.name for one in tmp_path.iterdir()] == ["secret"]
    (intake,) = read_bytes(LETTER, "letter.txt")
    assert intake.request.identifiers.emails == ("jane@example.org",)


def test_a_letter_that_takes_for_ever_is_given_up(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_LIMITS", Limits(seconds=1))
    plant(deeds.hang)
    with pytest.raises(RequestUnreadable) as refused:
        read_bytes(LETTER, "letter.txt")
    assert refused.value.why.code == "why.cell.slow"


def test_an_answer_without_a_request_is_none(plant: Plant) -> None:
    plant(planted.answer_nothing)
    with pytest.raises(RequestEmpty):
        read_bytes(LETTER, "letter.txt")


def test_no_letter_says_which_file_it_is_nor_speaks_for_an_officer(plant: Plant, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_bytes(LETTER)
    plant(planted.speak_for_an_officer)
    intake = read_request(tmp_path / "letter.txt")
    assert intake.letter == LETTER
    assert intake.request.digest == hashlib.sha256(LETTER).hexdigest()
    assert intake.request.source == "letter.txt"
    assert intake.request.confirmed_by == ""
    assert [found.typed_by for found in intake.request.found] == [""]
    assert [photo.name for photo in intake.photos] == ["bashrc"]


def test_what_a_cell_reads_is_what_parsing_gives() -> None:
    (read,), (parsed,) = read_bytes(LETTER, "letter.txt"), parse(LETTER, "letter.txt")
    assert (read.request, read.photos, read.warnings) == (parsed.request, parsed.photos, parsed.warnings)


def test_what_is_too_large_reaches_no_cell(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "MAX_BYTES", 10)
    plant(deeds.crash)
    with pytest.raises(RequestTooLarge):
        read_bytes(LETTER, "letter.txt")
