"""Importers that somebody planted: what a hostile file could make a library do. Functions of cells are importable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from deeds import connect, crash, eat, fork, hang
from dsr_desk.core.imported import Imported
from dsr_desk.core.lineage import Certainty, Edge, Role
from dsr_desk.core.message import message
from dsr_desk.lineage.importers.registry import cut, read_file, read_pieces


def read_what_lies_beside(path: Path, _history: object) -> Iterator[Imported]:
    (path.parent / "secret").read_bytes()
    return read_pieces(path)


def write_beside(path: Path, _history: object) -> Iterator[Imported]:
    (path.parent / "made").write_bytes(b"made")
    return read_pieces(path)


def raise_a_name(path: Path, _history: object) -> Iterator[Imported]:
    raise KeyError(f"Jane Roe in {path}")


def answer_with_what_is_no_graph(path: Path, _history: object) -> list[object]:
    return [{"file": path.name, "nodes": 7}]


def answer_with_nothing(_path: Path, _history: object) -> list[Imported]:
    return []


def answer_with_pieces_of_two_files(path: Path, _history: object) -> list[Imported]:
    return [*cut(read_file(path)), replace(read_file(path), digest="0" * 64, nodes=(), edges=())]


def warn_late(path: Path, _history: object) -> list[Imported]:
    whole = read_file(path)
    return [whole, replace(whole, nodes=(), edges=(), warnings=(message("note.lineage.nothing"),))]


def answer_with_an_edge_to_nothing(path: Path, _history: object) -> Iterator[Imported]:
    whole = read_file(path)
    loose = Edge(whole.nodes[0].id, "model:nowhere", Role.TRAIN, Certainty.RECORDED, whole.digest)
    return cut(replace(whole, edges=(*whole.edges, loose)))


def answer_for_another_file(path: Path, _history: object) -> Iterator[Imported]:
    return cut(replace(read_file(path), file="other.csv"))


ENDS: dict[Callable[[Path, object], Iterable[object]], str] = {
    crash: "why.cell.ended",
    hang: "why.cell.slow",
    eat: "why.cell.memory",
    raise_a_name: "why.cell.fault",
    answer_with_what_is_no_graph: "why.cell.unfit",
    answer_with_nothing: "why.cell.unfit",
    answer_with_pieces_of_two_files: "why.cell.unfit",
    warn_late: "why.cell.unfit",
    answer_with_an_edge_to_nothing: "why.cell.unfit",
    answer_for_another_file: "why.cell.unfit",
}
REACHES: tuple[Callable[[Path, object], Iterable[object]], ...] = (fork, connect, read_what_lies_beside, write_beside)
