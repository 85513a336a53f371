"""Measures on a folder of labelled people (one folder a person) how many photos of a person a search would find.

The first photo of each person with three or more is the reference, all other photos are the gallery; a person's other
photos are the genuine ones. `recall_at[k]` is the share of genuine photos that score higher than the k-th best photo
of a stranger does for the same reference: what an officer has seen who reviews until k strangers have passed by. A
photo scores as its best face. A photo, or a reference, without a detected face counts as missed.

By group, where the groups of the people are known: the same over a group's references, strangers being everybody; and
how often two people of the group are taken for one, at the score that one pair of strangers in a thousand exceeds.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message
from dsr_desk.faces.engine_check import Share
from dsr_desk.faces.facts import engine_facts, engine_grants
from dsr_desk.faces.photo import FoundFace, PhotoResult
from dsr_desk.faces.registry import loader
from dsr_desk.jobs.progress import CancelToken, Progress, Report, silent
from dsr_desk.jobs.start import start_workers
from dsr_desk.jobs.workers import Crash, Task
from dsr_desk.search.faces.match_rates import RATES, GroupRates, Pairs, share_of_people
from dsr_desk.search.index.codes import decode, encode
from dsr_desk.search.index.work import LoadEngine, examined, recipe_for

FEWEST = 3
STRANGERS = (10, 50)
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})


class NobodyToMeasure(DeskError):
    code = "BENCH-NOBODY"
    happened = "{where} holds no person with three or more photos."
    means = "Nothing could be measured."
    todo = "Give a folder that has one folder a person, with photos in it."


@dataclass(frozen=True)
class GroupRecall:
    """`recall_at` by rank, None without a reference; `within` is None where the photos are too few for any rate."""

    group: str
    people: int
    references: int
    genuine: int
    recall_at: dict[int, Share | None]
    within: GroupRates | None


@dataclass(frozen=True)
class RecallReport:
    """`photos` counts all photos read, `genuine` the pairs of a reference and another photo of the same person.

    `without_face` counts photos in which no face was found; `seconds_per_photo` is wall time over all photos, with
    the start of the workers. `without_group` counts people whose group is not known, where groups were asked for.
    """

    people: int
    photos: int
    references: int
    genuine: int
    without_face: int
    recall_at: dict[int, float]
    seconds_per_photo: float
    engine: str
    groups: tuple[GroupRecall, ...] = ()
    without_group: int = 0


@dataclass(frozen=True)
class LabelledPhoto:
    """`person` and `number` count from 0; `faces` are templates as an index keeps them, nearest to the middle first."""

    person: int
    number: int
    faces: NDArray[np.float64]


@dataclass(frozen=True)
class Labelled:
    """All photos of a folder of labelled people. `sizes` counts each person's photos, `files` names them."""

    photos: tuple[LabelledPhoto, ...]
    sizes: tuple[int, ...]
    seconds: float
    files: tuple[tuple[Path, ...], ...] = ()

    def pairs(self) -> Pairs:
        """Of the face nearest to the middle of each photo."""
        faces = [photo.faces[0] if len(photo.faces) else None for photo in self.photos]
        return Pairs(faces, [photo.person for photo in self.photos])

    def grouped(self, groups: Mapping[str, str]) -> dict[int, str]:
        """By number of the person, for those whose folder's name has a group."""
        names = {number: files[0].parent.name for number, files in enumerate(self.files)}
        return {number: groups[name] for number, name in names.items() if name in groups}


def read_labelled(
    folder: Path,
    engine_name: str,
    load: LoadEngine,
    workers: int,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> Labelled:
    """Finds the faces of all photos, one folder a person. Raises NobodyToMeasure, Cancelled."""
    people = people_in(folder)
    if not any(len(photos) >= FEWEST for photos in people):
        raise NobodyToMeasure(where=folder)
    total = sum(map(len, people))
    began = time.monotonic()
    photos = []
    engine = engine_facts(engine_name, load)
    recipe = recipe_for(load, engine.digest, engine_grants(engine_name), thumbnails=False)
    with start_workers(workers, recipe) as started:
        results = examined(started, _tasks(people), cancel or CancelToken(), engine.dimension)
        for done, ((person, number), result) in enumerate(results, start=1):
            faces = result.faces if isinstance(result, PhotoResult) else ()
            photos.append(LabelledPhoto(person, number, _stored(faces, result)))
            report(Progress(message("phase.reading"), done, total))
    files = tuple(map(tuple, people))
    return Labelled(tuple(photos), tuple(map(len, people)), time.monotonic() - began, files)


def measure_recall(
    folder: Path,
    *,
    engine_name: str = "standard",
    load: LoadEngine | None = None,
    workers: int = 1,
    strangers: Sequence[int] = STRANGERS,
    groups: Mapping[str, str] | None = None,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> RecallReport:
    """Reads all photos below `folder` and ranks them for each reference; `groups` by name of a person's folder.

    Raises NobodyToMeasure, Cancelled.
    """
    labelled = read_labelled(folder, engine_name, load or loader(engine_name), workers, report, cancel)
    references: dict[int, NDArray[np.float64] | None] = {}
    gallery = []
    for photo in labelled.photos:
        if photo.number == 0 and labelled.sizes[photo.person] >= FEWEST:
            references[photo.person] = photo.faces[0] if len(photo.faces) else None
        else:
            gallery.append(photo)
    owners = np.array([photo.person for photo in gallery])
    ranked = _rank(references, [photo.faces for photo in gallery], owners, strangers)
    genuine = sum(ranked.own.values())
    known = labelled.grouped(groups or {})
    return RecallReport(
        people=len(labelled.sizes),
        photos=len(labelled.photos),
        references=len(references),
        genuine=genuine,
        without_face=sum(1 for photo in labelled.photos if not len(photo.faces)),
        recall_at={rank: round(sum(found.values()) / genuine, 4) for rank, found in ranked.found.items()},
        seconds_per_photo=round(labelled.seconds / len(labelled.photos), 4),
        engine=engine_name,
        groups=_by_group(labelled, ranked, known),
        without_group=len(labelled.sizes) - len(known) if groups is not None else 0,
    )


def _by_group(labelled: Labelled, ranked: _Ranked, groups: Mapping[int, str]) -> tuple[GroupRecall, ...]:
    pairs = labelled.pairs() if groups else None
    measurable = pairs is not None and pairs.measurable(max(RATES))
    within = {row.group: row for row in pairs.by_group(groups, max(RATES))} if pairs and measurable else {}
    rows = []
    for name in sorted(set(groups.values())):
        people = [person for person, group in groups.items() if group == name]
        own = np.array([ranked.own.get(person, 0) for person in people])
        found = {rank: np.array([by.get(person, 0) for person in people]) for rank, by in ranked.found.items()}
        at = {rank: share_of_people(counts, own) for rank, counts in found.items()}
        references = sum(person in ranked.own for person in people)
        rows.append(GroupRecall(name, len(people), references, int(own.sum()), at, within.get(name)))
    return tuple(rows)


@dataclass(frozen=True)
class _Ranked:
    """By person: how many genuine photos a reference has, and how many stand above each stranger that is asked for."""

    own: dict[int, int]
    found: dict[int, dict[int, int]]


def people_in(folder: Path) -> list[list[Path]]:
    """The photos of each person, one folder a person, in the order of names."""
    found = []
    for person in sorted(path for path in folder.iterdir() if path.is_dir()):
        photos = sorted(path for path in person.iterdir() if path.suffix.lower() in SUFFIXES)
        if photos:
            found.append(photos)
    return found


def _tasks(people: Sequence[Sequence[Path]]) -> Iterator[Task[tuple[int, int]]]:
    for person, photos in enumerate(people):
        for number, path in enumerate(photos):
            data = path.read_bytes()
            yield Task((person, number), (data, None), len(data))


def _stored(faces: Sequence[FoundFace], result: PhotoResult | Crash | None) -> NDArray[np.float64]:
    """Templates as an index would keep them, the face nearest to the middle of the photo first."""
    if not faces or not isinstance(result, PhotoResult):
        return np.empty((0, 0))
    middle = result.width / 2, result.height / 2

    def distance(face: FoundFace) -> float:
        box = face.box
        return float(np.hypot((box.left + box.right) / 2 - middle[0], (box.top + box.bottom) / 2 - middle[1]))

    return decode(encode(np.stack([face.template for face in sorted(faces, key=distance)])))


def _rank(
    references: dict[int, NDArray[np.float64] | None],
    gallery: Sequence[NDArray[np.float64]],
    owners: NDArray[np.int64],
    strangers: Sequence[int],
) -> _Ranked:
    with_face = np.array([number for number, faces in enumerate(gallery) if len(faces)], np.int64)
    starts = np.cumsum([0, *(len(gallery[number]) for number in with_face[:-1])])
    faces = np.concatenate([gallery[number] for number in with_face]) if len(with_face) else np.empty((0, 1))
    ranked = _Ranked({}, {count: {} for count in strangers})
    for person, reference in references.items():
        own = owners == person
        ranked.own[person] = int(own.sum())
        if reference is None or not len(with_face):
            continue
        scores = np.full(len(gallery), -2.0)
        scores[with_face] = np.maximum.reduceat(faces @ reference, starts)
        others = np.sort(scores[~own])[::-1]
        for count in strangers:
            border = others[count - 1] if len(others) >= count else -2.0
            ranked.found[count][person] = int(np.count_nonzero(scores[own] > border))
    return ranked
