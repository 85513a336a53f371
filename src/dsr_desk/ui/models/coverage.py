"""What the lineage does not know, as rows: what is missing, what that means, what to do, and every case of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject

from dsr_desk.app.models.view import Coverage
from dsr_desk.core.lineage import Node
from dsr_desk.core.lineage_questions import LineageAnswer, LineageQuestion, QuestionKind
from dsr_desk.ui import words
from dsr_desk.ui.language import say
from dsr_desk.ui.lineage_words import known_from, name_of, question_reasons
from dsr_desk.ui.models.table import Cell, RowsModel, TableColumn
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.words import tr


class Lack(StrEnum):
    QUESTIONS = "questions"
    MODELS = "models"
    IN_PART = "in-part"
    RUNS = "runs"
    UNIDENTIFIED = "unidentified"
    UNCLASSIFIED = "unclassified"
    DATASETS = "datasets"
    SOURCES = "sources"
    PARTIAL = "partial"


class Ask(StrEnum):
    """What an officer can say of a case: yes or no, what kind of thing it is, which dataset it is."""

    NOTHING = "nothing"
    YES_OR_NO = "yes-or-no"
    KIND = "kind"
    WHICH = "which"


@dataclass(frozen=True)
class LackCase:
    """One case of a lack. `first` and `second` are the keys of a question, `first` alone the id of a thing; `answer` is
    what was answered, None while it is open."""

    key: str
    name: str
    note: str = ""
    chip: str = ""
    tone: Tone = Tone.PLAIN
    ask: Ask = Ask.NOTHING
    first: str = ""
    second: str = ""
    answer: bool | None = None

    @property
    def says(self) -> str:
        """All of it, for where there is room."""
        return "\n".join(filter(None, (self.name, self.note)))


@dataclass(frozen=True)
class LackRow:
    """`count` says how many are open; single things that hang on a question, and answered ones, are cases besides."""

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
                TableColumn(tr("Which"), lambda one: Cell(one.name, one.note.replace("\n", " · "))),
                TableColumn(tr("State"), lambda one: Cell(chip=one.chip, tone=one.tone), 230),
            ),
            lambda one: one.key,
            parent,
        )


def lack_rows(found: Coverage, answers: Sequence[LineageAnswer]) -> list[LackRow]:
    """A row for everything that a coverage can say."""
    asked = tuple(case for one in found.questions for case in _asked(one))
    of_things: list[tuple[Lack, str, str, str, tuple[LackCase, ...]]] = [
        (
            Lack.MODELS,
            tr("Models without recorded training data"),
            tr("No source says what these were trained on. They may have seen anybody’s photos: silence is not "
               "innocence."),
            tr("Ask the owner of each model. Import what they have, or write what they say into DSR Desk’s own table, "
               "which the manual shows."),
            _things(found.models_without_input, tr("training not recorded")),
        ),
        (
            Lack.IN_PART,
            tr("Models of which not all is recorded"),
            tr("Something is recorded of what these learned from, but not everything, all the way up to the first "
               "model: a base without a record, data that nobody can identify, or a use that is only concluded. Of "
               "none of them it can be said that it did not learn from something."),
            tr("Answer the questions that they depend on, say which data was meant, and import what their owners have "
               "of the models that they were made from."),
            _things(found.models_in_part, tr("not known in full")),
        ),
        (
            Lack.RUNS,
            tr("Runs that took data and left nothing"),
            tr("These took data to learn from, and nothing is recorded that they made. Weights may lie in a file that "
               "no register knows, and may be in use."),
            tr("Ask who ran them what became of the weights, and import a list that names the file, or write it into "
               "DSR Desk’s own table."),
            _things(found.runs_without_model, tr("nothing recorded that it made")),
        ),
        (
            Lack.UNIDENTIFIED,
            tr("Data that nobody can identify"),
            tr("A source says only how these were loaded, “imagefolder” or “json”, and not which data it was. It may "
               "be any dataset, so models that took it have no complete record."),
            tr("Ask who trained with it which dataset it was, and say so here."),
            _things(found.data_unidentified, tr("not identified"), Ask.WHICH),
        ),
        (
            Lack.UNCLASSIFIED,
            tr("Outputs that may be models"),
            tr("A run gave these out, and no source says what they are. Weights may be among them."),
            tr("Ask who ran it, and say of each whether it is a model, a dataset or another output."),
            _things(found.outputs_unclassified, tr("kind not said"), Ask.KIND),
        ),
        (
            Lack.DATASETS,
            tr("Datasets that nothing was built from"),
            tr("No recorded run or model used these. Either nobody did, or the record of it is missing."),
            tr("Ask the teams that can read them, and import the lineage of the systems that they train with."),
            _datasets(found),
        ),
        (
            Lack.SOURCES,
            tr("Sources older than 30 days"),
            tr("What was trained since these were written is not known here."),
            tr("Export them again from the system that they come from, and import the new file: the newest import of a "
               "file counts."),
            tuple(_old(found)),
        ),
        (
            Lack.PARTIAL,
            tr("Sources of which something was left out"),
            tr("A part of these files could not be read as it is written, or names things that are not in them. The "
               "warnings say which, and what became of it."),
            tr("Ask who exported the file for a complete one, or accept what the warnings say."),
            tuple(_partial(found)),
        ),
    ]  # fmt: skip
    questions = LackRow(
        Lack.QUESTIONS,
        tr("Questions for you"),
        tr("Two systems use the same names, a parameter seems to say what a model was made from, or a thing was taken "
           "for a model. Until you answer, models that depend on it count as perhaps affected, never as not affected."),
        tr("Ask whoever runs the systems, then answer; the one on which most models depend comes first. An answer "
           "about a system or a parameter holds for all of it, and one about a single thing for that alone. Answers "
           "are remembered and can be taken back."),
        len(found.questions),
        (*asked, *map(_answered, answers)),
    )  # fmt: skip
    return [
        questions,
        *(LackRow(lack, title, means, todo, len(cases), cases) for lack, title, means, todo, cases in of_things),
    ]


def _lack(row: LackRow) -> Cell:
    if not row.count:
        return Cell(row.title, chip=tr("nothing missing"), tone=Tone.OK, strong=True)
    return Cell(row.title, chip=words.counted(row.count, "1 open", "%Ln open"), tone=Tone.WARN, strong=True)


def _asked(question: LineageQuestion) -> Iterator[LackCase]:
    """A question, and under it the single things that it is about."""
    ask = {QuestionKind.A_MODEL: Ask.KIND}
    note = "\n".join(question_reasons(question))
    yield LackCase(
        f"{question.first} {question.second}", say(question.says), note, tr("open"), Tone.WARN,
        ask.get(question.kind, Ask.YES_OR_NO),
        question.first, question.second,
    )  # fmt: skip
    for one in question.singles:
        yield LackCase(
            f"{one.first} {one.second}", f"– {say(one.says)}", tr("One of the above, to answer by itself"),
            tr("open, with the above"), Tone.PLAIN,
            ask.get(one.kind, Ask.YES_OR_NO), one.first, one.second,
        )  # fmt: skip


def _answered(one: LineageAnswer) -> LackCase:
    return LackCase(
        f"{one.first} {one.second}",
        say(one.says),
        chip=tr("answered: yes") if one.yes else tr("answered: no"),
        tone=Tone.OK,
        ask=Ask.YES_OR_NO,
        first=one.first,
        second=one.second,
        answer=one.yes,
    )


def _datasets(found: Coverage) -> tuple[LackCase, ...]:
    unmentioned = {node.id for node in found.registered_without_lineage}
    return tuple(
        _thing(node, tr("no source mentions it") if node.id in unmentioned else tr("no consumer recorded"))
        for node in found.datasets_without_consumer
    )


def _things(nodes: Iterable[Node], state: str, ask: Ask = Ask.NOTHING) -> tuple[LackCase, ...]:
    return tuple(_thing(node, state, ask) for node in nodes)


def _thing(node: Node, state: str, ask: Ask = Ask.NOTHING) -> LackCase:
    return LackCase(node.id, name_of(node), known_from(node), state, Tone.WARN, ask, node.id)


def _old(found: Coverage) -> Iterator[LackCase]:
    for old in found.old_sources:
        newest = words.day(old.source.newest or old.source.imported)
        note = tr("{format}, newest entry of {day}").format(format=old.source.format, day=newest)
        age = words.counted(old.days, "1 day old", "%Ln days old")
        yield LackCase(old.source.digest, Path(old.source.file).name, note, age, Tone.WARN)


def _partial(found: Coverage) -> Iterator[LackCase]:
    for source in found.partial_sources:
        note = "\n".join(map(say, source.warnings))
        count = words.counted(len(source.warnings), "1 warning", "%Ln warnings")
        yield LackCase(source.digest, Path(source.file).name, note, count, Tone.WARN)
