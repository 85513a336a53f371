"""The sample organisation as it is installed, and honest counts against its truth."""

from __future__ import annotations

import runpy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import setuptools
from setuptools.command.build_py import build_py

from dsr_desk.app import sample as shipping
from dsr_desk.app.case import review
from dsr_desk.app.demo import open_sample
from dsr_desk.app.sample import FaceThere, Sample, SampleMissing, TrueItem, Truth, copy_sample
from dsr_desk.core import codec
from dsr_desk.core.findings import Candidate, Verdict
from dsr_desk.core.items import Box, ItemAddress, ItemKind
from dsr_desk.core.requests import Law, Right
from dsr_desk.intake.registry import read_request
from dsr_desk.jobs.progress import CancelToken, silent

ME, OTHER = 0, 1
GROUP = TrueItem(
    "a", "group.jpg", "d1", (ME, OTHER), True, faces=(FaceThere(ME, 30, 30, 10), FaceThere(OTHER, 80, 30, 10))
)
HARD = TrueItem("a", "dark.jpg", "d2", (ME,), True, hard="dark", faces=(FaceThere(ME, 30, 30, 10),))
ROW = TrueItem("a/table.csv", "", "d3", (ME,), False)
STRANGER = TrueItem("a", "stranger.jpg", "d4", (OTHER,), True, faces=(FaceThere(OTHER, 30, 30, 10),))
TRUTH = Truth("Me", ("Me", "Other"), ME, (GROUP, HARD, ROW, STRANGER))


def address(item: TrueItem) -> ItemAddress:
    return ItemAddress("set@1", item.container, item.member, item.digest)


def candidate(item: TrueItem, box: Box | None = None) -> Candidate:
    kind = ItemKind.PHOTO if item.is_photo else ItemKind.RECORD
    return Candidate(address(item), kind, "set@1", "index", (), box=box)


def test_what_was_not_proposed_is_counted_as_missed_with_its_reason() -> None:
    found = TRUTH.compare([address(GROUP), address(STRANGER)])
    assert (found.photos, found.photos_found, found.records, found.records_found) == (2, 1, 1, 0)
    assert [(one.place, one.hard) for one in found.missed] == [("a › dark.jpg", "dark"), ("a/table.csv", "")]
    assert found.wrongly_proposed == 1
    assert "2 were missed (1 of them made hard on purpose)" in found.statement


def test_nothing_missed_is_said_plainly() -> None:
    found = TRUTH.compare([address(item) for item in TRUTH.of_subject()])
    assert found.missed == ()
    assert found.wrongly_proposed == 0
    assert "0 were missed; 0 items of others" in found.statement


def test_an_item_that_the_sample_never_made_is_counted_apart() -> None:
    found = TRUTH.compare([ItemAddress("set@1", "a", "new.jpg", "d9")])
    assert (found.wrongly_proposed, found.unknown) == (0, 1)


def test_the_same_item_proposed_twice_counts_once() -> None:
    assert TRUTH.compare([address(STRANGER), address(STRANGER)]).wrongly_proposed == 1


def test_in_a_group_the_face_decides_and_not_the_photo() -> None:
    assert TRUTH.verdict(candidate(GROUP, Box(20, 20, 45, 50))) is Verdict.SAME
    assert TRUTH.verdict(candidate(GROUP, Box(70, 20, 95, 50))) is Verdict.DIFFERENT


def test_without_a_face_the_item_decides() -> None:
    assert TRUTH.verdict(candidate(ROW)) is Verdict.SAME
    assert TRUTH.verdict(candidate(STRANGER)) is Verdict.DIFFERENT


def test_an_unknown_item_is_never_the_same_person() -> None:
    unknown = TrueItem("b", "x.jpg", "d9", (ME,), True)
    assert TRUTH.verdict(candidate(unknown)) is Verdict.DIFFERENT


def test_the_truth_comes_back_from_its_file_as_it_went_in(tmp_path: Path) -> None:
    path = tmp_path / "truth.json"
    path.write_text(codec.to_text(TRUTH), encoding="utf-8")
    assert Truth.load(path) == TRUTH


def test_letters_of_a_copy_came_three_days_ago_and_what_is_shipped_stays_as_it_is(tmp_path: Path) -> None:
    shipped = shipping.PLACES[1]
    before = (shipped / "request" / "letter.eml").read_bytes()
    copied = copy_sample(tmp_path / "copy", date(2026, 3, 6))

    for letter in (copied.letter, copied.letter_german):
        request = read_request(letter).request
        assert (request.received, request.law, request.right) == (date(2026, 3, 3), Law.EU_GDPR, Right.ERASURE)
    copied.letter.write_bytes(b"changed")
    assert (shipped / "request" / "letter.eml").read_bytes() == before


def test_all_files_of_a_copy_are_those_that_are_shipped(tmp_path: Path) -> None:
    copied = copy_sample(tmp_path / "copy")
    shipped = shipping.PLACES[1]
    names = {path.relative_to(copied.folder) for path in copied.folder.rglob("*") if path.is_file()}
    assert names == {path.relative_to(shipped) for path in shipped.rglob("*") if path.is_file()}
    assert [path.name for path in (*copied.lineage, copied.truth) if not path.exists()] == []
    assert [one for dataset in copied.datasets for one in dataset.sources if not one.is_dir()] == []


def test_a_program_without_its_sample_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipping, "PLACES", (tmp_path / "gone", tmp_path / "nor here"))
    with pytest.raises(SampleMissing) as missing:
        copy_sample(tmp_path / "copy")
    assert "gone" in missing.value.what_happened
    assert not (tmp_path / "copy").exists()


def test_an_installed_program_has_the_sample_in_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = shipping.PLACES[1].parents[1]
    monkeypatch.chdir(root)
    given: dict[str, Any] = {}
    monkeypatch.setattr(setuptools, "setup", given.update)
    runpy.run_path(str(root / "setup.py"))
    monkeypatch.setattr(build_py, "run", lambda _: None)
    command = given["cmdclass"]["build_py"](setuptools.Distribution())
    command.build_lib = str(tmp_path)
    command.run()

    monkeypatch.setattr(shipping, "PLACES", (tmp_path / "dsr_desk" / "sample", tmp_path / "nowhere"))
    assert copy_sample(tmp_path / "copy").contents.people > 40


def test_what_is_installed_cannot_draw_people() -> None:
    installed = setuptools.find_namespace_packages(str(shipping.PLACES[1].parents[1] / "src"))
    assert {name.partition(".")[0] for name in installed} == {"dsr_desk"}


@pytest.mark.slow
def test_the_sample_case_is_made_once_and_its_decisions_are_left_to_the_officer(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipping, "PLACES", (sample.folder,))
    desk, ref = open_sample(tmp_path / "kept", report=silent, cancel=CancelToken())
    with desk:
        found = review.review_items(desk, ref)
        assert len(found) > 5
        assert [one for one in found if one.decision is not None] == []

    monkeypatch.setattr(shipping, "PLACES", ())
    desk, again = open_sample(tmp_path / "kept", report=silent, cancel=CancelToken())
    with desk:
        assert again == ref
        assert len(review.review_items(desk, ref)) == len(found)
