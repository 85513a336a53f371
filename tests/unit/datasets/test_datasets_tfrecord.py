"""TFRecord files: what the features of a record hold, and records that stay byte for byte."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest

from contracts.container_samples import example, photo, tfrecord, turned_crc, varint
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import message
from dsr_desk.datasets import container
from dsr_desk.datasets import tfrecord as module
from dsr_desk.datasets.container import ContainerDamaged, ContainerEntry, Doomed
from dsr_desk.datasets.registry import open_source, reopen
from dsr_desk.datasets.tf_example import features_of, parsed, values_of
from dsr_desk.datasets.tfrecord import TfRecordFile, masked_crc


def write(path: Path, *records: bytes) -> Path:
    path.write_bytes(tfrecord(*records))
    return path


def entries(path: Path) -> list[ContainerEntry]:
    (found,) = open_source(path)
    assert found.format == "tfrecord"
    return list(found.entries())


def doomed(entry: ContainerEntry, new: bytes | None = None) -> Doomed:
    return Doomed(entry.member, hashlib.sha256(entry.read()).hexdigest(), hint=entry.hint, replacement=new)


def test_photos_are_named_by_the_file_name_beside_them_and_the_rest_is_their_record(tmp_path: Path) -> None:
    path = write(
        tmp_path / "t",
        example(
            **{"image/encoded": photo(1), "image/filename": "ada/1.jpg", "image/class/text": "Ada Łąka", "age": 40}
        ),
        example(**{"jpeg": photo(2), "image/format": "jpeg", "image/height": 24}),
    )
    first, record, second = entries(path)
    assert [(one.kind, one.member) for one in (first, record, second)] == [
        (ItemKind.PHOTO, "ada/1.jpg"),
        (ItemKind.RECORD, ""),
        (ItemKind.PHOTO, "jpeg"),
    ]
    assert record.record == {"age": "40", "class/text": "Ada Łąka", "filename": "ada/1.jpg"}
    assert first.group == record.group != second.group


def test_features_of_a_sequence_are_read_too(tmp_path: Path) -> None:
    def field(number: int, data: bytes) -> bytes:
        return bytes([number << 3 | 2]) + varint(len(data)) + data

    frames = b"".join(field(1, field(1, field(1, photo(number)))) for number in (1, 2))
    lists = field(2, field(1, field(1, b"frames") + field(2, frames)))
    path = write(tmp_path / "t", example(speaker="Ada Example") + lists)
    found = entries(path)
    assert [(one.kind, one.member) for one in found] == [
        (ItemKind.PHOTO, "frames.1"),
        (ItemKind.PHOTO, "frames.2"),
        (ItemKind.RECORD, ""),
    ]
    reopen("tfrecord", path, "t").erase([doomed(found[1])])
    assert [one.member for one in entries(path)] == ["frames.1", ""]
    assert photo(2) not in path.read_bytes()


def test_a_photo_that_is_no_feature_and_a_record_that_is_unknown_are_listed(tmp_path: Path) -> None:
    found = entries(write(tmp_path / "t", photo(1), b"\xff\xfe something else", example(name="Ada")))
    assert [(one.kind, one.member, bool(one.problem)) for one in found] == [
        (ItemKind.PHOTO, "0", False),
        (ItemKind.RECORD, "", True),
        (ItemKind.RECORD, "", False),
    ]
    assert found[1].problem == message("why.tfrecord.no-example")
    with pytest.raises(container.ItemUnreadable):
        found[1].read()


@pytest.mark.parametrize("packed", [False, True])
def test_records_that_stay_are_the_same_bytes(tmp_path: Path, packed: bool) -> None:
    # A message may be written in more ways than one: these bytes are not those that a library would write.
    odd = example(z="Zoe", a="Abe") + example(z="Zed")
    data = tfrecord(odd, b"\xff unknown", example(name="Ada"), odd)
    path = tmp_path / "t"
    path.write_bytes(gzip.compress(data) if packed else data)
    gone = next(one for one in entries(path) if (one.record or {}).get("name") == "Ada")
    done = reopen("tfrecord", path, "t").erase([doomed(gone)])
    left = path.read_bytes()
    assert (gzip.decompress(left) if packed else left) == tfrecord(odd, b"\xff unknown", odd)
    assert done.kept == 3


def test_an_item_that_goes_alone_leaves_its_features_empty(tmp_path: Path) -> None:
    path = write(
        tmp_path / "t",
        example(**{"image/encoded": photo(1), "image/filename": "1.jpg", "caption": "Ada Example", "label": 3}),
        example(**{"image/encoded": photo(2), "image/filename": "2.jpg", "caption": "Bo Sample", "label": 4}),
    )
    first, _, second, caption = entries(path)
    reopen("tfrecord", path, "t").erase([doomed(first), doomed(caption)])
    (kept_record, kept_photo) = entries(path)
    assert kept_record.record == {"caption": "Ada Example", "filename": "1.jpg", "label": "3"}
    assert (kept_photo.member, kept_photo.read()) == (second.member, photo(2))
    assert photo(1) not in path.read_bytes()
    assert b"Bo Sample" not in path.read_bytes()


def test_a_masked_photo_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    path = write(tmp_path / "t", example(**{"image/encoded": photo(1), "label": 3}))
    reopen("tfrecord", path, "t").erase([doomed(entries(path)[0], photo(9, 40))])
    (entry,) = entries(path)
    assert entry.read() == photo(9, 40)
    message = parsed(path.read_bytes()[12:-4])
    assert message is not None
    assert [(name, values_of(feature)) for name, feature in features_of(message)] == [
        ("image/encoded", [photo(9, 40)]),
        ("label", [3]),
    ]


@pytest.mark.parametrize(
    ("change", "why", "number"),
    [
        (lambda data: data[:-3], "cut", 2),
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "checksum", 2),
        (lambda data: data[:20] + bytes([data[20] ^ 1]) + data[21:], "checksum", 1),
        (lambda data: data + b"\0\0\0", "length", 3),
    ],
)
def test_damage_is_told_with_its_place(tmp_path: Path, change: object, why: str, number: int) -> None:
    one = tfrecord(example(name="Ada Example"))
    assert callable(change)
    (tmp_path / "t").write_bytes(change(one + one))
    with pytest.raises(ContainerDamaged) as caught:
        list(TfRecordFile(tmp_path / "t", "t").entries())
    place = (number - 1) * len(one)
    assert caught.value.why == message(f"why.tfrecord.{why}", number=number, byte=place)


@pytest.mark.usefixtures("readers_in_process")
def test_a_record_that_is_too_large_is_passed_over_and_carried_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "t", example(name="Ada"), example(name="B" * 500), example(name="Cy"))
    monkeypatch.setattr(module, "MAX_ITEM_BYTES", 200)
    found = entries(path)
    assert [bool(one.problem) for one in found] == [False, True, False]
    reopen("tfrecord", path, "t").erase([doomed(found[0])])
    assert path.read_bytes() == tfrecord(example(name="B" * 500), example(name="Cy"))


def test_checksums_are_those_of_the_format() -> None:
    assert masked_crc(b"123456789") == ((0xE3069283 >> 15 | 0xE3069283 << 17) + 0xA282EAD8) & 0xFFFFFFFF
    assert turned_crc(b"123456789") == masked_crc(b"123456789")
