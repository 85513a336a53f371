"""A container of whatever format goes as a whole: nothing of it is left, nothing else is touched, whatever happens."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from container_samples import SAMPLES, SLOW_SAMPLES, Sample

from contracts.kernel_faults import Step, run, steps_of
from contracts.test_containers import items, opened, where_readable
from dsr_desk.datasets.celled import CelledContainer
from dsr_desk.datasets.whole import WholeChanged, look_whole, remains, remove_whole
from dsr_desk.datasets.whole_places import WholeSet
from dsr_desk.datasets.whole_sets import whole_sets
from e2e.traced import why_not

pytestmark = pytest.mark.usefixtures("readers_in_process")
traced = pytest.mark.skipif(bool(why_not()), reason=why_not())
every_format = pytest.mark.parametrize("sample", [where_readable(one) for one in (*SAMPLES, *SLOW_SAMPLES)])

Kept = dict[str, tuple[bytes, int, int]]


def made(sample: Sample, place: Path) -> WholeSet:
    """A container with neighbours that are called like it and are not its own."""
    path = sample.write(place, items(sample))
    for name in (f"{path.name}.txt", f"{path.stem}-2{path.suffix}", "other.jpg"):
        (path.parent / name).write_bytes(name.encode())
    container = opened(path)
    assert isinstance(container, CelledContainer)
    (whole,) = whole_sets([container])
    assert whole.root == path
    return whole


def beside(whole: WholeSet, place: Path) -> Kept:
    """All that is not the container's, as it lies on the disk."""
    container = whole.containers[0]
    mine = {whole.root, *container.belongings()}
    kept = {}
    for one in place.rglob("*"):
        if one.is_file() and one not in mine and not one.is_relative_to(whole.root):
            state = one.stat()
            kept[str(one.relative_to(place))] = (one.read_bytes(), state.st_mtime_ns, state.st_ino)
    return kept


@every_format
def test_nothing_of_it_is_left_and_nothing_else_is_touched(sample: Sample, tmp_path: Path) -> None:
    whole = made(sample, tmp_path)
    before = beside(whole, tmp_path)
    assert len(before) >= 3
    (sight,) = look_whole([whole])
    assert beside(whole, tmp_path) == before
    done = remove_whole(whole, sight.state)
    assert (done.done, done.files, done.size) == (True, sight.files, sight.size)
    assert remains(whole, sight.state) == ()
    left = {str(one.relative_to(tmp_path)): one for one in tmp_path.rglob("*") if one.is_file()}
    assert left.keys() == before.keys()
    assert beside(whole, tmp_path) == before
    again = remove_whole(whole, sight.state)
    assert (again.found, again.files, again.done) == (False, 0, True)


@every_format
def test_what_changed_after_the_plan_stays(sample: Sample, tmp_path: Path) -> None:
    whole = made(sample, tmp_path)
    (sight,) = look_whole([whole])
    file = whole.root if whole.root.is_file() else next(one for one in whole.root.rglob("*") if one.is_file())
    with file.open("ab") as opened_:
        opened_.write(b"later")
    before = {one: one.read_bytes() for one in tmp_path.rglob("*") if one.is_file()}
    with pytest.raises(WholeChanged):
        remove_whole(whole, sight.state)
    assert {one: one.read_bytes() for one in tmp_path.rglob("*") if one.is_file()} == before


class Removal:
    """A removal, as often as it is wanted, each time of a new container."""

    def __init__(self, sample: Sample, folder: Path) -> None:
        self._sample, self._folder, self._count = sample, folder, 0

    def steps(self) -> tuple[Step, ...]:
        place, whole, state = self._made()
        return steps_of(partial(remove_whole, whole, state), place, self._folder / "steps.log")

    def survives(self, step: Step, fault: str) -> str:
        """How the run ended; what is there afterwards is looked at here."""
        place, whole, state = self._made()
        before = beside(whole, place)
        log = self._folder / f"{place.name}.log"
        ended = run(partial(self._remove, whole, state), place, log, fault=f"{step.name}:{fault}:when={step.number}")
        assert ended.how in ("done", "refused", "killed"), f"{step}: {ended.how}"
        mine = [one for one in (whole.root, *whole.containers[0].belongings()) if os.path.lexists(one)]
        assert bool(remains(whole, state)) == bool(mine), step
        assert beside(whole, place).items() >= before.items(), step
        assert remove_whole(whole, state).done, step
        assert remains(whole, state) == (), step
        assert beside(whole, place) == before, step
        shutil.rmtree(place)
        return ended.how

    @staticmethod
    def _remove(whole: WholeSet, state: str) -> None:
        """Where it says that it is done, it is."""
        done = remove_whole(whole, state)
        assert not done.done or not os.path.lexists(whole.root)

    def _made(self) -> tuple[Path, WholeSet, str]:
        self._count += 1
        place = self._folder / str(self._count)
        place.mkdir()
        whole = made(self._sample, place)
        return place, whole, look_whole([whole])[0].state


KILLED, FAILS, NO_SPACE = "signal=KILL", "error=EIO", "error=ENOSPC"
FEW = {("folder", KILLED), ("folder", FAILS), ("recordio", KILLED)}


@traced
@pytest.mark.parametrize(
    ("name", "fault"),
    [
        pytest.param(name, fault, marks=() if (name, fault) in FEW else pytest.mark.long)
        for name in ("folder", "sqlite", "recordio")
        for fault in (KILLED, FAILS, NO_SPACE)
    ],
)
def test_at_every_step_whatever_the_fault(name: str, fault: str, tmp_path: Path) -> None:
    """Of formats of one file, of several, and of folders: how the rest is read plays no part."""
    (sample,) = (one for one in SAMPLES if one.name == name)
    removal = Removal(sample, tmp_path)
    steps = removal.steps()
    names = {step.name for step in steps}
    assert {"unlink", "unlinkat"} & names, names
    for step in steps:
        removal.survives(step, fault)


@pytest.fixture(scope="module")
def full_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small file system of its own."""
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    place = tmp_path_factory.mktemp("disk")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", place], check=False).returncode:
        pytest.skip("no mount is allowed here")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


def test_on_a_full_disk_it_goes_all_the_same(full_disk: Path) -> None:
    (sample,) = (one for one in SAMPLES if one.name == "folder")
    place = full_disk / "data"
    place.mkdir()
    whole = made(sample, place)
    (sight,) = look_whole([whole])
    (full_disk / "filler").write_bytes(bytes(shutil.disk_usage(full_disk).free))
    assert remove_whole(whole, sight.state).done
    assert not whole.root.exists()
