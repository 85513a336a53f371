"""The obligations of an order as rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dsr_desk.app.case.orders import ObligationWord
from dsr_desk.core.orders import Met, Obligation
from dsr_desk.ui import words
from dsr_desk.ui.language import say
from dsr_desk.ui.models.cases import urgency
from dsr_desk.ui.models.table import Cell, RowsModel, TableColumn
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.words import tr


@dataclass(frozen=True)
class ObligationRow:
    """`number` is its place in the list; `word` what a named person said of it last, if anybody did."""

    number: int
    obligation: Obligation
    word: ObligationWord | None = None


class ObligationsModel(RowsModel[ObligationRow]):
    def __init__(self) -> None:
        super().__init__(
            (
                TableColumn(tr("Obligation"), _what),
                TableColumn(tr("Due"), _due, 150),
                TableColumn(tr("How"), _how, 140),
            ),
            lambda row: str(row.number),
        )


def _what(row: ObligationRow) -> Cell:
    one = row.obligation
    return Cell(say(one.name), one.text, strong=True)


def _due(row: ObligationRow) -> Cell:
    one = row.obligation
    if not one.due:
        return Cell(chip=tr("no day set"), tone=Tone.WARN)
    left = (date.fromisoformat(one.due) - date.today()).days
    return Cell(chip=words.days_left(left), note=words.day(one.due), tone=urgency(left))


def _how(row: ObligationRow) -> Cell:
    one = row.obligation
    every = words.counted(one.every, "every day", "every %Ln days") if one.every else ""
    said = {Met.DECLARED: tr("declared"), Met.NOT_APPLICABLE: tr("not applicable")}
    proposed = tr("proposed, please check") if one.source else ""
    note = said.get(row.word.how, "") if row.word is not None else proposed
    return Cell(" · ".join(filter(None, (tr("sworn") if one.sworn else "", every))), note)
