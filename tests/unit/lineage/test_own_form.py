from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dsr_desk.core.lineage import Certainty, Imported, Role
from dsr_desk.lineage.importers.draft import LineageFileDamaged
from dsr_desk.lineage.importers.registry import import_file

A = {"kind": "model", "name": "a"}


def edges(imported: Imported) -> set[tuple[str, str, str]]:
    label = {node.id: f"{node.kind.value}:{node.label}" for node in imported.nodes}
    return {(label[edge.origin], edge.role.value, label[edge.target]) for edge in imported.edges}


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def form(path: Path, **content: Any) -> Path:
    return write(path, json.dumps({"dsr-desk-lineage": 1, **content}))


def test_the_json_form_carries_every_field(tmp_path: Path) -> None:
    imported = import_file(
        form(
            tmp_path / "own.json",
            nodes=[
                {
                    "id": "x", "kind": "model", "name": "gate", "version": "3", "created": "2026-03-01",
                    "ended": "2026-04-01T00:00:00+02:00", "digests": ["sha256:ab"], "aliases": ["s3://m"],
                    "attributes": {"task": "doors"},
                },
                {"kind": "model", "name": "orphan"},
            ],
            edges=[
                {
                    "from": {"kind": "dataset", "name": "faces", "version": "1"}, "to": "x", "role": "training",
                    "certainty": "inferred",
                },
                {"from": "x", "to": {"kind": "embedding", "name": "vectors"}, "role": "embed"},
            ],
        )
    )  # fmt: skip

    assert edges(imported) == {
        ("dataset:faces@1", "train", "model:gate@3"),
        ("model:gate@3", "embed", "embedding:vectors"),
    }
    gate = imported.nodes[0]
    assert (gate.created, gate.ended) == ("2026-03-01T00:00:00Z", "2026-03-31T22:00:00Z")
    assert (gate.digests, gate.aliases, gate.attributes) == (("sha256:ab",), ("s3://m",), {"task": "doors"})
    assert imported.edges[0].certainty is Certainty.INFERRED


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ({"dsr-desk-lineage": 2}, "dsr-desk-lineage"),
        ({"nodes": [{"kind": "cat", "name": "x"}]}, "nodes[0].kind"),
        ({"nodes": [{"kind": "model"}]}, "nodes[0].name"),
        ({"edges": [{"from": "nowhere", "to": "x"}]}, "edges[0].from"),
        ({"edges": [{"from": A, "to": A, "role": "eats"}]}, "edges[0].role"),
        ({"edges": [{"from": A, "to": A, "certainty": "maybe"}]}, "edges[0].certainty"),
        ({"nodes": [{"kind": "model", "name": "a", "created": "then"}]}, "nodes[0].created"),
    ],
)  # fmt: skip
def test_a_broken_json_form_is_refused_with_its_place(tmp_path: Path, content: dict[str, Any], place: str) -> None:
    with pytest.raises(LineageFileDamaged) as refused:
        import_file(form(tmp_path / "own.json", **content))
    assert f"at {place}, " in refused.value.what_happened


@pytest.mark.parametrize("mark", [",", ";"])
def test_the_csv_form_is_one_edge_a_line(tmp_path: Path, mark: str) -> None:
    lines = [
        "from_kind,from_name,from_version,role,to_kind,to_name,to_version,certainty,to_created",
        "dataset,faces,1,train,model,gate,3,,2026-03-01",
        "dataset,holdout,,,model,gate,3,inferred,",
        'model,gate,3,serve,deployment,"front door",,,2026-04-01',
        "",
        "model,orphan,1,,,,,,",
    ]
    imported = import_file(write(tmp_path / "own.csv", "\n".join(lines).replace(",", mark)))

    assert edges(imported) == {
        ("dataset:faces@1", "train", "model:gate@3"),
        ("dataset:holdout", "input", "model:gate@3"),
        ("model:gate@3", "serve", "deployment:front door"),
    }
    assert "orphan" in {node.name for node in imported.nodes}
    assert next(edge for edge in imported.edges if edge.role is Role.INPUT).certainty is Certainty.INFERRED


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("from_kind,from_name,role,to_kind\nx", "line 1"),
        ("from_kind,from_name,role,to_kind,to_name,colour\n", "line 1"),
        ("from_kind,from_name,role,to_kind,to_name\nmodel,a,train,model,b\ncat,a,train,model,b\n", "line 3, from_kind"),
        ("from_kind,from_name,role,to_kind,to_name\nmodel,a,eats,model,b\n", "line 2, role"),
        ("from_kind,from_name,role,to_kind,to_name\nmodel,a,train,model,\n", "line 2, to_name"),
        ("from_kind,from_name,role,to_kind,to_name\nmodel,,train,model,b\n", "line 2, from_name"),
        ("from_kind,from_name,role,to_kind,to_name\nmodel,a,train,model,b,c\n", "line 2"),
        ('from_kind,from_name,role,to_kind,to_name\nmodel,"a,train,model,b\n', "line 2"),
    ],
)
def test_a_broken_csv_form_is_refused_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(LineageFileDamaged) as refused:
        import_file(write(tmp_path / "own.csv", text))
    assert f"at {place}, " in refused.value.what_happened


def test_the_examples_of_the_documentation_are_read(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "lineage.md").read_text(encoding="utf-8")
    blocks = [
        "\n".join(line.strip() for line in block.splitlines())
        for block in page.split("\n\n")
        if block.startswith("    ")
    ]

    table, text = blocks
    assert edges(import_file(write(tmp_path / "own.csv", table))) == {
        ("dataset:faces@2026-01", "train", "model:gate@3"),
        ("model:gate@3", "serve", "deployment:front door"),
    }
    assert edges(import_file(write(tmp_path / "own.json", text))) == {
        ("dataset:faces@2026-01", "train", "model:gate@3")
    }


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2024", "2024-12-31T00:00:00Z"),
        ("2024-02", "2024-02-29T00:00:00Z"),
        ("2024-06-03", "2024-06-03T00:00:00Z"),
        ("2024-06-03T10:00:00.123456789+02:00", "2024-06-03T08:00:00Z"),
    ],
)
def test_times_are_read_in_every_usual_length(tmp_path: Path, said: str, meant: str) -> None:
    path = form(tmp_path / "own.json", nodes=[{"kind": "model", "name": "a", "created": said}])
    assert import_file(path).nodes[0].created == meant
