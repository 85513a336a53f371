"""How far the drawn people lie apart for the face engine, and how the sample's faces were picked.

python tests/benchmarks/sample_spread.py              measure the sample organisation
python tests/benchmarks/sample_spread.py --pick 24    pick again, of so many draws for each person
"""

from __future__ import annotations

import argparse
import io
from collections import Counter

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.sample.figure import Figure, People
from bench.sample.person import Expression, Light, Pose, draw_features
from bench.sample.photo import Picture, draw
from dsr_desk.app.sample import PLACES, Sample, Truth
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.datasets.registry import open_source
from dsr_desk.faces.engine import Engine
from dsr_desk.faces.registry import load_engine

CALM = (
    (Pose(-4, 0, 0), Expression(smile=0.2), Light((-0.5, 0.4, 0.75))),
    (Pose(9, 2, 2), Expression(smile=0.7), Light((0.5, 0.5, 0.75), 0.4, 0.5)),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", default="standard")
    parser.add_argument("--pick", type=int, metavar="DRAWS")
    options = parser.parse_args()
    engine = load_engine(options.engine)
    if options.pick:
        print(pick(engine, 48, options.pick))
    else:
        measure(engine)


def measure(engine: Engine) -> None:
    """Detection, genuine and stranger scores over all photos of the sample."""
    templates, whose, hard = [], [], []
    there, found, nowhere = Counter[str](), Counter[str](), 0
    sample = Sample.at(PLACES[1])
    known = {item.key: item for item in Truth.load(sample.truth).items}
    entries = [
        (container.name, entry.member, entry.read())
        for dataset in sample.datasets
        for source in dataset.sources
        for container in open_source(source)
        for entry in container.entries()
        if not entry.problem
    ]
    for container, member, data in entries:
        item = known[container, member, sha256_hex(data)]
        if not item.is_photo or item.hard in ("broken off", "no photo at all"):
            continue
        pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
        detections = engine.detect(pixels)
        there[item.hard] += len(item.faces)
        for detection, template in zip(detections, engine.embed(engine.align(pixels, detections).chips), strict=True):
            people = [face.person for face in item.faces if face.in_box(detection.box)]
            nowhere += not people
            found[item.hard] += bool(people)
            if people:
                templates.append(template)
                whose.append(people[0])
                hard.append(item.hard)
    print(f"faces drawn {sum(there.values())}, found {sum(found.values())}, found where none is: {nowhere}")
    for kind in sorted(there):
        print(f"  {kind or 'ordinary':24} {found[kind]} of {there[kind]}")
    easy = np.array([not one for one in hard])
    for name, chosen in (("ordinary", easy), ("all", np.ones_like(easy))):
        print(f"{name}: {spread(np.array(templates)[chosen], np.array(whose)[chosen])}")


def spread(templates: NDArray[np.float32], whose: NDArray[np.int64]) -> str:
    """Area under the curve, equal error rate, rank 1 and quantiles of the scores."""
    scores = templates @ templates.T
    upper = np.triu_indices(len(whose), 1)
    same = (whose[:, None] == whose[None, :])[upper]
    genuine, strangers = np.sort(scores[upper][same]), np.sort(scores[upper][~same])
    below = np.searchsorted(strangers, genuine)
    area = below.mean() / len(strangers)
    steps = np.sort(scores[upper])
    missed = np.searchsorted(genuine, steps) / len(genuine)
    false = 1 - np.searchsorted(strangers, steps) / len(strangers)
    equal = float((missed + false)[np.abs(missed - false).argmin()]) / 2
    nearest = (scores - 2 * np.eye(len(whose))).argmax(axis=1)
    first = float((whose[nearest] == whose).mean())
    middle = f"{np.median(genuine):.3f} and {np.median(strangers):.3f}"
    return f"AUC {area:.4f}, equal error {equal:.4f}, rank 1 {first:.3f}, median score of same and strangers {middle}"


def pick(engine: Engine, people: int, draws: int) -> list[int]:
    """For each person the draw whose face has the smallest greatest score with all picked before it."""
    picked: list[int] = []
    templates: list[NDArray[np.float32]] = []
    for number in range(people):
        best: tuple[float, int, NDArray[np.float32]] | None = None
        for one in range(draws):
            template = _calm_template(engine, number, one)
            if template is not None:
                nearest = max((float(template @ other) for other in templates), default=0.0)
                if best is None or nearest < best[0]:
                    best = (nearest, one, template)
        if best is None:
            raise SystemExit(f"no draw of person {number} has a face that is found")
        picked.append(best[1])
        templates.append(best[2])
    return picked


def _calm_template(engine: Engine, number: int, one: int) -> NDArray[np.float32] | None:
    people = People([draw_features(np.random.default_rng((number, one)), number)])
    both = []
    for seed, (pose, mood, light) in enumerate(CALM):
        figure = Figure(0, 140, 130, 60, pose, mood)
        data = draw(Picture(seed, 280, 280, "studio", (figure,), light), people)
        pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
        detections = engine.detect(pixels)
        if len(detections) != 1:
            return None
        both.append(engine.embed(engine.align(pixels, detections).chips)[0])
    mean = both[0] + both[1]
    return np.asarray(mean / np.linalg.norm(mean), np.float32)


if __name__ == "__main__":
    main()
