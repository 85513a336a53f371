"""`dsr-desk demo` as a stranger runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from network_watch import Watched

pytestmark = pytest.mark.slow


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    """Programs that are noticed where they use a network, and find neither Dask nor Qt."""
    watched = Watched(tmp_path)
    for name in ("distributed", "dask", "PySide6"):
        (tmp_path / "hook" / f"{name}.py").write_text(f"raise ModuleNotFoundError('{name} is not installed')\n")
    return watched


def test_the_demo_does_the_whole_job_without_a_network_and_says_what_it_missed(
    tmp_path: Path, watched: Watched
) -> None:
    done = watched.run("-m", "dsr_desk", "demo", "--out", str(tmp_path / "demo"), "--json")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert watched.uses == []
    assert watched.processes > 1
    result = json.loads(done.stdout)

    assert result["ok"]
    assert result["people"] >= 40
    assert len(result["models"]) >= 5
    assert result["without_lineage"]
    assert [model for model in result["models"] if model["deployments"]]
    assert {model["learned"] for model in result["models"]} == {"itself", "inherited", "measured"}
    comparison = result["found"]["comparison"]
    assert comparison["photos_found"] + comparison["records_found"] > 10
    assert comparison["records_found"] == comparison["records"]
    assert [one for one in comparison["missed"] if not one["hard"]] == []
    assert comparison["wrongly_proposed"] < 40
    assert result["read_back"][0]["says"].startswith("Read back: ")
    assert {bundle["edition"] for bundle in result["bundles"]} == {"requester", "regulator"}
    assert all(bundle["ok"] and Path(bundle["path"]).is_file() for bundle in result["bundles"])


def test_the_demo_leaves_a_folder_alone_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    command = [sys.executable, "-m", "dsr_desk", "demo", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 3
    assert "DEMO-FOLDER-IN-USE" in done.stderr
    assert (tmp_path / "mine.txt").read_text() == "keep me"
