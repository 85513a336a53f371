"""Affected models as table rows, and beside them those that are not affected or of which nothing is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dsr_desk.app.models.standing import ModelStanding, StandingCode
from dsr_desk.core.lineage import AffectedModel, Disposition, ExcludedModel, Impact, Node, NodeKind, Path
from dsr_desk.core.period import Period
from dsr_desk.ui import language, words
from dsr_desk.ui.lineage_words import certainties_said, disposition_tone, known_from, name_of, path_sentence, seen_name
from dsr_desk.ui.models.table import Cell, RowsModel, TableColumn
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.words import term, tr


@dataclass(frozen=True)
class AffectedRow:
    model: AffectedModel
    disposition: Disposition | None
    hits: Mapping[str, int]
    standing: ModelStanding
    """How far records bear out the newest word on it."""


def rows_of(
    impact: Impact, dispositions: Mapping[str, Disposition], standings: Mapping[str, ModelStanding]
) -> list[AffectedRow]:
    return [AffectedRow(model, dispositions.get(model.id), impact.hits, standings[model.id]) for model in impact.models]


class AffectedTable(RowsModel[AffectedRow]):
    """What was decided and what was seen afterwards stand in columns of their own."""

    def __init__(self) -> None:
        super().__init__(
            (
                TableColumn(tr("Model"), lambda row: Cell(name_of(row.model.node), row.model.task, strong=True), 165),
                TableColumn(tr("Why affected"), _why),
                TableColumn(tr("In use"), _in_use, 160),
                TableColumn(tr("Decided"), _decided, 165),
                TableColumn(tr("Responsible"), _responsible, 115),
                TableColumn(tr("Seen afterwards"), _seen, 145),
            ),
            lambda row: row.model.id,
        )


class ExcludedTable(RowsModel[ExcludedModel]):
    def __init__(self) -> None:
        super().__init__(
            (
                TableColumn(tr("Model"), lambda one: Cell(name_of(one.node), strong=True), 260),
                TableColumn(
                    tr("Why it is not affected"), lambda one: Cell(language.say(one.reason), icon="ok", tone=Tone.OK)
                ),
            ),
            lambda one: one.node.id,
        )


class SilentThings(RowsModel[Node]):
    """Models, or runs, of which cannot be said whether they hold the data; `means` says why, of each."""

    def __init__(self, title: str, means: str) -> None:
        super().__init__(
            (
                TableColumn(title, lambda node: Cell(name_of(node), strong=True), 260),
                TableColumn(tr("Where it is known from"), lambda node: Cell(known_from(node)), 220),
                TableColumn(tr("What that means"), lambda _node: Cell(means, icon="unknown", tone=Tone.WARN)),
            ),
            lambda node: node.id,
        )


def silent_models() -> SilentThings:
    says = tr("No source records what it was trained on. It may have seen the photos; ask its owner.")
    return SilentThings(tr("Model"), says)


def models_in_part() -> SilentThings:
    says = tr("Not all that it learned from is recorded, so whether it learned from the photos is not known.")
    return SilentThings(tr("Model"), says)


def runs_without_model() -> SilentThings:
    says = tr("It took the data, and nothing is recorded that it made. Weights may lie somewhere; ask who ran it.")
    return SilentThings(tr("Run"), says)


def period_said(period: Period) -> str:
    if not period.since and not period.until and not period.running:
        return tr("unknown")
    until = tr("now") if period.running else words.day(period.until)
    return f"{words.day(period.since)} – {until}"


def with_hits(version: str, hits: Mapping[str, int]) -> str:
    count = hits.get(version, 0)
    name = version.replace("@", " ")
    return f"{name} ({words.counted(count, '1 hit', '%Ln hits')})" if count else name


def _why(row: AffectedRow) -> Cell:
    path = row.model.shortest_path
    origin = _origin(path)
    roles = certainties_said(dict(list(row.model.certainties.items())[:2]))
    if origin.kind is NodeKind.DATASET:
        text = f"{roles} {', '.join(with_hits(version, row.hits) for version in row.model.dataset_versions)}"
    else:
        text = f"{roles} {name_of(origin)}"
    return Cell(text, f"{term(row.model.learned)} · {path_sentence(path)}")


def _origin(path: Path) -> Node:
    """What the last use was of: a copy, or what may be the same, stands for what it was made from."""
    last = max((place for place, step in enumerate(path) if step.role and step.role.reaches_a_model), default=0)
    return next((step.node for step in reversed(path[:last]) if step.node.kind is not NodeKind.RUN), path[0].node)


def _in_use(row: AffectedRow) -> Cell:
    standing = (*row.model.deployments, *row.model.products)
    return Cell(period_said(row.model.period), ", ".join(name_of(node) for node in standing))


def _decided(row: AffectedRow) -> Cell:
    planned = row.disposition.planned if row.disposition else None
    if planned is None:
        return Cell(chip=tr("Not decided"), icon="open")
    return Cell(chip=term(planned.disposition), note=planned.reason, tone=disposition_tone(planned.disposition))


def _responsible(row: AffectedRow) -> Cell:
    planned = row.disposition.planned if row.disposition else None
    if row.disposition is None or planned is None:
        return Cell("–")
    due = tr("by {day}").format(day=words.day(planned.deadline)) if planned.deadline else ""
    if row.disposition.overdue(date.today().isoformat()):
        due = tr("{due}, overdue").format(due=due)
    return Cell(words.known(planned.responsible) or "–", due)


def _seen(row: AffectedRow) -> Cell:
    observed = row.disposition.observed if row.disposition else None
    if observed is None:
        return Cell("–")
    name, day = seen_name(observed.disposition), words.day(observed.seen)
    if row.standing.code is StandingCode.CONTRADICTED:
        return Cell(chip=name, note=tr("records say otherwise"), tone=Tone.DANGER, icon="danger")
    if row.standing.code in (StandingCode.SEEN, StandingCode.EXPLAINED):
        return Cell(chip=name, note=day, tone=Tone.OK, icon="done")
    return Cell(chip=name, note=tr("{day}, no record yet").format(day=day), tone=Tone.WARN)
