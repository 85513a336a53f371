"""What follows from all edges together: roles of plain inputs of runs, and what runs inside runs have in common.

All of it is concluded, and says from what.
"""

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
_MEASURES = (Role.EVALUATE, Role.VALIDATE)
_TRIED = (Role.INPUT, *_MEASURES)
_TEACHES = (Role.TRAIN, Role.INPUT)
_FEEDS = tuple(role for role in Role if role.reaches_a_model and role.enters_weights)


def settle_roles(draft: LineageDraft) -> None:
    """Inputs without a role: data that a run makes a model from trains it, a model that it starts from is its base.

    A run that takes data and a model and makes no model tries that model on the data: the model saw it, its weights
    did not. That is recorded where the source says that both were there to measure, and for one model only: of several
    nobody knows which was measured on what. Where a source says that the model only served, it was not measured
    either. What is said to be derived gets the role by which it was.
    """
    for (origin, target, role), certainty in list(draft.edges.items()):
        ends = (draft.nodes[origin].kind, draft.nodes[target].kind)
        if role is Role.DERIVE and ends in _DERIVED:
            draft.drop_edge(origin, target, role)
            _conclude(draft, origin, target, _DERIVED[ends], certainty, "guess.derived")
    takes: dict[str, list[str]] = defaultdict(list)
    makes: set[str] = set()
    for origin, target, role in draft.edges:
        if draft.nodes[target].kind == NodeKind.RUN and role not in (Role.PARENT, Role.PRODUCE):
            takes[target].append(origin)
        if draft.nodes[origin].kind == NodeKind.RUN and draft.nodes[target].kind == NodeKind.MODEL:
            makes.add(origin)
    for run, origins in takes.items():
        tried = [
            origin
            for origin in dict.fromkeys(origins)
            if draft.nodes[origin].kind == NodeKind.MODEL and any((origin, run, role) in draft.edges for role in _TRIED)
        ]
        for origin in dict.fromkeys(origins):
            plain = draft.edges.get((origin, run, Role.INPUT))
            is_model = draft.nodes[origin].kind == NodeKind.MODEL
            if plain is None or not (run in makes or is_model):
                continue
            draft.drop_edge(origin, run, Role.INPUT)
            if run not in makes:
                draft.edge(origin, run, Role.SERVE, plain)
            else:
                role = Role.FINE_TUNE_BASE if is_model else Role.TRAIN
                _conclude(draft, origin, run, role, plain, "guess.input")
        if run not in makes:
            _try(draft, run, tried, [one for one in origins if draft.nodes[one].kind != NodeKind.MODEL])


def _try(draft: LineageDraft, run: str, tried: list[str], data: list[str]) -> None:
    for model in tried:
        for origin in data:
            stated = len(tried) == 1 and any(
                draft.edges.get((origin, run, role)) is Certainty.RECORDED for role in _MEASURES
            )
            if stated:
                draft.edge(origin, model, Role.EVALUATE)
            else:
                _conclude(draft, origin, model, Role.EVALUATE, Certainty.INFERRED, "guess.tried")


def _conclude(draft: LineageDraft, origin: str, target: str, role: Role, known: Certainty, why: str) -> None:
    """An edge with a role that no source states; what was open before stays open."""
    certainty = known if known is Certainty.UNKNOWN else Certainty.INFERRED
    draft.edge(origin, target, role, certainty, why=why, text=draft.nodes[origin].label)


def nest_runs(draft: LineageDraft, parents: Mapping[str, str], by: str = "") -> None:
    """Adds inferred edges between nested runs where the one may have what the other has recorded.

    What the run around it read to learn from may be what an inner run learned from, whatever that read itself. A run
    around others that gives out something and read nothing to learn from has it from those; and an inner run that read
    something and gave out nothing may have read it for its siblings that gave out and read nothing. Everything else
    would tie runs that only share a scheduler. `by` is the field that says which run is inside which.
    """
    if not parents:
        return
    reads: dict[str, set[str]] = defaultdict(set)
    taught: set[str] = set()
    gives: set[str] = set()
    for origin, target, role in draft.edges:
        if draft.nodes[target].kind == NodeKind.RUN and role in _FEEDS:
            reads[target].add(origin)
            if role in _TEACHES:
                taught.add(target)
        if draft.nodes[origin].kind == NodeKind.RUN:
            gives.add(origin)

    def tie(origin: str, target: str) -> None:
        text = draft.nodes[origin].name
        draft.edge(origin, target, Role.PARENT, Certainty.INFERRED, why="guess.nested", by=by, text=text)

    inner: dict[str, list[str]] = defaultdict(list)
    for child, parent in parents.items():
        inner[parent].append(child)
    outer_first = _outer_first(inner, parents)
    giving = set(gives)
    for run in reversed(outer_first):
        if run in giving and run in parents:
            giving.add(parents[run])
    around = {run: set(found) for run, found in reads.items()}
    wants: set[str] = set()
    for run in outer_first:
        parent = parents.get(run, "")
        more = around.get(parent, set()) - reads.get(run, set())
        if more and run in giving:
            tie(parent, run)
            around.setdefault(run, set()).update(more)
        if run not in taught and (run in gives or parent in wants):
            wants.add(run)
    has = set(taught)
    for run in reversed(outer_first):
        parent = parents.get(run, "")
        if run in has and parent in wants:
            tie(run, parent)
            has.add(parent)
    for parent, siblings in inner.items():
        idle = [run for run in siblings if run in taught and run not in gives]
        hungry = [run for run in siblings if run in gives and run not in taught]
        if parent not in taught and parent not in gives and idle and hungry:
            for run in idle:
                tie(run, parent)
            for run in hungry:
                tie(parent, run)


def _outer_first(inner: Mapping[str, list[str]], parents: Mapping[str, str]) -> list[str]:
    """All runs of families, each after the one around it; those that are inside of each other are left out."""
    found = [run for run in inner if run not in parents]
    for run in found:
        found.extend(inner.get(run, ()))
    return found
