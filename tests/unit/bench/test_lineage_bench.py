from __future__ import annotations

from pathlib import Path

import pytest

from bench import lineage_ready
from bench.lineage import bench_rows, organisation
from dsr_desk.core.lineage import NodeKind
from dsr_desk.lineage.building import build
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers.registry import IMPORTERS


def test_formats_that_one_file_of_links_can_be_in_and_the_large_graph_are_measured(tmp_path: Path) -> None:
    rows = list(bench_rows(tmp_path, nodes=2_000, edges=8_000, links=400))

    measured = {row.what.removeprefix("import ") for row in rows if row.what.startswith("import ")}
    assert measured <= {importer.FORMAT for importer in IMPORTERS}
    assert len(measured) >= 12
    assert all(row.value > 0 for row in rows)
    assert {"load", "memory of the graph", "impact of the first dataset", "layout"} <= {row.what for row in rows}


def test_the_made_up_organisation_is_always_the_same_and_has_affected_models() -> None:
    nodes, edges = organisation(2_000, 8_000)
    again = organisation(2_000, 8_000)

    assert nodes == again[0]
    assert (edges.target == again[1].target).all()
    assert {node.kind for node in nodes} == {NodeKind.DATASET, NodeKind.RUN, NodeKind.MODEL, NodeKind.DEPLOYMENT}
    assert 0 < len(affected(Graph(build(nodes, edges, [""])), ["n0@1"]).models) < 800


def test_a_lineage_that_was_imported_before_is_measured_beside_one_read_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lineage_ready, "REPEATS", 1)
    rows = {row.what: row for row in lineage_ready.ready_rows(tmp_path, 400)}
    assert all(row.value > 0 for row in rows.values())
    assert {"lineage show", "lineage find", "window: everything drawn", "memory of lineage show"} <= rows.keys()
    assert rows["lineage show"].read == rows["one sequential read"].value
