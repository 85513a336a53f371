"""Finds records by what the subject is known by: identifiers exactly, names closely, free text as confirmation.

A date of birth or an address confirms a record that something else found; it never proposes one.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dsr_desk.core.findings import Identifiers, Reason, ReasonKind
from dsr_desk.search.columns import ColumnKind
from dsr_desk.search.identifiers import Form, folded, forms_of, hashes_of, is_hash, key_of_hash, keys_of
from dsr_desk.search.index import Index
from dsr_desk.search.lookup import forms_in, kinds_of
from dsr_desk.search.match_names import Likeness, compare_names, similar_tokens
from dsr_desk.search.match_text import text_rows
from dsr_desk.search.names import name_tokens

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
    addresses: tuple[str, ...]
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
            if is_hash(value):
                hashes.add(value.strip().lower())
                keys.add(key_of_hash(value.strip()))
            for form in forms_of(kind, value, country):
                forms[kind].setdefault(form.text, form)
                keys.update(keys_of(kind, form))
                if kind in (ColumnKind.EMAIL, ColumnKind.PHONE):
                    for name, digest in hashes_of(form.text).items():
                        hashed[digest] = (kind, name)
            texts.append(folded(value))
    return Wanted(
        forms=dict(forms),
        hashed=hashed,
        given_hashes=frozenset(hashes),
        names=identifiers.names,
        dates=frozenset(filter(None, map(plain_date, identifiers.dates_of_birth))),
        addresses=tuple(filter(None, map(plain_address, identifiers.addresses))),
        texts=(*texts, *map(folded, identifiers.names)),
        keys=frozenset(keys),
    )


def find_records(index: Index, subject: Wanted) -> dict[int, list[Reason]]:
    """Reasons by item row for every record that an identifier, a name or a mention in free text proposes."""
    by_key = {row for (row,) in index.rows_in("SELECT DISTINCT item FROM lookups WHERE key IN ({})", subject.keys)}
    likenesses = _by_name(index, subject.names)
    by_text = text_rows(index, subject.texts)
    found: dict[int, list[Reason]] = {}
    for row, fields in records(index, {*by_key, *likenesses, *by_text}).items():
        reasons = _identifier_reasons(subject, fields, index.country)
        reasons += _name_reasons(subject, fields)
        reasons += _text_reasons(subject, fields, reasons)
        if reasons:
            found[row] = [*reasons, *_confirmations(subject, fields, reasons)]
    return found


@dataclass(frozen=True)
class Field:
    """One field of a record with its column's name and kind."""

    column: str
    kind: ColumnKind
    value: str


def records(index: Index, rows: Iterable[int]) -> dict[int, list[Field]]:
    """Fields of records by item row."""
    kinds: dict[int, dict[int, ColumnKind]] = {}
    names: dict[int, dict[int, str]] = {}
    found: dict[int, list[Field]] = {}
    query = "SELECT r.item, r.fields, i.container FROM records r JOIN items i ON i.id = r.item WHERE r.item IN ({})"
    for row, text, container in index.rows_in(query, sorted(rows)):
        if container not in kinds:
            kinds[container] = kinds_of(index.db, container)
            names[container] = dict(index.rows("SELECT number, name FROM columns WHERE container = ?", [container]))
        found[row] = [
            Field(names[container][number], kinds[container][number], value)
            for number, value in enumerate(json.loads(text))
            if value
        ]
    return found


def plain_date(value: str) -> str:
    """A date as 1980-01-31 where year, month and day are clear, else "". Day first unless it begins with a year."""
    parts = [part for part in "".join(char if char.isdigit() else " " for char in value.split("T")[0]).split() if part]
    if len(parts) == 1 and len(parts[0]) == 8:
        parts = [parts[0][:4], parts[0][4:6], parts[0][6:]]
    if len(parts) < 3:
        return ""
    if len(parts[0]) == 4:
        year, month, day = parts[:3]
    elif len(parts[2]) == 4:
        day, month, year = parts[:3]
    else:
        return ""
    return f"{year}-{int(month):02}-{int(day):02}"


def plain_address(value: str) -> str:
    """Words and numbers of an address in Latin letters, without order."""
    return " ".join(
        sorted({*name_tokens(value), *(word for word in folded(value).split() if any(map(str.isdigit, word)))})
    )


def _identifier_reasons(subject: Wanted, fields: Sequence[Field], country: str) -> list[Reason]:
    reasons = []
    for one in fields:
        value = one.value.strip().lower()
        if is_hash(value) and value in subject.hashed:
            kind, name = subject.hashed[value]
            says = (
                f"{WORDS[kind]} in column {one.column} is the same, as its {name.upper().replace('SHA', 'SHA-')} hash"
            )
            reasons.append(Reason(ReasonKind.RECORD, STRONG, says))
        elif is_hash(value) and value in subject.given_hashes:
            reasons.append(Reason(ReasonKind.RECORD, STRONG, f"hash in column {one.column} is the same"))
        best: tuple[float, str] | None = None
        for kind, form in forms_in(one.kind, one.value, country):
            match = _match(subject, kind, form, one)
            if match and (best is None or match[0] > best[0]):
                best = match
        if best:
            reasons.append(Reason(ReasonKind.RECORD, *best))
    return reasons


def _match(subject: Wanted, kind: ColumnKind, form: Form, one: Field) -> tuple[float, str] | None:
    word = WORDS[kind]
    where = f"in column {one.column}" if one.kind is kind else f"mentioned in column {one.column}"
    known = subject.forms.get(kind, {}).get(form.text)
    if known is not None:
        note = form.note or known.note
        if not note:
            return STRONG, f"{word} {where} is the same"
        return WEAK, f"{word} {where} is the same {note}"
    if subject.given_hashes and kind in (ColumnKind.EMAIL, ColumnKind.PHONE):
        for name, digest in hashes_of(form.text).items():
            if digest in subject.given_hashes:
                says = f"{word} {where} has the {HASH_NAMES[name]} hash that was asked for"
                return (WEAK if form.note else STRONG), says
    return None


def _by_name(index: Index, names: Sequence[str]) -> set[int]:
    rows: set[int] = set()
    for name in names:
        rows |= similar_tokens(index, name)
    return rows


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
    return [Reason(ReasonKind.RECORD, min(likeness.score, NAME_ALONE), f"name in column {column}: {likeness.says}")]


def _text_reasons(subject: Wanted, fields: Sequence[Field], known: Sequence[Reason]) -> list[Reason]:
    if known:
        return []
    for one in fields:
        text = folded(one.value)
        for wanted_text in subject.texts:
            if len(wanted_text) >= 4 and wanted_text in text:
                says = f"text in column {one.column} mentions what the subject is known by"
                return [Reason(ReasonKind.RECORD, WEAK, says)]
    return []


def _confirmations(subject: Wanted, fields: Sequence[Field], reasons: Sequence[Reason]) -> list[Reason]:
    """A date of birth or an address that agrees makes what was found a little more certain."""
    best = max(reason.score for reason in reasons)
    confirmed = []
    for one in fields:
        if one.kind is ColumnKind.DATE_OF_BIRTH and plain_date(one.value) in subject.dates:
            says = f"date of birth in column {one.column} agrees"
            confirmed.append(Reason(ReasonKind.RECORD, min(1.0, best + CONFIRMED), says))
        if one.kind is ColumnKind.ADDRESS and _same_address(subject.addresses, one.value):
            says = f"address in column {one.column} agrees"
            confirmed.append(Reason(ReasonKind.RECORD, min(1.0, best + CONFIRMED), says))
    return confirmed


def _same_address(addresses: Sequence[str], value: str) -> bool:
    words = set(plain_address(value).split())
    return any(words and words <= set(address.split()) for address in addresses)
