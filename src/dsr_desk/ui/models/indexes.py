"""Registered indexes as a table, with or without boxes to tick, and datasets that have none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dsr_desk.app.data.indexing import RegisteredIndex
from dsr_desk.ui import words
from dsr_desk.ui.models.table import Cell, ChoicesModel, RowsModel, TableColumn
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.words import tr


def _columns() -> tuple[TableColumn[RegisteredIndex], ...]:
    return (
        TableColumn(tr("Index"), _name),
        TableColumn(tr("Holds"), _holds, 210),
        TableColumn(tr("Built"), lambda index: Cell(words.day(index.about.built)), 165),
        TableColumn(tr("State"), _state, 190),
    )


@dataclass(frozen=True)
class DatasetLine:
    """A dataset version (name@version) with its index; None where it is registered and has none."""

    version: str
    index: RegisteredIndex | None


class DatasetsModel(RowsModel[DatasetLine]):
    def __init__(self) -> None:
        none = Cell(chip=tr("not searchable"), tone=Tone.WARN)
        columns = [
            TableColumn(column.title, _of_index(column.cell, missing), column.width)
            for column, missing in zip(_columns(), (None, Cell("–"), Cell("–"), none), strict=True)
        ]
        super().__init__(columns, lambda row: row.index.id if row.index else row.version)


def _of_index(cell: Callable[[RegisteredIndex], Cell], missing: Cell | None) -> Callable[[DatasetLine], Cell]:
    def shown(row: DatasetLine) -> Cell:
        if row.index is not None:
            return cell(row.index)
        return missing or Cell(row.version.replace("@", " "), tr("registered, no index"), strong=True)

    return shown


class IndexChoices(ChoicesModel[RegisteredIndex]):
    """Those that are not there cannot be chosen."""

    def __init__(self) -> None:
        super().__init__(_columns(), lambda index: index.id, lambda index: index.present)


def _name(index: RegisteredIndex) -> Cell:
    return Cell(index.name, index.dataset_version.replace("@", " "), strong=True)


def _holds(index: RegisteredIndex) -> Cell:
    about = index.about
    faces = words.counted(about.faces, "1 face", "%Ln faces")
    photos = words.counted(about.photos, "1 photo", "%Ln photos")
    records = words.counted(about.records, "1 record", "%Ln records")
    return Cell(faces if about.faces or not about.records else records, f"{photos}, {records}")


def _state(index: RegisteredIndex) -> Cell:
    if index.destroyed is not None:
        return Cell(chip=tr("destroyed"), tone=Tone.PLAIN, icon="done")
    if not index.present:
        return Cell(chip=tr("not there"), tone=Tone.DANGER)
    if not index.about.complete:
        return Cell(chip=tr("not complete"), tone=Tone.WARN)
    unread = sum(count for name, count in index.about.ledger.items() if name in ("unreadable", "truncated", "crashed"))
    if unread:
        return Cell(chip=words.counted(unread, "1 photo unreadable", "%Ln photos unreadable"), tone=Tone.WARN)
    return Cell(chip=tr("ready"), tone=Tone.OK)
