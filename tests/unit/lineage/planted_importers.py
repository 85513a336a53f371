"""Importers that somebody planted: what a hostile file could make a library do. Functions of cells are importable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from deeds import connect, crash, eat, fork, hang
from dsr_desk.core.lineage import Certainty, Edge, Imported, Role
from dsr_desk.lineage.importers.registry import read_file


def read_what_lies_beside(path: Path) -> Imported:
    (path.parent / "secret").read_bytes()
    return read_file(path)


def write_beside(path: Path) -> Imported:
    (path.parent / "made").write_bytes(b"made")
    return read_file(path)


def raise_a_name(path: Path) -> Imported:
    raise KeyError(f"Jane Roe in {path}")


def answer_with_what_is_no_graph(path: Path) -> Imported:
    return {"file": path.name, "nodes": 7}  # type: ignore[return-value]


def answer_with_an_edge_to_nothing(path: Path) -> Imported:
    whole = read_file(path)
    loose = Edge(whole.nodes[0].id, "model:nowhere", Role.TRAIN, Certainty.RECORDED, whole.digest)
    return replace(whole, edges=(*whole.edges, loose))


def answer_for_another_file(path: Path) -> Imported:
    return replace(read_file(path), file="other.csv")


ENDS: dict[Callable[[Path], Imported], str] = {
    crash: "why.cell.ended",
    hang: "why.cell.slow",
    eat: "why.cell.memory",
    raise_a_name: "why.cell.fault",
    answer_with_what_is_no_graph: "why.cell.unfit",
    answer_with_an_edge_to_nothing: "why.cell.unfit",
    answer_for_another_file: "why.cell.unfit",
}
REACHES: tuple[Callable[[Path], Imported], ...] = (fork, connect, read_what_lies_beside, write_beside)
