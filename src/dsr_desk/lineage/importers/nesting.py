"""Runs inside runs: what is recorded on the outer run holds for the inner ones, and the other way round."""

from __future__ import annotations

from collections.abc import Mapping

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.lineage.importers.draft import LineageDraft


def nest_runs(draft: LineageDraft, parents: Mapping[str, str]) -> None:
    """Adds inferred edges between nested runs, only where one side lacks what the other has recorded.

    A run without any recorded input gets its data from the run around it; a run around others that gives out
    something without any input recorded has it from those. Everything else would tie runs that only share a
    scheduler.
    """
    if not parents:
        return
    fed = {target for _, target, _ in draft.edges if draft.nodes[target].kind == NodeKind.RUN}
    gives = {origin for origin, _, _ in draft.edges if draft.nodes[origin].kind == NodeKind.RUN}
    for child, parent in parents.items():
        if parent in fed and child not in fed:
            draft.edge(parent, child, Role.PARENT, Certainty.INFERRED)
        if parent in gives and parent not in fed and child in fed:
            draft.edge(child, parent, Role.PARENT, Certainty.INFERRED)
