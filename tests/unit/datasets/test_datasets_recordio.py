"""MXNet RecordIO with its index and its list."""

from __future__ import annotations

import hashlib
import os
import struct
import sys
from pathlib import Path

import pytest

from dsr_desk.core.message import message
from dsr_desk.datasets.container import Container, Doomed
from dsr_desk.datasets.recordio import RecordFile, _packed
from dsr_desk.datasets.registry import open_source

JPEG = b"\xff\xd8\xff\xe0 photo "


def write(folder: Path, photos: list[bytes]) -> Path:
    path = folder / "train.rec"
    offsets = []
    with path.open("wb") as file:
        for number, data in enumerate([b"", *photos]):
            labels = struct.pack("<ff", len(photos) + 1.0, 9.0) if number == 0 else b""
            offsets.append(f"{number}\t{file.tell()}\n")
            file.write(_packed(struct.pack("<IfQQ", 2 if number == 0 else 0, 7.0, number, 0) + labels + data))
    path.with_suffix(".idx").write_text("".join(offsets))
    path.with_suffix(".lst").write_text("".join(f"{n + 1}\t7.0\tx/{n + 1}.jpg\n" for n in range(len(photos))))
    return path


def opened(path: Path) -> Container:
    (container,) = open_source(path)
    assert container.format == "recordio"
    return container


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def check_index(path: Path, photos: dict[int, bytes]) -> None:
    """Every line of the index points at the record of its key, as a loader reads it."""
    lines = [line.split("\t") for line in path.with_suffix(".idx").read_text().splitlines()]
    assert [int(key) for key, _ in lines] == [0, *photos]
    reader = RecordFile(path, "train.rec")
    for key, offset in lines[1:]:
        assert reader.read_at(int(offset)) == (key, photos[int(key)])
    listed = [line.split("\t")[0] for line in path.with_suffix(".lst").read_text().splitlines()]
    assert listed == [str(key) for key in photos]


def test_photos_that_hold_the_magic_number_are_read_whole(tmp_path: Path) -> None:
    magic = struct.pack("<I", 0xCED7230A)
    photos = [JPEG + b"xx" + magic + b"more" + magic + magic, JPEG + magic * 3, JPEG + b"y" + magic]
    entries = list(opened(write(tmp_path, photos)).entries())
    assert [entry.read() for entry in entries] == photos
    assert [entry.member for entry in entries] == ["1", "2", "3"]


def test_lines_of_the_list_that_are_none_tell_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, [JPEG])
    path.with_suffix(".lst").write_text(f"no tab\n{'9' * 5000}\t7\tx.jpg\n1\t7\tx/ada.jpg\n")
    (entry,) = opened(path).entries()
    assert "x/ada.jpg" in (entry.record or {}).values()


def test_index_and_list_follow_an_erasure(tmp_path: Path) -> None:
    photos = [JPEG + b"%d" % number * (number + 1) for number in range(5)]
    path = write(tmp_path, photos)
    done = opened(path).erase([Doomed("2", digest(photos[1])), Doomed("5", digest(photos[4]))])
    check_index(path, {1: photos[0], 3: photos[2], 4: photos[3]})
    assert done.notes == (message("note.recordio.keys-gone", suffixes=(".idx", ".lst")),)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["train.idx", "train.lst", "train.rec"]


@pytest.mark.parametrize("step", range(1, 9))
@pytest.mark.usefixtures("readers_in_process")
def test_a_kill_between_the_three_files_is_mended_by_the_next_run(tmp_path: Path, step: int) -> None:
    photos = [JPEG + b"%d" % number * (number + 1) for number in range(4)]
    path = write(tmp_path, photos)
    doomed = [Doomed("1", digest(photos[0]))]
    child = os.fork()
    if child == 0:
        try:
            _die_at(step)
            opened(path).erase(doomed)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    opened(path).erase(doomed)
    check_index(path, {2: photos[1], 3: photos[2], 4: photos[3]})
    assert len(list(tmp_path.iterdir())) == 3


def _die_at(step: int) -> None:
    """Ends this process at its n-th sync or rename."""
    left = step
    fsync = os.fsync

    def count() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os._exit(9)

    def counted(handle: int) -> None:
        count()
        fsync(handle)

    os.fsync = counted
    sys.addaudithook(lambda event, _: count() if event == "os.rename" else None)
