"""Whatever happens to an erasure at whatever step, a container is the old or the new one, and the next run goes on."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from container_samples import SAMPLES, SLOW_SAMPLES, Sample

from contracts.kernel_faults import WRITES, Step, run, steps_of
from contracts.test_containers import doomed_at, items, listing, opened, where_readable
from dsr_desk.core.errors import DeskError, place_of
from dsr_desk.core.message import message
from dsr_desk.datasets import celled, erasing
from dsr_desk.datasets.container import Container, Doomed
from dsr_desk.datasets.erasing import ContainerNotWritable, Rewritten
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.formats import reader
from dsr_desk.datasets.names import is_unfinished
from dsr_desk.jobs.cell import CellFailed
from e2e.traced import why_not

pytestmark = pytest.mark.usefixtures("readers_in_process")
traced = pytest.mark.skipif(bool(why_not()), reason=why_not())

DOOMED = (0, 4)


@pytest.fixture(autouse=True)
def _as_from_a_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a library raises arrives as it does from a cell."""

    def ask(_kind: object, function: Callable[..., Any], *args: Any, **_: object) -> Any:
        try:
            return function(*args)
        except DeskError:
            raise
        except Exception as fault:
            raise CellFailed(why=message("why.cell.fault", kind=place_of(fault))) from fault

    monkeypatch.setattr(celled, "ask", ask)


KILLED = "signal=KILL"
NO_SPACE = "error=ENOSPC"
FAILS = "error=EIO"


CLEARS = ("unlink", "unlinkat", "rmdir")
"""Where one of these fails, what it was to clear is left."""


def _erase(container: Container, doomed: Collection[Doomed]) -> None:
    """A file of a folder that could not be erased is told beside the others: here it counts as a refusal."""
    for _, why in container.erase(doomed).refused:
        raise ContainerNotWritable(name=container.name, why=why)


class Erasure:
    """An erasure of two of six items, as often as it is wanted, each time on a new container."""

    def __init__(self, sample: Sample, folder: Path) -> None:
        self._sample, self._folder = sample, folder
        self._count = 0

    def steps(self) -> tuple[Step, ...]:
        place, path = self._made()
        doomed = doomed_at(opened(path), *DOOMED)
        return steps_of(partial(opened(path).erase, doomed), place, self._folder / "steps.log")

    def survives(self, step: Step, fault: str) -> str:
        """How the run ended; what is there afterwards is looked at here."""
        place, path = self._made()
        container = opened(path)
        before, doomed = listing(container), doomed_at(container, *DOOMED)
        kept = [pair for number, pair in enumerate(before) if number not in DOOMED]
        log = self._folder / f"{place.name}.log"
        ended = run(partial(_erase, container, doomed), place, log, fault=f"{step.name}:{fault}:when={step.number}")
        assert ended.how in ("done", "refused", "killed"), f"{step}: {ended.how}"
        half = listing(opened(path))
        assert [pair for pair in half if pair in kept] == kept, step
        assert path.is_dir() or half in (before, kept), step
        assert ended.how != "done" or half == kept, step
        if ended.how == "refused" and not path.is_dir() and step.name not in CLEARS:
            assert not _unfinished(place), step
        opened(path).erase(doomed)
        assert listing(opened(path)) == kept, step
        assert not _unfinished(place), step
        shutil.rmtree(place)
        return ended.how

    def _made(self) -> tuple[Path, Path]:
        self._count += 1
        place = self._folder / str(self._count)
        place.mkdir()
        return place, self._sample.write(place, items(self._sample))


def _unfinished(place: Path) -> list[Path]:
    return [file for file in place.rglob("*") if is_unfinished(file.name)]


every_format = pytest.mark.parametrize("sample", [where_readable(one) for one in (*SAMPLES, *SLOW_SAMPLES)])


def _some(steps: tuple[Step, ...], count: int, seed: str) -> list[Step]:
    """The same ones each time; the last rename is among them, since it decides."""
    deciding = [step for step in steps if step.name.startswith("rename")][-1:]
    others = [step for step in steps if step not in deciding]
    return deciding + random.Random(seed).sample(others, min(count, len(others)))


def writes_of(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(step for step in steps if step.name in WRITES.split(","))


@traced
@every_format
def test_killed_at_one_of_its_steps_an_erasure_loses_nothing_and_is_finished_by_the_next(
    sample: Sample, tmp_path: Path
) -> None:
    erasure = Erasure(sample, tmp_path)
    steps = erasure.steps()
    ends = [erasure.survives(step, KILLED) for step in _some(steps, 1, sample.name)]
    assert "killed" in ends
    writes = writes_of(steps)
    assert bool(writes) or sample.file_names, "what is written is seen"
    for step in _some(writes, 1, sample.name):
        assert erasure.survives(step, NO_SPACE)


@traced
@pytest.mark.long
@every_format
@pytest.mark.parametrize("fault", [KILLED, NO_SPACE, FAILS])
def test_at_every_step_whatever_the_fault(sample: Sample, fault: str, tmp_path: Path) -> None:
    erasure = Erasure(sample, tmp_path)
    steps = erasure.steps()
    for step in writes_of(steps) if fault == NO_SPACE else steps:
        erasure.survives(step, fault)


@pytest.mark.parametrize(
    "sample", [where_readable(one) for one in (*SAMPLES, *SLOW_SAMPLES) if not one.file_names and not one.in_place]
)
def test_a_library_that_raises_in_the_middle_leaves_the_old_container(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "data"
    place.mkdir()
    path = sample.write(place, items(sample))
    container = opened(path)
    before, doomed = listing(container), doomed_at(container, *DOOMED)

    kind = type(reader(container.format, path, container.name))
    rewrite = kind.rewrite

    def breaks(self: FileContainer, doomed: Collection[Doomed], work: Path) -> Rewritten:
        rewrite(self, doomed, work)
        raise RuntimeError("a library's own, once all is written")

    with monkeypatch.context() as patch:
        patch.setattr(kind, "rewrite", breaks)
        with pytest.raises(DeskError):
            container.erase(doomed)
    assert listing(opened(path)) == before
    assert not _unfinished(place)
    opened(path).erase(doomed)
    assert len(listing(opened(path))) == len(before) - len(DOOMED)


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file system of its own, of which a file takes what is left."""
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    place = tmp_path_factory.mktemp("disk")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "none", place], check=False).returncode:
        pytest.skip("no mount is allowed here")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


@every_format
def test_on_a_disk_that_is_full_nothing_is_lost_and_with_room_it_goes_on(
    sample: Sample, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The room is not asked for beforehand: it ends while something is written."""
    if sample.file_names:
        pytest.skip("removing files takes no room")
    place, filler = small_disk / sample.name, small_disk / "filler"
    place.mkdir()
    path = sample.write(place, items(sample))
    container = opened(path)
    before, doomed = listing(container), doomed_at(container, *DOOMED)
    filler.write_bytes(bytes(shutil.disk_usage(small_disk).free))
    with monkeypatch.context() as patch:
        patch.setattr(erasing, "require_room", lambda *_: None)
        with contextlib.suppress(DeskError):
            container.erase(doomed)
    filler.unlink()
    kept = [pair for number, pair in enumerate(before) if number not in DOOMED]
    assert listing(opened(path)) in (before, kept)
    assert not _unfinished(place)
    opened(path).erase(doomed)
    assert listing(opened(path)) == kept
    shutil.rmtree(place)
