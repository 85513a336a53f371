"""Our own CSV form: one edge a line, made in any spreadsheet.

    from_kind,from_name,from_version,role,to_kind,to_name,to_version,certainty,from_created,to_created,to_ended
    dataset,faces,2026-01,train,model,gate,3,recorded,,2026-03-01,
    model,gate,3,serve,deployment,front door,,recorded,,2026-04-01,
    model,orphan,1,,,,,,,,

A line without `to_name` names a thing and says nothing more about it. Only from_kind, from_name, role, to_kind and
to_name are required columns; from_digest and to_digest (`sha256:…`) may be added. Comma or semicolon.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping

from dsr_desk.core.lineage import Node
from dsr_desk.lineage.importers.draft import Draft, Refused, node_id
from dsr_desk.lineage.importers.own_form import certainty_of, kind_of, role_of
from dsr_desk.lineage.importers.peek import Peek, the_file
from dsr_desk.lineage.importers.reading import text_of, utc
from dsr_desk.lineage.importers.settling import settle_roles

FORMAT = "DSR Desk CSV"

_NEEDED = ("from_kind", "from_name", "role", "to_kind", "to_name")
_END = ("kind", "name", "version", "namespace", "digest", "created", "ended")
_KNOWN = {f"{side}_{field}" for side in ("from", "to") for field in _END} | {"role", "certainty"}

files = the_file


def sniff(peek: Peek) -> bool:
    header = peek.text_head.split("\n", 1)[0]
    return set(_NEEDED[:2]) <= set(_columns(header))


def read(peek: Peek, draft: Draft) -> None:
    lines = text_of(peek.path).splitlines(keepends=True)
    while lines and not lines[0].strip():
        lines.pop(0)
    columns = _columns(lines[0])
    missing = [name for name in _NEEDED if name not in columns]
    if missing:
        raise Refused("line 1", f"the column {missing[0]} is missing")
    if set(columns) - _KNOWN:
        raise Refused("line 1", f"column {columns.index(next(iter(set(columns) - _KNOWN))) + 1} is unknown")
    reader = csv.reader(lines[1:], delimiter=_delimiter(lines[0]), strict=True)
    try:
        for row in reader:
            place = f"line {reader.line_num + 1}"
            if not any(cell.strip() for cell in row):
                continue
            if len(row) > len(columns):
                raise Refused(place, "it has more cells than the header")
            _row(draft, dict(zip(columns, (cell.strip() for cell in row), strict=False)), place)
    except csv.Error as error:
        raise Refused(f"line {reader.line_num + 1}", "the quotes do not fit") from error
    settle_roles(draft)


def _row(draft: Draft, row: Mapping[str, str], place: str) -> None:
    origin = _end(draft, row, "from", place)
    if not row.get("to_name"):
        if row.get("role") or row.get("to_kind"):
            raise Refused(f"{place}, to_name", "it is empty although a role or a kind is given")
        return
    target = _end(draft, row, "to", place)
    role = role_of(row.get("role", ""), f"{place}, role")
    draft.edge(origin, target, role, certainty_of(row.get("certainty", ""), f"{place}, certainty"))


def _end(draft: Draft, row: Mapping[str, str], side: str, place: str) -> str:
    value = {field: row.get(f"{side}_{field}", "") for field in _END}
    if not value["name"]:
        raise Refused(f"{place}, {side}_name", "it is empty")
    kind = kind_of(value["kind"], f"{place}, {side}_kind")
    ident = node_id(kind, value["name"], value["version"], value["namespace"])
    draft.add(
        Node(
            ident, kind, value["name"], value["version"], value["namespace"],
            (value["digest"],) if value["digest"] else (),
            created=utc(value["created"], f"{place}, {side}_created"),
            ended=utc(value["ended"], f"{place}, {side}_ended"),
        )
    )  # fmt: skip
    return ident


def _delimiter(header: str) -> str:
    return ";" if header.count(";") > header.count(",") else ","


def _columns(header: str) -> list[str]:
    return [cell.strip().strip('"').casefold() for cell in header.strip().split(_delimiter(header))]
