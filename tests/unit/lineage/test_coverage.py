from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dsr_desk.core.lineage import Node, NodeKind
from dsr_desk.core.message import message
from dsr_desk.lineage.coverage import coverage
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.identity import RegisteredVersion
from dsr_desk.lineage.importers.draft import UNCLASSIFIED, UNIDENTIFIED
from dsr_desk.lineage.store import Source

NOW = "2026-11-21T10:00:00Z"


def source(file: str, newest: str, imported: str = "2026-11-20T00:00:00Z") -> Source:
    return Source(file + newest, file, "OpenLineage", newest, imported, 1, 1, ())


def test_it_names_idle_datasets_models_without_input_and_open_questions(draw: Callable[..., Graph]) -> None:
    graph = draw(
        "dataset:used@1 train model:net",
        "dataset:whole contain dataset:part",
        "dataset:whole train model:net",
        "run:1 produce model:silent",
        "dataset:other@1 evaluate model:measured",
        nodes=(Node("dataset:idle", NodeKind.DATASET, "idle", "1", "lake"),),
        registered=(RegisteredVersion("unseen", "1"), RegisteredVersion("used", "1")),
    )
    said = coverage(graph, [], NOW)

    assert [node.label for node in said.datasets_without_consumer] == ["idle@1", "unseen@1"]
    assert [node.label for node in said.registered_without_lineage] == ["unseen@1"]
    assert [node.label for node in said.models_without_input] == ["measured", "silent"]
    assert said.questions == ()
    assert not said.all_is_known
    assert said.as_json()["counts"]["model"] == 3


def test_a_source_is_old_by_the_latest_thing_it_says_and_only_in_its_newest_import(draw: Callable[..., Graph]) -> None:
    sources = [
        source("a", "2026-01-01T00:00:00Z"),
        source("b", "2026-01-01T00:00:00Z"),
        source("b", "2026-11-20T00:00:00Z"),
        source("c", "", imported="2026-10-01T00:00:00Z"),
        source("d", "", imported="2026-11-01T00:00:00Z"),
        source("e", "2026-10-22T10:00:00Z"),
    ]
    said = coverage(draw(), sources, NOW)

    assert [(old.source.file, old.days) for old in said.old_sources] == [("a", 324), ("c", 51)]


def test_it_names_runs_without_a_model_what_nobody_identified_or_classed_and_records_in_part(
    draw: Callable[..., Graph],
) -> None:
    loose = Node("dataset:loose", NodeKind.DATASET, "imagefolder", attributes={UNIDENTIFIED: "yes"})
    output = Node("dataset:out", NodeKind.DATASET, "out", attributes={UNCLASSIFIED: "yes"})
    graph = draw(
        "dataset:faces train run:lost", "dataset:loose train model:net", "dataset:faces derive dataset:out",
        "dataset:out train model:net", "dataset:faces evaluate run:tried",
        nodes=(loose, output),
    )  # fmt: skip
    partial = replace(source("a", NOW), warnings=(message("note.lineage.nothing"),))
    said = coverage(graph, [partial], NOW)

    assert {name: [one["file"] if isinstance(one, dict) else one for one in listed] for name, listed in
            said.as_json().items() if isinstance(listed, list) and listed} == {
        "models_in_part": ["net"], "runs_without_model": ["lost"], "data_unidentified": ["imagefolder"],
        "outputs_unclassified": ["out"], "partial_sources": ["a"],
    }  # fmt: skip


def test_all_is_well_only_where_nothing_at_all_is_open(draw: Callable[..., Graph]) -> None:
    assert coverage(draw("dataset:faces train model:net"), [source("a", NOW)], NOW).all_is_known
    assert not coverage(draw("dataset:faces train model:net ?"), [source("a", NOW)], NOW).all_is_known
