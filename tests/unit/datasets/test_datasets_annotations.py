"""Annotation files belong to photos: they are found with them, go with them, and stay valid."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.container_samples import photo
from dsr_desk.datasets.container import Container, ContainerEntry, Doomed
from dsr_desk.datasets.registry import open_source, survey

pytestmark = pytest.mark.usefixtures("readers_in_process")


def opened(path: Path) -> Container:
    (container,) = open_source(path)
    return container


def erase(path: Path, which: Callable[[ContainerEntry], bool]) -> int:
    container = opened(path)
    doomed = [
        Doomed(one.member, hashlib.sha256(one.read()).hexdigest(), hint=one.hint)
        for one in container.entries()
        if which(one)
    ]
    return len(container.erase(doomed).erased)


def says(text: str) -> Callable[[ContainerEntry], bool]:
    return lambda one: any(text in value for value in (one.record or {}).values())


def coco(path: Path) -> Path:
    document = {
        "info": {"year": 2017},
        "annotations": [
            {"id": 1, "image_id": 7, "caption": "Wilma waves", "bbox": [1, 2, 3, 4]},
            {"id": 2, "image_id": 8, "caption": "a dog", "bbox": [1, 2, 3, 4]},
            {"id": 3, "image_id": 7, "keypoints": [0] * 51, "category_id": 1},
            {"id": 4, "image_id": 99, "caption": "of no image"},
        ],
        "categories": [{"id": 1, "name": "person"}],
        "images": [{"id": 7, "file_name": "7.jpg"}, {"id": 8, "file_name": "8.jpg", "license": 3}],
    }
    path.write_text(json.dumps(document, indent=1))
    return path


def test_an_image_of_coco_is_one_record_with_its_annotations(tmp_path: Path) -> None:
    container = opened(coco(tmp_path / "captions.json"))
    assert container.format == "coco"
    records = [one.record or {} for one in container.entries()]
    assert [record for record in records if "file_name" in record] == [
        {"id": "7", "file_name": "7.jpg", "annotation.caption": "Wilma waves"},
        {"id": "8", "license": "3", "file_name": "8.jpg", "annotation.caption": "a dog"},
    ]
    assert {"id": "4", "image_id": "99", "caption": "of no image"} in records


def test_an_erased_image_of_coco_takes_its_annotations_along_and_no_other(tmp_path: Path) -> None:
    path = coco(tmp_path / "captions.json")
    assert erase(path, says("Wilma")) == 1
    left = json.loads(path.read_text())
    assert [one["id"] for one in left["images"]] == [8]
    assert [one["id"] for one in left["annotations"]] == [2, 4]
    assert left["categories"] == [{"id": 1, "name": "person"}]


CELEBA = "3\nSmiling Male \n000001.jpg -1  1\n000002.jpg  1 -1\n000003.jpg  1  1\n"


def test_attributes_of_celeba_have_their_names_and_the_count_above_goes_down(tmp_path: Path) -> None:
    path = tmp_path / "list_attr_celeba.txt"
    path.write_text(CELEBA)
    container = opened(path)
    assert container.format == "annotations"
    assert next(iter(container.entries())).record == {
        "file_name": "000001.jpg",
        "Smiling": "-1",
        "Male": "1",
    }
    assert erase(path, says("000002.jpg")) == 1
    assert path.read_text() == CELEBA.replace("3\n", "2\n", 1).replace("000002.jpg  1 -1\n", "")


def test_people_in_the_names_above_a_list_are_found(tmp_path: Path) -> None:
    path = tmp_path / "list_attr.txt"
    path.write_text(CELEBA.replace("Male", "Wilma_Quastenfloss"))
    *_, header = opened(path).entries()
    assert (header.member, list((header.record or {}).values())) == ("(columns)", ["Wilma Quastenfloss"])
    path.write_text(CELEBA)
    assert all(entry.member != "(columns)" for entry in opened(path).entries())


@pytest.mark.parametrize(
    ("name", "line", "record"),
    [
        ("identity_CelebA.txt", "000001.jpg 2880", {"file_name": "000001.jpg", "text": "2880"}),
        ("results.token", "36.jpg#0\tWilma plays .", {"file_name": "36.jpg", "text": "Wilma plays ."}),
        ("train.lst", "a b/1 2.png\tWilma", {"file_name": "a b/1 2.png", "text": "Wilma"}),
        ("captions.csv", "1.jpg,Wilma, waving", {"file_name": "1.jpg", "text": "Wilma, waving"}),
    ],
)
def test_lists_of_photos_are_read_line_by_line(tmp_path: Path, name: str, line: str, record: dict[str, str]) -> None:
    path = tmp_path / name
    path.write_text(f"{line}\nx.jpg\tother\n")
    assert [one.record for one in opened(path).entries()] == [record, {"file_name": "x.jpg", "text": "other"}]
    assert erase(path, says(record["text"])) == 1
    assert path.read_text() == "x.jpg\tother\n"


@pytest.mark.parametrize(
    ("photo_at", "beside", "content"),
    [
        ("JPEGImages/1.jpg", "Annotations/1.xml", "<annotation><object><name>Wilma</name></object></annotation>"),
        ("images/train/1.jpg", "labels/train/1.txt", "Wilma 0.5 0.5 0.1 0.1"),
        ("1.jpg", "1.xml", "<a><owner>Wilma</owner></a>"),
        ("1.jpg", "1.xmp", "<x:xmpmeta xmlns:x='a'><creator>Wilma</creator></x:xmpmeta>"),
        ("1.jpg", "1.jpg.xmp", "<x:xmpmeta xmlns:x='a'><creator>Wilma</creator></x:xmpmeta>"),
        ("1.jpg", "1.caption", "Wilma by the sea"),
        ("1.jpg", "1.jpg.supplemental-metadata.json", '{"people": [{"name": "Wilma"}]}'),
        ("1.jpg", "1.jpg.json", '{"people": [{"name": "Wilma"}]}'),
    ],
)
def test_files_that_describe_a_photo_are_its_records(tmp_path: Path, photo_at: str, beside: str, content: str) -> None:
    for name, data in ((photo_at, photo(1)), (beside, content.encode())):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    container = opened(tmp_path)
    assert survey(tmp_path).not_understood == ()
    found = {one.member: one for one in container.entries()}
    assert found.keys() == {photo_at, beside}
    assert says("Wilma")(found[beside])
    assert found[beside].group == found[photo_at].group == photo_at.removesuffix(".jpg")
    assert erase(tmp_path, says("Wilma")) == 1
    assert [one.member for one in container.entries()] == [photo_at]
