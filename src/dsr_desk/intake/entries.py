"""Requests in JSON as programs for privacy requests export them: one object, a list of them, or one on each line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from dsr_desk.core.message import message
from dsr_desk.intake import table, text
from dsr_desk.intake.decoding import decode
from dsr_desk.intake.model import Format, House, Intake, RequestUnreadable

DEEPEST = 6
_OF_PERSON = frozenset(
    {"attributes", "subject", "datasubject", "person", "consumer", "customer", "client", "requester", "requestor"}
    | {"identity", "identifiers", "contact", "details", "fields", "request", "form", "answers", "data", "profile"}
    | {"submitter", "applicant", "user", "ticket", "personaldata", "requestdetails", "enduser", "reporter"}
)
"""Objects in a request whose entries are the person's own; those of others (an assignee, an agent) are not read."""


def _read(data: bytes, name: str, house: House) -> list[Intake]:
    """Raises RequestUnreadable for a list of several of which it is not known what they are."""
    entries = _entries(_parsed(decode(data)))
    flat = [dict(_fields(one)) for one in entries]
    header = list(dict.fromkeys(key for one in flat for key in one))
    rows = [(0, header), *((number, [one.get(key, "") for key in header]) for number, one in enumerate(flat, start=1))]
    try:
        return table.requests_in(rows, name, data, house)
    except RequestUnreadable:
        if len(entries) > 1:
            raise RequestUnreadable(name=name, why=message("why.entries.unknown", count=len(entries))) from None
        said = "\n".join(f"{key}: {value}" for one in flat for key, value in one.items())
        return text.FORMAT.read(said.encode() or data, name, house)


def _parsed(content: str) -> object:
    """What the text says in JSON, as a whole or line by line; None where it is neither."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        pass
    try:
        return [json.loads(line) for line in content.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        return None


def _entries(body: object, depth: int = 0) -> list[Mapping[str, Any]]:
    """The objects of a list, or of the only list of objects that an object holds; else the object itself.

    An object that holds nothing but another (`{"requests": {"nodes": [...]}}`) is only its envelope.
    """
    if isinstance(body, list):
        return [one for one in body if isinstance(one, dict)]
    if not isinstance(body, dict):
        return []
    if len(body) == 1 and isinstance(inner := next(iter(body.values())), dict) and depth < DEEPEST:
        return _entries(inner, depth + 1)
    lists = [one for one in body.values() if isinstance(one, list) and one and all(isinstance(e, dict) for e in one)]
    return list(lists[0]) if len(lists) == 1 and not table.knows(list(dict(_fields(body)))) else [body]


def _fields(entry: Mapping[str, Any], depth: int = 0) -> Iterator[tuple[str, str]]:
    """The entry's own values by their keys, and those of objects in it that are the person's."""
    for key, value in entry.items():
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            yield "name" if depth and _bare(key) == "displayname" else str(key), str(value).strip()
        elif isinstance(value, list) and all(isinstance(one, str) for one in value):
            yield str(key), "; ".join(value)
        elif isinstance(value, dict) and "address" in str(key).casefold():
            yield str(key), ", ".join(str(one) for one in value.values() if isinstance(one, str | int) and one != "")
        elif isinstance(value, dict) and depth < DEEPEST and _bare(key) in _OF_PERSON:
            yield from _fields(value, depth + 1)


def _bare(key: object) -> str:
    return "".join(sign for sign in str(key).casefold() if sign.isalpha())


def _recognises(name: str, head: bytes) -> bool:
    begin = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if PurePath(name).suffix.lower() in (".json", ".jsonl", ".ndjson"):
        return begin.startswith((b"{", b"["))
    return begin.startswith((b'{"', b'[{"', b"{\n", b"[\n", b"{\r", b"[\r", b"[ {", b'{ "')) and b'":' in begin


FORMAT = Format("entries", _recognises, _read)
