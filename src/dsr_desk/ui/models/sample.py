"""The items of a sample as rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from dsr_desk.app.case.scope import Drawn
from dsr_desk.ui import words
from dsr_desk.ui.models.table import Cell, RowsModel, TableColumn
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.words import tr

BELONGS, NOT, UNSURE = "belongs", "not", "unsure"
FITS = {"scope": BELONGS, "rest": NOT}
"""What is expected of an item in scope, and of one that stays beside it."""


@dataclass(frozen=True)
class SampleRow:
    """`number` counts from 1; `fields` are those of a record, or what is known of a photo."""

    number: int
    drawn: Drawn
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.drawn.sample} {self.drawn.place}"

    @property
    def place(self) -> str:
        return self.drawn.item.address.place


def word_said(word: str) -> str:
    return {BELONGS: tr("belongs to it"), NOT: tr("does not belong"), UNSURE: tr("unsure")}[word]


class SampleModel(RowsModel[SampleRow]):
    def __init__(self) -> None:
        super().__init__(
            (
                TableColumn("", lambda row: Cell(words.figure(row.number)), 60),
                TableColumn(tr("Item"), _item),
                TableColumn(tr("Word"), _word, 150),
            ),
            lambda row: row.key,
        )

    def say(self, number: int, word: str) -> None:
        """Another word in one row; the rest of the list is not read again."""
        rows = list(self._rows)
        rows[number] = replace(rows[number], drawn=replace(rows[number].drawn, word=word))
        self._rows = rows
        self.dataChanged.emit(self.index(number, 0), self.index(number, len(self.columns) - 1))

    def next_open(self, number: int) -> int:
        """The next row without a word, from `number` on and round; -1 where all have one."""
        order = [*range(number, len(self._rows)), *range(number)]
        return next((one for one in order if not self._rows[one].drawn.word), -1)


def sample_rows(drawn: Sequence[Drawn], fields: Sequence[Mapping[str, str]]) -> list[SampleRow]:
    """Each sample is counted from 1."""
    counts: Counter[str] = Counter()
    rows = []
    for one, said in zip(drawn, fields, strict=True):
        counts[one.sample] += 1
        rows.append(SampleRow(counts[one.sample], one, said))
    return rows


def _item(row: SampleRow) -> Cell:
    address = row.drawn.item.address
    return Cell(address.member or row.place, address.container)


def _word(row: SampleRow) -> Cell:
    word = row.drawn.word
    if not word:
        return Cell(tr("open"))
    fits = word == FITS[row.drawn.of]
    return Cell(chip=word_said(word), tone=Tone.OK if fits else Tone.WARN if word == UNSURE else Tone.DANGER)
