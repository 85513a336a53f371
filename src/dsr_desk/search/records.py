"""Finds records by what the subject is known by: identifiers exactly, names closely, free text as confirmation.

A date of birth or an address confirms a record that something else found; it never proposes one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dsr_desk.core.findings import FoundBy, Identifiers, Reason, ReasonKind
from dsr_desk.core.hashes import hash_in
from dsr_desk.search.columns import ColumnKind, Field
from dsr_desk.search.combined import SAYS, combined_hashes
from dsr_desk.search.confirming import address_words, dates_in, same_address
from dsr_desk.search.identifiers import Form, folded, forms_of, hashes_of, key_of_hash, keys_of
from dsr_desk.search.index import Index
from dsr_desk.search.lookup import columns_of, fields_in, forms_in
from dsr_desk.search.match_names import Likeness, compare_names, similar_names
from dsr_desk.search.match_text import mentions, text_rows

WORDS = {
    ColumnKind.EMAIL: "e-mail",
    ColumnKind.PHONE: "phone number",
    ColumnKind.USER_NAME: "user name",
    ColumnKind.ACCOUNT_ID: "account id",
}
HASH_NAMES = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256"}
STRONG, WEAK = 1.0, 0.85
CONFIRMED = 0.03
NAME_ALONE = 0.97
"""No likeness of names alone makes a record as certain as an identifier."""


@dataclass(frozen=True)
class Wanted:
    """The subject's identifiers, normalised once: forms by kind, name tokens, folded dates and addresses."""

    forms: dict[ColumnKind, dict[str, Form]]
    hashed: dict[str, tuple[ColumnKind, str]]
    given_hashes: frozenset[str]
    names: tuple[str, ...]
    dates: frozenset[str]
    addresses: tuple[frozenset[str], ...]
    texts: tuple[str, ...]
    keys: frozenset[int] = field(repr=False)


def wanted(identifiers: Identifiers, country: str = "") -> Wanted:
    """Normalises identifiers. An e-mail, phone or account that is given as a hash is looked up as one."""
    given = (
        (ColumnKind.EMAIL, identifiers.emails),
        (ColumnKind.PHONE, identifiers.phones),
        (ColumnKind.USER_NAME, identifiers.user_names),
        (ColumnKind.ACCOUNT_ID, identifiers.account_ids),
    )
    forms: dict[ColumnKind, dict[str, Form]] = defaultdict(dict)
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
                    for name, digest in hashes_of(form.text).items():
                        hashed[digest] = (kind, name)
            texts.append(folded(value))
    return Wanted(
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


def find_records(index: Index, subject: Wanted) -> FoundRecords:
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


def _identifier_reasons(subject: Wanted, fields: Sequence[Field], country: str) -> list[Reason]:
    reasons = []
    if subject.given_hashes and any(digest.hex() in subject.given_hashes for digest in combined_hashes(fields)):
        reasons.append(_reason(STRONG, SAYS, FoundBy.IDENTIFIER))
    for one in fields:
        value = hash_in(one.value)
        if value in subject.hashed:
            kind, name = subject.hashed[value]
            says = f"{WORDS[kind]} in column {one.column} is the same, as its {HASH_NAMES[name]} hash"
            reasons.append(_reason(STRONG, says, FoundBy.IDENTIFIER))
        elif value in subject.given_hashes:
            reasons.append(_reason(STRONG, f"hash in column {one.column} is the same", FoundBy.IDENTIFIER))
        best: tuple[float, str, FoundBy] | None = None
        for kind, form in forms_in(one.kind, one.value, country):
            match = _match(subject, kind, form, one)
            if match and (best is None or match[0] > best[0]):
                best = match
        if best:
            reasons.append(_reason(*best))
    return reasons


def _reason(score: float, says: str, by: FoundBy) -> Reason:
    return Reason(ReasonKind.RECORD, score, says, by=by)


def _match(subject: Wanted, kind: ColumnKind, form: Form, one: Field) -> tuple[float, str, FoundBy] | None:
    word = WORDS[kind]
    by = FoundBy.IDENTIFIER if one.kind is kind else FoundBy.MENTION
    where = f"in column {one.column}" if one.kind is kind else f"mentioned in column {one.column}"
    known = subject.forms.get(kind, {}).get(form.text)
    if known is not None:
        note = form.note or known.note
        if not note:
            return STRONG, f"{word} {where} is the same", by
        return WEAK, f"{word} {where} is the same {note}", by
    if subject.given_hashes and form.hashed:
        for name, digest in hashes_of(form.text).items():
            if digest in subject.given_hashes:
                says = f"{word} {where} has the {HASH_NAMES[name]} hash that was asked for"
                return (WEAK if form.note else STRONG), says, by
    return None


def _name_reasons(subject: Wanted, fields: Sequence[Field]) -> list[Reason]:
    parts = [one for one in fields if one.kind is ColumnKind.NAME]
    if not parts or not subject.names:
        return []
    candidates = [(one.value, one.column) for one in parts]
    if len(parts) > 1:
        candidates.append((" ".join(one.value for one in parts), " and ".join(one.column for one in parts)))
    best: tuple[Likeness, str] | None = None
    for name in subject.names:
        for value, column in candidates:
            likeness = compare_names(name, value)
            if likeness and (best is None or likeness.score > best[0].score):
                best = likeness, column
    if best is None:
        return []
    likeness, column = best
    score = min(likeness.score, NAME_ALONE)
    return [_reason(score, f"name in column {column}: {likeness.says}", FoundBy.NAME)]


def _text_reasons(subject: Wanted, fields: Sequence[Field], known: Sequence[Reason]) -> list[Reason]:
    if known:
        return []
    for one in fields:
        text = folded(one.value)
        for wanted_text in subject.texts:
            if mentions(text, wanted_text):
                says = f"text in column {one.column} mentions what the subject is known by"
                return [_reason(WEAK, says, FoundBy.MENTION)]
    return []


def _confirmations(subject: Wanted, fields: Sequence[Field], reasons: Sequence[Reason]) -> list[Reason]:
    """A date of birth or an address that agrees makes what was found a little more certain."""
    best = max(reason.score for reason in reasons)
    confirmed = []
    for one in fields:
        if one.kind is ColumnKind.DATE_OF_BIRTH and dates_in(one.value) & subject.dates:
            says = f"date of birth in column {one.column} agrees"
            confirmed.append(_reason(min(1.0, best + CONFIRMED), says, FoundBy.CONFIRMATION))
        if one.kind is ColumnKind.ADDRESS and any(
            same_address(known, address_words(one.value)) for known in subject.addresses
        ):
            says = f"address in column {one.column} agrees"
            confirmed.append(_reason(min(1.0, best + CONFIRMED), says, FoundBy.CONFIRMATION))
    return confirmed
