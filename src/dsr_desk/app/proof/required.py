"""What each document of a case must hold: how every field stands, and the officers' word where nothing else says it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from dsr_desk.app.allowed import refusal
from dsr_desk.app.desk import Desk
from dsr_desk.app.proof.known import CaseKnowledge, KnownField
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.case import Case
from dsr_desk.core.changes import Change
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message, quoted
from dsr_desk.core.refusals import Refusal
from dsr_desk.core.requests import Law
from dsr_desk.core.required import (
    STATEABLE,
    AskedField,
    Document,
    FieldState,
    Filled,
    asked_fields,
    document_of,
    field_name,
    fields_for_all,
    fields_of,
)
from dsr_desk.evidence.contents.content import Edition


class RequiredEmpty(Refusal):
    code = "BUNDLE-REQUIRED-EMPTY"
    happened = "{count} {count:field|fields} that the evidence of case {case} must hold {count:is|are} empty: {fields}."
    means = "A reader would not learn what the law wants said. No bundle was made."
    todo = (
        "State each under Evidence, or with “bundle state” (for all cases: “vault state”, “vault retention”): its "
        "text, that it does not apply, or that it is not yet known, with the reason."
    )


class FieldUnknown(DeskError):
    code = "REQUIRED-FIELD-UNKNOWN"
    happened = "No document asks for a field “{field}” here."
    means = "Nothing was stated."
    todo = "List the fields with “bundle required” and take one of those."


class StatementEmpty(DeskError):
    code = "REQUIRED-TEXT-MISSING"
    happened = "Nothing was said for the field “{field}”."
    means = "An empty field says nothing to its reader. Nothing was stated."
    todo = "Give the text, or the reason why it does not apply or is not yet known."


def filled_fields(desk: Desk, ref: str, document: Document) -> tuple[Filled, ...]:
    """The fields of a document as they stand now, empty ones too."""
    return filled_documents(desk, ref, (document,))[document]


def filled_documents(desk: Desk, ref: str, documents: Iterable[Document]) -> dict[Document, tuple[Filled, ...]]:
    """The same for several documents: what is looked up for one serves the others."""
    with desk.reading(ref) as case:
        known, law, found = CaseKnowledge(desk, ref, case), _law(case), {}
        filled: dict[str, Filled] = {}
        for document in documents:
            asked = asked_fields(law, case.right, document_of(law, document))
            for one in asked:
                if one.field not in filled:
                    filled[one.field] = _filled(known, law, one)
            found[document] = tuple(replace(filled[one.field], source=one.source) for one in asked)
        return found


def missing(desk: Desk, ref: str, documents: Iterable[Document]) -> RequiredEmpty | None:
    """Why documents of these kinds cannot be made now, with every field that is empty; None where none is."""
    return empty_of(ref, chain.from_iterable(filled_documents(desk, ref, documents).values()))


def empty_of(ref: str, fields: Iterable[Filled]) -> RequiredEmpty | None:
    """The same for fields that were looked up before."""
    empty = dict.fromkeys(one.field for one in fields if one.state is FieldState.EMPTY)
    if not empty:
        return None
    return RequiredEmpty(case=ref, count=len(empty), fields=tuple(map(field_name, empty)))


def edition_fields(desk: Desk, ref: str) -> dict[Edition, tuple[Filled, ...]]:
    """What each edition of a bundle holds."""
    found = filled_documents(desk, ref, (Document.REQUESTER, Document.REGULATOR))
    return {Edition(document.value): fields for document, fields in found.items()}


def sealing_refusal(desk: Desk, ref: str, *, requester: bool, regulators: int) -> Refusal | None:
    """Why nothing can be sealed for these recipients now: what the rules say, then fields that are empty."""
    documents = documents_of(requester=requester, regulators=regulators)
    return refusal(desk, ref, Kind.SEALING) or missing(desk, ref, documents)


def documents_of(*, requester: bool, regulators: int) -> list[Document]:
    """The kinds of documents that are sealed for these recipients."""
    wanted = ((Document.REQUESTER, requester), (Document.REGULATOR, bool(regulators)))
    return [document for document, yes in wanted if yes]


def state_field(desk: Desk, ref: str, field: str, state: FieldState, text: str) -> Change:
    """An officer's word on a field of this case: its text, or the reason for the lack of one. The newest counts, as
    long as the case is under the same law.

    Raises FieldUnknown, StatementEmpty, CaseOver.
    """
    with desk.reading(ref) as case:
        law = _law(case)
    said = _statement(law, fields_of(law), field, state, text)
    return desk.act(Draft(Kind.STATED, said, {"text": " ".join(text.split())}), ref)


def state_generally(desk: Desk, law: Law, field: str, state: FieldState, text: str) -> Change:
    """The same for every case under a law, until a case says otherwise. Raises FieldUnknown, StatementEmpty."""
    said = _statement(law, fields_for_all(law), field, state, text)
    return desk.act(Draft(Kind.STATED_GENERALLY, said, {"text": " ".join(text.split())}))


def general_fields(desk: Desk, law: Law) -> tuple[Filled, ...]:
    """What is stated for every case under a law, field by field; most are empty: a case's acts say them."""
    with desk.vault.turn():
        return tuple(_general(desk, law, AskedField(field, "")) for field in fields_for_all(law))


def _law(case: Case) -> Law:
    return Law(case.facts[-1]["law"]) if case.facts else Law.UNKNOWN


def _statement(law: Law, known: Iterable[str], field: str, state: FieldState, text: str) -> dict[str, str]:
    if field not in known:
        raise FieldUnknown(field=field)
    if not text.strip() or state not in STATEABLE:
        raise StatementEmpty(field=field_name(field))
    return {"law": law.value, "field": field, "state": state.value}


def _filled(at: CaseKnowledge, law: Law, asked: AskedField) -> Filled:
    """What acts and records say stands, and a statement adds to it; else the case's word, then the organisation's."""
    stated, known = at.case.stated.get(f"{law.value} {asked.field}"), at.field(asked.field)
    said = _said(at.desk, asked, stated["seq"], stated["state"], stated["time"]) if stated is not None else None
    if known is not None and known.proper:
        return _known(asked, known, said)
    general = _general(at.desk, law, asked)
    if said is None and general.state is not FieldState.EMPTY:
        said = general
    if said is not None:
        return said
    return _known(asked, known, None) if known is not None else Filled(asked.field, asked.source, FieldState.EMPTY)


def _known(asked: AskedField, known: KnownField, added: Filled | None) -> Filled:
    says, entries = known.says, known.entries
    if added is not None:
        says, entries = (*says, *added.says), (*entries, *added.entries)
    return Filled(asked.field, asked.source, known.state, says, entries, known.proper)


def _general(desk: Desk, law: Law, asked: AskedField) -> Filled:
    stated = desk.vault.roster.stated.get(f"{law.value} {asked.field}")
    return _said(desk, asked, *stated) if stated is not None else Filled(asked.field, asked.source, FieldState.EMPTY)


def _said(desk: Desk, asked: AskedField, seq: int, state: str, time: str) -> Filled:
    """A statement whose text was forgotten says nothing any more."""
    text = desk.values(seq).get("text", "")
    if not text:
        return Filled(asked.field, asked.source, FieldState.EMPTY)
    says = quoted(text) if state == FieldState.STATED.value else message(f"required.{state}", day=time, why=text)
    return Filled(asked.field, asked.source, FieldState(state), (says,), (seq,))
