from __future__ import annotations

import json
import re
import runpy
import sys
from base64 import b64encode
from hashlib import md5
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from dsr_desk.core.imported import Imported
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers.draft import LineageFileDamaged
from dsr_desk.lineage.importers.registry import read_file
from lineage_fakes import graph_of
from wandb_made import Held, Logged, Written, artifact, exported, folder

DOCS = Path(__file__).parents[3] / "docs" / "lineage.md"


def of(path: Path, *runs: object) -> Imported:
    path.write_text("".join(json.dumps(run) + "\n" for run in runs), encoding="utf-8")
    return read_file(path)


def edges(imported: Imported) -> dict[tuple[str, str, str], str]:
    label = {node.id: node.label if node.kind.value != "run" else node.name for node in imported.nodes}
    return {(label[e.origin], e.role.value, label[e.target]): e.certainty.value for e in imported.edges}


PHOTOS = artifact("team/faces/photos:v3", "dataset")
GATE = artifact("team/faces/gate:v1", "model", aliases=["production", "latest"])


def test_what_a_run_used_and_logged_comes_with_versions_and_states(tmp_path: Path) -> None:
    imported = of(tmp_path / "e.ndjson", exported(job_type="train", used=[PHOTOS], logged=[GATE], state="crashed"))

    assert imported.format == "Weights & Biases (export)"
    assert edges(imported) == {
        ("photos@v3", "train", "run r1"): "recorded",
        ("run r1", "produce", "gate@v1"): "recorded",
        ("gate@v1", "serve", "gate:production"): "inferred",
    }
    (run,) = (node for node in imported.nodes if node.kind.value == "run")
    assert (run.created, run.ended) == ("2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z")
    assert run.attributes["status"] == "crashed"


def test_only_a_stated_evaluation_of_a_model_with_a_recorded_training_is_measured_only(tmp_path: Path) -> None:
    licensed, base = artifact("team/faces/licensed:v1", "dataset"), artifact("team/faces/base:v1", "model")
    trained = exported("r1", job_type="train", used=[licensed], logged=[GATE])
    tried = exported("r2", job_type="eval", used=[PHOTOS, GATE])

    def word(*runs: object) -> str:
        imported = of(tmp_path / "e.ndjson", *runs)
        (found,) = affected(graph_of(imported.nodes, imported.edges), ["photos@v3"]).models
        return found.learned.value

    assert word(trained, tried) == "measured"
    assert word(tried) == "not-known"
    assert word({**trained, "used": []}, tried) == "not-known"
    assert word({**trained, "used": [licensed, base]}, tried) == "not-known"
    assert word({**trained, "config": {"base_model": "org/faces:v1"}}, tried) == "not-known"
    assert word({**trained, "job_type": ""}, tried) == "not-known"
    assert word(trained, {**tried, "job_type": "test"}) == "not-known"


def test_a_run_that_goes_on_has_no_end(tmp_path: Path) -> None:
    imported = of(tmp_path / "e.ndjson", exported(state="running", logged=[GATE]))
    assert not any(node.ended for node in imported.nodes)


def test_an_artifact_of_another_project_is_of_that_project(tmp_path: Path) -> None:
    other = artifact("team/archive/photos:v3", "dataset")
    imported = of(tmp_path / "e.ndjson", exported(used=[other, PHOTOS], logged=[GATE]))

    spaces = {node.namespace for node in imported.nodes if node.name == "photos"}
    assert len(spaces) == 2


def test_an_organisations_own_server_is_another_system(tmp_path: Path) -> None:
    def space(url: str) -> str:
        return of(tmp_path / "e.ndjson", exported(url=url, logged=[GATE])).nodes[0].namespace

    assert space("https://wandb.ai/team/faces/runs/r1") == space("") == space("https://api.wandb.ai/x")
    assert len({space("https://wandb.ai/x"), space("https://wandb.example/x"), space("https://notwandb.ai/x")}) == 3
    assert space("http://[bad") == space("")


def test_an_export_and_the_folders_of_the_same_runs_are_one_system(tmp_path: Path) -> None:
    held = {"1.jpg": Held(b"x"), "2.jpg": Held(b"y")}
    left = read_file(
        folder(tmp_path, Written(entity="team", job_type="train", logged=[Logged("photos", "dataset", held)]))
    )
    (there,) = (node for node in left.nodes if node.name == "photos")
    files = {name: {"digest": b64encode(md5(one.content).digest()).decode()} for name, one in held.items()}
    told = of(tmp_path / "e.ndjson", exported(logged=[artifact("team/faces/photos:v3", "dataset", files=files)]))
    (here,) = (node for node in told.nodes if node.name == "photos")

    assert here.namespace == there.namespace
    assert {node.id for node in left.nodes if node.kind.value == "run"} == {
        node.id for node in told.nodes if node.kind.value == "run"
    }
    assert here.digests == there.digests


def test_a_deleted_artifact_and_the_place_of_a_link_are_said(tmp_path: Path) -> None:
    linked = artifact("team/faces/gate:v1", "model", called="org/registry/Gate:v7", state="DELETED")
    imported = of(tmp_path / "e.ndjson", exported(logged=[linked]))

    (gate,) = (node for node in imported.nodes if node.kind.value == "model")
    assert gate.attributes["deleted"] == "yes"
    assert "org/registry/Gate:v7" in gate.aliases


def test_what_is_odd_costs_only_its_field_and_is_named(tmp_path: Path) -> None:
    odd = exported(
        created_at="spring", config=[1], args="x", files=[{}], job_type=["train"],
        logged=[{**GATE, "created_at": "0", "files": {"m.pt": 7, "n.pt": {"digest": [], "extra": 3}}, "aliases": "x"}],
    )  # fmt: skip
    imported = of(tmp_path / "e.ndjson", odd)

    assert ("run r1", "produce", "gate@v1") in edges(imported)
    assert len(imported.warnings) >= 7


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"wandb-run": "team/faces"}, "wandb-run"),
        ({"wandb-run": ["team"]}, "wandb-run"),
        ({"logged": [7]}, "logged[0]"),
        ({"used": "photos"}, "used"),
        ({"used": [{**PHOTOS, "name": "photos"}]}, "name"),
        ({"used": [{**PHOTOS, "name": None}]}, "name"),
    ],
)
def test_what_would_change_who_learned_what_is_refused_with_its_place(
    changed: dict[str, Any], place: str, tmp_path: Path
) -> None:  # fmt: skip
    with pytest.raises(LineageFileDamaged) as refused:
        of(tmp_path / "e.ndjson", exported(), exported("r2", **changed))
    assert place in refused.value.what_happened


def test_the_list_of_files_of_an_artifact_alone_says_what_to_export(tmp_path: Path) -> None:
    manifest = {"version": 1, "storagePolicy": "wandb-storage-policy-v1", "storagePolicyConfig": {}, "contents": {}}
    with pytest.raises(LineageFileDamaged, match="export the runs"):
        of(tmp_path / "wandb_manifest.json", manifest)


def test_thousands_of_runs_are_read(tmp_path: Path) -> None:
    runs = (exported(f"r{i}", job_type="train", used=[PHOTOS], logged=[GATE]) for i in range(3_000))
    assert len(of(tmp_path / "e.ndjson", *runs).nodes) == 3_003


def script() -> str:
    """The script of the documentation, as it stands there."""
    (found,) = (
        block for block in re.findall(r"(?:(?:    .*)?\n)+", DOCS.read_text(encoding="utf-8")) if "wandb.Api()" in block
    )
    return "".join(line[4:] if line.startswith("    ") else line for line in found.splitlines(keepends=True))


ARTIFACT = {
    "id": "QXJ0", "type": "model", "source_qualified_name": "team/faces/gate:v1",
    "qualified_name": "team/faces/gate:v1", "digest": "d1", "aliases": ["production"], "state": "COMMITTED",
    "created_at": "2026-01-01T00:30:00Z", "metadata": {},
}  # fmt: skip
RUN = {
    "path": ["team", "faces", "r1"], "name": "first", "state": "finished", "url": "https://wandb.ai/team/faces/runs/r1",
    "config": {"base_model": "recog:v1"}, "metadata": None,
    "job_type": "train", "created_at": "2026-01-01T00:00:00Z", "heartbeat_at": "2026-01-01T01:00:00Z", "commit": None,
}  # fmt: skip
OF_THE_SERVER = ("job_type", "created_at", "heartbeat_at", "commit")
"""What the client takes from the server's answer by name, so that no class lists it."""


def test_the_script_in_the_documentation_writes_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = SimpleNamespace(digest="8SkBhqXQsc6rJ/TnfAxdaA==", ref=None, extra={})
    gate = SimpleNamespace(**ARTIFACT, manifest=SimpleNamespace(entries={"m.pt": entry}))
    run = SimpleNamespace(
        **RUN, files=lambda: [SimpleNamespace(name="config.yaml")], used_artifacts=list, logged_artifacts=lambda: [gate]
    )
    client = ModuleType("wandb")
    client.Api = lambda: SimpleNamespace(runs=lambda project: [run] if project == "ENTITY/PROJECT" else [])  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "wandb", client)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "export.py").write_text(script(), encoding="utf-8")
    runpy.run_path("export.py")
    imported = read_file(tmp_path / "wandb.ndjson")

    assert not imported.warnings
    assert edges(imported) == {
        ("first", "produce", "gate@v1"): "recorded",
        ("recog@v1", "fine-tune-base", "first"): "inferred",
        ("gate@v1", "serve", "gate:production"): "inferred",
    }
    assert "md5:f1290186a5d0b1ceab27f4e77c0c5d68" in next(n for n in imported.nodes if n.name == "gate").digests


def test_the_real_client_has_what_the_script_asks_it_for() -> None:
    reason = "the client of Weights & Biases is not installed"
    client, runs = (pytest.importorskip(name, reason=reason) for name in ("wandb", "wandb.apis.public.runs"))

    assert all(hasattr(client.Artifact, name) for name in (*ARTIFACT, "manifest"))
    assert all(hasattr(runs.Run, name) for name in RUN if name not in OF_THE_SERVER)
    assert all(hasattr(runs.Run, name) for name in ("files", "used_artifacts", "logged_artifacts"))
    asked = re.findall(r"\w+", runs.RUN_FRAGMENT)
    assert {"jobType", "createdAt", "heartbeatAt", "commit"} <= set(asked)
