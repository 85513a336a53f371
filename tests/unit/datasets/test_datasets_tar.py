"""Tar archives and WebDataset shards."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import message
from dsr_desk.datasets.container import TOO_LARGE, Container, ContainerDamaged, Doomed
from dsr_desk.datasets.registry import open_source

JPEG = b"\xff\xd8\xff\xe0 photo "


def write(path: Path, members: list[tuple[str, bytes]], **options: object) -> Path:
    with tarfile.open(path, "w", **options) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def opened(path: Path) -> Container:
    (container,) = open_source(path)
    return container


def doomed(container: Container, *members: str) -> list[Doomed]:
    return [
        Doomed(entry.member, hashlib.sha256(entry.read()).hexdigest())
        for entry in container.entries()
        if entry.member in members
    ]


def headers(path: Path) -> list[tuple[object, ...]]:
    with tarfile.open(path) as archive:
        return [(info.name, info.uid, info.mode, info.mtime, info.pax_headers) for info in archive]


def names(path: Path) -> list[str]:
    with tarfile.open(path) as archive:
        return archive.getnames()


SHARD = [
    ("d/0001.left.jpg", JPEG + b"1l"),
    ("d/0001.right.jpg", JPEG + b"1r"),
    ("d/0001.json", b'{"id": 1}'),
    ("d/0001.cls", b"3"),
    ("d/0002.v2.jpg", JPEG + b"2"),
    ("d/0002.txt", b"a caption"),
    ("d/0002.npy", b"embedding"),
]


def test_a_key_ends_at_the_first_dot_of_the_base_name(tmp_path: Path) -> None:
    container = opened(write(tmp_path / "s.tar", SHARD))
    assert container.format == "webdataset"
    assert [(entry.kind, entry.member, entry.group) for entry in container.entries()] == [
        (ItemKind.PHOTO, "d/0001.left.jpg", "d/0001"),
        (ItemKind.PHOTO, "d/0001.right.jpg", "d/0001"),
        (ItemKind.RECORD, "d/0001.json", "d/0001"),
        (ItemKind.PHOTO, "d/0002.v2.jpg", "d/0002"),
        (ItemKind.RECORD, "d/0002.txt", "d/0002"),
    ]


def test_a_dot_in_the_folder_does_not_end_a_key(tmp_path: Path) -> None:
    container = opened(write(tmp_path / "s.tar", [("v1.0/a.jpg", JPEG), ("v1.0/a.json", b"{}")]))
    assert {entry.group for entry in container.entries()} == {"v1.0/a"}


def test_labels_and_embeddings_go_with_the_last_photo_of_their_sample(tmp_path: Path) -> None:
    path = write(tmp_path / "s.tar", SHARD)
    container = opened(path)
    done = container.erase(doomed(container, "d/0001.left.jpg", "d/0002.v2.jpg", "d/0002.txt"))
    assert names(path) == ["d/0001.right.jpg", "d/0001.json", "d/0001.cls"]
    assert done.notes == (message("note.tar.followers", count=1),)


def test_members_of_an_ordinary_tar_stay_whatever_goes(tmp_path: Path) -> None:
    path = write(tmp_path / "t.tar", [("a.jpg", JPEG), ("b.jpg", JPEG + b"b"), ("notes.md", b"x")])
    container = opened(path)
    assert container.format == "tar"
    container.erase(doomed(container, "a.jpg"))
    assert names(path) == ["b.jpg", "notes.md"]


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_headers_of_the_members_that_stay_are_kept_as_they_are(tmp_path: Path, form: int) -> None:
    path = tmp_path / "t.tar"
    with tarfile.open(path, "w", format=form, pax_headers={"comment": "kept"}) as archive:
        for number in range(3):
            name = f"{'n' * 90}/{'é' * 20}{number}.jpg" if form != tarfile.USTAR_FORMAT else f"{number}.jpg"
            info = tarfile.TarInfo(name)
            info.size, info.uid, info.mode, info.mtime = len(JPEG) + 1, 1234, 0o600, 1_600_000_000
            archive.addfile(info, io.BytesIO(JPEG + b"%d" % number))
    container = opened(path)
    before = headers(path)
    first = next(iter(container.entries())).member
    container.erase(doomed(container, first))
    assert headers(path) == before[1:]


def test_links_to_an_erased_member_go_with_it_and_are_never_items(tmp_path: Path) -> None:
    path = tmp_path / "t.tar"
    with tarfile.open(path, "w") as archive:
        for name, kind, target in (
            ("a.jpg", tarfile.REGTYPE, ""),
            ("hard.jpg", tarfile.LNKTYPE, "a.jpg"),
            ("soft.jpg", tarfile.SYMTYPE, "/etc/passwd"),
            ("b.jpg", tarfile.REGTYPE, ""),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            info.size = len(JPEG) if kind == tarfile.REGTYPE else 0
            archive.addfile(info, io.BytesIO(JPEG))
    container = opened(path)
    assert [entry.member for entry in container.entries()] == ["a.jpg", "b.jpg"]
    container.erase(doomed(container, "a.jpg")[:1])
    assert names(path) == ["soft.jpg", "b.jpg"]


def test_a_broken_header_in_the_middle_is_damage_and_not_the_end(tmp_path: Path) -> None:
    path = write(tmp_path / "t.tar", [("a.jpg", JPEG), ("b.jpg", JPEG), ("c.jpg", JPEG)])
    data = bytearray(path.read_bytes())
    data[1024 + 100] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(ContainerDamaged):
        list(opened(path).entries())


def test_an_archive_appended_to_another_is_not_overlooked(tmp_path: Path) -> None:
    one = write(tmp_path / "one.tar", [("a.jpg", JPEG)])
    two = write(tmp_path / "two.tar", [("b.jpg", JPEG)])
    one.write_bytes(one.read_bytes() + two.read_bytes())
    with pytest.raises(ContainerDamaged):
        list(opened(one).entries())


def test_a_member_that_claims_to_be_huge_is_a_problem_and_not_read(tmp_path: Path) -> None:
    path = tmp_path / "t.tar"
    size = 300 * 1024 * 1024
    info = tarfile.TarInfo("bomb.jpg")
    info.size = size
    with path.open("wb") as file:
        file.write(info.tobuf())
        file.write(JPEG)
        file.truncate(512 + size)
        file.seek(0, 2)
        file.write(b"\0" * 1024)
    (entry,) = opened(path).entries()
    assert entry.problem == TOO_LARGE
