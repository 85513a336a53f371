"""What every container format keeps: listing, reading, erasing, and staying whole whatever happens."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import importlib.util
import os
import random
import shutil
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from container_samples import SAMPLES, SLOW_SAMPLES, Items, Sample, photo

from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message
from dsr_desk.datasets import erasing
from dsr_desk.datasets.container import Container, ContainerDamaged, Doomed, ItemGone
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.formats import reader
from dsr_desk.datasets.registry import open_source, survey

Listed = list[tuple[str, str]]


def formats(which: Callable[[Sample], object]) -> pytest.MarkDecorator:
    """Run a test for the formats that it concerns."""
    chosen = [where_readable(one) for one in SAMPLES if which(one)]
    chosen += [where_readable(one, pytest.mark.long) for one in SLOW_SAMPLES if which(one)]
    return pytest.mark.parametrize("sample", chosen)


def where_readable(sample: Sample, *marks: pytest.MarkDecorator) -> Any:
    """The format, skipped where its library is not installed."""
    missing = bool(sample.needs) and importlib.util.find_spec(sample.needs) is None
    without = pytest.mark.skipif(missing, reason=f"{sample.needs} is not installed")
    return pytest.param(sample, marks=(*marks, without), id=sample.name)


every_format = formats(lambda _: True)
named_formats = formats(lambda one: one.named and not one.table)
one_file_formats = formats(lambda one: not one.file_names)
swapped_formats = formats(lambda one: not one.file_names and not one.in_place)
streamed_formats = pytest.mark.parametrize(
    "sample",
    [
        where_readable(one, *([] if one.name in ("tar", "csv") else [pytest.mark.long]))
        for one in (*SAMPLES, *SLOW_SAMPLES)
    ],
)
"""A few of them in each run, the others in the long one."""


@pytest.fixture(autouse=True)
def _quick_cells(quick_cells: None) -> None:
    """Each format is listed, read and erased in real cells; what else is asked of it takes none."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def items(sample: Sample, count: int = 6) -> Items:
    if sample.table:
        return [("", f"Person {number}".encode()) for number in range(count)]
    return [(f"set/{number:04d}.jpg", photo(number)) for number in range(count)]


def opened(path: Path) -> Container:
    (container,) = open_source(path)
    return container


def listing(container: Container) -> Listed:
    return [(entry.member, hashlib.sha256(entry.read()).hexdigest()) for entry in container.entries()]


def doomed_at(container: Container, *positions: int) -> list[Doomed]:
    seen: Counter[tuple[str, str]] = Counter()
    chosen = []
    for position, (member, digest) in enumerate(listing(container)):
        if position in positions:
            chosen.append(Doomed(member, digest, seen[member, digest]))
        seen[member, digest] += 1
    return chosen


def stored(path: Path) -> dict[str, bytes]:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return {str(file.relative_to(path.parent)): file.read_bytes() for file in files}


@every_format
def test_a_path_says_what_it_is(sample: Sample, place: Path) -> None:
    path = sample.write(place, items(sample))
    assert opened(path).format == sample.format == survey(path).format


@formats(lambda one: one.sniffed)
def test_the_content_decides_and_not_the_extension(sample: Sample, place: Path) -> None:
    path = sample.write(place, items(sample))
    assert opened(path.rename(place / "renamed.jpg")).format == sample.format


@every_format
@pytest.mark.usefixtures("real_cells")
def test_items_are_listed_completely_and_in_the_same_order(sample: Sample, place: Path) -> None:
    given = items(sample)
    container = opened(sample.write(place, given))
    entries = list(container.entries())
    assert len(entries) == len(given)
    if sample.named:
        assert [entry.member for entry in entries] == [member for member, _ in given]
    assert {entry.kind for entry in entries} == {ItemKind.RECORD if sample.table else ItemKind.PHOTO}
    assert not any(entry.problem for entry in entries)
    assert listing(container) == listing(container)


@every_format
def test_stored_bytes_and_sizes_are_those_on_disk(sample: Sample, place: Path) -> None:
    given = items(sample)
    for entry, (_, data) in zip(opened(sample.write(place, given)).entries(), given, strict=True):
        read = entry.read()
        assert entry.size == len(read)
        assert data in read if sample.table else data == read


@formats(lambda one: one.table)
def test_a_record_has_its_fields(sample: Sample, place: Path) -> None:
    names = [(entry.record or {}).get(sample.field) for entry in opened(sample.write(place, items(sample))).entries()]
    assert names == [f"Person {number}" for number in range(6)]


@every_format
@pytest.mark.usefixtures("real_cells")
def test_one_item_is_opened_by_its_address(sample: Sample, place: Path) -> None:
    container = opened(sample.write(place, items(sample)))
    hints = [entry.hint for entry in container.entries()]
    for (member, digest), hint in zip(listing(container), hints, strict=True):
        for given in (hint, None, 3, 10**9):
            assert hashlib.sha256(container.read(member, digest, 0, given)).hexdigest() == digest


@every_format
def test_an_item_that_is_not_there_is_gone(sample: Sample, place: Path) -> None:
    container = opened(sample.write(place, items(sample)))
    member, digest = listing(container)[0]
    with pytest.raises(ItemGone):
        container.read(member, "0" * 64)
    with pytest.raises(ItemGone):
        container.read("no/such/member.jpg", digest)


@every_format
@pytest.mark.usefixtures("real_cells")
def test_erasing_keeps_all_others_and_the_looks_of_the_file(sample: Sample, place: Path) -> None:
    path = sample.write(place, items(sample))
    file = path if path.is_file() else None
    if file:
        file.chmod(0o640)
        os.utime(file, (1_600_000_000, 1_600_000_000))
    container = opened(path)
    before, fingerprint = listing(container), container.fingerprint()
    doomed = doomed_at(container, 0, 3, 5)
    done = container.erase(doomed)
    assert listing(opened(path)) == [before[1], before[2], before[4]]
    assert (done.kept, set(done.erased), done.missing) == (3, set(doomed), ())
    assert done.digest_before != done.digest_after
    assert opened(path).fingerprint() != fingerprint
    if file:
        assert file.stat().st_mode & 0o777 == 0o640
        # Who copies what is newer must copy a database that lost rows.
        assert (file.stat().st_mtime == 1_600_000_000) is not sample.in_place


@every_format
def test_erasing_everything_leaves_a_container_without_items(sample: Sample, place: Path) -> None:
    container = opened(sample.write(place, items(sample)))
    done = container.erase(doomed_at(container, *range(6)))
    assert done.kept == 0
    assert listing(container) == []


@formats(lambda one: one.masks)
def test_a_changed_item_stays_in_its_place(sample: Sample, place: Path) -> None:
    container = opened(sample.write(place, items(sample)))
    before = listing(container)
    (first,) = doomed_at(container, 2)
    new = sample.new_row if sample.table else photo(77, size=40)
    container.erase([Doomed(first.member, first.digest, first.occurrence, replacement=new)])
    after = listing(container)
    assert [member for member, _ in after] == [member for member, _ in before]
    assert after[2][1] == hashlib.sha256(new).hexdigest()
    assert [pair for number, pair in enumerate(after) if number != 2] == [*before[:2], *before[3:]]


@every_format
def test_what_is_already_gone_comes_back_as_missing_and_nothing_is_written(sample: Sample, place: Path) -> None:
    path = sample.write(place, items(sample))
    container = opened(path)
    doomed = doomed_at(container, 1)
    container.erase(doomed)
    bytes_after = stored(path)
    done = container.erase(doomed)
    assert (done.kept, done.erased, done.missing) == (5, (), tuple(doomed))
    assert stored(path) == bytes_after


@formats(lambda one: not one.unique_names)
def test_of_items_that_are_alike_only_the_meant_one_goes(sample: Sample, place: Path) -> None:
    twice = items(sample, 3)
    container = opened(sample.write(place, [*twice, twice[1]]))
    done = container.erase([doomed_at(container, 3)[0]])
    assert (done.kept, len(done.erased)) == (3, 1)
    assert len(listing(container)) == 3


@named_formats
def test_hostile_names_reach_nothing_outside_and_are_safe_to_show(sample: Sample, place: Path) -> None:
    names = ["a\n\x1b[31m.jpg", "\u202egpj.exe.jpg", "caf\udce9.jpg", "x.jpg"]
    if not sample.file_names:
        names += ["../../escape.jpg", "/absolute.jpg"]
    names += [] if sample.unique_names else ["x.jpg"]
    path = sample.write(place, [(name, photo(number)) for number, name in enumerate(names)])
    around = sorted(place.parent.rglob("*"))
    container = opened(path)
    found = listing(container)
    assert len(found) == len(names)
    assert all(member.isprintable() for member, _ in found)
    for member, digest in found:
        assert hashlib.sha256(container.read(member, digest)).hexdigest() == digest
    assert sorted(place.parent.rglob("*")) == around
    container.erase(doomed_at(container, 0, 2))
    assert listing(container) == [pair for number, pair in enumerate(found) if number not in (0, 2)]


@formats(lambda one: one.damage)
@pytest.mark.usefixtures("real_cells")
def test_a_damaged_container_says_so_instead_of_ending_early(sample: Sample, place: Path) -> None:
    path = sample.write(place, [(member, data) for member, data in items(sample, 12)])
    container = opened(path)
    assert sample.damage is not None
    sample.damage(path)
    before = stored(path)
    with pytest.raises(ContainerDamaged):
        listing(container)
    with pytest.raises(ContainerDamaged):
        container.erase([Doomed("set/0000.jpg", hashlib.sha256(photo(0)).hexdigest())])
    assert stored(path) == before
    assert not list(place.glob(".*"))


@pytest.mark.parametrize("tries", [15, pytest.param(200, marks=pytest.mark.long)])
@one_file_formats
@pytest.mark.usefixtures("readers_in_process")
def test_whatever_is_broken_in_it_the_answer_is_an_item_or_an_error_that_says_so(
    sample: Sample, place: Path, tries: int
) -> None:
    path = sample.write(place, items(sample))
    good = path.read_bytes()
    chance = random.Random(7)
    for _ in range(tries):
        bad = bytearray(good)
        for _ in range(chance.choice((1, 1, 4, 40))):
            bad[chance.randrange(len(bad))] = chance.choice((0, 0x7F, 0x80, 0xFF, chance.randrange(256)))
        path.write_bytes(bad[: chance.choice((len(bad), len(bad), chance.randrange(1, len(bad))))])
        with contextlib.suppress(DeskError):
            for container in open_source(path):
                for entry in container.entries():
                    with contextlib.suppress(DeskError):
                        entry.read()


@streamed_formats
@pytest.mark.usefixtures("readers_in_process")
def test_a_large_container_is_read_as_a_stream(sample: Sample, place: Path) -> None:
    chunk = os.urandom(500_000)
    if sample.table:
        large = [("", f"Person {number} {chunk[:20_000].hex()}".encode()) for number in range(300)]
    else:
        large = [(f"{number:04d}.jpg", photo(number) + chunk) for number in range(24)]
    container = opened(sample.write(place, large))
    tracemalloc.start()
    try:
        listing(container)
        container.erase(doomed_at(container, 1))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < sample.peak


@every_format
@pytest.mark.usefixtures("readers_in_process")
def test_a_full_disk_loses_nothing(sample: Sample, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sample.write(place, items(sample))
    container = opened(path)
    before = stored(path)
    (one,) = doomed_at(container, 1)
    one = Doomed(one.member, one.digest, one.occurrence, replacement=b"new") if path.is_dir() else one

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        with pytest.raises(erasing.ContainerDiskFull):
            container.erase([one])
    assert stored(path) == before
    if path.is_dir():
        return
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 9, 1))
        with pytest.raises(erasing.ContainerDiskFull):
            container.erase([one])
    assert stored(path) == before
    assert not list(place.glob(".*"))


@swapped_formats
@pytest.mark.usefixtures("readers_in_process")
def test_another_program_that_writes_meanwhile_is_not_overwritten(
    sample: Sample, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sample.write(place, items(sample))
    container = opened(path)
    doomed = doomed_at(container, 1)
    keep_looks = erasing.keep_looks

    def keep_looks_and_touch(old: Path, new: Path) -> tuple[Message, ...]:
        os.utime(path, (1, 1))
        return keep_looks(old, new)

    monkeypatch.setattr(erasing, "keep_looks", keep_looks_and_touch)
    before = stored(path)
    with pytest.raises(erasing.ChangedMeanwhile):
        container.erase(doomed)
    assert stored(path) == before


@one_file_formats
def test_two_runs_never_rewrite_the_same_file_at_once(sample: Sample, place: Path) -> None:
    path = sample.write(place, items(sample))
    container = opened(path)
    doomed = doomed_at(container, 1)
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(erasing.ContainerInUse):
            container.erase(doomed)
    assert len(container.erase(doomed).erased) == 1


@swapped_formats
@pytest.mark.usefixtures("readers_in_process")
def test_a_new_container_that_is_not_as_it_should_be_is_thrown_away(
    sample: Sample, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sample.write(place, items(sample))
    container = opened(path)
    doomed = doomed_at(container, 1)
    kind = type(reader(container.format, path, container.name))
    assert issubclass(kind, FileContainer)
    write = kind.write_without
    monkeypatch.setattr(kind, "write_without", lambda self, target, changes: write(self, target, {**changes, 4: None}))
    before = stored(path)
    with pytest.raises(erasing.NotVerified) as caught:
        container.erase(doomed)
    assert caught.value.details["why"] == message("why.erase.count", kept=5, found=4)
    assert stored(path) == before
    assert not list(place.glob(".*"))


@pytest.mark.long
@every_format
@pytest.mark.usefixtures("readers_in_process")
def test_a_run_killed_at_any_step_loses_nothing_and_is_finished_by_the_next(sample: Sample, tmp_path: Path) -> None:
    ends = Counter[str]()
    for step in range(1, 400):
        place = tmp_path / str(step)
        place.mkdir()
        path = sample.write(place, items(sample))
        container = opened(path)
        before = listing(container)
        doomed = doomed_at(container, 0, 4)
        kept = [pair for number, pair in enumerate(before) if number not in (0, 4)]
        finished = _finished_before_kill(lambda: container.erase(doomed), step)  # noqa: B023
        half = listing(opened(path))
        assert [pair for pair in half if pair in kept] == kept
        assert path.is_dir() or half in (before, kept)
        done = opened(path).erase(doomed)
        assert listing(opened(path)) == kept
        assert len(done.erased) + len(done.missing) == 2
        assert not [file for file in place.rglob("*") if file.name.endswith(".dsr-new")]
        ends["killed before" if half == before else "killed after" if not finished else "finished"] += 1
        shutil.rmtree(place)
        if finished:
            break
    assert ends["finished"] == 1
    assert ends["killed before"] >= 3


def _finished_before_kill(work: Callable[[], object], step: int) -> bool:
    """Run `work` in a forked process that dies at its n-th call to the system; whether it got to its end."""
    child = os.fork()
    if child == 0:
        left = step
        fsync = os.fsync

        def one_step() -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os._exit(9)

        def hook(event: str, _: object) -> None:
            if event in {"open", "os.rename", "os.remove", "os.chmod", "os.utime", "os.chown", "sqlite3.connect"}:
                one_step()

        def counted_fsync(handle: int) -> None:
            one_step()
            fsync(handle)

        result = 1
        try:
            os.fsync = counted_fsync
            sys.addaudithook(hook)
            work()
            result = 0
        finally:
            os._exit(result)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 9)
    return code == 0


@pytest.fixture(autouse=True)
def _no_leftovers(tmp_path: Path) -> Iterator[None]:
    yield
    assert not [file for file in tmp_path.rglob("*") if file.name.endswith(".dsr-new")]
