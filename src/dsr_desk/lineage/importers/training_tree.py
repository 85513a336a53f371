"""What lies in a folder of trainings: runs by the files that say what they were told to do, and weights."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from dsr_desk.lineage.importers.draft import ImportRefused, LineageDraft
from dsr_desk.lineage.importers.hugging_face_front import front_matter
from dsr_desk.lineage.importers.names import Likely, model_file
from dsr_desk.lineage.importers.reading import json_document, text_of, yaml_document
from dsr_desk.lineage.importers.training_kinds import (
    BESIDE,
    CHECKPOINT,
    CONFIGS,
    HUGGING_FACE,
    INNER,
    LOGS,
    PROGRAMS,
    Program,
)
from dsr_desk.lineage.importers.wandb_runs import RUN_FOLDER

SAVED_MODEL = "saved_model.pb"

_PASSED_OVER = frozenset((".git", ".dvc", ".venv", "venv", "node_modules", "__pycache__", "site-packages", ".cache"))
_VALUES = re.compile(r".+\.data-\d{5}-of-\d{5}")
_SECOND_ENDING = (".pth.tar", ".pt.tar")


@dataclass
class Weights:
    """One model by file: a file, or a folder that is one. `inside` is its path in the folder that was named."""

    inside: str
    files: list[Path] = field(default_factory=list)


@dataclass
class TrainingRun:
    """The folder of one training. `inside` is its place below the folder that was named, "" for that itself."""

    inside: str
    said: list[tuple[Program, Mapping[str, Any]]]
    configs: list[Path]
    logs: list[Path]
    events: list[str]
    weights: list[Weights] = field(default_factory=list)

    @property
    def program(self) -> str:
        return next((program.name for program, _ in self.said if program.name), "")


class TrainingTree:
    """Everything of interest below a folder. Links that stay inside lead to what is listed already."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._names: dict[str, frozenset[str]] = {}
        for folder, folders, names in os.walk(root, onerror=_not_listed):
            folders[:] = sorted(one for one in folders if one not in _PASSED_OVER and not RUN_FOLDER.fullmatch(one))
            inside = Path(folder).relative_to(root).as_posix()
            self._names["" if inside == "." else inside] = frozenset(names)
        self.weights = sorted(
            _joined(inside, name)
            for inside, names in self._names.items()
            for name in names
            if self._is_weights(inside, name)
        )
        self._heavy = {str(one) for path in self.weights for one in PurePosixPath(path).parents}
        self._moments = self._all_moments()
        self.told = {
            inside: found
            for inside in self._names
            if (found := [one for one in sorted(CONFIGS) if self.has(inside, one)])
        }

    def has(self, inside: str, name: str) -> bool:
        folder, _, leaf = _joined(inside, name).rpartition("/")
        return leaf in self._names.get(folder, ())

    def path(self, inside: str) -> Path:
        return self.root / inside

    @property
    def is_one(self) -> bool:
        """Whether trainings or weights lie here at all."""
        sure = {program.config for program in PROGRAMS if program.alone}
        return bool(self.weights) or any(sure & set(found) for found in self.told.values())

    @property
    def files(self) -> list[Path]:
        """All that is read, or hashed."""
        named = {_joined(inside, one) for inside, found in self.told.items() for one in found if self.matters(inside)}
        logs = {_joined(inside, one) for inside in self._names for one in LOGS if self.has(inside, one)}
        return sorted(self.path(one) for one in {*named, *logs, *self.weights})

    def matters(self, inside: str) -> bool:
        """Whether files in this folder that any program may have say something here: weights lie in it or below."""
        sure = any(one.config in self.told.get(inside, ()) for one in PROGRAMS if one.alone)
        return sure or (inside or ".") in self._heavy or bool(self.moments(inside))

    def moments(self, inside: str) -> list[str]:
        """Folders right below that hold a training as it was at one moment."""
        return self._moments.get(inside, [])

    def _all_moments(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for one in self._names:
            whole = self.has(one, "trainer_state.json") or one in self._heavy
            if one and whole and CHECKPOINT.fullmatch(PurePosixPath(one).name):
                found.setdefault(one.rpartition("/")[0], []).append(one)
        return found

    def runs(self, draft: LineageDraft) -> tuple[list[TrainingRun], list[Weights]]:
        """The trainings with their weights, and weights that lie in none. Raises ImportRefused for a damaged file."""
        found: dict[str, TrainingRun] = {}
        for inside in self._names:
            if CHECKPOINT.fullmatch(PurePosixPath(inside).name) and inside:
                continue
            run = self._run(inside, draft)
            if run is not None:
                found[inside] = run
        units: dict[tuple[str | None, str], Weights] = {}
        for path in self.weights:
            home = next((one for one in _around(path) if one in found), None)
            unit = self._unit(path, None if home is None else found[home])
            units.setdefault((home, unit), Weights(unit)).files.append(self.path(path))
        for (home, _), weights in units.items():
            if home is not None:
                found[home].weights.append(weights)
        for inside, run in found.items():
            known = {one.inside for one in run.weights}
            run.weights += [Weights(one) for one in self.moments(inside) if one not in known]
        stray = [weights for (home, _), weights in units.items() if home is None]
        return sorted(found.values(), key=lambda run: natural(run.inside)), stray

    def _run(self, inside: str, draft: LineageDraft) -> TrainingRun | None:
        moments = self.moments(inside)
        if not self.matters(inside):
            return None
        said: list[tuple[Program, Mapping[str, Any]]] = []
        configs: list[Path] = []
        for folder in (inside, *moments):
            read: dict[str, Mapping[str, Any]] = {}
            for program in PROGRAMS:
                if program.config in self.told.get(folder, ()) and program.config not in read:
                    config = self._config(_joined(folder, program.config), program, draft)
                    if program.fits(config):
                        read[program.config] = config
                        said.append((program, config))
                        configs.append(self.path(_joined(folder, program.config)))
        if (
            not any(program.alone for program, _ in said)
            and not moments
            and not self._holds_weights(inside, bool(said))
        ):
            return None
        names = sorted(name for name in self._names[inside] if name.startswith("events.out.tfevents"))
        logs = [
            self.path(_joined(one, name)) for one in (inside, *moments) for name in sorted(LOGS) if self.has(one, name)
        ]
        return TrainingRun(inside, said, configs, logs, names)

    def _holds_weights(self, inside: str, said: bool) -> bool:
        below = {inside, *(_joined(inside, one) for one in INNER)}
        return said and any(path.rpartition("/")[0] in below for path in self.weights)

    def _config(self, inside: str, program: Program, draft: LineageDraft) -> Mapping[str, Any]:
        """What a file says. Where any program may have one of this name, an odd one costs itself alone."""
        path = self.path(inside)
        try:
            text = text_of(path)
            if inside.endswith(".md"):
                return front_matter(text)[0] or {}
            value = json_document(text) if inside.endswith(".json") else yaml_document(text, tagged=True)
        except ImportRefused as error:
            if program.alone:
                raise error.inside(inside) from error
            draft.warn("note.lineage.config-unread", place=inside)
            return {}
        return value if isinstance(value, dict) else {}

    def _unit(self, path: str, run: TrainingRun | None) -> str:
        """The file, or the folder around that is one model."""
        for around in _around(path):
            name = PurePosixPath(around).name
            if self.has(around, SAVED_MODEL) or name.endswith((".mlpackage", "_openvino_model", "_ncnn_model")):
                return around
            if CHECKPOINT.fullmatch(name) and not path.endswith((".ckpt", ".pth.tar")):
                return around
        whole = run is not None and run.program == HUGGING_FACE and path.rpartition("/")[0] == run.inside
        return run.inside if run is not None and whole else path

    def _is_weights(self, inside: str, name: str) -> bool:
        path = _joined(inside, name)
        if BESIDE.match(name):
            return False
        sure = _VALUES.fullmatch(name) or name.endswith(_SECOND_ENDING)
        likely = Likely.YES if sure else model_file(path)
        at_home = PurePosixPath(inside).name in INNER or CHECKPOINT.fullmatch(PurePosixPath(inside).name)
        if likely is Likely.NO or (likely is Likely.PERHAPS and not at_home) or name == SAVED_MODEL:
            return False
        file = self.root / path
        return not file.is_symlink() or not file.resolve().is_relative_to(self.root.resolve())


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """So that `train10` comes after `train9`."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", text))


def _joined(inside: str, name: str) -> str:
    return f"{inside}/{name}" if inside else name


def _around(path: str) -> list[str]:
    """The folders around a path, inner ones first; "" is the folder that was named."""
    return ["" if str(one) == "." else str(one) for one in PurePosixPath(path).parents]


def _not_listed(error: OSError) -> None:
    """A folder that nobody may look into may hold what a model was made from."""
    raise error
