"""What the columns of an index are taken for, and putting a wrong guess right without reading the data again."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message
from dsr_desk.jobs.progress import CancelToken, Report, silent
from dsr_desk.search.index.about import About, IndexSigner
from dsr_desk.search.index.erase import finish_again, rewriting
from dsr_desk.search.index.finish import write_setting
from dsr_desk.search.index.folder import Index, read_setting
from dsr_desk.search.index.keyfile import Secret
from dsr_desk.search.index.lookup import correct_column, look_up
from dsr_desk.search.records.columns import ColumnKind
from dsr_desk.storage.database import transaction
from dsr_desk.storage.tables import Database

SAMPLES = 5
SAMPLED_RECORDS = 100
SAMPLED_CONTAINERS = 3
LONGEST_SAMPLE = 80


class ColumnUnknown(DeskError):
    code = "INDEX-NO-COLUMN"
    happened = "The index {where} has no column {column} in {containers}."
    means = "No kind was changed."
    todo = "List the columns with `index columns` and give one of their names."


@dataclass(frozen=True)
class IndexColumn:
    """A column as one or more containers have it. `samples` are some of its first values, shortened, each once.

    Where a column is taken for different things in different containers, there is one of these for each.
    """

    name: str
    kind: ColumnKind
    confirmed: bool
    containers: tuple[str, ...]
    samples: tuple[str, ...]


@dataclass(frozen=True)
class Corrected:
    """`before` are the kinds that the column had, `records` the records that were looked up again.

    `about` is None where the column was taken for this kind already, so that only the confirmation is new.
    """

    about: About | None
    before: tuple[ColumnKind, ...]
    containers: int
    records: int


def columns_of(index: Index) -> list[IndexColumn]:
    """All columns of records in the order in which they first appear, like ones of several containers together."""
    query = (
        "SELECT k.name, k.kind, k.confirmed, k.number, c.id, c.name FROM columns k "
        "JOIN containers c ON c.id = k.container ORDER BY c.id, k.number"
    )
    places: dict[tuple[str, str, int], list[tuple[int, int, str]]] = {}
    for name, kind, confirmed, number, container, called in index.rows(query):
        places.setdefault((name, kind, confirmed), []).append((container, number, called))
    seen: dict[int, list[list[str | None]]] = {}
    found = []
    for (name, kind, confirmed), where in places.items():
        samples: dict[str, None] = {}
        for container, number, _ in where[:SAMPLED_CONTAINERS]:
            if container not in seen:
                seen[container] = _first_records(index, container)
            values = (row[number] for row in seen[container] if number < len(row))
            samples |= {value[:LONGEST_SAMPLE]: None for value in values if value}
        containers = tuple(called for *_, called in where)
        found.append(
            IndexColumn(name, ColumnKind(kind or "other"), bool(confirmed), containers, tuple(samples)[:SAMPLES])
        )
    return found


def correct(
    folder: Path,
    secret: Secret,
    column: str,
    kind: ColumnKind,
    containers: Collection[str] = (),
    *,
    signer: IndexSigner | None = None,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> Corrected:
    """Takes a column for `kind` in these containers (all that have it, if none is named) and looks its records up anew.

    The index has a new generation after it. A correction that was killed or cancelled leaves the index unfinished:
    the same correction, or the same build, goes on with it. Raises ColumnUnknown, Cancelled, InUse and what opening
    an index raises.
    """
    cancel = cancel or CancelToken()
    with rewriting(folder, secret) as db:
        here = _having(db, column, containers)
        if not here:
            where = tuple(containers) or message("column.anywhere")
            raise ColumnUnknown(where=folder.name, column=column, containers=where)
        changed = [container for container, before in here.items() if before is not kind]
        with transaction(db, folder):
            if changed:
                write_setting(db, "state", "building")
            for container in changed:
                correct_column(db, container, column, kind)
            _confirm(db, [(container, column) for container in here])
        if read_setting(db, "state") != "building":
            return Corrected(None, (), len(here), 0)
        look_up(db, folder, read_setting(db, "country"), report, cancel)
        query = "SELECT count(*) FROM items WHERE record = 1 AND container = ?"
        records = sum(db.conn.execute(query, [container]).fetchone()[0] for container in changed)
        before = tuple(sorted({here[container] for container in changed}))
        return Corrected(finish_again(db, folder, signer), before, len(here), records)


def confirm(folder: Path, secret: Secret) -> int:
    """Takes all kinds as they are for confirmed; returns how many columns were not so far. Raises as `correct`."""
    with rewriting(folder, secret) as db, transaction(db, folder):
        waiting = db.conn.execute("SELECT container, name FROM columns WHERE confirmed = 0").fetchall()
        _confirm(db, waiting)
    return len(waiting)


def _confirm(db: Database, columns: list[tuple[int, str]]) -> None:
    db.conn.executemany("UPDATE columns SET confirmed = 1 WHERE container = ? AND name = ?", columns)


def _having(db: Database, column: str, containers: Collection[str]) -> dict[int, ColumnKind]:
    """Containers (by row) with this column and what it is taken for there."""
    query = "SELECT c.id, c.name, k.kind FROM columns k JOIN containers c ON c.id = k.container WHERE k.name = ?"
    return {
        row: ColumnKind(kind or "other")
        for row, name, kind in db.conn.execute(query, [column])
        if not containers or name in containers
    }


def _first_records(index: Index, container: int) -> list[list[str | None]]:
    query = "SELECT r.fields FROM items i JOIN records r ON r.item = i.id WHERE i.container = ? ORDER BY i.id LIMIT ?"
    return [json.loads(fields) for (fields,) in index.rows(query, [container, SAMPLED_RECORDS])]
