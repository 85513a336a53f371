"""What is said of trainings whose truth is known, in stores that MLflow itself wrote.

Runs where a Python with mlflow is found: this one, or the one that DSR_TRIAL_PYTHON names. `-s` prints the numbers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from dsr_desk.core.imported import Imported
from dsr_desk.core.lineage import Learned, NodeKind, Role
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers.registry import read_file
from lineage_fakes import graph_of

SCRIPT = Path(__file__).with_name("mlflow_trainings.py")
SURE = (Learned.ITSELF, Learned.INHERITED)
PRODUCER = os.environ.get("DSR_TRIAL_PYTHON", sys.executable)


@dataclass(frozen=True)
class Verdict:
    """What is known of a training, and what the program says of its models: `said` is "" where it says nothing."""

    store: str
    model: str
    learned: bool
    measured: bool
    recorded: bool
    said: str


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> list[Verdict]:
    if subprocess.run([PRODUCER, "-c", "import mlflow, sklearn, pandas"], capture_output=True, check=False).returncode:
        pytest.skip("no Python with mlflow and scikit-learn here: DSR_TRIAL_PYTHON may name one")
    folder = Path(os.environ.get("DSR_TRIAL_STORES", "") or tmp_path_factory.mktemp("trainings"))
    if not (folder / "mlflow.db").exists():
        subprocess.run([PRODUCER, str(SCRIPT), str(folder)], capture_output=True, check=True)
    found = [verdict for name in ("mlflow.db", "store") for verdict in judged(folder, name)]
    for verdict in found:
        print(verdict)
    return found


def judged(folder: Path, name: str) -> list[Verdict]:
    imported = read_file(folder / name)
    impact = affected(graph_of(imported.nodes, imported.edges), ["photos"])
    said: dict[str, str] = {node.id: "not-known" for node in (*impact.without_lineage, *impact.partly_recorded)}
    said |= {model.id: model.learned.value for model in impact.models}
    said |= {node.id: "not-known" for node in impact.runs}
    truths = json.loads((folder / f"{name}.truth.json").read_text(encoding="utf-8"))
    return [
        Verdict(
            name, truth["model"], truth["learned"], truth["measured"], truth["record"] == "full",
            surest({said.get(ident, "") for ident in meant(imported, truth["model"])}),
        )
        for truth in truths
    ]  # fmt: skip


def meant(imported: Imported, model: str) -> set[str]:
    """Node ids of a model by any name it was given, or of what a run left, and that run."""
    if model.startswith("run "):
        runs = {node.id for node in imported.nodes if node.kind is NodeKind.RUN and node.name == model[4:]}
        made = {e.target for e in imported.edges if e.origin in runs and e.role is Role.PRODUCE}
        return runs | made
    models = [node for node in imported.nodes if node.kind is NodeKind.MODEL]
    return {node.id for node in models if model in (node.name, node.attributes.get("logged_as"))}


def surest(words: set[str]) -> str:
    order = [*(word.value for word in Learned), ""]
    return min(words, key=order.index, default="")


def share(verdicts: list[Verdict], *words: str) -> float:
    counted = Counter(verdict.said in words for verdict in verdicts)
    return counted[True] / max(1, len(verdicts))


def test_no_training_that_learned_is_left_out(verdicts: list[Verdict]) -> None:
    assert len(verdicts) >= 80
    assert [verdict for verdict in verdicts if verdict.learned and not verdict.said] == []


def test_nothing_that_learned_is_called_measured_only(verdicts: list[Verdict]) -> None:
    assert [verdict for verdict in verdicts if verdict.learned and verdict.said == Learned.MEASURED] == []


def test_trainings_that_are_recorded_whole_are_called_learned(verdicts: list[Verdict]) -> None:
    whole = [verdict for verdict in verdicts if verdict.learned and verdict.recorded]
    print(f"recorded whole and learned: {share(whole, *SURE):.3f} of {len(whole)}")
    assert share(whole, *SURE) >= 0.9, [verdict for verdict in whole if verdict.said not in SURE]


def test_evaluations_that_are_recorded_are_called_so(verdicts: list[Verdict]) -> None:
    tried = [verdict for verdict in verdicts if verdict.measured and verdict.recorded]
    print(f"recorded evaluations called measured only: {share(tried, Learned.MEASURED):.3f} of {len(tried)}")
    assert share(tried, Learned.MEASURED) >= 0.8, [verdict for verdict in tried if verdict.said != Learned.MEASURED]


def test_a_model_that_never_saw_the_photos_and_says_so_is_named_nowhere(verdicts: list[Verdict]) -> None:
    clean = [v for v in verdicts if v.recorded and not v.learned and not v.measured]
    assert clean
    assert [verdict for verdict in clean if verdict.said] == []
