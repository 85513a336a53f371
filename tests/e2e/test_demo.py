"""`dsr-desk demo` as a stranger runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def demo(out: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dsr_desk", "demo", "--out", str(out), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=290, check=False)


def test_the_demo_does_the_whole_job_and_says_what_it_missed(tmp_path: Path) -> None:
    out = tmp_path / "demo"
    done = demo(out, "--json")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    result = json.loads(done.stdout)

    assert result["ok"]
    assert result["people"] >= 40
    assert len(result["models"]) >= 5
    assert result["without_lineage"]
    assert [model for model in result["models"] if model["deployments"]]
    assert [model for model in result["models"] if not model["in_weights"]]
    comparison = result["found"]["comparison"]
    assert comparison["photos_found"] + comparison["records_found"] > 10
    assert comparison["records_found"] == comparison["records"]
    assert result["read_back"].startswith("Done")
    assert {bundle["edition"] for bundle in result["bundles"]} == {"requester", "regulator"}
    assert all(bundle["ok"] and Path(bundle["path"]).is_file() for bundle in result["bundles"])


def test_the_demo_leaves_a_folder_alone_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    done = demo(tmp_path)

    assert done.returncode == 3
    assert "DEMO-FOLDER-IN-USE" in done.stderr
    assert (tmp_path / "mine.txt").read_text() == "keep me"
