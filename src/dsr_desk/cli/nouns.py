"""The words that the command line begins with, and which lines open the window instead. Loads nothing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

NOUNS = {
    "demo": "Run the whole job on a synthetic sample organisation, and check its result against the truth.",
    "vault": "The encrypted folder that holds cases, officers, keys, journal and lineage.",
    "dataset": "Datasets: what lies at a path, and what is registered of each.",
    "index": "Encrypted indexes: what is searched. They travel; the photos need not.",
    "lineage": "The graph from dataset versions to models and what runs on them.",
    "case": "One person's request and our work on it.",
    "order": "A regulator's order: what it says, which data it covers, samples of that, words on its obligations.",
    "scope": "Say which registered data a selector covers, as an order would have it. Writes nothing.",
    "packet": "What another officer asks you about one case: look, decide or approve, and answer.",
    "delete": "Delete what was decided to be the person's, and look whether it is gone.",
    "sweep": "Walk disks for stray copies of what a case decided on, and for files of models.",
    "bundle": "The evidence that leaves the house.",
    "engine": "An organisation's own face networks: whether one can be trusted with a search.",
    "bench": "Measure how well people are found.",
}
"""Each noun with the first sentence of its help."""


def window_line(line: Sequence[str]) -> list[str] | None:
    """What the window is given for a command line (the folder of a vault, or nothing); None where it is a command.

    A folder that is called like a command is written as a path: `./vault`.
    """
    match list(line):
        case []:
            return []
        case ["--vault", folder] if folder:
            return [folder]
        case [word] if word.startswith("--vault=") and word != "--vault=":
            return [word.removeprefix("--vault=")]
        case [word] if word not in NOUNS and not word.startswith("-") and _is_place(word):
            return [word]
    return None


def _is_place(word: str) -> bool:
    return os.sep in word or word in (os.curdir, os.pardir) or Path(word).is_dir()
