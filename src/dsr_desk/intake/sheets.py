"""A workbook (.xlsx) of requests: each sheet that names known columns is a table of them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import PurePath

from dsr_desk.core.message import message
from dsr_desk.intake.contents import ContentUnreadable
from dsr_desk.intake.docx import MALFORMED, refuse_bomb
from dsr_desk.intake.model import Format, House, Intake, RequestEmpty, RequestUnreadable
from dsr_desk.intake.table import MOST_ROWS, Row, requests_in

MOST_COLUMNS = 500


def _read(data: bytes, name: str, house: House) -> list[Intake]:
    try:
        sheets = dict(_sheets(data))
    except ContentUnreadable as problem:
        raise RequestUnreadable(name=name, why=problem.why) from problem
    except MALFORMED as problem:
        raise RequestUnreadable(name=name, why=message("why.table.malformed")) from problem
    found: list[Intake] = []
    left: list[str] = []
    last: RequestUnreadable | RequestEmpty = RequestEmpty(name=name)
    for title, rows in sheets.items():
        try:
            found += requests_in(rows, name, data, house)
        except (RequestUnreadable, RequestEmpty) as problem:
            left.append(title)
            last = problem
    if not found:
        raise last
    if left:
        skipped = message("note.table.sheets", names=tuple(left))
        found = [replace(one, warnings=(*one.warnings, skipped)) for one in found]
    return found


def _sheets(data: bytes) -> Iterator[tuple[str, list[Row]]]:
    """Sheets that hold something, by their titles."""
    import openpyxl  # loaded where a list is a workbook: it takes long

    refuse_bomb(data)
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    for sheet in book.worksheets:
        rows = list(_rows(sheet.iter_rows(max_col=MOST_COLUMNS, max_row=MOST_ROWS + 1, values_only=True)))
        if rows:
            yield sheet.title, rows


def _rows(rows: Iterable[tuple[object, ...]]) -> Iterator[Row]:
    for number, row in enumerate(rows, start=1):
        cells = [_text(cell) for cell in row]
        if any(cells):
            yield number, cells


def _text(cell: object) -> str:
    """A cell as it is read: days in ISO form, whole numbers without a point."""
    match cell:
        case None:
            return ""
        case datetime() if cell.time() == time.min:
            return cell.date().isoformat()
        case datetime() | date():
            return cell.isoformat()
        case float() if cell.is_integer():
            return str(int(cell))
    return " ".join(str(cell).split())


def _recognises(name: str, head: bytes) -> bool:
    ends = PurePath(name).suffix.lower() in (".xlsx", ".xlsm")
    return head.startswith(b"PK\x03\x04") and (ends or b"xl/workbook" in head)


FORMAT = Format("sheets", _recognises, _read)
