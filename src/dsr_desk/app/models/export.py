"""Lineage for others: a part of the graph as a file, and what the lineage does not know."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from dsr_desk.app.desk import Desk
from dsr_desk.app.models.lineage import hit_versions, lineage_graph, lineage_sources
from dsr_desk.app.models.view import NothingToExport, nothing_of, record_export
from dsr_desk.lineage.coverage import Coverage, coverage
from dsr_desk.lineage.export import to_openlineage, to_prov
from dsr_desk.lineage.part import Part, affected_part, whole_graph
from dsr_desk.storage.clock import now
from dsr_desk.storage.files import write_whole

__all__ = ["Coverage", "ExportForm", "export_lineage", "lineage_coverage"]


class ExportForm(StrEnum):
    OPENLINEAGE = "openlineage"
    PROV_JSON = "prov-json"


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
    write_whole(to, _written(part, form).encode())
    record_export(desk, case, {"format": form.value, "nodes": len(part.nodes), "edges": len(part.edges)})
    return part


def lineage_coverage(desk: Desk) -> Coverage:
    """Datasets and models that the lineage says too little of, sources that are old, and open questions."""
    return coverage(lineage_graph(desk), lineage_sources(desk), now())


def _written(part: Part, form: ExportForm) -> str:
    return to_openlineage(part, now()) if form is ExportForm.OPENLINEAGE else to_prov(part)
