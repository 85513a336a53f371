"""The sample organisation as files."""

from __future__ import annotations

import csv
import io
import tarfile
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from dsr_desk.app.sample import Sample, Truth, make_sample
from dsr_desk.app.sample.organisation import SampleFolderInUse
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.items import ItemKind
from dsr_desk.core.requests import Law, Right
from dsr_desk.datasets.registry import open_source
from dsr_desk.intake.registry import read_request
from dsr_desk.jobs.progress import Cancelled, CancelToken, Progress

PROBLEMS = {"photos/more/broken-off.jpg", "photos/more/empty.jpg"}


def test_the_same_arguments_give_the_same_files(sample: Sample, tmp_path: Path) -> None:
    again = make_sample(tmp_path / "again", people=10, today=date(2026, 3, 6))
    for path in sorted(sample.folder.rglob("*")):
        if path.is_file() and path.suffix != ".db":
            assert (again.folder / path.relative_to(sample.folder)).read_bytes() == path.read_bytes()


def test_every_item_that_a_reader_lists_is_in_the_truth_and_the_other_way_round(sample: Sample) -> None:
    known = {item.key: item for item in Truth.load(sample.truth).items}
    seen = set()
    for dataset in sample.datasets:
        for source in dataset.sources:
            for container in open_source(source):
                for entry in container.entries():
                    if entry.problem:
                        assert entry.member in PROBLEMS
                        data = (source / entry.member).read_bytes()
                    else:
                        data = entry.read()
                    item = known[container.name, entry.member, sha256_hex(data)]
                    assert item.is_photo == (entry.kind is ItemKind.PHOTO)
                    seen.add(item.key)
    assert seen == set(known)
    assert sample.photos + sample.records == len(known)


def test_photos_can_be_opened_but_for_those_that_are_broken_on_purpose(sample: Sample) -> None:
    photos = sorted((sample.folder / "datasets" / "member-portraits" / "photos").rglob("*.jpg"))
    assert len(photos) > 30
    for path in photos:
        if path.name not in ("broken-off.jpg", "empty.jpg"):
            with Image.open(path) as photo:
                photo.load()
                assert photo.format == "JPEG"


def test_shards_hold_each_photo_with_its_note(sample: Sample) -> None:
    shards = sorted((sample.folder / "datasets" / "street-events").glob("*.tar"))
    assert [path.name for path in shards] == ["events-000000.tar", "events-000001.tar"]
    for path in shards:
        with tarfile.open(path) as tar:
            names = tar.getnames()
        assert names[::2] == [name.replace(".json", ".jpg") for name in names[1::2]]


def test_the_profile_table_knows_the_subject_under_several_spellings(sample: Sample) -> None:
    text = (sample.folder / "datasets" / "member-portraits" / "profiles.csv").read_bytes().decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    truth = Truth.load(sample.truth)
    of_subject = [item for item in truth.of_subject() if item.container.endswith("profiles.csv")]
    assert len(of_subject) == 3
    assert sum(not row["photo"] for row in rows) >= 2
    assert len({row["account_id"] for row in rows}) == len(rows)


def test_groups_hard_photos_and_photos_of_nobody_are_there(sample: Sample) -> None:
    photos = [item for item in Truth.load(sample.truth).items if item.is_photo]
    assert any(len(item.faces) >= 3 for item in photos)
    assert sum(not item.faces for item in photos) >= 5
    assert {item.hard for item in photos} >= {"dark", "small", "turned away", "broken off"}


def test_the_letter_can_be_read_and_brings_two_photos(sample: Sample) -> None:
    intake = read_request(sample.letter)
    truth = Truth.load(sample.truth)
    assert intake.request.identifiers.names == (truth.subject,)
    assert (intake.request.right, intake.request.law) == (Right.ERASURE, Law.EU_GDPR)
    assert intake.request.received == date(2026, 3, 3)
    assert len(intake.photos) == 2
    assert intake.warnings == ()
    known = {item.digest for item in truth.items}
    assert not any(sha256_hex(photo.data) in known for photo in intake.photos)


def test_the_german_letter_says_the_same(sample: Sample) -> None:
    english, german = read_request(sample.letter).request, read_request(sample.letter_german).request
    assert german.language == "de"
    assert german.identifiers == english.identifiers
    assert (german.right, german.law, german.received) == (english.right, english.law, english.received)


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(SampleFolderInUse):
        make_sample(tmp_path, people=8)


def test_progress_counts_the_photos_and_cancel_stops_the_drawing(tmp_path: Path) -> None:
    cancel = CancelToken()
    seen: list[Progress] = []

    def report(progress: Progress) -> None:
        seen.append(progress)
        if progress.done == 2:
            cancel.cancel()

    with pytest.raises(Cancelled):
        make_sample(tmp_path / "out", people=8, report=report, cancel=cancel)
    assert [progress.done for progress in seen] == [0, 1, 2]
    assert seen[0].total is not None
