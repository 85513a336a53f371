"""What a word of Weights & Biases' users says: types of artifacts, job types, aliases."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from dsr_desk.core.lineage import NodeKind, Role
from dsr_desk.lineage.importers.draft import KIND_TEXT, KIND_WHY, UNCLASSIFIED
from dsr_desk.lineage.importers.wandb_runs import Artifact


@lru_cache(1 << 12)
def _words(text: str) -> frozenset[str]:
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    return frozenset(re.findall(r"[a-z0-9]+", apart.casefold()))


_NO_DATA = {"job", "code", "wandb-history", "wandb-events"}
"""Types by which the client keeps programs and its own records."""
_DATA = _words("dataset datasets data images photos faces table tables corpus")
_MODEL = _words("model models checkpoint checkpoints ckpt weights adapter adapters lora engine onnx")
_TRAINING = _words("train training pretrain pretraining finetune finetuning retrain retraining distill distillation")
_MEASURING = _words("eval evaluate evaluation evaluating benchmark benchmarking")
_PERHAPS_MEASURING = _MEASURING | _words("test testing val valid validate validation")
_IN_USE = _words("production prod live deployed deployment serving champion released staging canary")


@dataclass(frozen=True)
class ArtifactKind:
    """`said` are attributes of the node: why it was taken for a model, or that nothing tells what it is."""

    kind: NodeKind
    said: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class JobType:
    """What a run was for by its job type. It is stated where that word says it and nothing else."""

    role: Role | None
    stated: bool = False


def kind_of(artifact: Artifact) -> ArtifactKind | None:
    """What an artifact is; None for programs and records of the client."""
    kind, words, weights = artifact.type.casefold(), _words(artifact.type), artifact.contents.model_file
    if kind in ("model", "models"):
        return ArtifactKind(NodeKind.MODEL)
    if words & _MODEL:
        return ArtifactKind(NodeKind.MODEL, {KIND_WHY: "guess.kind.type", KIND_TEXT: artifact.type})
    if kind in ("run_table", "embedding", "embeddings"):
        return ArtifactKind(NodeKind.OUTPUT if kind == "run_table" else NodeKind.EMBEDDING)
    if words & _DATA:
        return ArtifactKind(NodeKind.DATASET)
    if weights:
        return ArtifactKind(NodeKind.MODEL, {KIND_WHY: "guess.kind.file", KIND_TEXT: weights})
    return None if kind in _NO_DATA else ArtifactKind(NodeKind.DATASET, {UNCLASSIFIED: "yes"})


def job_of(word: str) -> JobType:
    """`train` and its like state a training, `eval` and its like an evaluation; among other words they may mean it."""
    words = _words(word)
    plain = "".join(sorted(words)) if len(words) == 1 else word.casefold().replace("-", "").replace("_", "")
    if plain in _TRAINING:
        return JobType(Role.TRAIN, True)
    if plain in _MEASURING:
        return JobType(Role.EVALUATE, True)
    if words & _TRAINING:
        return JobType(Role.TRAIN)
    return JobType(Role.EVALUATE if words & _PERHAPS_MEASURING else None)


def named_for_measuring(artifact: Artifact) -> str:
    """The name, type or key of data where a word in it says that it is not for training; "" otherwise."""
    said = (artifact.used_as, artifact.name, artifact.type)
    return next((text for text in said if _words(text) & _PERHAPS_MEASURING), "")


def is_in_use(alias: str) -> bool:
    return bool(_words(alias) & _IN_USE)
