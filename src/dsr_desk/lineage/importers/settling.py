"""Gives plain inputs of runs the role that follows from what the run gave out."""

from __future__ import annotations

from collections import defaultdict

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.lineage.importers.draft import Draft


def settle_roles(draft: Draft) -> None:
    """Inputs without a role: data that a run makes a model from trains it, a model that it starts from is its base.

    A run that takes data and a model and makes no model tries that model on the data: the model saw it, its
    weights did not.
    """
    takes: dict[str, list[str]] = defaultdict(list)
    makes: dict[str, bool] = defaultdict(bool)
    for (origin, target, role), _ in draft.edges.items():
        if draft.nodes[target].kind == NodeKind.RUN and role not in (Role.PARENT, Role.PRODUCE):
            takes[target].append(origin)
        if draft.nodes[origin].kind == NodeKind.RUN and draft.nodes[target].kind == NodeKind.MODEL:
            makes[origin] = True
    for run, origins in takes.items():
        models = [origin for origin in origins if draft.nodes[origin].kind == NodeKind.MODEL]
        data = [origin for origin in origins if draft.nodes[origin].kind != NodeKind.MODEL]
        for origin in origins:
            certainty = draft.edges.get((origin, run, Role.INPUT))
            if certainty is None:
                continue
            is_model = draft.nodes[origin].kind == NodeKind.MODEL
            if makes[run]:
                role = Role.FINE_TUNE_BASE if is_model else Role.TRAIN
            elif is_model:
                role = Role.SERVE
            else:
                continue
            draft.drop_edge(origin, run, Role.INPUT)
            draft.edge(origin, run, role, certainty)
        if not makes[run]:
            for model in models:
                for origin in data:
                    measured = any((origin, run, role) in draft.edges for role in (Role.EVALUATE, Role.VALIDATE))
                    draft.edge(origin, model, Role.EVALUATE, Certainty.RECORDED if measured else Certainty.INFERRED)
