"""What follows from all edges together: roles of plain inputs of runs, and what runs inside runs have in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.lineage.importers.draft import LineageDraft

_DERIVED = {
    (NodeKind.DATASET, NodeKind.MODEL): Role.TRAIN,
    (NodeKind.MODEL, NodeKind.MODEL): Role.FINE_TUNE_BASE,
    (NodeKind.MODEL, NodeKind.DATASET): Role.GENERATE,
}
_TRIED = (Role.INPUT, Role.EVALUATE, Role.VALIDATE)


def settle_roles(draft: LineageDraft) -> None:
    """Inputs without a role: data that a run makes a model from trains it, a model that it starts from is its base.

    A run that takes data and a model and makes no model tries that model on the data: the model saw it, its weights
    did not. Where a source says that the model only served, it was not measured either. What is said to be derived
    gets the role by which it was.
    """
    for (origin, target, role), certainty in list(draft.edges.items()):
        ends = (draft.nodes[origin].kind, draft.nodes[target].kind)
        if role is Role.DERIVE and ends in _DERIVED:
            draft.drop_edge(origin, target, role)
            draft.edge(origin, target, _DERIVED[ends], certainty)
    takes: dict[str, list[str]] = defaultdict(list)
    makes: dict[str, bool] = defaultdict(bool)
    for (origin, target, role), _ in draft.edges.items():
        if draft.nodes[target].kind == NodeKind.RUN and role not in (Role.PARENT, Role.PRODUCE):
            takes[target].append(origin)
        if draft.nodes[origin].kind == NodeKind.RUN and draft.nodes[target].kind == NodeKind.MODEL:
            makes[origin] = True
    for run, origins in takes.items():
        models = [
            origin
            for origin in origins
            if draft.nodes[origin].kind == NodeKind.MODEL and any((origin, run, role) in draft.edges for role in _TRIED)
        ]
        data = [origin for origin in origins if draft.nodes[origin].kind != NodeKind.MODEL]
        for origin in origins:
            known = draft.edges.get((origin, run, Role.INPUT))
            if known is None:
                continue
            is_model = draft.nodes[origin].kind == NodeKind.MODEL
            if makes[run]:
                role = Role.FINE_TUNE_BASE if is_model else Role.TRAIN
            elif is_model:
                role = Role.SERVE
            else:
                continue
            draft.drop_edge(origin, run, Role.INPUT)
            draft.edge(origin, run, role, known)
        if not makes[run]:
            for model in models:
                for origin in data:
                    measured = any((origin, run, role) in draft.edges for role in (Role.EVALUATE, Role.VALIDATE))
                    draft.edge(origin, model, Role.EVALUATE, Certainty.RECORDED if measured else Certainty.INFERRED)


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
