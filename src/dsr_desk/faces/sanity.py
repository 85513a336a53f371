"""Whether an own engine's templates mean anything: what must not change one, and what must not give one.

Everything here happens in a cell; what comes out are scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from dsr_desk.faces.decode import decode
from dsr_desk.faces.engine import Chips
from dsr_desk.faces.facts import TRIAL, OwnModelUnusable, engine_grants, own_folder
from dsr_desk.faces.registry import load_engine
from dsr_desk.faces.views import seen
from dsr_desk.jobs.cell import CellFailed, ask

SHIFT = 0.03
"""Of the side of a chip, downwards."""

FEWEST = 3
"""Faces of different people without which nothing can be said."""

ALL_ALIKE = 0.99
"""Score of two people from which a network has one template for everybody. The built-in one's median is 0.8."""


@dataclass(frozen=True)
class Sanity:
    """Scores (cosines) between templates of the first photos of `people` people.

    `mirrored` and `shifted` are medians of a face with itself so changed, `strangers` that of faces of two people,
    `nothing` the highest of a face with an even chip or with noise.
    """

    people: int
    mirrored: float
    shifted: float
    strangers: float
    nothing: float

    @property
    def sound(self) -> bool:
        """Whether people differ, and a face is nearer to itself, changed, than to another person or to nothing."""
        differ = self.people >= FEWEST and self.strangers < ALL_ALIKE
        return differ and min(self.mirrored, self.shifted) > max(self.strangers, self.nothing)


def try_sanity(engine: str, photos: Sequence[bytes]) -> Sanity:
    """Of one photo each of different people. Raises OwnModelUnusable where the engine fails."""
    name = str(own_folder(engine) or engine)
    try:
        found: Sanity = ask(Sanity, sanity_of, name, tuple(photos), grants=engine_grants(name), limits=TRIAL)
    except CellFailed as failed:
        raise OwnModelUnusable(folder=name, why=failed.why) from failed
    return found


def sanity_of(engine_name: str, photos: tuple[bytes, ...]) -> Sanity:
    """Inside a cell."""
    engine = load_engine(engine_name)
    chips = []
    for data in photos:
        pixels = decode(data).pixels
        found = engine.detect(pixels) if pixels is not None else []
        if pixels is not None and found:
            chips.append(engine.align(pixels, found[:1]).chips[0])
    if len(chips) < FEWEST:
        return Sanity(len(chips), 0.0, 0.0, 0.0, 0.0)
    faces = np.stack(chips)
    templates = engine.embed(faces)

    def with_itself(changed: Chips) -> float:
        return _median((templates * engine.embed(changed)).sum(axis=1))

    side = faces.shape[1]
    noise = np.random.default_rng(0).integers(0, 256, (2, side, side, 3), np.uint8)
    even = np.stack([np.full((side, side, 3), value, np.uint8) for value in (0, 128, 255)])
    return Sanity(
        people=len(faces),
        mirrored=with_itself(np.ascontiguousarray(faces[:, :, ::-1])),
        shifted=with_itself(seen(faces, 1.0, SHIFT)),
        strangers=_median(np.array([templates[i] @ templates[j] for i, j in combinations(range(len(faces)), 2)])),
        nothing=round(float((templates @ engine.embed(np.concatenate([even, noise])).T).max()), 4),
    )


def _median(scores: NDArray[np.float32]) -> float:
    return round(float(np.median(scores)), 4)
