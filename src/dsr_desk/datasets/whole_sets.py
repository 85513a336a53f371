"""Which containers go by one removal: those of a folder or of a table's directory in which nothing else is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from dsr_desk.core.errors import DeskError
from dsr_desk.datasets.celled import CelledContainer
from dsr_desk.datasets.folder import FolderOfPhotos
from dsr_desk.datasets.layouts.known import RULES, Finder
from dsr_desk.datasets.layouts.rules import inner_path
from dsr_desk.datasets.names import safe_name
from dsr_desk.datasets.registry import survey
from dsr_desk.datasets.whole_places import NOBODY, OtherPlaces, WholePlace, WholeSet, whole_of


def whole_sets(containers: Sequence[CelledContainer], others: OtherPlaces = NOBODY) -> tuple[WholeSet, ...]:
    """Each container in one set. The directory of a layout is one where all that readers find in it is meant.

    `others` are the places of all else that is registered. Nothing is changed; whether a set may be removed is asked by
    `look_whole`.
    """
    left = {one.path: one for one in containers}
    found: list[WholeSet] = []
    finder = Finder()
    # An outer directory first: what it holds goes with it.
    for root in sorted(_roots(containers, finder), key=lambda path: (len(path.parts), path)):
        inside = tuple(one for path, one in left.items() if path == root or path.is_relative_to(root))
        if not inside:
            continue
        whole = WholeSet(root, _name(root, inside[0]), inside)
        if _is_folder_of_photos(left.get(root)) or _is_all_there_is(whole, others):
            found.append(whole)
            for one in inside:
                del left[one.path]
    return (*found, *map(whole_of, left.values()))


def _roots(containers: Iterable[CelledContainer], finder: Finder) -> set[Path]:
    """Directories that may go as one."""
    roots: set[Path] = set()
    for one in containers:
        if one.is_folder:
            roots.add(one.path)
        roots |= set(_layouts_around(one, finder))
    return roots


def _layouts_around(container: CelledContainer, finder: Finder) -> Iterator[Path]:
    path = container.path
    if not container.is_folder:
        yield from (layout.root for layout in finder.of(path))
        return
    for layout in finder.around(path.parent):
        if RULES[layout.kind].tells_of(layout.root, inner_path(layout.root, path)):
            yield layout.root


def _is_folder_of_photos(container: CelledContainer | None) -> bool:
    return container is not None and container.format == FolderOfPhotos.format


def _is_all_there_is(whole: WholeSet, others: OtherPlaces) -> bool:
    """Whether readers find nothing in the directory that is not meant, and nothing above tells of it."""
    try:
        place = WholePlace(whole, others)
        if any(others.below(place.root)):
            return False
        there = {one.path for one in survey(whole.root).containers}
    except DeskError:
        return False
    meant = {one.path for one in whole.containers}
    beside = {path for one in whole.containers for path in one.belongings()}
    return there <= meant | beside and not there.isdisjoint(meant)


def _name(root: Path, inside: CelledContainer) -> str:
    """As addresses call it, by the name of what is in it."""
    below = safe_name(inside.path.relative_to(root).as_posix()) if inside.path != root else ""
    return inside.name.removesuffix(below).rstrip("/") or safe_name(root.name) if below else inside.name
