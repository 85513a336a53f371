"""What is said of trainings whose truth is known, in runs that the client of Weights & Biases itself wrote.

Runs where a Python with wandb is found: this one, or the one that DSR_TRIAL_WANDB names. `-s` prints what is said.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dsr_desk.core.lineage import Learned
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers.registry import import_file
from lineage_fakes import graph_of

SCRIPT = Path(__file__).with_name("wandb_trainings.py")
PRODUCER = os.environ.get("DSR_TRIAL_WANDB", sys.executable)
SURE = {Learned.ITSELF.value, Learned.INHERITED.value}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[bool, str]]:
    """By model whether it learned from the photos, and the word on it, "" where there is none."""
    if subprocess.run([PRODUCER, "-c", "import wandb"], capture_output=True, check=False).returncode:
        pytest.skip("no Python with wandb here: DSR_TRIAL_WANDB may name one")
    folder = tmp_path_factory.mktemp("trainings")
    subprocess.run([PRODUCER, str(SCRIPT), str(folder)], capture_output=True, check=True)
    imported = import_file(folder / "wandb")
    graph = graph_of(imported.nodes, imported.edges)
    hits = [node.id for node in imported.nodes if node.name in ("photos", "s3://lake/photos")]
    impact = affected(graph, hits)
    words = {node.name: "not-known" for node in (*impact.without_lineage, *impact.partly_recorded)}
    words |= {model.name: model.learned.value for model in impact.models}
    found = {
        one["model"]: (one["learned"], words.get(one["model"], ""))
        for one in json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    }
    for name, (learned, word) in found.items():
        print(name, "learned" if learned else "did not learn", word)
    return found


def test_no_training_that_learned_is_left_out(said: dict[str, tuple[bool, str]]) -> None:
    assert len(said) >= 13
    assert [name for name, (learned, word) in said.items() if learned and not word] == []


def test_nothing_is_called_measured_only_where_an_evaluation_only_names_its_model(
    said: dict[str, tuple[bool, str]],
) -> None:
    assert [name for name, (_, word) in said.items() if word == Learned.MEASURED] == []


def test_trainings_that_name_their_data_or_base_are_called_learned(said: dict[str, tuple[bool, str]]) -> None:
    assert [name for name, (learned, word) in said.items() if learned and word not in SURE] == []


def test_what_did_not_see_the_photos_is_not_called_trained_on_them(said: dict[str, tuple[bool, str]]) -> None:
    assert said["clean"][1] not in SURE
