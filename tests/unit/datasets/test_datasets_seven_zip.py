"""7z archives: every member is read or named, however few are unpacked at a time, and none is taken out."""

from __future__ import annotations

import hashlib
import zipfile
from functools import partial
from pathlib import Path

import pytest
from container_checks import listed as listed_as
from container_checks import opened, unread
from container_checks import photos as photos_as

from dsr_desk.datasets import nested, seven_zip
from dsr_desk.datasets.container import ContainerDamaged, ContainerEntry, Doomed
from dsr_desk.datasets.registry import survey
from dsr_desk.datasets.seven_zip import MemberOfSevenZip, SevenZipArchive

py7zr = pytest.importorskip("py7zr", reason="the library py7zr is not installed: 7z archives are named and not read")

PHOTOS = {f"photos/{number}.jpg": b"\xff\xd8\xff\xe0" + bytes([number]) * 5000 for number in range(5)}
OTHERS = {"rows.csv": b"name,mail\nWilma,w@example.com\nAnn,a@example.com\n", "b/note.txt": b"Wilma was here"}

listed = partial(listed_as, format_name="7z")
photos = partial(photos_as, format_name="7z")


def packed(path: Path, **how: object) -> Path:
    with py7zr.SevenZipFile(path, "w", **how) as archive:
        for name, data in {**PHOTOS, **OTHERS, "empty.bin": b"", "model.bin": b"\x01\x02" * 50}.items():
            archive.writestr(data, name)
    return path


def records(path: Path) -> list[tuple[str, dict[str, str]]]:
    return [(one.member, dict(one.record)) for one in listed(path) if isinstance(one, ContainerEntry) and one.record]


def test_photos_records_and_tables_are_found_and_the_rest_is_named(tmp_path):
    path = packed(tmp_path / "all.7z")
    assert photos(path) == PHOTOS
    found = records(path)
    assert ("b/note.txt", {"text": "Wilma was here"}) in found
    assert ("rows.csv", {"name": "Wilma", "mail": "w@example.com"}) in found
    assert [(one.place, one.kind.code) for one in unread(opened(path))] == [("model.bin", "kind.suffix")]


@pytest.mark.usefixtures("readers_in_process")
@pytest.mark.parametrize("at_once", [1, 5_004, 12_000])
def test_what_is_found_does_not_depend_on_how_many_members_are_unpacked_at_once(tmp_path, monkeypatch, at_once):
    path = packed(tmp_path / "all.7z")
    whole = photos(path), records(path)
    monkeypatch.setattr(seven_zip, "AT_ONCE", at_once)
    assert (photos(path), records(path)) == whole


def test_a_photo_is_read_again_by_its_address_with_and_without_its_place(tmp_path):
    container = opened(packed(tmp_path / "all.7z"))
    for entry in container.entries():
        digest = hashlib.sha256(entry.read()).hexdigest()
        for hint in (entry.hint, None, 999):
            assert hashlib.sha256(container.read(entry.member, digest, hint=hint)).hexdigest() == digest


@pytest.mark.usefixtures("readers_in_process")
def test_a_member_too_large_for_memory_is_named_and_costs_the_others_nothing(tmp_path, monkeypatch):
    path = packed(tmp_path / "all.7z")
    monkeypatch.setattr(nested, "LARGEST", 100)
    container = opened(path)
    told = {entry.member: entry.problem.code for entry in container.entries() if entry.problem}
    assert told == dict.fromkeys(PHOTOS, "why.nested.large")
    assert ("b/note.txt", {"text": "Wilma was here"}) in records(path)


def test_what_is_behind_a_password_is_named_as_encrypted(tmp_path):
    container = opened(packed(tmp_path / "all.7z", password="abc"))
    told = [entry.problem.code for entry in container.entries() if entry.problem]
    told += [one.why.code for one in unread(container)]
    assert told == ["why.encrypted"] * 8
    with pytest.raises(ContainerDamaged) as names_too:
        listed(packed(tmp_path / "names.7z", password="abc", header_encryption=True))
    assert names_too.value.why.code == "why.encrypted"


def test_what_follows_the_archive_is_named(tmp_path):
    path = packed(tmp_path / "all.7z")
    path.write_bytes(path.read_bytes() + b"Wilma")
    (hidden,) = (one for one in unread(opened(path)) if one.kind.code == "kind.hidden")
    assert hidden.size == 5


def test_a_damaged_archive_is_refused(tmp_path):
    path = packed(tmp_path / "all.7z")
    whole = path.read_bytes()
    for broken in (whole[: len(whole) // 2], whole[:60] + b"~~~~" + whole[64:]):
        path.write_bytes(broken)
        with pytest.raises(ContainerDamaged):
            listed(path)


def test_no_member_is_taken_out_and_that_is_said_before(tmp_path):
    path = packed(tmp_path / "all.7z")
    before = path.read_bytes()
    container = opened(path)
    entry = next(iter(container.entries()))
    doomed = [Doomed(entry.member, hashlib.sha256(entry.read()).hexdigest())]
    for ask in (container.before_erasing, container.erase):
        with pytest.raises(MemberOfSevenZip):
            ask(doomed)
    assert path.read_bytes() == before


def test_an_archive_inside_another_is_looked_at(tmp_path):
    inner = packed(tmp_path / "in.7z")
    with zipfile.ZipFile(tmp_path / "out.zip", "w") as archive:
        archive.write(inner, "b/in.7z")
    found = {entry.member for entry in opened(tmp_path / "out.zip").entries()}
    assert {f"b/in.7z › {name}" for name in PHOTOS} < found


@pytest.mark.usefixtures("readers_in_process")
def test_without_the_library_an_archive_is_named_with_the_reason(tmp_path, monkeypatch):
    packed(tmp_path / "all.7z")
    (tmp_path / "a.csv").write_text("name\nAnn\n")
    monkeypatch.setattr(SevenZipArchive, "is_installed", lambda: False)
    (left_out,) = survey(tmp_path).not_understood
    assert "kind.7z-without-library" in str(left_out.why.as_json())
