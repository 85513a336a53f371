"""Finds records by what the subject is known by: identifiers exactly, names closely, free text as confirmation.

A date of birth or an address confirms a record that something else found; it never proposes one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from dsr_desk.core.findings import FoundBy, Identifiers, Reason, ReasonKind
from dsr_desk.core.hashes import hash_in, held_hash
from dsr_desk.core.message import Message, Value, message
from dsr_desk.search.index.folder import Index
from dsr_desk.search.index.lookup import columns_of, fields_in, forms_in
from dsr_desk.search.records.against import SCORES, agrees, contradictions
from dsr_desk.search.records.columns import ColumnKind, Field
from dsr_desk.search.records.combined import SAYS, combined_hashes
from dsr_desk.search.records.confirming import address_words, dates_in, same_address
from dsr_desk.search.records.identifiers import (
    HELD,
    IdentifierForm,
    folded,
    forms_of,
    hashes_of,
    is_short_number,
    key_of_hash,
    keys_of,
)
from dsr_desk.search.records.match_names import Likeness, compare_names, similar_names

HASH_NAMES = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256"} | {
    f"sha{bits}": f"SHA-{bits}" for bits in (224, 384, 512)
}
STRONG, WEAK = 1.0, 0.85
CONFIRMED = 0.03
SHORT_NUMBER = 0.6
"""Of a short number as account id that nothing else in the record confirms: nothing hangs on it by itself."""

NAME_ALONE = 0.97
"""No likeness of names alone makes a record as certain as an identifier."""

SHORTEST = 4
_WITHOUT_BLANKS = "\u0e00"
"""From here on letters are of scripts that mostly write no blanks between words."""


@dataclass(frozen=True)
class WantedRecords:
    """The subject's identifiers, normalised once: forms by kind, name tokens, folded dates and addresses."""

    forms: dict[ColumnKind, dict[str, IdentifierForm]]
    hashed: dict[str, tuple[ColumnKind, str]]
    given_hashes: frozenset[str]
    names: tuple[str, ...]
    dates: frozenset[str]
    addresses: tuple[frozenset[str], ...]
    texts: tuple[str, ...]
    keys: frozenset[int] = field(repr=False)

    def as_fields(self) -> list[Field]:
        """What is known of the subject as a record would hold it, to be compared with one."""
        return [
            *(Field("", ColumnKind.NAME, name) for name in self.names),
            *(Field("", ColumnKind.EMAIL, text) for text in self.forms.get(ColumnKind.EMAIL, {})),
            *(Field("", ColumnKind.DATE_OF_BIRTH, day) for day in self.dates),
        ]


def wanted(identifiers: Identifiers, country: str = "") -> WantedRecords:
    """Normalises identifiers. An e-mail, phone or account that is given as a hash is looked up as one."""
    given = (
        (ColumnKind.EMAIL, identifiers.emails),
        (ColumnKind.PHONE, identifiers.phones),
        (ColumnKind.USER_NAME, identifiers.user_names),
        (ColumnKind.ACCOUNT_ID, identifiers.account_ids),
    )
    forms: dict[ColumnKind, dict[str, IdentifierForm]] = defaultdict(dict)
    hashed: dict[str, tuple[ColumnKind, str]] = {}
    hashes: set[str] = set()
    keys: set[int] = set()
    texts: list[str] = []
    for kind, values in given:
        for value in values:
            if given_hash := hash_in(value):
                hashes.add(given_hash)
                keys.add(key_of_hash(given_hash))
            for form in forms_of(kind, value, country):
                forms[kind].setdefault(form.text, form)
                keys.update(keys_of(form))
                if form.hashed:
                    for name, digest in hashes_of(form.text, HELD).items():
                        hashed[digest] = (kind, name)
                        keys.add(key_of_hash(digest))
            texts.append(folded(value))
    return WantedRecords(
        forms=dict(forms),
        hashed=hashed,
        given_hashes=frozenset(hashes),
        names=identifiers.names,
        dates=frozenset(date for value in identifiers.dates_of_birth for date in dates_in(value)),
        addresses=tuple(map(address_words, identifiers.addresses)),
        texts=(*texts, *map(folded, identifiers.names)),
        keys=frozenset(keys),
    )


@dataclass(frozen=True)
class FoundRecords:
    """Reasons by item row; `beyond` counts records with a similar name that were not compared, being too many."""

    reasons: dict[int, list[Reason]]
    beyond: int = 0


def find_records(index: Index, subject: WantedRecords) -> FoundRecords:
    """Every record that an identifier, a name or a mention in free text proposes."""
    by_key = set(index.postings.rows(subject.keys).tolist())
    rows = by_key | text_rows(index, subject.texts)
    beyond = 0
    for name in subject.names:
        similar, further = similar_names(index, name)
        rows.update(similar)
        beyond += further
    found: dict[int, list[Reason]] = {}
    for row, fields in records(index, rows).items():
        reasons = _identifier_reasons(subject, fields, index.country) if row in by_key else []
        reasons += _name_reasons(subject, fields)
        reasons += _text_reasons(subject, fields, reasons)
        if reasons:
            found[row] = [*reasons, *_confirmations(subject, fields, reasons)]
    return FoundRecords(found, beyond)


def records(index: Index, rows: Iterable[int]) -> dict[int, list[Field]]:
    """Fields of records by item row."""
    columns: dict[int, dict[int, tuple[str, ColumnKind]]] = {}
    found: dict[int, list[Field]] = {}
    query = "SELECT r.item, r.fields, i.container FROM records r JOIN items i ON i.id = r.item WHERE r.item IN ({})"
    for row, text, container in index.rows_in(query, sorted(rows)):
        if container not in columns:
            columns[container] = columns_of(index.db, container)
        found[row] = fields_in(columns[container], text)
    return found


def text_rows(index: Index, texts: Iterable[str]) -> set[int]:
    """Rows of records whose free text holds all trigrams of a text; the caller looks at the text itself."""
    rows: set[int] = set()
    for text in texts:
        whole = folded(text)
        trigrams = dict.fromkeys(whole[start : start + 3] for start in range(len(whole) - 2))
        if len(text) < SHORTEST or not trigrams:
            continue
        query = " AND ".join('"' + trigram.replace('"', '""') + '"' for trigram in islice(trigrams, 60))
        rows.update(row for (row,) in index.rows("SELECT rowid FROM free_text WHERE free_text MATCH ?", [query]))
    return rows


def mentions(text: str, wanted: str) -> bool:
    """Whether a folded text holds `wanted` as words of its own. Where words are not parted, anywhere."""
    if len(wanted) < SHORTEST:
        return False
    start = text.find(wanted)
    while start >= 0:
        around = (text[start - 1 : start] if start else "", text[start + len(wanted) : start + len(wanted) + 1])
        if not any(char.isalnum() and char < _WITHOUT_BLANKS for char in around):
            return True
        start = text.find(wanted, start + 1)
    return False


def _identifier_reasons(subject: WantedRecords, fields: Sequence[Field], country: str) -> list[Reason]:
    reasons = []
    if subject.given_hashes and any(digest.hex() in subject.given_hashes for digest in combined_hashes(fields)):
        reasons.append(_reason(STRONG, SAYS, FoundBy.IDENTIFIER))
    for one in fields:
        value = held_hash(one.value)
        if value in subject.hashed:
            kind, name = subject.hashed[value]
            says = agreement("as-hash", kind, Field(one.column, kind, ""), hash=HASH_NAMES[name])
            reasons.append(_reason(STRONG, says, FoundBy.IDENTIFIER))
        elif value in subject.given_hashes:
            reasons.append(_reason(STRONG, message("reason.hash", column=one.column), FoundBy.IDENTIFIER))
        best: tuple[float, Message, FoundBy] | None = None
        for kind, form in forms_in(one.kind, one.value, country):
            match = _match(subject, kind, form, one)
            if match and kind is ColumnKind.ACCOUNT_ID:
                match = _account_match(match, form.text, one, (subject.as_fields(), fields))
            if match and (best is None or match[0] > best[0]):
                best = match
        if best:
            reasons.append(_reason(*best))
    return reasons


def _account_match(
    match: tuple[float, Message, FoundBy], account: str, one: Field, sides: tuple[Sequence[Field], Sequence[Field]]
) -> tuple[float, Message, FoundBy]:
    """An account id weighs less in a record that speaks of somebody else, or where any table may hold its number."""
    score, says, by = match
    if against := contradictions(*sides):
        return min(score, SCORES[len(against)]), message("reason.identifier.against", same=says, against=against), by
    if is_short_number(account) and not agrees(*sides):
        note = message("form.short-number")
        return min(score, SHORT_NUMBER), agreement("same", ColumnKind.ACCOUNT_ID, one, note=note), by
    return match


def _reason(score: float, says: Message, by: FoundBy) -> Reason:
    return Reason(ReasonKind.RECORD, score, says, by=by)


def agreement(how: str, kind: ColumnKind, one: Field, *, note: Message | None = None, **more: str) -> Message:
    """The sentence that a field holds an identifier of this kind, or mentions one among other things."""
    values: dict[str, Value] = {"kind": message(f"identifier.{kind}"), **more}
    values["where"] = message("where.column" if one.kind is kind else "where.mention", column=one.column)
    return (
        Message(f"reason.identifier.{how}.note", {**values, "note": note})
        if note
        else Message(f"reason.identifier.{how}", values)
    )


def _match(
    subject: WantedRecords, kind: ColumnKind, form: IdentifierForm, one: Field
) -> tuple[float, Message, FoundBy] | None:
    by = FoundBy.IDENTIFIER if one.kind is kind else FoundBy.MENTION
    known = subject.forms.get(kind, {}).get(form.text)
    if known is not None:
        note = form.note or known.note
        return (WEAK if note else STRONG), agreement("same", kind, one, note=note), by
    if subject.given_hashes and form.hashed:
        for name, digest in hashes_of(form.text).items():
            if digest in subject.given_hashes:
                says = agreement("asked", kind, one, hash=HASH_NAMES[name])
                return (WEAK if form.note else STRONG), says, by
    return None


def _name_reasons(subject: WantedRecords, fields: Sequence[Field]) -> list[Reason]:
    parts = [one for one in fields if one.kind is ColumnKind.NAME]
    if not parts or not subject.names:
        return []
    candidates: list[tuple[str, tuple[str, ...]]] = [(one.value, (one.column,)) for one in parts]
    if len(parts) > 1:
        candidates.append((" ".join(one.value for one in parts), tuple(one.column for one in parts)))
    best: tuple[Likeness, tuple[str, ...]] | None = None
    for name in subject.names:
        for value, columns in candidates:
            likeness = compare_names(name, value)
            if likeness and (best is None or likeness.score > best[0].score):
                best = likeness, columns
    if best is None:
        return []
    likeness, columns = best
    says = message("reason.name.like" if likeness.notes else "reason.name", columns=columns, notes=likeness.notes)
    return [_reason(min(likeness.score, NAME_ALONE), says, FoundBy.NAME)]


def _text_reasons(subject: WantedRecords, fields: Sequence[Field], known: Sequence[Reason]) -> list[Reason]:
    if known:
        return []
    for one in fields:
        text = folded(one.value)
        for wanted_text in subject.texts:
            if mentions(text, wanted_text):
                return [_reason(WEAK, message("reason.text", column=one.column), FoundBy.MENTION)]
    return []


def _confirmations(subject: WantedRecords, fields: Sequence[Field], reasons: Sequence[Reason]) -> list[Reason]:
    """A date of birth or an address that agrees makes what was found a little more certain."""
    best = max(reason.score for reason in reasons)
    confirmed = []
    for one in fields:
        if one.kind is ColumnKind.DATE_OF_BIRTH and dates_in(one.value) & subject.dates:
            says = message("reason.date-of-birth", column=one.column)
            confirmed.append(_reason(min(1.0, best + CONFIRMED), says, FoundBy.CONFIRMATION))
        if one.kind is ColumnKind.ADDRESS and any(
            same_address(known, address_words(one.value)) for known in subject.addresses
        ):
            says = message("reason.address", column=one.column)
            confirmed.append(_reason(min(1.0, best + CONFIRMED), says, FoundBy.CONFIRMATION))
    return confirmed
