"""What two records say of the person they are about: whether they agree, or speak of different people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from dsr_desk.core.message import Message, message
from dsr_desk.search.records.columns import ColumnKind, Field
from dsr_desk.search.records.confirming import dates_in
from dsr_desk.search.records.identifiers import email_forms, is_placeholder
from dsr_desk.search.records.match_names import compare_names

_SAYS = {
    ColumnKind.NAME: message("against.name"),
    ColumnKind.EMAIL: message("against.email"),
    ColumnKind.DATE_OF_BIRTH: message("against.date-of-birth"),
}

SCORES = (1.0, 0.6, 0.3, 0.2)
"""Of a tie that nothing, one, two or three kinds of fields speak against."""


def contradictions(one: Sequence[Field], other: Sequence[Field]) -> tuple[Message, ...]:
    """Which of full name, e-mail and date of birth stand in both and differ. One that agrees leaves its kind out."""
    return tuple(_SAYS[kind] for kind, same in _compared(one, other).items() if not same)


def agrees(one: Sequence[Field], other: Sequence[Field]) -> bool:
    """Whether a full name, an e-mail or a date of birth of both is the same, and none of them differs."""
    found = _compared(one, other)
    return bool(found) and all(found.values())


def several_people(records: Iterable[Sequence[Field]], least: int) -> bool:
    """Whether at least so many of these records contradict each other by name or date of birth."""
    apart: list[Sequence[Field]] = []
    for fields in records:
        if all(_people_differ(fields, known) for known in apart):
            apart.append(fields)
        if len(apart) >= least:
            return True
    return False


def _people_differ(one: Sequence[Field], other: Sequence[Field]) -> bool:
    return any(not same for kind, same in _compared(one, other).items() if kind is not ColumnKind.EMAIL)


def _compared(one: Sequence[Field], other: Sequence[Field]) -> dict[ColumnKind, bool]:
    """For each kind that both know: whether it is the same."""
    found = {}
    names = _full_names(one), _full_names(other)
    if all(names):
        found[ColumnKind.NAME] = any(compare_names(*pair) is not None for pair in product(*names))
    for kind, read in ((ColumnKind.EMAIL, _addresses), (ColumnKind.DATE_OF_BIRTH, dates_in)):
        values = [{text for value in _values(fields, kind) for text in read(value)} for fields in (one, other)]
        if all(values):
            found[kind] = bool(values[0] & values[1])
    return found


def _full_names(fields: Sequence[Field]) -> list[str]:
    """Names of at least two words; a given name alone contradicts nobody."""
    values = _values(fields, ColumnKind.NAME)
    return [name for name in dict.fromkeys((*values, " ".join(values))) if len(name.split()) > 1]


def _values(fields: Sequence[Field], kind: ColumnKind) -> list[str]:
    return [one.value for one in fields if one.kind is kind and not is_placeholder(one.value)]


def _addresses(value: str) -> list[str]:
    return [form.text for form in email_forms(value)]
