"""Lineage to look at and for others: drawings, paths to a model, search by name, files, and what it does not know."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsr_desk.app.desk import Desk
from dsr_desk.app.models.lineage import (
    DatasetUnknown,
    affected_by_case,
    affected_by_dataset,
    affected_node,
    hit_versions,
    lineage_graph,
    lineage_sources,
)
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.asked import ExportForm
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.changes import Change
from dsr_desk.core.errors import DeskError
from dsr_desk.core.lineage import Node, NodeKind
from dsr_desk.core.lineage import Path as LineagePath
from dsr_desk.core.message import Message, message, quoted
from dsr_desk.lineage.coverage import Coverage, coverage
from dsr_desk.lineage.drawing import Drawing, NodeStanding, PlacedEdge, PlacedNode, draw_all, draw_impact
from dsr_desk.lineage.export import to_openlineage, to_prov
from dsr_desk.lineage.impact import all_paths
from dsr_desk.lineage.importers.draft import UNIDENTIFIED
from dsr_desk.lineage.part import Part, affected_part, drawn_places, whole_graph
from dsr_desk.lineage.svg import TITLE, to_svg
from dsr_desk.storage.clock import now
from dsr_desk.storage.files import write_whole

__all__ = ["ExportForm"]

__all__ = ["Coverage", "Drawing", "NodeStanding", "PlacedEdge", "PlacedNode"]

MOST_FOUND = 50


class NothingToExport(DeskError):
    code = "LINEAGE-NOTHING-TO-EXPORT"
    happened = "The lineage knows nothing of {what}."
    means = "The file would be empty and look like a finding. None was written."
    todo = "Import the lineage that names the data, and decide the candidates of the case first."


class ModelUnknown(DeskError):
    code = "LINEAGE-MODEL-UNKNOWN"
    happened = "No lineage file names a model {model}."
    means = "Whether data reached it cannot be said."
    todo = "Give a model as name, name@version or id (lineage find), or import the lineage that names it."


@dataclass(frozen=True)
class AllPaths:
    """Shortest first. `complete` is False where there are more, or where looking for them was given up."""

    paths: tuple[LineagePath, ...]
    complete: bool


def draw_case(desk: Desk, ref: str, opened: Collection[str] = (), *, runs: bool = False) -> Drawing:
    """What the hits of a case reached, folded. `opened` are ids of nodes that stand by themselves; `runs` draws runs
    as boxes and not as arrows. Raises CaseMissing, LineageTooLargeToDraw."""
    impact = affected_by_case(desk, ref)
    return draw_impact(lineage_graph(desk), impact.hits, impact, opened, runs=runs)


def draw_lineage(desk: Desk, opened: Collection[str] = (), *, runs: bool = False) -> Drawing:
    """Everything that is known. Raises LineageTooLargeToDraw."""
    return draw_all(lineage_graph(desk), opened, runs=runs)


def find_in_lineage(desk: Desk, text: str, *, ref: str = "", most: int = MOST_FOUND) -> list[Node]:
    """Nodes by name, name@version, id or another name of theirs, best first; of a case, those that its hits reach."""
    graph = lineage_graph(desk)
    places = graph.places_called(text)
    if ref:
        places = places[drawn_places(graph, hit_versions(desk, ref))[places]]
    return list(graph.at(places[:most]))


def paths_to_model(desk: Desk, ref: str, model: str, limit: int = 100) -> AllPaths:
    """All paths without repeated nodes from the hits of a case to a model (node id, or name@version), at most `limit`.

    Raises ModelNotAffected.
    """
    node = affected_node(desk, ref, model)
    paths, complete = all_paths(lineage_graph(desk), affected_by_case(desk, ref).hits, node.id, limit)
    return AllPaths(tuple(paths), complete)


def paths_between(desk: Desk, dataset: str, model: str, limit: int = 100) -> AllPaths:
    """As `paths_to_model`, from a dataset to every model that is called so (name, name@version, or node id).

    Raises DatasetUnknown, ModelUnknown.
    """
    graph = lineage_graph(desk)
    if not graph.find(dataset, NodeKind.DATASET):
        raise DatasetUnknown(dataset=dataset)
    named = [graph.nodes[place] for place in graph.find(model, NodeKind.MODEL)]
    ids = [node.id for node in named if node.kind is NodeKind.MODEL]
    if not ids:
        raise ModelUnknown(model=model)
    found: list[LineagePath] = []
    for ident in ids:
        paths, complete = all_paths(graph, [dataset], ident, limit - len(found))
        found += paths
        if not complete:
            return AllPaths(tuple(found), complete=False)
    return AllPaths(tuple(found), complete=True)


def nothing_of(ref: str, dataset: str) -> Message:
    """What a case, a dataset or the whole lineage has nothing of."""
    if ref:
        return message("to-export.hits", case=ref)
    return quoted(dataset) if dataset else message("to-export.anything")


def export_drawing(
    desk: Desk, to: Path, *, ref: str = "", dataset: str = "", opened: Collection[str] = (), runs: bool = False
) -> tuple[Drawing, Change]:
    """Writes what `draw_case` or `draw_lineage` shows, or the same of a dataset (name, or name@version), as SVG.

    Raises NothingToExport, DatasetUnknown, LineageTooLargeToDraw.
    """
    if dataset and not ref:
        impact = affected_by_dataset(desk, dataset)
        drawing = draw_impact(lineage_graph(desk), [dataset], impact, opened, runs=runs)
    else:
        drawing = draw_case(desk, ref, opened, runs=runs) if ref else draw_lineage(desk, opened, runs=runs)
    if not drawing.nodes:
        raise NothingToExport(what=nothing_of(ref, dataset))
    titles = {ref: message("drawing.of-case", case=ref), dataset: message("drawing.of", dataset=dataset)}
    write_whole(to, to_svg(drawing, titles[ref or dataset] if ref or dataset else TITLE).encode())
    said = {"format": "svg", "nodes": drawing.whole, "edges": len(drawing.edges)}
    return drawing, record_export(desk, ref, said)


def keep_picture(desk: Desk, to: Path, picture: bytes, *, ref: str = "") -> Change:
    """Writes a drawing that a window painted, as PNG, of a case or of everything, and enters that in the journal."""
    write_whole(to, picture)
    return record_export(desk, ref, {"format": "png", "sha256": sha256_hex(picture)})


def record_export(desk: Desk, ref: str, said: dict[str, Any]) -> Change:
    """Says in a case, or ("") on the vault, that lineage was written for others. `said` is codes and numbers."""
    if ref:
        return desk.act(Draft(Kind.LINEAGE_EXPORTED, said), ref)
    return desk.act(Draft(Kind.LINEAGE, {"event": "exported", **said}))


def export_lineage(desk: Desk, to: Path, form: ExportForm, *, case: str = "", dataset: str = "") -> Part:
    """Writes what the hits of `case`, or `dataset` (name or name@version), reached; all that is known without both.

    Returns what was written. Raises NothingToExport, CaseMissing.
    """
    graph = lineage_graph(desk)
    if case:
        part = affected_part(graph, hit_versions(desk, case))
    else:
        part = affected_part(graph, [dataset]) if dataset else whole_graph(graph)
    if not part.nodes:
        raise NothingToExport(what=nothing_of(case, dataset))
    written = to_openlineage(part, now()) if form is ExportForm.OPENLINEAGE else to_prov(part)
    write_whole(to, written.encode())
    record_export(desk, case, {"format": form.value, "nodes": len(part.nodes), "edges": len(part.edges)})
    return part


def lineage_coverage(desk: Desk) -> Coverage:
    """Datasets and models that the lineage says too little of, sources that are old, and open questions."""
    return coverage(lineage_graph(desk), lineage_sources(desk), now())


def datasets_told(desk: Desk) -> list[Node]:
    """Datasets that data of which nobody said what it was may have been, by name."""
    graph = lineage_graph(desk)
    found = [graph.nodes[place] for place in graph.of_kind(NodeKind.DATASET).tolist()]
    told = [node for node in found if UNIDENTIFIED not in node.attributes]
    return sorted(told, key=lambda node: (node.name, node.version, node.id))
