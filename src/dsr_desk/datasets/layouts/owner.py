"""Erasing a part of layouts as the owner of the data does it: walking, linking, exchanging. Cells do the parsing."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from dsr_desk.core.message import Message, message
from dsr_desk.datasets.container import Doomed, Erased
from dsr_desk.datasets.erasing import ContainerNotRewritten, Rewritten
from dsr_desk.datasets.folder import FolderOfPhotos
from dsr_desk.datasets.layouts import mending, tree
from dsr_desk.datasets.layouts.known import RULES, Finder, whole_of
from dsr_desk.datasets.layouts.rules import DatasetLayout, PartOfLayout, inner_path
from dsr_desk.datasets.names import UNFINISHED, is_unfinished
from dsr_desk.datasets.written import Written, arrived
from dsr_desk.jobs.cell import CellFailed


class LayoutPart(Protocol):
    """As `celled.CelledContainer`."""

    @property
    def path(self) -> Path: ...

    @property
    def name(self) -> str: ...

    def ask(
        self, kind: Any, function: Any, *args: Any, read: tuple[Path, ...], write: tuple[Path, ...] = ()
    ) -> Any: ...

    def digest(self) -> str: ...

    def beside(self) -> Collection[Path]: ...

    def count(self) -> int: ...


def layouts_of(path: Path, doomed: Collection[Doomed]) -> tuple[DatasetLayout, ...]:
    """Layouts that a container, or in a folder of photos one of the doomed, is a part of."""
    finder = Finder()
    if not path.is_dir():
        return finder.of(path)
    if (whole := finder.whole(path)) is not None and whole.root == path:
        return (whole,)
    found = (finder.of(photo) for photo in _photos(path, doomed))
    return tuple(dict.fromkeys(one for layouts in found for one in layouts))


def _photos(folder: Path, doomed: Collection[Doomed]) -> set[Path]:
    """The files of a folder of photos that are meant, as far as they are there."""
    reader = FolderOfPhotos(folder, folder.name)
    return {found for one in doomed if (found := reader.find(one.member)) is not None}


def clear(part: LayoutPart) -> None:
    """Removes what killed runs left of layouts in and around a folder."""
    roots = {layout.root for layout in Finder().around(part.path)}
    for here, folders, _ in os.walk(part.path):
        roots |= {Path(here, _begun(one)) for one in folders if is_unfinished(one)}
    for root in roots:
        tree.clear(root, part.name)


def clear_above(folder: Path, name: str) -> None:
    """Removes what killed runs left of layouts that begin at a folder or above it. Raises DeskError."""
    for layout in Finder().around(folder):
        tree.clear(layout.root, name)


def _begun(unfinished: str) -> str:
    return unfinished.removeprefix(".").removesuffix(UNFINISHED)


def before_erasing(
    part: LayoutPart, layouts: Sequence[DatasetLayout], doomed: Collection[Doomed]
) -> tuple[Message, ...]:
    """See `Container.before_erasing`. Raises PartOfLayout, ContainerNotRewritten."""
    root = _whole(part, layouts)
    members = tuple(one.member for one in doomed)
    try:
        told: tuple[Message, ...] = part.ask(tuple[Message, ...], mending.foreseen, layouts, members, read=(root,))
    except CellFailed as failed:
        raise ContainerNotRewritten(name=part.name, why=failed.why) from failed
    return told


def _whole(part: LayoutPart, layouts: Sequence[DatasetLayout]) -> Path:
    """The folder that is written anew. Raises PartOfLayout where nothing can take its place."""
    root = whole_of(layouts)
    if why := tree.hindrance(root):
        raise PartOfLayout(name=part.name, layout=RULES[layouts[0].kind].says, why=why)
    return root


def before_removing(part: LayoutPart, layouts: Sequence[DatasetLayout], files: Collection[Path]) -> tuple[Message, ...]:
    """What taking these files of one container out of layouts changes there. Raises as `before_erasing`."""
    root = _whole(part, layouts)
    try:
        told: tuple[Message, ...] = part.ask(
            tuple[Message, ...], mending.kept_back, layouts, tuple(files), read=(root,)
        )
    except CellFailed as failed:
        raise ContainerNotRewritten(name=part.name, why=failed.why) from failed
    return told


def remove(part: LayoutPart, layouts: Sequence[DatasetLayout], files: Collection[Path]) -> tuple[Message, ...]:
    """Takes the files of one container out of the layouts that tell of them; returns what is to be told.

    A kill leaves the old folder or the new one, as in `erase`. Raises DeskError, with nothing changed.
    """
    root = _whole(part, layouts)
    gone = {inner_path(root, path) for path in files}

    def may_change(inner: str) -> bool:
        around = (one for one in layouts if (root / inner).is_relative_to(one.root))
        return inner in gone or any(RULES[one.kind].is_own(inner_path(one.root, root / inner)) for one in around)

    def write(work: Path) -> Rewritten:
        given = layouts, root, tuple(files), work
        try:
            done = part.ask(Written, mending.without, *given, read=(root,), write=(work,))
        except CellFailed as failed:
            raise ContainerNotRewritten(name=part.name, why=failed.why) from failed
        if not gone <= set(done.files):
            raise ContainerNotRewritten(name=part.name, why=message("why.cell.unfit"))
        return arrived(done, (), part.name)

    return tree.rewrite(root, part.name, write=write, may_change=may_change, digest=str).notes


def erase(part: LayoutPart, layouts: Sequence[DatasetLayout], doomed: Sequence[Doomed]) -> Erased:
    """See `Container.erase`."""
    root = _whole(part, layouts)
    photos = part.path.is_dir() and not any(RULES[one.kind].whole for one in layouts)
    parts = _photos(part.path, doomed) if photos else {part.path, *part.beside()}

    def may_change(inner: str) -> bool:
        path = root / inner
        around = (one for one in layouts if path.is_relative_to(one.root))
        return path in parts or any(RULES[one.kind].is_own(inner_path(one.root, path)) for one in around)

    def write(work: Path) -> Rewritten:
        try:
            done = part.ask(Written, mending.written, layouts, root, doomed, work, read=(root,), write=(work,))
        except CellFailed as failed:
            raise ContainerNotRewritten(name=part.name, why=failed.why) from failed
        return arrived(done, doomed, part.name)

    done = tree.rewrite(root, part.name, write=write, may_change=may_change, digest=part.digest)
    # A record is listed no more without its photo.
    return replace(done, kept=part.count()) if photos else done
