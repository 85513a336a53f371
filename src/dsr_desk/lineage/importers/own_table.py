"""Our own CSV form: one edge a line, made in any spreadsheet.

    from_kind,from_name,from_version,role,to_kind,to_name,to_version,certainty,to_created,since,until,told
    dataset,faces,2026-01,train,model,gate,3,recorded,2026-03-01,,,
    model,gate,3,serve,deployment,front door,,recorded,,2026-04-01,,
    model,gate,3,pass-on,recipient,Gate Buyers,,recorded,,2026-04-15,,no
    model,orphan,1,,,,,,,,,

A line without `to_name` names a thing and says nothing more about it. Only from_kind, from_name, role, to_kind and
to_name are required columns; namespaces (`registered` for what this vault registered), digests (`sha256:…`), since,
until, told and items may be added. Comma, semicolon or tab.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping

from dsr_desk.core.lineage import Node
from dsr_desk.core.message import Message, message
from dsr_desk.lineage.importers.draft import ImportRefused, LineageDraft, Place, node_id, system_of
from dsr_desk.lineage.importers.own_words import certainty_of, edge_terms, kind_of, role_of, space_of
from dsr_desk.lineage.importers.peek import Peek, the_file
from dsr_desk.lineage.importers.reading import text_of
from dsr_desk.lineage.importers.settling import settle_roles
from dsr_desk.lineage.importers.times import when
from dsr_desk.lineage.importers.trifles import shown

FORMAT = "DSR Desk CSV"
NAMESPACE = "csv"

_NEEDED = ("from_kind", "from_name", "role", "to_kind", "to_name")
_END = ("kind", "name", "version", "namespace", "digest", "created", "ended")
_EDGE = ("role", "certainty", "since", "until", "told", "items")
_KNOWN = {*(f"{side}_{field}" for side in ("from", "to") for field in _END), *_EDGE}

files = the_file


def sniff(peek: Peek) -> bool:
    header = peek.text_head.split("\n", 1)[0]
    return set(_NEEDED[:2]) <= set(_columns(header))


def read(peek: Peek, draft: LineageDraft) -> None:
    lines = text_of(peek.path).splitlines(keepends=True)
    while lines and not lines[0].strip():
        lines.pop(0)
    columns = _columns(lines[0])
    _check(columns, draft)
    table = _Table(draft, system_of(NAMESPACE, peek.sha256))
    reader = csv.reader(lines[1:], delimiter=_delimiter(lines[0]), strict=True)
    try:
        for row in reader:
            place = _line(reader.line_num + 1)
            if not any(cell.strip() for cell in row):
                continue
            if any(cell.strip() for cell in row[len(columns) :]):
                raise ImportRefused(place, "damage.more-cells")
            table.row(dict(zip(columns, (cell.strip() for cell in row), strict=False)), place)
    except csv.Error as error:
        raise ImportRefused(_line(reader.line_num + 1), "damage.quotes") from error
    settle_roles(draft)


def _check(columns: list[str], draft: LineageDraft) -> None:
    """Raises ImportRefused where it cannot be told which column is meant; others are named and not read."""
    missing = [name for name in _NEEDED if name not in columns]
    if missing:
        raise ImportRefused(_line(1), "damage.no-column", column=missing[0])
    for name in columns:
        if name in _KNOWN and columns.count(name) > 1:
            raise ImportRefused(_line(1), "damage.column-twice", column=name)
        if name and name not in _KNOWN:
            draft.warn("note.lineage.column-unread", column=shown(name))


class _Table:
    def __init__(self, draft: LineageDraft, own: str) -> None:
        self.draft = draft
        self.own = own

    def row(self, row: Mapping[str, str], place: Place) -> None:
        origin = self._end(row, "from", place)
        if not row.get("to_name"):
            if row.get("role") or row.get("to_kind"):
                raise ImportRefused((place, "to_name"), "damage.empty-name")
            return
        target = self._end(row, "to", place)
        role, said = role_of(row.get("role", ""), (place, "role"), self.draft)
        word = row.get("certainty", "")
        certainty = certainty_of(word, (place, "certainty"), self.draft, doubted=bool(said))
        self.draft.edge(origin, target, role, certainty, **said, **edge_terms(row, place, self.draft))

    def _end(self, row: Mapping[str, str], side: str, place: Place) -> str:
        value = {field: row.get(f"{side}_{field}", "") for field in _END}
        if not value["name"]:
            raise ImportRefused((place, f"{side}_name"), "damage.empty")
        kind, said = kind_of(value["kind"], (place, f"{side}_kind"), self.draft)
        space = space_of(value["namespace"], self.own)
        ident = node_id(kind, value["name"], value["version"], space)
        self.draft.add(
            Node(
                ident, kind, value["name"], value["version"], space, (value["digest"],) if value["digest"] else (),
                created=when(value["created"], (place, f"{side}_created"), self.draft),
                ended=when(value["ended"], (place, f"{side}_ended"), self.draft), attributes=said,
            )
        )  # fmt: skip
        return ident


def _line(number: int) -> Message:
    return message("place.line", line=number)


def _delimiter(header: str) -> str:
    return max(",;\t", key=header.count)


def _columns(header: str) -> list[str]:
    """Names of columns, whatever stands between their words."""
    cells = (cell.strip().strip('"').strip() for cell in header.strip().split(_delimiter(header)))
    return ["_".join(cell.replace("-", " ").casefold().split()) for cell in cells]
