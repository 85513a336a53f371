"""What the graph never says, whatever a source of any format holds: that two are one, or that a model did not learn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from test_lineage_importers import EXAMPLES

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.core.imported import Imported
from dsr_desk.core.lineage import Edge, Learned, Node, NodeKind, Role
from dsr_desk.lineage.building import build
from dsr_desk.lineage.edges import CERTAINTIES, NO_NOTE, ROLES, EdgeTable
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers.registry import read_file

REAL = ("croissant", "cyclonedx", "hf_cards", "mlflow", "openlineage", "prov_json", "spdx3")
BUILDS = (Role.TRAIN, Role.FINE_TUNE_BASE, Role.DISTIL, Role.ADAPTER, Role.MERGE, Role.QUANTISE, Role.PRODUCE)
SURER = [Learned.ITSELF, Learned.INHERITED, Learned.NOT_KNOWN, Learned.MEASURED]


def graph_over(imports: Iterable[Imported]) -> Graph:
    """As a vault draws it that has imported these."""
    nodes: list[Node] = []
    rows, files, notes = [], [], []
    for number, one in enumerate(imports):
        place = {node.id: len(nodes) + i for i, node in enumerate(one.nodes)}
        nodes += one.nodes
        files += [(number, one.file)] * len(one.nodes)
        for edge in one.edges:
            ends = place[edge.origin], place[edge.target]
            codes = ROLES.index(edge.role), CERTAINTIES.index(edge.certainty)
            rows.append((*ends, *codes, number, len(notes) if edge.attributes else NO_NOTE))
            notes += [edge.attributes] if edge.attributes else []
    return Graph(build(nodes, EdgeTable.of(rows), [str(i) for i in range(len(files))], files=files, notes=notes))


def renamed(one: Imported, number: int) -> Imported:
    """The same story told by another team: its own store, its own content."""

    def text(value: str) -> str:
        kind, colon, digest = value.partition(":")
        return f"{kind}{colon}{sha256_hex(f'{digest}{number}'.encode())}" if colon else f"{value}-{number}"

    def node(was: Node) -> Node:
        aliases = tuple(f"{alias}-{number}" for alias in was.aliases)
        return replace(
            was, id=f"{was.id}#{number}", namespace=f"{was.namespace}-{number}", aliases=aliases,
            digests=tuple(map(text, was.digests)),
        )  # fmt: skip

    def edge(was: Edge) -> Edge:
        return replace(was, origin=f"{was.origin}#{number}", target=f"{was.target}#{number}")

    return replace(one, nodes=tuple(map(node, one.nodes)), edges=tuple(map(edge, one.edges)), file=f"{number}.x")


def check_copies(one: Imported) -> None:
    alone = graph_over([one])
    together = graph_over([renamed(one, number) for number in range(3)])
    assert together.size == 3 * alone.size
    for question in together.questions:
        assert question.evidence or question.says


def word_on_each(graph: Graph) -> dict[tuple[str, str], Learned]:
    """What is said of each model and each dataset, by ids; what is not listed has no word."""
    found = {}
    for place in graph.of_kind(NodeKind.DATASET).tolist():
        dataset = graph.nodes[place].id
        for model in affected(graph, [dataset]).models:
            found[dataset, model.id] = model.learned
    return found


def check_missing(one: Imported) -> None:
    """Without any one record of a training or a base nothing is nearer to "did not learn" than with it."""
    before = word_on_each(graph_over([one]))
    for edge in one.edges:
        if edge.role not in BUILDS:
            continue
        kept = replace(one, edges=tuple(other for other in one.edges if other is not edge))
        for pair, word in word_on_each(graph_over([kept])).items():
            if pair in before and word is Learned.MEASURED:
                assert before[pair] is Learned.MEASURED, (edge, pair)


@pytest.mark.parametrize("form", EXAMPLES)
def test_renamed_copies_of_a_source_give_as_many_times_the_nodes(form: str, tmp_path: Path) -> None:
    check_copies(read_file(EXAMPLES[form](tmp_path)))


@pytest.mark.parametrize("form", EXAMPLES)
def test_a_missing_record_moves_no_model_towards_did_not_learn(form: str, tmp_path: Path) -> None:
    check_missing(read_file(EXAMPLES[form](tmp_path)))


@pytest.mark.parametrize("form", REAL)
def test_both_hold_for_what_others_wrote(form: str, real_data: Path) -> None:
    looked_at = 0
    for path in sorted((real_data / "lineage" / form).iterdir()):
        try:
            one = read_file(path)
        except DeskError:  # schemas and broken examples lie there too
            continue
        if len(one.edges) <= 60:
            looked_at += 1
            check_copies(one)
            check_missing(one)
    assert looked_at
