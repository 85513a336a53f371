"""Every way from a dataset to a model, by the names of both."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from dsr_desk.app.desk import Desk
from dsr_desk.app.models import lineage
from dsr_desk.app.models.lineage import DatasetUnknown
from dsr_desk.app.models.view import ModelUnknown, paths_between
from dsr_desk.cli.main import main
from unit.app.conftest import PASSPHRASE

TABLE = """from_kind,from_name,from_version,role,to_kind,to_name,to_version,certainty
dataset,faces,1,train,model,base,1,
model,base,1,fine-tune-base,model,gate,3,
dataset,faces,1,evaluate,model,gate,3,inferred
dataset,other,1,train,model,door,1,
"""


@pytest.fixture
def told(desk: Desk, tmp_path: Path) -> Desk:
    path = tmp_path / "own.csv"
    path.write_text(TABLE)
    lineage.import_lineage(desk, [path])
    return desk


def test_every_way_from_a_dataset_to_a_model_is_listed_shortest_first(told: Desk) -> None:
    found = paths_between(told, "faces@1", "gate")
    assert [[step.node.name for step in path] for path in found.paths] == [["faces", "gate"], ["faces", "base", "gate"]]
    assert found.complete
    assert not paths_between(told, "faces", "gate@3", limit=1).complete
    assert paths_between(told, "faces", "door").paths == ()


def test_names_that_nothing_has_are_no_absence_of_ways(told: Desk) -> None:
    with pytest.raises(DatasetUnknown):
        paths_between(told, "gate", "gate")
    with pytest.raises(ModelUnknown):
        paths_between(told, "faces", "faces")


def test_the_command_takes_a_dataset_or_a_case_and_says_how_sure_each_step_is(
    told: Desk, tmp_path: Path
) -> None:  # fmt: skip
    vault, secret = told.vault.folder, tmp_path / "secret.txt"
    told.close()
    secret.write_text(PASSPHRASE)
    opening = ("--vault", str(vault), "--passphrase-file", str(secret))

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["lineage", "paths", *words, *opening])
        return done.exit_code, done.output

    code, text = run("--dataset", "faces@1", "--model", "gate@3")
    assert code == 0
    assert text.splitlines() == [
        "faces@1 → gate@3 (evaluate, inferred)", "faces@1 → base@1 (train) → gate@3 (fine-tune-base)",
    ]  # fmt: skip
    listed = json.loads(run("gate", "--dataset", "faces", "--json")[1])
    assert [path[-1]["certainty"] for path in listed["paths"]] == ["inferred", "recorded"]
    assert run("gate", "--model", "gate", "--dataset", "faces")[0] == 2
    assert run("gate")[0] == 2
