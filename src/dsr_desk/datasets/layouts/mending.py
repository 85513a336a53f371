"""What runs in a cell when a part of layouts is written anew: the part by its own reader, all others by their rules."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.message import Message, message
from dsr_desk.datasets.container import Doomed
from dsr_desk.datasets.erasing import Rewritten
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.folder import FolderOfPhotos
from dsr_desk.datasets.lance_table import LanceDataset
from dsr_desk.datasets.layouts.known import RULES
from dsr_desk.datasets.layouts.rules import DatasetLayout, Examples, Mending, PartOfLayout, inner_path
from dsr_desk.datasets.sniff import named_like_photo
from dsr_desk.datasets.tfrecord import MOST_ITEMS
from dsr_desk.datasets.written import Written, crossing


class MendPlace(Protocol):
    """As `celled.ContainerPlace`."""

    @property
    def format(self) -> str: ...

    @property
    def path(self) -> Path: ...

    @property
    def name(self) -> str: ...

    def reader(self) -> FileContainer | FolderOfPhotos: ...


def foreseen(place: MendPlace, layouts: Sequence[DatasetLayout], members: Collection[str]) -> tuple[Message, ...]:
    """What writing these parts anew will change beside them.

    Raises PartOfLayout where one of the layouts cannot be brought in line with it.
    """
    told: list[Message] = []
    reader = place.reader()
    if isinstance(reader, FileContainer) and reader.in_place:
        raise PartOfLayout(name=place.name, layout=RULES[layouts[0].kind].says, why=message("why.layout.database"))
    for layout in layouts:
        rule = RULES[layout.kind]
        told += rule.foreseen(layout.root)
        for path in _paths(place, members):
            why = rule.hindrance(layout.root, inner_path(layout.root, path))
            if why is not None:
                raise PartOfLayout(name=place.name, layout=rule.says, why=why)
    return tuple(told)


def written(
    place: MendPlace, layouts: Sequence[DatasetLayout], root: Path, doomed: Sequence[Doomed], work: Path
) -> Written:
    """Writes the part, and the layouts that it belongs to, into `work/tree`; see `tree.rewrite`."""
    foreseen(place, layouts, [one.member for one in doomed])
    mending = Mending(place.name, root, work / "tree")
    reader = place.reader()
    if isinstance(reader, FolderOfPhotos):
        done = _photos(reader, doomed, mending)
    elif isinstance(reader, LanceDataset):
        done = _whole(reader, doomed, mending)
    else:
        done = _part(place, reader, doomed, work, mending)
    if not mending.changed | mending.gone:
        return crossing(done, doomed)
    for layout in layouts:
        RULES[layout.kind].mend(mending, _within(root, layout.root))
    files = tuple(sorted(mending.changed | mending.gone))
    whole = Rewritten(done.kept, done.erased, done.missing, files, (*done.notes, *mending.notes))
    return crossing(whole, doomed)


def kept_back(place: MendPlace, layouts: Sequence[DatasetLayout], files: Collection[Path]) -> tuple[Message, ...]:
    """What taking these files out of the layouts will change there. Raises PartOfLayout where one keeps a file."""
    told: list[Message] = []
    for layout in layouts:
        rule = RULES[layout.kind]
        told += rule.foreseen(layout.root)
        for path in files:
            inner = inner_path(layout.root, path) if path.is_relative_to(layout.root) else ""
            concerned = bool(inner) and rule.concerns(layout.root, inner)
            if concerned and (why := rule.keeps(layout.root, inner)) is not None:
                raise PartOfLayout(name=place.name, layout=rule.says, why=why)
    return tuple(told)


def without(
    place: MendPlace, layouts: Sequence[DatasetLayout], root: Path, files: Sequence[Path], work: Path
) -> Written:
    """Writes the layouts anew without these files of one container, into `work/tree`; see `tree.rewrite`."""
    kept_back(place, layouts, files)
    mending = Mending(place.name, root, work / "tree")
    for path in files:
        inner = inner_path(root, path)
        examples = _count(place, path) if path == place.path else 0
        mending.examples[inner] = Examples(examples, 0, path.stat().st_size, 0)
        mending.remove(inner)
        _clear_empty(mending, inner)
    for layout in layouts:
        RULES[layout.kind].mend(mending, _within(root, layout.root))
    gone = tuple(sorted(mending.changed | mending.gone))
    return crossing(Rewritten(0, (), (), gone, tuple(mending.notes)), ())


def _clear_empty(mending: Mending, inner: str) -> None:
    """Folders in which only what went was: they may be called after values, as partitions are."""
    for folder in list(Path(inner).parents)[:-1]:
        with suppress(OSError):
            (mending.new / folder).rmdir()


def _part(place: MendPlace, reader: FileContainer, doomed: Sequence[Doomed], work: Path, mending: Mending) -> Rewritten:
    fresh = work / "part"
    fresh.mkdir()
    done = reader.rewrite(doomed, fresh)
    for file in done.files:
        old = place.path.with_name(file)
        inner = inner_path(mending.old, old)
        (fresh / file).replace(mending.new / inner)
        mending.changed.add(inner)
        new = mending.new / inner
        counts = (_count(place, old), _count(place, new)) if file == place.path.name else (0, 0)
        mending.examples[inner] = Examples(*counts, old.stat().st_size, new.stat().st_size)
    shutil.rmtree(fresh)
    return done


def _whole(reader: LanceDataset, doomed: Sequence[Doomed], mending: Mending) -> Rewritten:
    done = reader.rewrite_in(mending.new, doomed)
    if done.erased:
        there = {inner_path(mending.new, path): path for path in mending.new.rglob("*")}
        mending.changed = {inner for inner, path in there.items() if path.is_file() and not path.is_symlink()}
        old = {inner_path(mending.old, path) for path in mending.old.rglob("*") if path.is_file()}
        mending.gone = old - there.keys()
    return done


def _photos(reader: FolderOfPhotos, doomed: Sequence[Doomed], mending: Mending) -> Rewritten:
    """Those that are kept are counted where they lie in their place again."""
    found, missing = [], []
    for one in doomed:
        old = reader.find(one.member)
        if old is None or sha256_hex(old.read_bytes()) != one.digest:
            missing.append(one)
            continue
        inner = inner_path(mending.old, old)
        if one.replacement is None:
            mending.remove(inner)
        else:
            mending.write(inner, one.replacement)
        # A record beside a photo is no example of its own.
        before = int(named_like_photo(old.name))
        after = 0 if one.replacement is None else before
        mending.examples[inner] = Examples(before, after, old.stat().st_size, len(one.replacement or b""))
        found.append(one)
    return Rewritten(0, tuple(found), tuple(missing))


def _count(place: MendPlace, path: Path) -> int:
    """Examples in a part, in which rows without items may or may not be counted: only differences are meant."""
    if place.format == "parquet":
        return int(pq.read_metadata(path).num_rows)
    if place.format == "arrow":
        with pa.memory_map(str(path)) as source:
            return sum(batch.num_rows for batch in pa.ipc.open_stream(source))
    reader = place.reader()
    assert isinstance(reader, FileContainer)
    there = type(reader)(path, place.name)
    if place.format == "tfrecord":
        return len({(entry.hint or 0) // MOST_ITEMS for entry in there.entries()})
    return len({entry.hint if there.tabular else entry.group or entry.member for entry in there.entries()})


def _paths(place: MendPlace, members: Collection[str]) -> list[Path]:
    reader = place.reader()
    if not isinstance(reader, FolderOfPhotos):
        return [place.path]
    return [path for path in map(reader.find, members) if path is not None]


def _within(whole: Path, root: Path) -> str:
    inner = inner_path(whole, root)
    return "" if inner == "." else inner
