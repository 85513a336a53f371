"""Affected models as table rows and as a drawing; both are made from the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QObject

from dsr_desk.core.lineage import AffectedModel, Certainty, Disposition, Fate, Impact, Node, NodeKind, Role
from dsr_desk.ui import words
from dsr_desk.ui.graph_view import DrawnEdge, DrawnNode
from dsr_desk.ui.models.table import Cell, Column, RowsModel
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.words import tr


@dataclass(frozen=True)
class AffectedRow:
    model: AffectedModel
    disposition: Disposition | None
    hits: Mapping[str, int]


def rows_of(impact: Impact, dispositions: Mapping[str, Disposition]) -> list[AffectedRow]:
    return [AffectedRow(model, dispositions.get(model.id), impact.hits) for model in impact.models]


class AffectedModels(RowsModel[AffectedRow]):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(
            (
                Column(tr("Model"), lambda row: Cell(row.model.node.label.replace("@", " "), strong=True), 170),
                Column(tr("Why affected"), _why),
                Column(tr("In use"), _in_use, 140),
                Column(tr("Disposition"), _disposition, 160),
                Column(tr("Responsible"), lambda row: Cell(_planned(row, "responsible")), 115),
                Column(tr("By"), _by, 105),
            ),
            lambda row: row.model.id,
            parent,
        )


def drawing(rows: Sequence[AffectedRow], hits: Mapping[str, int]) -> tuple[list[DrawnNode], list[DrawnEdge]]:
    """Nodes and edges of all paths, and the deployments that hang on the models. `hits` by dataset version."""
    nodes: dict[str, DrawnNode] = {}
    edges: dict[tuple[str, str], DrawnEdge] = {}
    affected = {row.model.id: row for row in rows}
    for row in rows:
        for path in row.model.paths:
            for step in path:
                nodes.setdefault(step.node.id, _drawn(step.node, affected, hits))
            for before, step in pairwise(path):
                key = before.node.id, step.node.id
                edges.setdefault(key, DrawnEdge(*key, certain=step.certainty is Certainty.RECORDED))
        for node in (*row.model.deployments, *row.model.products):
            if node.id not in nodes:
                nodes[node.id] = DrawnNode(node.id, node.label.replace("@", " "), _kind(node), Tone.DANGER)
                edges[row.model.id, node.id] = DrawnEdge(row.model.id, node.id)
    return list(nodes.values()), list(edges.values())


def tone_of(model: AffectedModel) -> Tone:
    """Trained on the photos themselves, reached another way, or only perhaps."""
    if model.certainty is Certainty.UNKNOWN:
        return Tone.PLAIN
    return Tone.DANGER if Role.TRAIN in model.roles else Tone.WARN


def fate_name(fate: Fate) -> str:
    return {
        Fate.DESTROYED: tr("Destroy"),
        Fate.RETRAINED: tr("Retrain"),
        Fate.WITHDRAWN: tr("Withdraw"),
        Fate.HELD: tr("Hold"),
        Fate.INFEASIBLE: tr("Infeasible, explained"),
        Fate.NOT_AFFECTED: tr("Not affected"),
    }[fate]


def certainty_name(certainty: Certainty) -> str:
    return {
        Certainty.RECORDED: tr("recorded"),
        Certainty.INFERRED: tr("inferred"),
        Certainty.UNKNOWN: tr("a question for you"),
    }[certainty]


def role_name(role: Role) -> str:
    return {
        Role.TRAIN: tr("trained on"),
        Role.VALIDATE: tr("validated on"),
        Role.EVALUATE: tr("evaluated on"),
        Role.FINE_TUNE_BASE: tr("fine-tuned from"),
        Role.DISTIL: tr("distilled from"),
        Role.ADAPTER: tr("adapter on"),
        Role.MERGE: tr("merged from"),
        Role.QUANTISE: tr("quantised from"),
        Role.EMBED: tr("uses embeddings of"),
        Role.INPUT: tr("built with"),
    }.get(role, tr("derived from"))


def path_sentence(model: AffectedModel) -> str:
    """The shortest path in words: every node, in order."""
    return " → ".join(step.node.label.replace("@", " ") for step in model.shortest_path)


def _why(row: AffectedRow) -> Cell:
    path = row.model.shortest_path
    origin = next((step.node for step in reversed(path[:-1]) if step.node.kind is not NodeKind.RUN), path[0].node)
    roles = ", ".join(role_name(role) for role in row.model.roles[:2])
    if origin.kind is NodeKind.DATASET:
        text = f"{roles} {', '.join(_with_hits(version, row.hits) for version in row.model.dataset_versions)}"
    else:
        text = f"{roles} {origin.label.replace('@', ' ')}"
    return Cell(text, f"{certainty_name(row.model.certainty)} · {path_sentence(row.model)}")


def _with_hits(version: str, hits: Mapping[str, int]) -> str:
    count = hits.get(version, 0)
    name = version.replace("@", " ")
    return f"{name} ({words.counted(count, tr('1 hit'), '%Ln hits')})" if count else name


def _in_use(row: AffectedRow) -> Cell:
    period = row.model.period
    if not period.since and not period.until and not period.running:
        text = tr("unknown")
    else:
        until = tr("now") if period.running else period.until[:10] or tr("unknown")
        text = f"{period.since[:10] or tr('unknown')} – {until}"
    return Cell(text, ", ".join(node.label for node in (*row.model.deployments, *row.model.products)))


def _disposition(row: AffectedRow) -> Cell:
    found = row.disposition
    if found is not None and found.observed is not None:
        return Cell(chip=fate_name(found.observed.fate), note=tr("seen afterwards"), tone=Tone.OK, icon="done")
    if found is not None and found.planned is not None:
        fate = found.planned.fate
        tone = Tone.DANGER if fate is Fate.DESTROYED else Tone.PLAIN if fate is Fate.NOT_AFFECTED else Tone.WARN
        return Cell(chip=fate_name(fate), note=found.planned.reason, tone=tone)
    return Cell(chip=tr("Not decided"), icon="open")


def _planned(row: AffectedRow, field: str) -> str:
    planned = row.disposition.planned if row.disposition else None
    return str(getattr(planned, field)) if planned and getattr(planned, field) else "–"


def _by(row: AffectedRow) -> Cell:
    return Cell(_planned(row, "deadline"))


def _kind(node: Node) -> str:
    return {
        NodeKind.DATASET: tr("dataset"),
        NodeKind.RUN: tr("run"),
        NodeKind.MODEL: tr("model"),
        NodeKind.DEPLOYMENT: tr("deployed"),
        NodeKind.PRODUCT: tr("product"),
        NodeKind.OUTPUT: tr("output"),
        NodeKind.EMBEDDING: tr("embeddings"),
        NodeKind.BENCHMARK: tr("benchmark"),
    }[node.kind]


def _drawn(node: Node, affected: Mapping[str, AffectedRow], hits: Mapping[str, int]) -> DrawnNode:
    title, note = node.label.replace("@", " "), _kind(node)
    row = affected.get(node.id)
    if row is not None:
        note = f"{role_name(row.model.roles[0])} · {certainty_name(row.model.certainty)}"
        return DrawnNode(node.id, title, note, tone_of(row.model))
    if node.kind is NodeKind.DATASET:
        if count := hits.get(node.label, 0):
            note = words.counted(count, tr("1 hit in it"), "%Ln hits in it") + f" · {note}"
        return DrawnNode(node.id, title, note, Tone.INFO)
    return DrawnNode(node.id, title, f"{node.ended[:10]} · {note}" if node.ended else note)
