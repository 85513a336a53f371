"""What the lineage does not know, as rows: what is missing, what that means, what to do, and every case of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject

from dsr_desk.app.models.view import Coverage
from dsr_desk.core.lineage import JoinAnswer, Node
from dsr_desk.ui import words
from dsr_desk.ui.lineage_words import name_of, question_said
from dsr_desk.ui.models.table import Cell, RowsModel, TableColumn
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.words import tr


class Lack(StrEnum):
    QUESTIONS = "questions"
    MODELS = "models"
    DATASETS = "datasets"
    SOURCES = "sources"


@dataclass(frozen=True)
class LackCase:
    """One case of a lack. `first` and `second` are the node ids of a question, `answer` what was answered or None."""

    key: str
    name: str
    note: str = ""
    chip: str = ""
    tone: Tone = Tone.PLAIN
    first: str = ""
    second: str = ""
    answer: bool | None = None


@dataclass(frozen=True)
class LackRow:
    """`count` says how many are open; answered questions are cases and not open."""

    lack: Lack
    title: str
    means: str
    todo: str
    count: int
    cases: tuple[LackCase, ...]


class Lacks(RowsModel[LackRow]):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__((TableColumn(tr("What is missing"), _lack),), lambda row: row.lack.value, parent)


class LackCases(RowsModel[LackCase]):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(
            (
                TableColumn(tr("Which"), lambda one: Cell(one.name, one.note)),
                TableColumn(tr("State"), lambda one: Cell(chip=one.chip, tone=one.tone), 230),
            ),
            lambda one: one.key,
            parent,
        )


def lack_rows(found: Coverage, answers: Sequence[JoinAnswer]) -> list[LackRow]:
    asked = [
        LackCase(
            f"{one.first.id} {one.second.id}",
            question_said(one.first, one.second),
            chip=tr("open"),
            tone=Tone.WARN,
            first=one.first.id,
            second=one.second.id,
        )
        for one in found.questions
    ]
    return [
        LackRow(
            Lack.QUESTIONS,
            tr("Questions for you"),
            tr("Two sources use the same name and nothing else agrees. Until you answer, models that depend on it "
               "count as perhaps affected."),
            tr("Ask whoever runs the two systems, then answer. An answer is remembered and can be taken back."),
            len(asked),
            (*asked, *(_answered(one) for one in answers)),
        ),
        LackRow(
            Lack.MODELS,
            tr("Models without recorded training data"),
            tr("No source says what these were trained on. They may have seen anybody’s photos: silence is not "
               "innocence."),
            tr("Ask the owner of each model. Import what they have, or write what they say into DSR Desk’s own table, "
               "which the manual shows."),
            len(found.models_without_input),
            tuple(_node_case(node, tr("training not recorded")) for node in found.models_without_input),
        ),
        LackRow(
            Lack.DATASETS,
            tr("Datasets that nothing was built from"),
            tr("No recorded run or model used these. Either nobody did, or the record of it is missing."),
            tr("Ask the teams that can read them, and import the lineage of the systems that they train with."),
            len(found.datasets_without_consumer),
            _datasets(found),
        ),
        LackRow(
            Lack.SOURCES,
            tr("Sources older than 30 days"),
            tr("What was trained since these were written is not known here."),
            tr("Export them again from the system that they come from, and import the new file: the newest import of a "
               "file counts."),
            len(found.old_sources),
            tuple(
                LackCase(
                    old.source.digest,
                    Path(old.source.file).name,
                    tr("{format}, newest entry of {day}").format(
                        format=old.source.format, day=words.day(old.source.newest or old.source.imported)
                    ),
                    words.counted(old.days, "1 day old", "%Ln days old"),
                    Tone.WARN,
                )
                for old in found.old_sources
            ),
        ),
    ]  # fmt: skip


def _lack(row: LackRow) -> Cell:
    if not row.count:
        return Cell(row.title, chip=tr("nothing missing"), tone=Tone.OK, strong=True)
    return Cell(row.title, chip=words.counted(row.count, "1 open", "%Ln open"), tone=Tone.WARN, strong=True)


def _answered(one: JoinAnswer) -> LackCase:
    known = one.first is not None and one.second is not None
    return LackCase(
        f"{one.first_id} {one.second_id}",
        question_said(one.first, one.second) if one.first and one.second else tr("Two things that are gone"),
        "" if known else tr("The sources that named them were taken out."),
        tr("answered: the same") if one.same else tr("answered: not the same"),
        Tone.OK,
        one.first_id,
        one.second_id,
        one.same,
    )


def _datasets(found: Coverage) -> tuple[LackCase, ...]:
    unmentioned = {node.id for node in found.registered_without_lineage}
    return tuple(
        _node_case(node, tr("no source mentions it") if node.id in unmentioned else tr("no consumer recorded"))
        for node in found.datasets_without_consumer
    )


def _node_case(node: Node, state: str) -> LackCase:
    return LackCase(node.id, name_of(node), node.namespace or "", state, Tone.WARN)
