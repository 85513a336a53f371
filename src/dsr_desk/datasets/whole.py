"""Containers that go as a whole: their files are removed, nothing is written anew, and what is left is named.

Nothing is overwritten: a disk need not write where it read, so that would prove nothing (docs/datasets.md).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message, refused
from dsr_desk.datasets.container import ContainerNotRead
from dsr_desk.datasets.layouts import owner
from dsr_desk.datasets.names import safe_name
from dsr_desk.datasets.whole_beside import Beside
from dsr_desk.datasets.whole_meant import MeantFiles
from dsr_desk.datasets.whole_places import NOBODY, OtherPlaces, WholePlace, WholeSet
from dsr_desk.datasets.whole_tree import (
    STILL_THERE,
    Each,
    Named,
    Scan,
    ToldPlaces,
    is_linked_outside,
    linked_outside,
    remove,
    scan,
)
from dsr_desk.jobs.progress import CancelToken, Progress, Report, silent
from dsr_desk.storage.files import sync_folder

LINKED = message("why.whole.linked")
LEADS_OUT = message("why.whole.leads-out")


class WholeChanged(DeskError):
    code = "WHOLE-CHANGED"
    happened = "{name} is not as it was when the plan was made."
    means = "Nothing was removed now. What came or changed later is in no plan, so nobody approved that it goes."
    todo = "Bring the inventory up to date and plan anew."


class WholeNotSettled(DeskError):
    code = "WHOLE-NOT-SETTLED"
    happened = "{name} was being removed when a step failed: {why}."
    means = "Some of its files may be gone and others there. Nothing of it is called gone."
    todo = "Check the disk and run the deletion again: it goes on, and reads back what is there."


@dataclass(frozen=True)
class WholeSight:
    """What removing a set would do. `size` is in bytes; `state` is what the plan rests on (`remove_whole`).

    `links` are files that go while their bytes stay under other names, and links that go while what they lead to stays.
    `snapshots` says what else may hold the bytes, which is not known. `beside` are files that no reader lists and that
    go along; `staying` belongs to others and stays; `closed` cannot be looked into.
    """

    files: int
    size: int
    folders: int
    links: tuple[Named, ...]
    snapshots: tuple[Message, ...]
    beside: tuple[Named, ...]
    staying: tuple[Named, ...]
    closed: tuple[Named, ...]
    notes: tuple[Message, ...]
    state: str


@dataclass(frozen=True)
class Removed:
    """What a removal did, read back from the disk. `size` is in bytes.

    `stays` is what was meant and is there still, or came later and was not meant, by reason. `found` is False where
    nothing of it was there when this run began. `links` is as in `WholeSight`, `notes` what else is to be told.
    """

    files: int
    size: int
    folders: int
    stays: tuple[Named, ...]
    links: tuple[Named, ...]
    notes: tuple[Message, ...]
    found: bool = True

    @property
    def done(self) -> bool:
        return not self.stays


def look_whole(
    wholes: Sequence[WholeSet], others: OtherPlaces = NOBODY, *, token: CancelToken | None = None
) -> tuple[WholeSight, ...]:
    """What removing each set would do, where all of them go. Changes nothing.

    Raises WholeRefused, PartOfLayout, WholeNotReached, ContainerNotRead, ContainerNotRewritten, Cancelled.
    """
    places = [WholePlace(whole, others) for whole in wholes]
    for place in places:
        place.require_there()
    scans = [_scanned(place, (*place.own, *place.locks, *place.leftovers), None, token) for place in places]
    outside = linked_outside(scans)
    return tuple(_sight(place, found, outside, token) for place, found in zip(places, scans, strict=True))


def _sight(place: WholePlace, found: Scan, outside: Collection[int], token: CancelToken | None) -> WholeSight:
    beside, links = Beside(place), _Links(place, outside)

    def each(inner: str, state: os.stat_result) -> None:
        beside.look(inner, state)
        links.look(inner, state)

    state = _state(place, _scanned(place, place.own, each, token))
    notes = owner.before_removing(place.part, place.layouts, place.files) if place.layouts else ()
    return WholeSight(
        files=found.files,
        size=found.size,
        folders=found.folders,
        links=links.told.named(),
        snapshots=place.may_keep(),
        beside=beside.told.named(),
        staying=found.stays.named(),
        closed=found.closed.named(),
        notes=notes,
        state=state,
    )


def remove_whole(
    whole: WholeSet,
    expected: str,
    others: OtherPlaces = NOBODY,
    *,
    token: CancelToken | None = None,
    report: Report = silent,
) -> Removed:
    """Removes a set that is as it was when `look_whole` said `expected` of it, or what a run that was cut short left.

    What the system refuses to remove costs itself alone. Raises WholeChanged, WholeRefused, PartOfLayout,
    WholeNotReached, ContainerInUse, ContainerNotRead, ContainerNotRewritten and the like, with nothing removed;
    WholeNotSettled, and Cancelled between two steps: another run goes on.
    """
    place = WholePlace(whole, others)
    place.require_disk(expected)
    place.clear_around()
    if not place.is_there():
        return Removed(0, 0, 0, remains(whole, expected, others), (), place.may_keep(), found=False)
    with place.alone():
        done = _part_removed(place, expected, token) if place.layouts else _removed(place, expected, token, report)
    told = sum(one.count for one in done.stays)
    left = [one for one in remains(whole, expected, others) if one.count > told]
    return replace(done, stays=(*done.stays, *left), notes=(*done.notes, *place.may_keep()))


def remains(whole: WholeSet, expected: str, others: OtherPlaces = NOBODY) -> tuple[Named, ...]:
    """What is there now of a set that was removed: its files, what belongs beside them, what killed runs left.

    `expected` is what `remove_whole` got: on another disk than that one, nothing is said to be gone.
    Raises WholeRefused, WholeNotReached, ContainerNotRead.
    """
    place = WholePlace(whole, others)
    place.require_disk(expected)
    told = ToldPlaces()
    found = _scanned(place, (*place.own, *place.locks, *place.leftovers), lambda inner, _: told.add(STILL_THERE, inner))
    for closed in found.closed.named():
        told.add(closed.why, closed.places[0], closed.count)
    if found.folders and not found.files and not found.stays.named():
        told.add(STILL_THERE, place.root.name)
    for work in place.work_around():
        told.add(STILL_THERE, work.name)
    return told.named()


def _scanned(
    place: WholePlace, names: Collection[str], each: Each | None = None, token: CancelToken | None = None
) -> Scan:
    try:
        return scan(place.tree(names), each, token)
    except OSError as error:
        raise ContainerNotRead(name=place.name, why=refused(error)) from error


def _state(place: WholePlace, own: Scan) -> str:
    """Of the files on which a plan rests, and of the disk that they lie on."""
    return f"{own.digest}-{place.disk()}"


def _removed(place: WholePlace, expected: str, token: CancelToken | None, report: Report) -> Removed:
    everything = (*place.leftovers, *place.locks, *place.own)
    notes: list[Message] = []
    meant = MeantFiles.kept(place.kept, expected)
    if meant is not None:
        scans = [_scanned(place, everything, None, token)]
    else:
        scans = [_scanned(place, names, None, token) for names in (place.own, (*place.leftovers, *place.locks))]
        if _state(place, scans[0]) != expected:
            raise WholeChanged(name=place.name)
        meant = MeantFiles(scans[0].keys + scans[1].keys)
        if not meant.keep(place.kept, expected):
            notes.append(message("note.whole.not-kept"))
    links = _Links(place, linked_outside(scans))
    total = sum(one.files for one in scans)
    phase = message("phase.erase")
    try:
        gone = remove(
            place.tree(everything), meant, links.look, lambda done: report(Progress(phase, done, total)), token
        )
        if not gone.meant_stays:
            place.kept.unlink(missing_ok=True)
            sync_folder(place.parent)
    except OSError as error:
        raise WholeNotSettled(name=place.name, why=refused(error)) from error
    return Removed(gone.files, gone.size, gone.folders, gone.stays.named(), links.told.named(), tuple(notes))


def _part_removed(place: WholePlace, expected: str, token: CancelToken | None) -> Removed:
    """A file that layouts tell of: they are brought in line without it, in one step."""
    own = _scanned(place, place.own, None, token)
    if _state(place, own) != expected:
        raise WholeChanged(name=place.name)
    found = _scanned(place, (*place.own, *place.locks), None, token)
    links = _Links(place, linked_outside([found]))
    _scanned(place, (*place.own, *place.locks), links.look, token)
    notes = owner.remove(place.part, place.layouts, place.files)
    return Removed(found.files, found.size, 0, (), links.told.named(), notes)


class _Links:
    """Tells of files with names outside, whose bytes stay there, and of links that lead out."""

    def __init__(self, place: WholePlace, outside: Collection[int]) -> None:
        self.told = ToldPlaces()
        self._place, self._outside = place, outside

    def look(self, inner: str, state: os.stat_result) -> None:
        if is_linked_outside(state, self._outside):
            self.told.add(LINKED, inner)
        elif stat.S_ISLNK(state.st_mode):
            link = self._place.parent / inner
            try:
                leads, target = str(link.readlink()), Path(os.path.realpath(link))
            except OSError:
                return
            if not target.is_relative_to(self._place.root) and target.exists():
                self.told.add(LEADS_OUT, f"{inner} → {safe_name(leads)}")
