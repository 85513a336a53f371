"""A list of hashes of people who want to be deleted, looked up in indexes at once: no case a row, and no decision."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dsr_desk.app.case.searching import not_chosen, not_indexed, open_indexes
from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.changes import Change
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Gap
from dsr_desk.core.message import Message, message
from dsr_desk.intake.deletion_list import DeletionList, ListedPerson, ListFile, read_list
from dsr_desk.jobs.progress import CancelToken, Report, silent
from dsr_desk.search.index.folder import Index
from dsr_desk.search.records.deletion_list import match_hashes
from dsr_desk.search.scope import not_read
from dsr_desk.storage.files import write_whole

NOT_FOUND = 5
"""DROP's code for a row that matched no record."""

ANSWER_SUFFIX = "notfound"
_NOT_LOOKED_UP = {"NameVIN": message("why.no-vehicles")}


class AnswersTooEarly(DeskError):
    code = "LIST-ANSWERS-TOO-EARLY"
    happened = "Answers to {name} were not written: {why}."
    means = "A row would be answered with “not found” although not everything was looked at."
    todo = "Bring what is named into reach, look the list up again without --index, then write the answers."


@dataclass(frozen=True)
class ListHit:
    """One record that a row of a list is about. `id` is the list's number of the row."""

    file: str
    id: str
    index: str
    dataset_version: str
    container: str
    member: str
    item: str
    says: Message


@dataclass(frozen=True)
class ListResult:
    """What a list found. `found` counts its rows with at least one record, `not_found` those with none.

    `not_looked_up` counts rows of kinds that nothing in a record can be compared with.
    """

    name: str
    rows: int
    removed: int
    unreadable: int
    found: int
    not_found: int
    not_looked_up: int
    hits: tuple[ListHit, ...]
    records: int
    indexes: tuple[str, ...]
    gaps: tuple[Gap, ...]
    complete: bool


def look_up_list(
    desk: Desk,
    path: Path,
    names: Sequence[str] = (),
    *,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> tuple[ListResult, Change]:
    """Looks every row of a list up in these indexes (all, if none is named), in one pass over each.

    Only counts are recorded; nothing is decided and nothing kept. A row that is found is followed up in a case that
    has its hash as an identifier. Raises ListUnreadable, NothingToSearchIn, Cancelled.
    """
    wanted = read_list(path)
    cancel = cancel or CancelToken()
    indexes, unopened = open_indexes(desk, names)
    by_hash: dict[str, list[tuple[str, str]]] = {}
    for file in wanted.files:
        for row in file.rows if file.kind not in _NOT_LOOKED_UP else ():
            by_hash.setdefault(row.hash, []).append((file.name, row.id))
    hits = [
        ListHit(
            *row, index.name, index.version.id, match.item.address.container, match.item.address.member,
            match.item.address.id, match.says,
        )
        for index in indexes
        for match in match_hashes(index, by_hash, report, cancel)
        for row in by_hash[match.hash]
    ]  # fmt: skip
    gaps = [Gap(message("gap.index.whole", name=name), why.message) for name, why in unopened.items()]
    gaps += [*not_chosen(desk, names), *not_indexed(desk), *(gap for index in indexes for gap in not_read(index))]
    complete = not gaps and all(index.about.complete for index in indexes)
    result = _result(wanted, hits, gaps, indexes, complete=complete)
    said = {
        "list": wanted.digest,
        "rows": result.rows,
        "found": result.found,
        "records": len({hit.item for hit in hits}),
        "searched": len(indexes),
        "complete": result.complete,
    }
    return result, desk.act(Draft(Kind.LIST_LOOKED_UP, said))


def write_hits(result: ListResult, path: Path) -> None:
    """A CSV of one line a record that was found, readable by its owner alone."""
    columns = ("file", "id", "index", "dataset_version", "container", "member", "item", "says")
    write_whole(path, _csv([columns, *([getattr(hit, column) for column in columns] for hit in result.hits)]))


def write_answers(result: ListResult, path: Path, folder: Path) -> list[Path]:
    """Answers “not found” (Id, Status) to the rows of each file without a record; the others wait for their review.

    The files are named as the list's own with `_notfound`, since DROP takes an answer in parts. Raises AnswersTooEarly
    where a part of the indexes was not looked at, and ListUnreadable.
    """
    if not result.complete:
        gaps = tuple(message("why.gap", what=gap.what, why=gap.why) for gap in result.gaps)
        raise AnswersTooEarly(name=result.name, why=gaps or message("why.index-incomplete"))
    found = {(hit.file, hit.id) for hit in result.hits}
    written = []
    for file in read_list(path).files:
        rows = [[row.id, NOT_FOUND] for row in _looked_up(file) if (file.name, row.id) not in found]
        target = folder / f"{Path(file.name).stem}_{ANSWER_SUFFIX}.csv"
        write_whole(target, _csv([("Id", "Status"), *rows]))
        written.append(target)
    return written


def _result(
    wanted: DeletionList, hits: list[ListHit], gaps: list[Gap], indexes: Sequence[Index], *, complete: bool
) -> ListResult:
    rows = sum(len(file.rows) for file in wanted.files)
    looked_up = sum(len(_looked_up(file)) for file in wanted.files)
    found = len({(hit.file, hit.id) for hit in hits})
    gaps += [
        Gap(message("gap.rows", name=file.name), _NOT_LOOKED_UP[file.kind], len(file.rows))
        for file in wanted.files
        if file.kind in _NOT_LOOKED_UP and file.rows
    ]
    unreadable = sum(file.unreadable for file in wanted.files)
    return ListResult(
        wanted.name, rows, wanted.removed, unreadable, found, looked_up - found, rows - looked_up, tuple(hits),
        sum(index.about.records for index in indexes), tuple(index.name for index in indexes), tuple(gaps), complete,
    )  # fmt: skip


def _looked_up(file: ListFile) -> Sequence[ListedPerson]:
    return () if file.kind in _NOT_LOOKED_UP else file.rows


def _csv(rows: Sequence[Sequence[object]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
