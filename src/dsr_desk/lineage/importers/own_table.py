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
from dsr_desk.core.message import Message, message
from dsr_desk.lineage.importers.draft import ImportRefused, LineageDraft, Place, node_id
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


def read(peek: Peek, draft: LineageDraft) -> None:
    lines = text_of(peek.path).splitlines(keepends=True)
    while lines and not lines[0].strip():
        lines.pop(0)
    columns = _columns(lines[0])
    missing = [name for name in _NEEDED if name not in columns]
    if missing:
        raise ImportRefused(_line(1), "damage.no-column", column=missing[0])
    unknown = next((number for number, name in enumerate(columns, 1) if name not in _KNOWN), None)
    if unknown is not None:
        raise ImportRefused(_line(1), "damage.column-unknown", number=unknown)
    reader = csv.reader(lines[1:], delimiter=_delimiter(lines[0]), strict=True)
    try:
        for row in reader:
            place = _line(reader.line_num + 1)
            if not any(cell.strip() for cell in row):
                continue
            if len(row) > len(columns):
                raise ImportRefused(place, "damage.more-cells")
            _row(draft, dict(zip(columns, (cell.strip() for cell in row), strict=False)), place)
    except csv.Error as error:
        raise ImportRefused(_line(reader.line_num + 1), "damage.quotes") from error
    settle_roles(draft)


def _row(draft: LineageDraft, row: Mapping[str, str], place: Place) -> None:
    origin = _end(draft, row, "from", place)
    if not row.get("to_name"):
        if row.get("role") or row.get("to_kind"):
            raise ImportRefused((place, "to_name"), "damage.empty-name")
        return
    target = _end(draft, row, "to", place)
    role = role_of(row.get("role", ""), (place, "role"))
    draft.edge(origin, target, role, certainty_of(row.get("certainty", ""), (place, "certainty")))


def _end(draft: LineageDraft, row: Mapping[str, str], side: str, place: Place) -> str:
    value = {field: row.get(f"{side}_{field}", "") for field in _END}
    if not value["name"]:
        raise ImportRefused((place, f"{side}_name"), "damage.empty")
    kind = kind_of(value["kind"], (place, f"{side}_kind"))
    ident = node_id(kind, value["name"], value["version"], value["namespace"])
    draft.add(
        Node(
            ident, kind, value["name"], value["version"], value["namespace"],
            (value["digest"],) if value["digest"] else (),
            created=utc(value["created"], (place, f"{side}_created")),
            ended=utc(value["ended"], (place, f"{side}_ended")),
        )
    )  # fmt: skip
    return ident


def _line(number: int) -> Message:
    return message("place.line", line=number)


def _delimiter(header: str) -> str:
    return ";" if header.count(";") > header.count(",") else ","


def _columns(header: str) -> list[str]:
    return [cell.strip().strip('"').casefold() for cell in header.strip().split(_delimiter(header))]
