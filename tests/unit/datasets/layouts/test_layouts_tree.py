"""A layout is written anew beside the old one and takes its place in one step, or stays as it was."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import sys
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from layout_samples import TABLE, doomed_in, finished_before_kill, left_over, photo, stored

from dsr_desk.core.message import message
from dsr_desk.datasets.celled import CelledContainer
from dsr_desk.datasets.erasing import ChangedMeanwhile, ContainerDiskFull, ContainerInUse, NotVerified
from dsr_desk.datasets.layouts import tree
from dsr_desk.datasets.layouts.hugging_face import HubFolder
from dsr_desk.datasets.layouts.rules import Mending, PartOfLayout
from dsr_desk.datasets.registry import survey

pytestmark = pytest.mark.usefixtures("readers_in_process")

CARD = "---\ndataset_info:\n  splits:\n  - name: train\n    num_examples: {}\n---\n"


def hub_folder(root: Path) -> CelledContainer:
    (root / "data").mkdir(parents=True)
    pq.write_table(TABLE, root / "data" / "train-0.parquet")
    pq.write_table(TABLE.slice(0, 1), root / "data" / "train-1.parquet")
    (root / "README.md").write_text(CARD.format(4))
    (root / "link").symlink_to("data")
    return next(one for one in survey(root).containers if "train-0" in one.name)


def is_true(root: Path) -> str:
    """Whether the card tells of what is there: before the erasure, or after it."""
    rows = pq.read_table(root / "data" / "train-0.parquet").num_rows + 1
    assert (root / "README.md").read_text() == CARD.format(rows)
    assert (root / "data" / "train-1.parquet").stat().st_nlink == 1 or left_over(root.parent)
    return {4: "before", 3: "after"}[rows]


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.long)])
def test_killed_at_any_step_the_layout_is_the_old_or_the_new_one_and_the_next_run_goes_on(
    every: int, tmp_path: Path
) -> None:
    ends = Counter[str]()
    for step in range(1, 400, every):
        place = tmp_path / str(step)
        container = hub_folder(place / "people")
        doomed = doomed_in(container)
        finished = finished_before_kill(lambda: container.erase(doomed), step)  # noqa: B023
        ends["finished" if finished else is_true(place / "people")] += 1
        if left_over(place):
            assert any(one.why == message("why.folder.unfinished") for one in survey(place).not_understood)
        container.erase(doomed)
        assert is_true(place / "people") == "after"
        assert not left_over(place)
        shutil.rmtree(place)
        if finished:
            break
    assert ends["finished"] == 1
    assert ends["before"] > 1
    assert ends["after"] > 1


@pytest.mark.parametrize("when", ["before", "at"])
def test_what_another_program_writes_meanwhile_is_kept(
    when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "people"
    container = hub_folder(root)
    doomed = doomed_in(container)
    exchange = tree._exchange

    def written_first(one: Path, other: Path) -> None:
        (root / "data" / "train-2.parquet").write_bytes(b"new")
        monkeypatch.setattr(tree, "_exchange", exchange)
        exchange(one, other)

    if when == "at":
        monkeypatch.setattr(tree, "_exchange", written_first)
    else:
        settle = tree._settle

        def settle_and_write(*args: object) -> None:
            settle(*args)  # type: ignore[arg-type]
            (root / "data" / "train-2.parquet").write_bytes(b"new")

        monkeypatch.setattr(tree, "_settle", settle_and_write)
    with pytest.raises(ChangedMeanwhile):
        container.erase(doomed)
    assert (root / "data" / "train-2.parquet").read_bytes() == b"new"
    assert is_true(root) == "before"
    assert not left_over(tmp_path)


def test_a_reader_that_changes_what_was_to_stay_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "people"
    container = hub_folder(root)
    before = stored(root)
    for inner in ("data/train-1.parquet", "planted.parquet"):

        def mend(_: object, made: Mending, __: str, inner: str = inner) -> None:
            made.write(inner, b"other")

        with monkeypatch.context() as patch:
            patch.setattr(HubFolder, "mend", mend)
            with pytest.raises(NotVerified) as caught:
                container.erase(doomed_in(container))
        assert caught.value.details["why"] == message("why.tree.other-file", file=inner)
        assert stored(root) == before
        assert not left_over(tmp_path)


def test_a_library_that_fails_in_the_middle_leaves_all_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "people"
    container = hub_folder(root)
    doomed = doomed_in(container)
    before = stored(root)

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for module, name in ((pq, "read_metadata"), (os, "link"), (os, "fsync"), (tree, "_exchange")):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, fail)
            with pytest.raises(ContainerDiskFull):
                container.erase(doomed)
        assert stored(root) == before
        assert not left_over(tmp_path)


def test_where_files_have_no_second_names_they_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "people"
    container = hub_folder(root)
    kept = stored(root)["data/train-1.parquet"]

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    container.erase(doomed_in(container))
    assert is_true(root) == "after"
    assert stored(root)["data/train-1.parquet"] == kept


def test_the_folder_keeps_its_looks_and_its_links(tmp_path: Path) -> None:
    root = tmp_path / "people"
    container = hub_folder(root)
    (root / "data").chmod(0o750)
    os.utime(root, (1_600_000_000, 1_600_000_000))
    container.erase(doomed_in(container))
    assert (root / "data").stat().st_mode & 0o777 == 0o750
    assert root.stat().st_mtime == 1_600_000_000
    assert (root / "link").readlink() == Path("data")


def test_two_runs_never_write_one_layout_anew_at_once(tmp_path: Path) -> None:
    root = tmp_path / "people"
    container = hub_folder(root)
    doomed = doomed_in(container)
    handle = os.open(root, os.O_RDONLY)
    with contextlib.ExitStack() as held:
        held.callback(os.close, handle)
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(ContainerInUse):
            container.erase(doomed)
    assert len(container.erase(doomed).erased) == 1


def test_other_names_of_a_file_that_was_written_anew_are_told(tmp_path: Path) -> None:
    root = tmp_path / "people"
    container = hub_folder(root)
    os.link(root / "data" / "train-0.parquet", tmp_path / "copy.parquet")
    assert message("note.erase.second-names", count=1) in container.erase(doomed_in(container)).notes


def test_a_folder_that_nothing_can_take_the_place_of_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "people"
    container = hub_folder(root)
    doomed = doomed_in(container)
    for system, why in (("darwin", "why.tree.system"), ("linux", "why.tree.closed")):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "platform", system)
            patch.setattr(os, "access", lambda *_: False)
            with pytest.raises(PartOfLayout) as caught:
                container.before_erasing(doomed)
        assert caught.value.details["why"] == message(why)
    assert is_true(root) == "before"


def test_photos_that_were_killed_half_erased_leave_nothing_behind(tmp_path: Path) -> None:
    root = tmp_path / "photos"
    root.mkdir()
    (root / "a.jpg").write_bytes(photo(1))
    (root / "sub").mkdir()
    for left in (tmp_path / ".photos.dsr-new", root / ".sub.dsr-new"):
        (left / "tree").mkdir(parents=True)
        (left / "tree" / "gone.jpg").write_bytes(photo(2))
    (root / "SHA256SUMS").write_text("")
    (container,) = survey(root).containers
    container.erase([])
    assert not left_over(tmp_path)
