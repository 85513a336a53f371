"""`dsr-desk demo` as a stranger runs it, and its vault opened in the windows, both looked at from outside."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import traced
from own_computer import OwnComputer
from traced import Traced

pytestmark = pytest.mark.slow

VISIT = Path(__file__).with_name("visit.py")


@pytest.fixture
def computer(tmp_path: Path) -> OwnComputer:
    return OwnComputer(tmp_path)


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """The environment of a program that finds neither Dask nor Qt."""
    (tmp_path / "missing").mkdir()
    for name in ("distributed", "dask", "PySide6"):
        missing = tmp_path / "missing" / f"{name}.py"
        missing.write_text(f"raise ModuleNotFoundError('{name} is not installed')\n")
    return {"PYTHONPATH": str(tmp_path / "missing")}


def test_the_demo_does_the_whole_job_and_says_what_it_missed_and_like_the_windows_it_asks_for_no_network(
    tmp_path: Path, computer: OwnComputer, bare: dict[str, str], request: pytest.FixtureRequest
) -> None:
    out = tmp_path / "demo"
    demo = Traced(tmp_path / "trace", computer.environment | bare)
    done = demo.run(sys.executable, "-m", "dsr_desk", "demo", "--out", out, "--json")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    result = json.loads(done.stdout)

    assert result["ok"]
    assert result["people"] >= 40
    assert len(result["models"]) >= 5
    assert result["without_lineage"]
    assert [model for model in result["models"] if model["deployments"]]
    assert {model["learned"] for model in result["models"]} == {"itself", "inherited", "measured", "not-known"}
    assert result["answers"]
    comparison = result["found"]["comparison"]
    assert comparison["photos_found"] + comparison["records_found"] > 10
    assert comparison["records_found"] == comparison["records"]
    assert [one for one in comparison["missed"] if not one["hard"]] == []
    assert comparison["wrongly_proposed"] < 40
    assert result["read_back"][0]["code"] == "headline.gone_where_read", "parts of some photos were not looked at"
    assert {bundle["edition"] for bundle in result["bundles"]} == {"requester", "regulator"}
    assert all(bundle["ok"] and Path(bundle["path"]).is_file() for bundle in result["bundles"])

    if traced.why_not():
        pytest.skip(f"the demo is right, and was not looked at from outside: {traced.why_not()}")
    assert len(demo.processes) > 2
    check_from_outside(demo, computer, out)

    request.getfixturevalue("qt")
    visit = {"VISIT_VAULT": str(out / "vault"), "VISIT_OUT": str(out / "sealed")}
    windows = Traced(tmp_path / "trace of windows", computer.environment | visit)
    done = windows.run(sys.executable, VISIT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-2:] == ["saw settings", "was asked for a file"]
    assert list((out / "sealed").iterdir())

    assert len(windows.processes) > 2
    check_from_outside(windows, computer, out)


def check_from_outside(seen: Traced, computer: OwnComputer, out: Path) -> None:
    assert seen.network == []
    assert computer.undeclared(seen.changed, out) == []
    assert seen.readable_by_others == []
    assert [path for path in out.rglob("*") if path.stat().st_mode & 0o077] == []


def test_the_demo_leaves_a_folder_alone_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    command = [sys.executable, "-m", "dsr_desk", "demo", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 3
    assert "DEMO-FOLDER-IN-USE" in done.stderr
    assert (tmp_path / "mine.txt").read_text() == "keep me"
