"""Words in the names of stages and jobs, and what they say of what is done there. Nothing of it is recorded."""

from __future__ import annotations

import re
from itertools import pairwise

TRAINS = frozenset(
    ("train", "training", "trainer", "pretrain", "pretraining", "finetune", "finetuning", "retrain", "fit", "learn",
     "tune", "distil", "distill", "distillation")
)  # fmt: skip
MEASURES = frozenset(
    ("evaluate", "evaluation", "eval", "test", "validate", "validation", "benchmark", "score", "scores", "scoring",
     "measure", "metric", "metrics")
)  # fmt: skip
HANDLES_DATA = frozenset(
    ("prepare", "split", "download", "preprocess", "clean", "data", "dataset", "datasets", "feature", "features",
     "featurize", "augment", "crop", "crops", "fetch", "load", "sample", "samples", "label", "labels", "extract",
     "ingest")
)  # fmt: skip
PLAIN = frozenset(
    (".csv", ".tsv", ".txt", ".md", ".html", ".htm", ".png", ".jpg", ".jpeg", ".svg", ".pdf", ".log", ".yaml", ".yml",
     ".jsonl", ".parquet", ".arrow", ".feather", ".xlsx", ".ipynb", ".avro", ".orc")
)  # fmt: skip
"""Endings of files that hold no weights."""


def words_of(name: str) -> frozenset[str]:
    """The words of a name, and each two that follow each other as one (`fine_tune`)."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    found = [word for word in re.split(r"[^a-z0-9]+", apart.casefold()) if word]
    return frozenset((*found, *(first + second for first, second in pairwise(found))))
