"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from dsr_desk.storage import files
from dsr_desk.storage.files import (
    DiskFull,
    NetworkDisk,
    NotWritable,
    copy_whole,
    disk_errors,
    refuse_network_disk,
    sync_folder,
    write_whole,
)


class PowerCut(BaseException):
    """The machine goes off: nothing after this moment runs."""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_written_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_whole(path, b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["a"]


def test_a_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", b"secret")
    copy_whole(tmp_path / "a", tmp_path / "b")
    for name in ("a", "b"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_power_cut_before_the_rename_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "a"
    write_whole(path, b"old")

    def cut(*_: object) -> None:
        raise PowerCut

    if call == "replace":
        monkeypatch.setattr(Path, "replace", cut)
    elif call == "fsync":
        monkeypatch.setattr(os, "fsync", cut)
    else:
        monkeypatch.setattr(os, "fdopen", cut)
    with pytest.raises(PowerCut):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"


def test_the_bytes_are_on_the_disk_before_the_name_and_the_name_before_it_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def watched_fsync(descriptor: int) -> None:
        order.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    def watched_replace(self: Path, target: Path) -> Path:
        order.append("rename")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(Path, "replace", watched_replace)
    write_whole(tmp_path / "a", b"new")
    assert order == ["file", "rename", "folder"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_keeps_the_old_file_and_leaves_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    path = tmp_path / "a"
    write_whole(path, b"old")

    def full(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull, match="is full"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_device_that_is_really_full_is_told_as_such() -> None:
    with pytest.raises(DiskFull), disk_errors("the report"), Path("/dev/full").open("wb", buffering=0) as file:
        file.write(b"x")


def test_a_missing_permission_is_told_with_its_reason() -> None:
    with pytest.raises(NotWritable, match="permission denied"), disk_errors("the report"):
        raise PermissionError(errno.EACCES, "no")


def test_other_faults_of_the_system_stay_what_they_are() -> None:
    with pytest.raises(FileNotFoundError), disk_errors("the report"):
        raise FileNotFoundError(errno.ENOENT, "gone")


def test_a_copy_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    (tmp_path / "b").write_bytes(b"two")
    with pytest.raises(FileExistsError):
        copy_whole(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"two"


def test_a_file_system_that_cannot_sync_folders_is_good_enough_for_a_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gaps(_: int) -> None:
        raise OSError(errno.EINVAL, "no")

    monkeypatch.setattr(os, "fsync", gaps)
    sync_folder(tmp_path)


@pytest.mark.parametrize(
    ("place", "refused"), [("share/vault", True), ("share of mine/vault", True), ("vault", False), ("shared", False)]
)
def test_a_folder_on_a_network_disk_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, refused: bool
) -> None:
    spaced = str(tmp_path / "share of mine").replace(" ", "\\040")
    mounts = f"disk / ext4 rw 0 0\nserver:/a {tmp_path}/share nfs4 rw 0 0\n//server/b {spaced} cifs rw 0 0\n"
    read_text = Path.read_text
    monkeypatch.setattr(
        Path,
        "read_text",
        lambda self, *args, **kwargs: mounts if str(self) == "/proc/mounts" else read_text(self, *args, **kwargs),
    )
    monkeypatch.setattr(files.sys, "platform", "linux")
    if refused:
        with pytest.raises(NetworkDisk):
            refuse_network_disk(tmp_path / place)
    else:
        refuse_network_disk(tmp_path / place)


def test_no_file_comes_in_the_place_of_a_pipe_or_a_device(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(NotWritable):
        write_whole(pipe, b"x")
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]
