"""What lies around a container's items stays as it was, or a note of the erasure says what could not be kept."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from container_samples import SAMPLES, Sample

from contracts.test_containers import doomed_at, items, listing, opened
from dsr_desk.core.message import message
from dsr_desk.datasets import erasing
from dsr_desk.datasets.container import Erased

pytestmark = pytest.mark.usefixtures("readers_in_process")
one_file_formats = pytest.mark.parametrize(
    "sample", [one for one in SAMPLES if not one.file_names], ids=lambda one: one.name
)

WHEN = 1_600_000_000_123_456_789
NOBODY = 2**32 - 1
_ENTRIES = ((1, 6, NOBODY), (2, 4, 12345), (4, 4, NOBODY), (16, 6, NOBODY), (32, 0, NOBODY))
ACL = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *one) for one in _ENTRIES)
"""Version 2: the owner may write, user 12345 may read, the group may read, at most that, others nothing."""


def erased(path: Path) -> Erased:
    container = opened(path)
    return container.erase(doomed_at(container, 1, 3))


def lost(done: Erased) -> list[str]:
    return [note.code for note in done.notes if note.code.startswith("note.erase.lost")]


def give(path: Path, name: str, value: bytes) -> None:
    try:
        os.setxattr(path, name, value)
    except OSError as error:
        pytest.skip(f"this file system keeps no {name}: {error.strerror}")


@one_file_formats
def test_owner_mode_times_attributes_and_lists_of_access_are_kept_or_named(sample: Sample, tmp_path: Path) -> None:
    place = tmp_path / "data"
    place.mkdir(mode=0o750)
    path = sample.write(place, items(sample))
    other = place / "neighbour.txt"
    other.write_bytes(b"another file")
    path.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(path, 1234, 2345)
    give(path, "user.origin", b"a crawl")
    give(path, "system.posix_acl_access", ACL)
    os.utime(path, ns=(WHEN, WHEN))
    names = sorted(file.name for file in place.iterdir())
    before, around = path.stat(), (place.stat().st_mode, place.stat().st_uid, other.stat().st_mtime_ns)
    done = erased(path)
    after = path.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert after.st_mtime_ns == WHEN or sample.in_place, "a database that was written in place says so"
    assert {name: os.getxattr(path, name) for name in os.listxattr(path)} == {
        "user.origin": b"a crawl",
        "system.posix_acl_access": ACL,
    }
    assert lost(done) == []
    assert (place.stat().st_mode, place.stat().st_uid, other.stat().st_mtime_ns) == around
    assert sorted(file.name for file in place.iterdir()) == names


@one_file_formats
def test_another_name_of_the_file_is_kept_or_named(sample: Sample, tmp_path: Path) -> None:
    place = tmp_path / "data"
    place.mkdir()
    path = sample.write(place, items(sample))
    second = tmp_path / "second-name"
    os.link(path, second)
    old = second.read_bytes()
    done = erased(path)
    if second.stat().st_ino == path.stat().st_ino:
        assert second.read_bytes() == path.read_bytes()
    else:
        assert second.read_bytes() == old
        assert message("note.erase.second-names", count=1) in done.notes


def test_what_cannot_be_given_to_the_new_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (sample,) = (one for one in SAMPLES if one.name == "tar")
    path = sample.write(tmp_path, items(sample))
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size + 4_000_000)  # zeros behind the end of an archive, of which none is stored
    before = listing(opened(path))

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    if os.geteuid() == 0:
        os.chown(path, 1234, 2345)
        monkeypatch.setattr(os, "chown", refuse)
        assert "note.erase.lost.owner" in lost(erased(path))
    else:
        erased(path)
    assert listing(opened(path)) == [pair for number, pair in enumerate(before) if number not in (1, 3)]


def test_holes_that_are_filled_are_named(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    with old.open("wb") as file:
        file.truncate(8_000_000)
    new.write_bytes(bytes(8_000_000))
    if old.stat().st_blocks * 512 >= 8_000_000:
        pytest.skip("this file system keeps no holes")
    assert erasing.keep_looks(old, new) == (message("note.erase.lost.holes"),)
