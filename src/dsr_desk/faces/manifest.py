"""`engine.json`: what an organisation says of its own face network, read and checked. docs/engines.md shows one.

Contract 1 knows dlib's alignment alone and one mean and range for all channels. Contract 2:

    {"contract": 2, "name": "...", "model": "file.onnx", "dimension": 512, "side": 112,
     "alignment": {"kind": "arcface"}, {"kind": "dlib", "padding": 0.25} or {"kind": "template", "points": [[x, y], …]},
     "colours": "RGB" or "BGR", "layout": "NCHW" or "NHWC", "mean": 127.5 or [r, g, b], "scale": 127.5 or [r, g, b],
     "batch": 1, "mirror": true,
     "detector": {"model": "det.onnx", "preset": "scrfd", "size": [640, 640] or "any", "threshold": 0.5},
     "card": {"trained_on": "...", "consent": "...", "known_weaknesses": "...", "licence": "..."}}

A pixel enters the network as (value - mean) / scale, channels in the order of `colours`. `batch` and `detector` may be
left out, and of the card whatever is not known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsr_desk.core.message import Message, message
from dsr_desk.faces.alignment import arcface
from dsr_desk.faces.card import ModelCard
from dsr_desk.faces.decoders import FAMILIES
from dsr_desk.faces.engine import Points
from dsr_desk.faces.facts import MANIFEST, OwnModelUnusable

LARGEST_SIDE = 1024
LARGEST_DIMENSION = 65_536
LARGEST_PADDING = 10.0
LARGEST_NUMBER = 1e9
LARGEST_BATCH = 1024
LEAST_SCALE = 0.05
"""A smaller one is what others multiply by: 1/128 where 128 is meant."""

SMALLEST_INPUT, LARGEST_INPUT = 32, 4096
"""Pixels of a side that a detector takes."""

STATEMENTS = ("trained_on", "consent", "known_weaknesses", "licence")

Three = tuple[float, float, float]


@dataclass(frozen=True)
class DlibAlignment:
    """dlib's chip, with so much around the face."""

    padding: float


@dataclass(frozen=True)
class DetectorPart:
    """`size` is width and height in pixels that the network takes and no others; None where it takes any."""

    model: str
    preset: str
    size: tuple[int, int] | None
    threshold: float | None


@dataclass(frozen=True)
class Manifest:
    """What `engine.json` says. `alignment` is dlib's, or five points in pixels of the chip. `said` is all of it."""

    name: str
    model: str
    dimension: int
    side: int
    alignment: DlibAlignment | Points
    colours: str
    layout: str
    mean: Three
    scale: Three
    batch: int | None
    mirror: bool
    detector: DetectorPart | None
    card: Mapping[str, str]
    contract: int
    said: Mapping[str, Any]

    @property
    def files(self) -> tuple[str, ...]:
        """The files beside the manifest that hold networks."""
        return (self.model, self.detector.model) if self.detector else (self.model,)

    def model_card(self, others: tuple[str, ...]) -> ModelCard:
        """What is stated of the network, with the names of the `others` that work beside it."""
        stated = {one: self.card.get(one, "") for one in STATEMENTS}
        return ModelCard(self.name, (self.model, *others), **stated, own=True)


def read_manifest(folder: Path) -> Manifest:
    """Raises OwnModelUnusable."""
    try:
        said = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise OwnModelUnusable(folder=folder, why=message("why.own-model.no-manifest")) from error
    if not isinstance(said, dict):
        raise OwnModelUnusable(folder=folder, why=message("why.own-model.no-object"))
    return _Reader(folder, said).manifest()


class _Reader:
    """Takes one value after the other out of the object, and refuses with the name of what does not fit."""

    def __init__(self, folder: Path, said: Mapping[str, Any]) -> None:
        self._folder = folder
        self._said = said

    def manifest(self) -> Manifest:
        contract = self._said.get("contract", 1)
        if contract not in (1, 2) or isinstance(contract, bool):
            raise self._refused(message("why.own-model.contract", contract=str(contract)))
        name, model = self._of(str, "name"), self._file(self._said, "model")
        dimension, side = self._of(int, "dimension"), self._of(int, "side")
        self._within(0 < side <= LARGEST_SIDE and 0 < dimension <= LARGEST_DIMENSION)
        alignment = self._padding(self._said) if contract == 1 else self._alignment(side)
        colours, layout = self._of(str, "colours"), self._of(str, "layout")
        if colours not in ("RGB", "BGR") or layout not in ("NCHW", "NHWC"):
            raise self._refused(message("why.own-model.layout"))
        mean, scale = self._values("mean"), self._values("range" if contract == 1 else "scale")
        self._within(all(scale))
        if contract == 2 and min(map(abs, scale)) < LEAST_SCALE:
            raise self._refused(message("why.own-model.scale"))
        card = self._of(dict, "card")
        if not all(isinstance(card.get(one, ""), str) for one in STATEMENTS):
            raise self._refused(message("why.own-model.lacks", key="card"))
        return Manifest(
            name=name,
            model=model,
            dimension=dimension,
            side=side,
            alignment=alignment,
            colours=colours,
            layout=layout,
            mean=mean,
            scale=scale,
            batch=self._batch() if contract == 2 else None,
            mirror=self._of(bool, "mirror"),
            detector=self._detector() if contract == 2 else None,
            card=card,
            contract=contract,
            said=self._said,
        )

    def _of(self, kind: type | tuple[type, ...], key: str, of: Mapping[str, Any] | None = None) -> Any:
        value = (self._said if of is None else of).get(key)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self._refused(message("why.own-model.lacks", key=key))
        return value

    def _file(self, of: Mapping[str, Any], key: str) -> str:
        name = str(self._of(str, key, of))
        if Path(name).name != name:
            raise self._refused(message("why.own-model.elsewhere"))
        return name

    def _number(self, value: Any, key: str) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise self._refused(message("why.own-model.lacks", key=key))
        self._within(abs(value) <= LARGEST_NUMBER)
        return float(value)

    def _values(self, key: str) -> Three:
        """One number for all channels, or three."""
        value = self._said.get(key)
        three = value if isinstance(value, list) else [value] * 3
        if len(three) != 3:
            raise self._refused(message("why.own-model.lacks", key=key))
        red, green, blue = (self._number(one, key) for one in three)
        return red, green, blue

    def _padding(self, of: Mapping[str, Any]) -> DlibAlignment:
        padding = self._number(of.get("padding"), "padding")
        self._within(0 <= padding <= LARGEST_PADDING)
        return DlibAlignment(padding)

    def _alignment(self, side: int) -> DlibAlignment | Points:
        stated = self._of(dict, "alignment")
        kind = stated.get("kind")
        if kind == "arcface":
            return arcface(side)
        if kind == "dlib":
            return self._padding(stated)
        if kind != "template":
            raise self._refused(message("why.own-model.alignment"))
        points = self._of(list, "points", stated)
        if len(points) != 5 or not all(isinstance(point, list) and len(point) == 2 for point in points):
            raise self._refused(message("why.own-model.points"))
        five = tuple((self._number(x, "points"), self._number(y, "points")) for x, y in points)
        if not all(0 <= at <= side for point in five for at in point) or five[1][0] - five[0][0] < 1:
            raise self._refused(message("why.own-model.points"))
        return five

    def _batch(self) -> int | None:
        if "batch" not in self._said:
            return None
        batch = int(self._of(int, "batch"))
        self._within(0 < batch <= LARGEST_BATCH)
        return batch

    def _detector(self) -> DetectorPart | None:
        if "detector" not in self._said:
            return None
        stated = self._of(dict, "detector")
        preset, size, threshold = stated.get("preset"), stated.get("size", "any"), stated.get("threshold")
        if preset not in FAMILIES:
            raise self._refused(message("why.own-model.preset", known=tuple(FAMILIES)))
        if size != "any" and not (isinstance(size, list) and len(size) == 2 and all(type(one) is int for one in size)):
            raise self._refused(message("why.own-model.lacks", key="size"))
        if size != "any":
            self._within(all(SMALLEST_INPUT <= one <= LARGEST_INPUT and one % 32 == 0 for one in size))
        if threshold is not None:
            threshold = self._number(threshold, "threshold")
            self._within(0 < threshold < 1)
        model = self._file(stated, "model")
        return DetectorPart(model, preset, None if size == "any" else (size[0], size[1]), threshold)

    def _within(self, fits: bool) -> None:
        if not fits:
            raise self._refused(message("why.own-model.bounds"))

    def _refused(self, why: Message) -> OwnModelUnusable:
        return OwnModelUnusable(folder=self._folder, why=why)
