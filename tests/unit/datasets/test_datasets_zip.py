"""Zip archives: every byte is a member's, the directory's, or named; what stays, stays as it is packed."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from container_checks import doomed, opened, unread

from dsr_desk.core.message import message
from dsr_desk.datasets.container import Accounts, ContainerDamaged, ContainerNotRead, Doomed, Unread
from dsr_desk.datasets.zip import ZipArchive
from dsr_desk.datasets.zip_layout import layout_of

JPEG = b"\xff\xd8\xff\xe0 photo "


def write(path: Path, members: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, (2020, 2, 3, 4, 5, 6)), data, method)
    return path


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


def packed(path: Path, name: str) -> bytes:
    """All bytes of a member, as they lie."""
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        number = [info.filename for info in archive.infolist()].index(name)
        entry = layout_of(file).entries[number]
        file.seek(entry.start)
        return file.read(entry.end - entry.start)


def encrypted(path: Path, name: str) -> None:
    """Says of a member that it is encrypted, in both of its headers."""
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo(name).header_offset
    directory = data.index(b"PK\x01\x02")
    while name.encode() not in data[directory : directory + 46 + len(name)]:
        directory = data.index(b"PK\x01\x02", directory + 1)
    data[start + 6] |= 1
    data[directory + 8] |= 1
    path.write_bytes(data)


def test_every_member_is_accounted_for(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("deep.jpg", JPEG + b"deep")
    path = write(
        tmp_path / "z.zip",
        [
            ("a.jpg", JPEG),
            ("folder/", b""),
            ("b.zip", inner.getvalue()),
            ("people.csv", b"name;mail\nWilma Q;w@example.com\n"),
            ("c.npy", b"\x93NUMPY"),
            ("sealed.mp4", b"\0\0\0\x18ftypmp42"),
        ],
    )
    encrypted(path, "sealed.mp4")
    container = opened(path)
    assert [entry.member for entry in container.entries()] == ["a.jpg", "b.zip › deep.jpg", "people.csv"]
    assert [(one.place, one.why.code) for one in unread(container)] == [
        ("c.npy", "why.format.unknown"),
        ("sealed.mp4", "why.encrypted"),
    ]
    accounts = list(container.listing())[-1]
    assert isinstance(accounts, Accounts)
    assert accounts.answered == accounts.own >= 6


def test_what_stays_keeps_the_bytes_that_it_is_packed_in_and_its_order(tmp_path: Path) -> None:
    path = write(tmp_path / "z.zip", [(f"{number}.jpg", JPEG * number) for number in range(1, 6)], zipfile.ZIP_LZMA)
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"a comment"
    encrypted(path, "4.jpg")
    before = {name: packed(path, f"{name}.jpg") for name in (1, 3, 4, 5)}
    container = opened(path)
    container.erase(doomed(container, "2.jpg"))
    assert {name: packed(path, f"{name}.jpg") for name in (1, 3, 4, 5)} == before
    with zipfile.ZipFile(path) as archive:
        assert (archive.comment, archive.namelist()) == (b"a comment", ["1.jpg", "3.jpg", "4.jpg", "5.jpg"])
        assert archive.getinfo("5.jpg").date_time == (2020, 2, 3, 4, 5, 6)
        assert archive.read("5.jpg") == JPEG * 5


def test_members_written_as_a_stream_and_those_of_large_archives_are_read_and_kept(tmp_path: Path) -> None:
    class Stream(io.RawIOBase):
        def __init__(self, file: io.BufferedWriter) -> None:
            self.file = file

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            return self.file.write(data)  # type: ignore[arg-type]

    path = tmp_path / "z.zip"
    with path.open("wb") as file, zipfile.ZipFile(Stream(file), "w") as archive:  # type: ignore[arg-type]
        for name in ("a.jpg", "b.jpg", "c.jpg"):
            with archive.open(name, "w", force_zip64=name == "b.jpg") as member:
                member.write(JPEG + name.encode())
    container = opened(path)
    assert unread(container) == []
    container.erase(doomed(container, "a.jpg"))
    assert members(path) == {name: JPEG + name.encode() for name in ("b.jpg", "c.jpg")}
    assert unread(container) == []


def test_an_archive_of_the_larger_form_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(zipfile, "ZIP64_LIMIT", 10)
        path = write(tmp_path / "z.zip", [(f"{number}.jpg", JPEG) for number in range(4)])
    assert b"PK\x06\x06" in path.read_bytes()
    container = opened(path)
    container.erase(doomed(container, "1.jpg"))
    assert list(members(path)) == ["0.jpg", "2.jpg", "3.jpg"]
    assert [entry.member for entry in container.entries()] == ["0.jpg", "2.jpg", "3.jpg"]


def test_bytes_before_between_and_behind_the_members_are_named_and_stay(tmp_path: Path) -> None:
    path = write(tmp_path / "z.zip", [("a.jpg", JPEG), ("b.jpg", JPEG + b"b")], zipfile.ZIP_STORED)
    data = path.read_bytes()
    second, directory, end = data.index(b"PK\x03\x04", 4), data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    hidden = b"PK\x03\x04 an old photo"
    moved = bytearray(data[:second] + hidden + data[second:] + b"behind")
    shift = len(hidden)
    place = directory + shift + 46 + len("a.jpg") + 42
    struct.pack_into("<I", moved, place, struct.unpack_from("<I", moved, place)[0] + shift)
    struct.pack_into("<I", moved, end + shift + 16, directory + shift)
    path.write_bytes(moved)
    container = opened(path)
    assert [(one.kind.code, one.size) for one in unread(container)] == [("kind.hidden", shift), ("kind.hidden", 6)]
    container.erase(doomed(container, "a.jpg"))
    assert members(path) == {"b.jpg": JPEG + b"b"}
    assert hidden in path.read_bytes()
    assert [one.size for one in unread(container)] == [shift]


def test_comments_of_members_are_named(tmp_path: Path) -> None:
    path = tmp_path / "z.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("a.jpg")
        info.comment = b"Wilma at the sea"
        archive.writestr(info, JPEG)
        archive.comment = b"of the club"
    assert [(one.place, one.kind.code) for one in unread(opened(path))] == [
        ("a.jpg", "kind.attributes"),
        ("", "kind.attributes"),
    ]


def test_members_that_share_bytes_are_damage(tmp_path: Path) -> None:
    path = write(tmp_path / "z.zip", [("a.jpg", JPEG), ("b.jpg", JPEG)])
    data = bytearray(path.read_bytes())
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    struct.pack_into("<I", data, second + 42, 0)
    path.write_bytes(data)
    with pytest.raises(ContainerDamaged) as caught:
        list(opened(path).listing())
    assert caught.value.why == message("why.zip.overlap")


def test_a_directory_that_counts_more_members_than_it_names_is_no_whole_listing(tmp_path: Path) -> None:
    path = write(tmp_path / "z.zip", [("a.jpg", JPEG)])
    data = bytearray(path.read_bytes())
    struct.pack_into("<HH", data, data.index(b"PK\x05\x06") + 8, 2, 2)
    path.write_bytes(data)
    with pytest.raises(ContainerNotRead):
        list(opened(path).listing())


def test_a_link_goes_with_what_it_leads_to(tmp_path: Path) -> None:
    path = write(tmp_path / "z.zip", [("d/a.jpg", JPEG), ("d/b.jpg", JPEG + b"b")])
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("links/a")
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "../d/a.jpg")
    container = opened(path)
    assert [entry.member for entry in container.entries()] == ["d/a.jpg", "d/b.jpg"]
    container.erase(doomed(container, "d/a.jpg"))
    assert list(members(path)) == ["d/b.jpg"]


def test_a_photo_that_is_changed_keeps_name_method_and_time(tmp_path: Path) -> None:
    path = write(tmp_path / "z.zip", [("a.jpg", JPEG), ("b.jpg", JPEG + b"b")])
    container = opened(path)
    (one,) = doomed(container, "a.jpg")
    container.erase([Doomed(one.member, one.digest, replacement=JPEG + b"masked")])
    assert members(path) == {"a.jpg": JPEG + b"masked", "b.jpg": JPEG + b"b"}
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("a.jpg")
        assert (info.date_time, info.compress_type) == ((2020, 2, 3, 4, 5, 6), zipfile.ZIP_DEFLATED)


def test_a_member_that_does_not_unpack_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "z.zip", [("a.csv", b"name;mail\n" + b"W;w\n" * 900), ("b.jpg", JPEG)])
    data = bytearray(path.read_bytes())
    data[40:44] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    listed = list(ZipArchive(path, "z.zip").listing())
    assert [(one.place, one.why.code) for one in listed if isinstance(one, Unread)] == [("a.csv", "why.not-unpacked")]
