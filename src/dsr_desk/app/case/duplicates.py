"""Cases that are about the same request or the same person: named before another one is opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dsr_desk.app.case.case_lines import CaseLine
from dsr_desk.app.case.drafts import RequestDraft
from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Kind
from dsr_desk.core.message import Message, message, term
from dsr_desk.core.requests import IDENTIFIER_FIELDS, CaseState, FoundKind, Request
from dsr_desk.search.records.identifiers import folded

_TELLING = (FoundKind.EMAIL, FoundKind.PHONE, FoundKind.USER_NAME, FoundKind.ACCOUNT_ID)
"""What two people seldom share."""

_END_OF_NUMBER = 9
"""Digits at the end of a telephone number that are the same with and without its country."""


@dataclass(frozen=True)
class Same:
    """A case that this request may be a duplicate of, and by what that shows."""

    ref: str
    state: CaseState
    why: Message

    @property
    def says(self) -> Message:
        return message("duplicate", case=self.ref, state=term(self.state), why=self.why)


def likely_duplicates(desk: Desk, request: Request) -> tuple[Same, ...]:
    """Cases, open or ended, with the same letter, the sender's same number, or an identifier of the same person."""
    with desk.vault.turn():
        received = desk.vault.log.entries(kinds=(Kind.RECEIVED,))
        read = {entry.case: desk.values(entry.seq, "request").get("request") or {} for entry in received}
        named, listed = desk.vault.cases.named(), desk.vault.cases.all()
    found = []
    for one in sorted(listed, key=lambda one: one.ref):
        known = named.get(one.case_id, {})
        why = next(_same(request, read.get(one.case_id, {}), known.get("identifiers") or {}), None)
        if why is not None:
            found.append(Same(one.ref, CaseLine(one, known).state, why))
    return tuple(found)


def warned(desk: Desk, draft: RequestDraft) -> RequestDraft:
    """The draft, with a warning for each case that it may be a duplicate of."""
    return replace(draft, warnings=(*draft.warnings, *(one.says for one in likely_duplicates(desk, draft.request))))


def _same(request: Request, read: Mapping[str, Any], known: Mapping[str, list[str]]) -> Iterator[Message]:
    """Why two requests are one, the surest reason first."""
    if request.digest and read.get("digest") == request.digest:
        yield message("duplicate.letter")
    numbers = {one["value"] for one in read.get("found", ()) if one["kind"] == FoundKind.REFERENCE.value}
    if request.reference in numbers:
        yield message("duplicate.reference", number=request.reference)
    for kind in _TELLING:
        there = {_plain(kind, value) for value in known.get(IDENTIFIER_FIELDS[kind], ())}
        for value in getattr(request.identifiers, IDENTIFIER_FIELDS[kind]):
            if _plain(kind, value) in there:
                yield message("duplicate.identifier", kind=term(kind), value=value)


def _plain(kind: FoundKind, value: str) -> str:
    if kind is FoundKind.PHONE:
        return "".join(sign for sign in value if sign.isdigit())[-_END_OF_NUMBER:]
    return folded(value)
