"""What is said of trainings whose truth is known, in a repository that dvc and git themselves wrote.

Runs where a Python with dvc is found: this one, or the one that DSR_TRIAL_DVC names. `-s` prints what is said.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dsr_desk.core.lineage import Learned
from dsr_desk.lineage.coverage import coverage
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers.registry import import_file
from lineage_fakes import graph_of

SCRIPT = Path(__file__).with_name("dvc_trainings.py")
PRODUCER = os.environ.get("DSR_TRIAL_DVC", sys.executable)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[bool, set[str]]]:
    """By model whether it learned from the photos, and the words on any version of it."""
    if (
        not shutil.which("git")
        or subprocess.run([PRODUCER, "-c", "import dvc"], capture_output=True, check=False).returncode
    ):
        pytest.skip("no git, or no Python with dvc here: DSR_TRIAL_DVC may name one")
    folder = Path(os.environ.get("DSR_TRIAL_STORES", "") or tmp_path_factory.mktemp("trainings"))
    if not (folder / "repository").exists():
        subprocess.run([PRODUCER, str(SCRIPT), str(folder)], capture_output=True, check=True)
    imported = import_file(folder / "repository")
    graph = graph_of(imported.nodes, imported.edges)
    impact = affected(graph, ["photos"])
    words: dict[str, set[str]] = {}
    for model in impact.models:
        words.setdefault(model.name, set()).add(model.learned.value)
    for node in (*impact.without_lineage, *impact.partly_recorded):
        words.setdefault(node.name, set()).add("not-known")
    for node in coverage(graph, (), "2026-01-01T00:00:00+00:00").outputs_unclassified:
        words.setdefault(node.name, set()).add("not-classed")
    truths = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    names = {"models/clean.pt": "clean"}
    found = {one["model"]: (one["learned"], words.get(names.get(one["model"], one["model"]), set())) for one in truths}
    for name, (learned, told) in found.items():
        print(name, "learned" if learned else "did not learn", sorted(told))
    return found


def test_no_training_that_learned_is_left_out(said: dict[str, tuple[bool, set[str]]]) -> None:
    assert [name for name, (learned, told) in said.items() if learned and not told] == []


def test_nothing_that_learned_is_called_measured_only(said: dict[str, tuple[bool, set[str]]]) -> None:
    assert [name for name, (learned, told) in said.items() if learned and Learned.MEASURED in told] == []


def test_trainings_that_stages_record_are_called_learned(said: dict[str, tuple[bool, set[str]]]) -> None:
    sure = {Learned.ITSELF.value, Learned.INHERITED.value}
    staged = [name for name in said if said[name][0] and name not in ("blob.bin", "models/loose.pt")]
    assert [name for name in staged if not said[name][1] & sure] == []


def test_what_was_only_measured_is_not_called_trained(said: dict[str, tuple[bool, set[str]]]) -> None:
    assert not said["models/clean.pt"][1] & {Learned.ITSELF.value, Learned.INHERITED.value}
