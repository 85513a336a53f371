from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dsr_desk.core.imported import Imported
from dsr_desk.core.lineage import Certainty, Role
from dsr_desk.lineage.importers.draft import LineageFileDamaged
from dsr_desk.lineage.importers.registry import read_file

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
    imported = read_file(
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
        ({"nodes": [{"kind": "model"}]}, "nodes[0].name"),
        ({"edges": [{"from": "nowhere", "to": "x"}]}, "edges[0].from"),
        ({"nodes": [{"kind": "model", "name": "a", "id": "x"}, {**A, "name": "b", "id": "x"}]}, "nodes[1].id"),
    ],
)  # fmt: skip
def test_a_broken_json_form_is_refused_with_its_place(tmp_path: Path, content: dict[str, Any], place: str) -> None:
    with pytest.raises(LineageFileDamaged) as refused:
        read_file(form(tmp_path / "own.json", **content))
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
    imported = read_file(write(tmp_path / "own.csv", "\n".join(lines).replace(",", mark)))

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
        ("from_kind,from_name,role,to_kind,to_name,role\n", "line 1"),
        ("from_kind,from_name,role,to_kind,to_name\nmodel,a,train,model,\n", "line 2, to_name"),
        ("from_kind,from_name,role,to_kind,to_name\nmodel,,train,model,b\n", "line 2, from_name"),
        ("from_kind,from_name,role,to_kind,to_name\nmodel,a,train,model,b,c\n", "line 2"),
        ('from_kind,from_name,role,to_kind,to_name\nmodel,"a,train,model,b\n', "line 2"),
    ],
)
def test_a_broken_csv_form_is_refused_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(LineageFileDamaged) as refused:
        read_file(write(tmp_path / "own.csv", text))
    assert f"at {place}, " in refused.value.what_happened


HEAD = "from_kind,from_name,role,to_kind,to_name"


def test_what_is_unknown_in_a_table_costs_its_cell_and_is_named(tmp_path: Path) -> None:
    text = f"{HEAD},certainty,to_created,colour\ncat,a,eats,model,b,,spring 2024,red\ndataset,c,train,model,b,maybe\n"
    imported = read_file(write(tmp_path / "own.csv", text))

    by_name = {node.name: node for node in imported.nodes}
    assert by_name["a"].attributes["unclassified"] == "yes"
    assert by_name["b"].created == ""
    assert {(edge.role, edge.certainty) for edge in imported.edges} == {
        (Role.INPUT, Certainty.INFERRED), (Role.TRAIN, Certainty.INFERRED),
    }  # fmt: skip
    assert imported.edges[0].attributes == {"why": "guess.role-unknown", "by": "role", "text": "eats"}
    said = "\n".join(map(str, imported.warnings))
    for place, text in (("from_kind", "cat"), ("role", "eats"), ("to_created", "spring 2024")):
        assert f"line 2, {place}: “{text}”" in said
    assert "line 3, certainty: “maybe”" in said
    assert "colour" in said


def test_words_are_known_as_people_spell_them(tmp_path: Path) -> None:
    text = (
        '"From Kind"\tFrom-Name\tRole\tTO KIND\tto name\n'
        "Datasets\tfaces\tTrained on\tModel\tgate\nmodel\tgate\tpassed on to\tRecipients\tBuyers\n"
    )
    imported = read_file(write(tmp_path / "own.csv", text))
    assert edges(imported) == {("dataset:faces", "train", "model:gate"), ("model:gate", "pass-on", "recipient:Buyers")}
    assert imported.warnings == ()


def test_what_is_unknown_in_the_json_form_costs_its_field_and_is_named(tmp_path: Path) -> None:
    imported = read_file(
        form(
            tmp_path / "own.json",
            nodes=[
                {**A, "created": "then", "digests": [7, {}], "aliases": "s3://m", "attributes": {"n": 1, "x": [2]}},
                {"kind": "cat", "name": "c", "version": 3, "extra": None},
            ],
            edges=[{"from": {"kind": "cat", "name": "c", "version": "3"}, "to": A, "role": "eats", "certainty": None}],
        )
    )
    assert len(imported.nodes) == 2
    model, cat = imported.nodes
    assert (model.created, model.digests, model.aliases) == ("", ("7",), ("s3://m",))
    assert dict(model.attributes) == {"n": "1", "x": ""}
    assert cat.attributes["unclassified"] == "yes"
    assert {str(warning.values["place"]) for warning in imported.warnings} == {
        "nodes[0].created", "nodes[0].digests", "nodes[0].attributes.x", "nodes[1].kind", "edges[0].from.kind",
        "edges[0].role",
    }  # fmt: skip


def test_names_count_in_their_document_unless_a_namespace_is_said(tmp_path: Path) -> None:
    def spaces(*lines: str) -> list[str]:
        text = "\n".join((f"{HEAD},from_namespace,to_namespace", *lines))
        return [node.namespace for node in read_file(write(tmp_path / "own.csv", text)).nodes]

    line, other = "dataset,faces,train,model,gate,,", "dataset,faces,train,model,door,,"
    assert len(set(spaces(line))) == 1
    assert not set(spaces(line)) & set(spaces(line, other))
    assert spaces("dataset,faces,train,model,gate,registered,team-a") == ["", "team-a"]

    edge = {"from": {"kind": "dataset", "name": "faces", "namespace": "registered"}, "to": A, "role": "train"}
    own = read_file(form(tmp_path / "own.json", edges=[edge]))
    more = read_file(form(tmp_path / "own.json", edges=[edge], nodes=[]))
    assert [node.namespace for node in own.nodes if node.name == "faces"] == [""]
    assert own.nodes[1].namespace != more.nodes[1].namespace
    said = read_file(form(tmp_path / "own.json", edges=[edge], namespace="team-a"))
    assert [node.namespace for node in said.nodes] == ["", "team-a"]


def test_ids_count_inside_of_their_document_and_tell_things_of_one_name_apart(tmp_path: Path) -> None:
    run = {"kind": "run", "name": "training"}
    nodes = [{**run, "id": "1"}, {**run, "id": "2"}, {**run, "id": "1", "created": "2026"}]
    first = read_file(form(tmp_path / "own.json", nodes=nodes, edges=[{"from": A, "to": "2"}]))
    other = read_file(form(tmp_path / "own.json", nodes=[{**A, "id": "1"}]))

    assert len(first.nodes) == 3
    assert len({node.id for node in (*first.nodes, *other.nodes)}) == 4
    assert first.edges[0].target != first.nodes[0].id


def test_who_received_a_model_since_when_and_whether_they_were_told_is_kept(tmp_path: Path) -> None:
    lines = [
        f"{HEAD},since,until,told,items",
        "model,gate,pass-on,recipient,Gate Buyers,2026-04-15,,no,",
        "model,gate,pass-on,recipient,Door Buyers,,,2026-05-01,",
        "model,gate,pass-on,recipient,Others,,,perhaps,",
        "model,gate,serve,endpoint,https://doors.acme.com/v1,2026-01-01,2026-03-01,,",
        "run,night,produce,embedding,vectors,,,,a.jpg; b.jpg",
    ]
    imported = read_file(write(tmp_path / "own.csv", "\n".join(lines)))
    name = {node.id: node.name for node in imported.nodes}
    assert {name[edge.target]: dict(edge.attributes) for edge in imported.edges} == {
        "Gate Buyers": {"since": "2026-04-15T00:00:00Z", "told": "no"},
        "Door Buyers": {"told": "2026-05-01T00:00:00Z"},
        "Others": {},
        "https://doors.acme.com/v1": {"since": "2026-01-01T00:00:00Z", "until": "2026-03-01T00:00:00Z"},
        "vectors": {"items": "a.jpg\nb.jpg"},
    }
    assert "line 4, told: “perhaps”" in str(imported.warnings[0])

    edge = {
        "from": A,
        "to": {"kind": "recipient", "name": "Buyers"},
        "role": "pass-on",
        "told": True,
        "items": ["x", "y"],
    }
    (kept,) = read_file(form(tmp_path / "own.json", edges=[edge])).edges
    assert kept.attributes == {"told": "yes", "items": "x\ny"}


def test_recipients_in_words_become_things_and_nobody_stays_said(tmp_path: Path) -> None:
    def passed_on(names: str) -> Imported:
        return read_file(form(tmp_path / "own.json", nodes=[{**A, "attributes": {"passed-on-to": names}}]))

    imported = passed_on("Gate Buyers; Others")
    assert edges(imported) == {
        ("model:a", "pass-on", "recipient:Gate Buyers"), ("model:a", "pass-on", "recipient:Others"),
    }  # fmt: skip
    assert "passed-on-to" not in imported.nodes[0].attributes
    nobody = passed_on("none")
    assert (nobody.edges, nobody.nodes[0].attributes["passed-on-to"]) == ((), "none")


def test_the_examples_of_the_documentation_are_read(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "lineage.md").read_text(encoding="utf-8")
    blocks = [
        "\n".join(line.strip() for line in block.splitlines())
        for block in page.split("\n\n")
        if block.startswith("    ")
    ]

    table = next(block for block in blocks if block.startswith("from_kind"))
    text = next(block for block in blocks if block.startswith('{"dsr-desk-lineage"'))
    assert edges(read_file(write(tmp_path / "own.csv", table))) == {
        ("dataset:faces@2026-01", "train", "model:gate@3"),
        ("model:gate@3", "serve", "endpoint:https://doors.example.org/v1"),
        ("model:gate@3", "pass-on", "recipient:Gate Buyers"),
    }
    form_read = read_file(write(tmp_path / "own.json", text))
    assert edges(form_read) == {
        ("dataset:faces@2026-01", "train", "model:gate@3"),
        ("model:gate@3", "pass-on", "recipient:Gate Buyers"),
        ("run:nightly", "produce", "embedding:vectors"),
    }
    assert form_read.warnings == ()


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
    assert read_file(path).nodes[0].created == meant
