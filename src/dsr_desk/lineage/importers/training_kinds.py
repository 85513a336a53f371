"""What trainings without a tracker write down of themselves, by the program that ran: which file says it, and how.

A field whose meaning the program's own documentation gives is recorded; a free name is a conclusion (`names`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dsr_desk.core.lineage import NodeKind, Role
from dsr_desk.lineage.importers.names import leaves_unnamed, named_in, names_nothing

HUGGING_FACE = "Hugging Face"


@dataclass(frozen=True)
class Stated:
    """A model or data that a training names: under `by`, as `text`. With `why` it is a conclusion."""

    kind: NodeKind
    text: str
    role: Role
    by: str
    why: str = ""


@dataclass(frozen=True)
class Program:
    """A program that trains. `config` is the file in a run's folder that says what it was told to do, `log` the one
    whose first lines no other run has; `alone` whether the file is enough to know a run by."""

    name: str
    config: str
    log: str
    read: Callable[[Mapping[str, Any]], Iterator[Stated]]
    fits: Callable[[Mapping[str, Any]], bool]
    alone: bool = True


def _any(config: Mapping[str, Any]) -> bool:
    del config
    return True


def _free(config: Mapping[str, Any]) -> Iterator[Stated]:
    """Names that the person who wrote the training chose."""
    for key, value in config.items():
        for found in named_in(str(key), value):
            yield Stated(found.meaning.kind, found.text, found.meaning.role, found.key, "guess.parameter")
    yield from _unnamed(config)


def _unnamed(config: Mapping[str, Any], around: str = "") -> Iterator[Stated]:
    """Weights to begin from that only a switch asks for: those of the design that stands beside it."""
    for key, value in config.items():
        path = f"{around}.{key}" if around else str(key)
        if isinstance(value, dict):
            yield from _unnamed(value, path)
        elif leaves_unnamed(str(key), value):
            design = next((config[one] for one in ("model", "model_name", "arch", "backbone") if one in config), "")
            text = design if isinstance(design, str) and design else path
            yield Stated(NodeKind.MODEL, text, Role.FINE_TUNE_BASE, path, "guess.parameter")


def _is_ultralytics(config: Mapping[str, Any]) -> bool:
    return {"task", "mode", "model", "data"} <= config.keys()


def _ultralytics(config: Mapping[str, Any]) -> Iterator[Stated]:
    """`model` is a design (.yaml) or weights to begin from; `pretrained` and `resume` may name weights."""
    trains = config.get("mode") == "train"
    data = config.get("data")
    if not names_nothing(data):
        yield Stated(NodeKind.DATASET, str(data), Role.TRAIN if trains else Role.EVALUATE, "data")
    model = str(config.get("model") or "")
    if model and not model.endswith((".yaml", ".yml")):
        yield Stated(NodeKind.MODEL, model, Role.FINE_TUNE_BASE if trains else Role.SERVE, "model")
    for key in ("pretrained", "resume"):
        if isinstance(config.get(key), str) and not names_nothing(config[key]) and config[key] != model:
            yield Stated(NodeKind.MODEL, str(config[key]), Role.FINE_TUNE_BASE, key)


def _is_yolov5(config: Mapping[str, Any]) -> bool:
    return {"weights", "data", "save_dir"} <= config.keys()


def _yolov5(config: Mapping[str, Any]) -> Iterator[Stated]:
    if not names_nothing(config.get("data")):
        yield Stated(NodeKind.DATASET, str(config["data"]), Role.TRAIN, "data")
    weights = config.get("weights")
    for one in weights if isinstance(weights, list) else [weights]:
        if not names_nothing(one):
            yield Stated(NodeKind.MODEL, str(one), Role.FINE_TUNE_BASE, "weights")
    if isinstance(config.get("resume"), str) and not names_nothing(config["resume"]):
        yield Stated(NodeKind.MODEL, str(config["resume"]), Role.FINE_TUNE_BASE, "resume")


def _is_detectron(config: Mapping[str, Any]) -> bool:
    return isinstance(config.get("DATASETS"), dict) and isinstance(config.get("MODEL"), dict)


def _detectron(config: Mapping[str, Any]) -> Iterator[Stated]:
    for key, role in (("TRAIN", Role.TRAIN), ("TEST", Role.EVALUATE)):
        listed = config["DATASETS"].get(key)
        for one in listed if isinstance(listed, list) else [listed]:
            if not names_nothing(one):
                yield Stated(NodeKind.DATASET, str(one), role, f"DATASETS.{key}")
    if not names_nothing(weights := config["MODEL"].get("WEIGHTS")):
        yield Stated(NodeKind.MODEL, str(weights), Role.FINE_TUNE_BASE, "MODEL.WEIGHTS")


def _is_adapter(config: Mapping[str, Any]) -> bool:
    return "base_model_name_or_path" in config


def _adapter(config: Mapping[str, Any]) -> Iterator[Stated]:
    if not names_nothing(base := config.get("base_model_name_or_path")):
        yield Stated(NodeKind.MODEL, str(base), Role.ADAPTER, "base_model_name_or_path")


def _hugging_face(config: Mapping[str, Any]) -> Iterator[Stated]:
    """`_name_or_path` is what was loaded to begin with, or the place of the model itself."""
    for key in ("_name_or_path", "base_model", "teacher_model"):
        if not names_nothing(name := config.get(key)):
            role = Role.DISTIL if key.startswith("teacher") else Role.FINE_TUNE_BASE
            yield Stated(NodeKind.MODEL, str(name), role, key, "guess.name-or-path")


def _is_card(config: Mapping[str, Any]) -> bool:
    return bool({"base_model", "datasets"} & config.keys())


def _card(config: Mapping[str, Any]) -> Iterator[Stated]:
    """The front matter of a card, as the Trainer writes it too."""
    adapts = config.get("library_name") == "peft"
    for key, kind, role in (
        ("datasets", NodeKind.DATASET, Role.TRAIN),
        ("base_model", NodeKind.MODEL, Role.ADAPTER if adapts else Role.FINE_TUNE_BASE),
    ):
        value = config.get(key)
        for one in value if isinstance(value, list) else [value]:
            if not names_nothing(one):
                yield Stated(kind, str(one), role, key)


def _is_hugging_face(config: Mapping[str, Any]) -> bool:
    return bool({"architectures", "model_type", "_name_or_path", "_class_name", "transformers_version"} & config.keys())


PROGRAMS = (
    Program("Ultralytics", "args.yaml", "results.csv", _ultralytics, _is_ultralytics),
    Program("YOLOv5", "opt.yaml", "results.csv", _yolov5, _is_yolov5),
    Program("Detectron2", "config.yaml", "metrics.json", _detectron, _is_detectron),
    Program("Lightning", "hparams.yaml", "metrics.csv", _free, _any),
    Program("Hydra", ".hydra/config.yaml", "train.log", _free, _any),
    Program(HUGGING_FACE, "adapter_config.json", "trainer_state.json", _adapter, _is_adapter, alone=False),
    Program(HUGGING_FACE, "README.md", "trainer_state.json", _card, _is_card, alone=False),
    Program(HUGGING_FACE, "config.json", "trainer_state.json", _hugging_face, _is_hugging_face, alone=False),
    Program(HUGGING_FACE, "model_index.json", "trainer_state.json", _hugging_face, _is_hugging_face, alone=False),
    Program(HUGGING_FACE, "trainer_state.json", "trainer_state.json", lambda _: iter(()), _any),
    Program("", "args.yaml", "summary.csv", _free, _any),
    Program("", "opt.yaml", "log.txt", _free, _any),
    *(
        Program("", f"{stem}.{ending}", "log.txt", _free, _any, alone=False)
        for stem in ("args", "config", "train_config", "training_args", "training_config", "params", "hparams", "cfg")
        for ending in ("yaml", "yml", "json")
    ),
)
"""The more telling first. A file is read as what the first program that it fits says."""

CONFIGS = frozenset(program.config for program in PROGRAMS)
LOGS = frozenset(program.log for program in PROGRAMS)
BESIDE = re.compile(
    r"(optimizer|optim|scheduler|scaler|rng_state|random_states|training_args|trainer_state|events\.out)"
)
"""What lies beside weights and is none."""

CHECKPOINT = re.compile(r"(checkpoint|step|epoch)[-_]\d+")
"""Folders that the Trainer and Accelerate make for one moment of a training."""

INNER = frozenset(("weights", "checkpoints", "checkpoint", "ckpt", "ckpts", "models", "model", "export", "exports"))
"""Folders inside of a run that hold its weights."""
