"""The sample organisation as files."""

from __future__ import annotations

import csv
import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.sample.album import HARD, Album
from bench.sample.figure import People
from bench.sample.organisation import FEWEST, face_there, make_sample, plan
from bench.sample.photo import draw
from dsr_desk.app.sample import LETTER_SENT, Sample, Truth
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.items import ItemKind
from dsr_desk.core.requests import Law, Right
from dsr_desk.datasets.registry import open_source
from dsr_desk.intake.registry import read_request

PROBLEMS = {"photos/more/broken-off.jpg", "photos/more/empty.jpg"}


@pytest.fixture(scope="module")
def planned() -> tuple[People, Album]:
    _, _, faces, album = plan()
    return faces, album


def test_a_person_drawn_anew_looks_as_in_the_photo_that_is_shipped(
    sample: Sample, planned: tuple[People, Album]
) -> None:
    faces, album = planned
    one = next(one for one in album.portraits if one.picture.figures and not one.hard)
    again, shipped = draw(one.picture, faces), next(sample.folder.rglob(f"{one.name}.jpg")).read_bytes()
    assert mean_difference(again, shipped) < 1


def test_people_who_are_drawn_for_another_photo_look_otherwise(sample: Sample, planned: tuple[People, Album]) -> None:
    faces, album = planned
    one, other = [one for one in album.portraits if one.picture.figures and not one.hard][:2]
    again, shipped = draw(one.picture, faces), next(sample.folder.rglob(f"{other.name}.jpg")).read_bytes()
    assert mean_difference(again, shipped) > 10


def mean_difference(one: bytes, other: bytes) -> float:
    """Of two photos of one size, in steps of a colour; the same drawing through another JPEG encoder has about 0."""
    pixels = [np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(float) for data in (one, other)]
    return float(np.abs(pixels[0] - pixels[1]).mean())


def test_the_truth_that_is_shipped_is_what_would_be_drawn(sample: Sample, planned: tuple[People, Album]) -> None:
    _, album = planned
    known = {Path(item.member).stem: item for item in Truth.load(sample.truth).items if item.is_photo}
    for one in (*album.portraits, *album.events):
        item = known.pop(one.name)
        assert item.hard == one.hard
        assert item.faces == tuple(face_there(figure, one.picture) for figure in one.picture.figures)
    assert known.keys() == {"copy-of-e", "broken-off", "empty"}


@pytest.mark.long
def test_a_small_organisation_is_drawn_whole(tmp_path: Path) -> None:
    drawn = make_sample(tmp_path / "drawn", people=FEWEST)
    assert drawn.contents.people == FEWEST
    assert_truth_lists_what_readers_list(drawn)


def test_every_item_that_a_reader_lists_is_in_the_truth_and_the_other_way_round(sample: Sample) -> None:
    assert_truth_lists_what_readers_list(sample)


def assert_truth_lists_what_readers_list(sample: Sample) -> None:
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
    assert sample.contents.photos + sample.contents.records == len(known)


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
    assert {item.hard for item in photos} >= {*HARD, "broken off", "no photo at all", "stored again, smaller"}


def test_the_letter_can_be_read_and_brings_two_photos(sample: Sample) -> None:
    intake = read_request(sample.letter)
    truth = Truth.load(sample.truth)
    assert intake.request.identifiers.names == (truth.subject,)
    assert (intake.request.right, intake.request.law) == (Right.ERASURE, Law.EU_GDPR)
    assert intake.request.received == LETTER_SENT.date()
    assert len(intake.photos) == 2
    assert [one.code for one in intake.warnings] == ["note.intake.only-sent"]
    known = {item.digest for item in truth.items}
    assert not any(sha256_hex(photo.data) in known for photo in intake.photos)


def test_the_german_letter_says_the_same(sample: Sample) -> None:
    english, german = read_request(sample.letter).request, read_request(sample.letter_german).request
    assert german.language == "de"
    assert german.identifiers == english.identifiers
    assert (german.right, german.law, german.received) == (english.right, english.law, english.received)
