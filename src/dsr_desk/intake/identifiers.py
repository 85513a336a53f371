"""Identifiers in a letter, each with its place and whose it is. Nothing is asserted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from dsr_desk.core.requests import Found, FoundKind, Whose
from dsr_desk.intake.acting import acts_for_another, wards_in
from dsr_desk.intake.model import House, Passage, Voice
from dsr_desk.intake.names import words_of
from dsr_desk.intake.passages import readings_in
from dsr_desk.intake.sides import Sides, addresses_in
from dsr_desk.intake.whose import Scene, ValueRead


def identifiers_in(
    passages: Collection[Passage], house: House, *, language: str = "", known: Collection[Found] = ()
) -> list[Found]:
    """Names, e-mails, phones, user names, account ids, dates of birth and addresses, in the order of the lines.

    `known` was found before (in headers, in fields) and tells whose an identifier is. Phone numbers without a country
    code are read as those of the house's country and of those where the language is spoken.
    """
    own = [one for one in passages if one.voice is Voice.WRITER]
    acting = any(one.whose is Whose.AGENT for one in known) or acts_for_another("\n".join(one.text for one in own))
    wards = wards_in(line for one in own for line in one.text.split("\n")) if acting else []
    scene = Scene(
        sides=Sides(house, frozenset()),
        language=language,
        senders=_values(known, FoundKind.EMAIL, Whose.SUBJECT, Whose.AGENT),
        sender_names=_values(known, FoundKind.NAME, Whose.SUBJECT, Whose.AGENT),
        excluded=_values(known, FoundKind.EMAIL, Whose.HOUSE, Whose.OTHER) | _addresses_of_house(passages),
        acting=acting,
        wards=tuple(name for _, name in wards),
    )
    found = [one for passage in passages for one in readings_in(passage, scene)]
    return settled(_found(one, scene) for one in found)


def settled(found: Iterable[Found]) -> list[Found]:
    """Findings of which each belongs to one side: what is the subject's is nobody else's, names are said in full."""
    given = list(dict.fromkeys(found))
    hers = {(one.kind, _key(one.value)) for one in given if one.whose is Whose.SUBJECT}
    names = {
        one.value: words_of(one.value) for one in given if one.whose is Whose.SUBJECT and one.kind is FoundKind.NAME
    }
    kept: list[Found] = []
    for one in given:
        if one.whose is not Whose.SUBJECT and (one.kind, _key(one.value)) in hers:
            continue
        if one.kind is FoundKind.NAME and _is_part(one.value, names, one.whose is not Whose.SUBJECT):
            continue
        kept.append(one)
    return kept


def _is_part(name: str, names: Mapping[str, frozenset[str]], or_same: bool) -> bool:
    """Whether a name is less of one that is known."""
    said = words_of(name)
    return any(
        said and said <= other and (len(said) < len(other) or (or_same and name != whole))
        for whole, other in names.items()
    )


def _found(reading: ValueRead, scene: Scene) -> Found:
    return Found(reading.kind, reading.value, reading.where, whose=scene.whose(reading))


def _addresses_of_house(passages: Collection[Passage]) -> frozenset[str]:
    """Addresses to which the letter says that it goes, where it says nothing else in that passage."""
    to = [one for one in passages if one.voice is Voice.HOUSE and len(one.text.strip().split("\n")) <= 2]
    return frozenset(address.lower() for one in to for address in addresses_in(one.text))


def _values(known: Collection[Found], kind: FoundKind, *sides: Whose) -> frozenset[str]:
    return frozenset(one.value.lower() for one in known if one.kind is kind and one.whose in sides)


def _key(value: str) -> str:
    return "".join(sign for sign in value.casefold() if sign.isalnum() or sign in "@+_")
