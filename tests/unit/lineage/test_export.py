from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsr_desk.core.lineage import Certainty, Edge, Node, NodeKind, Role
from dsr_desk.lineage.export import to_openlineage, to_prov
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.identity import RegisteredVersion
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers.registry import import_file
from dsr_desk.lineage.part import Part, affected_part, whole_graph
from lineage_fakes import graph_of

Draw = Callable[..., Graph]
NOW = "2026-11-21T10:00:00Z"
FORMATS = {"openlineage": lambda part: to_openlineage(part, NOW), "prov": to_prov}
every_format = pytest.mark.parametrize("form", FORMATS)


@pytest.fixture
def rich(draw: Draw) -> Graph:
    full = Node(
        "model:hub|acme/net|2", NodeKind.MODEL, "acme/net", "2", "hub", ("sha256:ab",), ("s3://net", "urn:x:1"),
        "2026-01-01T00:00:00Z", "2026-05-01T00:00:00Z", {"task": "doors = gates", "note": "ü “quoted”"},
    )  # fmt: skip
    return draw(
        "dataset:faces@1 train run:outer",
        "dataset:faces@1 validate run:outer",
        "run:outer parent run:inner ?",
        f"run:inner produce {full.id}",
        f"{full.id} fine-tune-base model:child",
        f"{full.id} serve deployment:door",
        "deployment:door serve product:entry",
        f"{full.id} embed embedding:vectors",
        f"{full.id} generate dataset:synthetic",
        f"dataset:synthetic train {full.id}",
        "dataset:faces@1 contain dataset:part",
        "dataset:part copy dataset:twin ?",
        "dataset:twin evaluate benchmark:board",
        "dataset:other train model:child",
        nodes=(full,),
    )


def read_back(part: Part, form: str, folder: Path) -> Part:
    path = folder / f"export.{form}.json"
    path.write_text(FORMATS[form](part), encoding="utf-8")
    imported = import_file(path)
    return Part(imported.nodes, imported.edges, ())


def same(first: Part, second: Part) -> None:
    assert {node.id: node for node in first.nodes} == {node.id: node for node in second.nodes}
    plain = [{replace(edge, source="") for edge in part.edges} for part in (first, second)]
    assert plain[0] == plain[1]


@every_format
def test_reading_our_own_export_gives_the_same_graph(rich: Graph, form: str, tmp_path: Path) -> None:
    for part in (affected_part(rich, ["faces@1"]), whole_graph(rich)):
        assert len(part.edges) >= 10
        same(part, read_back(part, form, tmp_path))


@every_format
def test_the_impact_is_the_same_after_a_round_trip(rich: Graph, form: str, tmp_path: Path) -> None:
    part = read_back(affected_part(rich, ["faces@1"]), form, tmp_path)
    again = graph_of(part.nodes, part.edges)

    before, after = affected(rich, ["faces@1"]).models, affected(again, ["faces@1"]).models
    assert [replace(model, sources=()) for model in after] == [replace(model, sources=()) for model in before]
    assert len(before) == 2


@every_format
def test_a_lonely_dataset_and_every_kind_and_role_survive(form: str, tmp_path: Path) -> None:
    nodes = [Node(f"{kind}:x", kind, f"<{kind}> & more", "1") for kind in NodeKind]
    pairs = [(a, b) for a in nodes for b in nodes if a is not b]
    edges = [
        Edge(a.id, b.id, role, Certainty.INFERRED, attributes={"why": "guess.parameter", "by": "base", "since": NOW})
        for (a, b), role in zip(pairs, [*Role] * 8, strict=False)
    ]
    part = Part((*nodes, Node("dataset:alone", NodeKind.DATASET, "alone")), tuple(edges), ())

    assert {edge.role for edge in edges} == set(Role)
    same(part, read_back(part, form, tmp_path))


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=12).filter(str.strip)
times = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(lambda time: time.strftime("%Y-%m-%dT%H:%M:%SZ"))


@st.composite
def parts(draw: st.DrawFn) -> Part:
    """Any nodes and any edges between them, as no source would have them."""
    nodes = draw(
        st.lists(
            st.builds(
                Node, texts, st.sampled_from(NodeKind), texts, st.just("") | texts, st.just("") | texts,
                st.lists(texts, max_size=2).map(tuple), st.lists(texts, max_size=2).map(tuple),
                st.just("") | times, st.just("") | times,
                st.dictionaries(texts.filter(lambda key: "=" not in key), texts, max_size=2),
            ),
            min_size=1, max_size=6, unique_by=lambda node: node.id,
        )
    )  # fmt: skip
    ends = st.sampled_from([node.id for node in nodes])
    edges = draw(st.lists(st.builds(Edge, ends, ends, st.sampled_from(Role), st.sampled_from(Certainty)), max_size=10))
    surest: dict[tuple[str, str, Role], Edge] = {}
    for edge in edges:
        if edge.origin != edge.target:
            surest.setdefault((edge.origin, edge.target, edge.role), edge)
    return Part(tuple(nodes), tuple(surest.values()), ())


@every_format
@given(parts())
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_exported_reads_back_as_it_was(form: str, tmp_path: Path, part: Part) -> None:
    same(part, read_back(part, form, tmp_path))


def test_the_part_holds_what_is_reached_and_nothing_else(rich: Graph) -> None:
    part = affected_part(rich, ["faces@1"])
    names = {node.name for node in part.nodes}

    assert "other" not in names
    assert {"faces", "acme/net", "child", "door", "entry", "board"} <= names
    assert part.starts == ("dataset:faces@1",)


def test_a_part_reaches_the_consumers_of_its_whole_in_the_export_too(rich: Graph) -> None:
    part = affected_part(rich, ["dataset:part"])

    assert "acme/net" in {node.name for node in part.nodes}
    assert len({node.id for node in part.nodes}) == len(part.nodes)


def test_that_a_version_is_registered_here_is_nobody_elses_business(draw: Draw) -> None:
    graph = draw("dataset:faces@1 train model:net", registered=(RegisteredVersion("faces", "1", places=("/srv",)),))
    assert "registered" not in to_openlineage(affected_part(graph, ["faces@1"]), NOW)


def test_openlineage_events_have_what_the_standard_requires(rich: Graph) -> None:
    events = [json.loads(line) for line in to_openlineage(whole_graph(rich), NOW).splitlines()]

    for event in events:
        assert event["eventTime"].endswith("Z")
        assert event["producer"]
        assert event["schemaURL"].startswith("https://openlineage.io/spec/2-0-2/")
        if "run" in event:
            assert len(event["run"]["runId"]) == 36
        if "job" in event:
            assert event["job"]["namespace"]
            assert event["job"]["name"]
    runs = [event for event in events if "run" in event]
    assert {item["name"] for event in runs for item in event["inputs"]} == {"faces"}


def test_prov_relations_are_those_of_the_standard(rich: Graph) -> None:
    document = json.loads(to_prov(whole_graph(rich)))

    assert set(document) == {
        "prefix", "entity", "activity", "used", "wasGeneratedBy", "wasDerivedFrom", "wasInformedBy",
    }  # fmt: skip
    assert len(document["activity"]) == 2
    assert document["entity"]["node:" + next(iter(document["entity"])).split(":")[1]]["prov:type"]
