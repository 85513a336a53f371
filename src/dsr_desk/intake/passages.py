"""What stands in a passage that could identify somebody, and whose it is by the words around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import FoundKind, Whose
from dsr_desk.intake import prose
from dsr_desk.intake.fields import LabelledValue, fields_in
from dsr_desk.intake.layout import Part, closing, parts_of
from dsr_desk.intake.model import Passage, Voice
from dsr_desk.intake.names import same_person, whole_name, written_name
from dsr_desk.intake.places import lines_of_address
from dsr_desk.intake.sides import PROVIDERS, Sides
from dsr_desk.intake.values import numbers_in, values_of

_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"')]+", re.IGNORECASE)
_MAX_LINE = 5_000


@dataclass(frozen=True)
class Reading:
    """A value as read, before it is known whose it is. `said`: what the words around it say (hers, another's, None).

    `labelled`: behind a label. `part`: in which part of the letter.
    """

    kind: FoundKind
    value: str
    where: Message
    voice: Voice
    part: Part
    labelled: bool = False
    said: bool | None = None
    ward: bool = False


@dataclass(frozen=True)
class Scene:
    """What is known of the people of a letter while it is read; addresses and names in lower case."""

    sides: Sides
    language: str = ""
    senders: frozenset[str] = frozenset()
    sender_names: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    acting: bool = False
    wards: tuple[str, ...] = ()

    def whose(self, one: Reading) -> Whose:
        """To whom a value belongs; OTHER where that is in doubt."""
        if one.voice is Voice.HOUSE:
            return Whose.HOUSE
        if one.voice is Voice.OTHER:
            return Whose.OTHER
        if self._is_house(one):
            return Whose.HOUSE
        if one.ward:
            return Whose.SUBJECT
        if one.voice is Voice.FORM:
            return self._in_form(one)
        return self._in_acting(one) if self.acting else self._in_own(one)

    def _is_house(self, one: Reading) -> bool:
        if one.part in (Part.ADDRESSEE, Part.GREETING):
            return True
        if one.kind is FoundKind.EMAIL:
            address = one.value.lower()
            hers = one.labelled and address in self.senders
            return not hers and (address in self.excluded or self.sides.is_house(address))
        if one.kind is FoundKind.PHONE:
            return self.sides.is_house_phone(one.value)
        return one.kind is FoundKind.NAME and self.sides.is_house_person(one.value)

    def _in_form(self, one: Reading) -> Whose:
        if one.part is not Part.BODY:
            return Whose.HOUSE
        return Whose.OTHER if one.said is False and not one.labelled else Whose.SUBJECT

    def _in_own(self, one: Reading) -> Whose:
        if one.part is Part.OFFICE and one.kind is not FoundKind.NAME:
            return Whose.SUBJECT if one.kind is FoundKind.EMAIL and one.value.lower() in self.senders else Whose.OTHER
        if one.kind is FoundKind.EMAIL and not (one.labelled and one.said is None):
            return Whose.SUBJECT if self._is_own_address(one) else Whose.OTHER
        return Whose.OTHER if one.said is False else Whose.SUBJECT

    def _is_own_address(self, one: Reading) -> bool:
        address = one.value.lower()
        if address in self.senders:
            return True
        if one.said is not None:
            return one.said
        return one.labelled or not self.senders or _alike(address, self.sender_names | self.senders)

    def _in_acting(self, one: Reading) -> Whose:
        if one.kind in (FoundKind.DATE_OF_BIRTH, FoundKind.USER_NAME, FoundKind.ACCOUNT_ID):
            return Whose.SUBJECT
        if one.kind is FoundKind.NAME:
            hers = any(same_person(one.value, ward) for ward in self.wards) or (one.labelled and one.part is Part.BODY)
            return Whose.SUBJECT if hers else Whose.AGENT
        if one.part is not Part.BODY or (one.kind is FoundKind.EMAIL and self._is_agents(one.value)):
            return Whose.AGENT
        # "her e-mail is" speaks of the client, "my e-mail is" of the writer.
        return Whose.SUBJECT if one.labelled and one.said is not True else Whose.AGENT

    def _is_agents(self, address: str) -> bool:
        hosts = {sender.rpartition("@")[2] for sender in self.senders} - PROVIDERS
        return address.lower() in self.senders or address.lower().rpartition("@")[2] in hosts


def _alike(address: str, known: frozenset[str]) -> bool:
    """Whether an address is built from the words of a known name or address."""
    local = re.split(r"[^a-z]+", address.partition("@")[0])
    words = {word for one in known for word in re.split(r"[^a-z]+", one.partition("@")[0])}
    return any(len(word) >= 4 and word in words for word in local)


def readings_in(passage: Passage, scene: Scene) -> Iterator[Reading]:
    """All that a passage holds, in the order of its lines."""
    lines = [_URL.sub(lambda match: " " * len(match[0]), line)[:_MAX_LINE] for line in passage.text.split("\n")]
    bare = [line.lstrip("> \t") for line in lines]
    parts = parts_of(bare, (*scene.sender_names, *scene.wards))
    fields = list(fields_in(bare))
    found: list[tuple[int, int, Reading]] = []
    for number, line in enumerate(bare):
        here = [one for one in fields if one.line == number]
        place = _place(passage, lines, number)
        part = parts[number]
        taken: list[tuple[int, int]] = []
        for one in here:
            for kind, value in values_of(one.kind, one.value, scene.language, form=passage.voice is Voice.FORM):
                found.append((number, one.begin, Reading(kind, value, place, passage.voice, part, labelled=True)))
                at = line.find(value, one.begin)
                taken.append(
                    (at, at + len(value)) if at >= 0 else (one.begin, min(one.begin + len(value) + 4, one.end))
                )
        for said in prose.said_in(line, taken, scene.language, part, form=passage.voice is Voice.FORM):
            if said.signed and number and parts[number - 1] is part and is_signed(bare, parts, number):
                continue
            where = message("where.signature", place=place) if said.signed else place
            reading = Reading(said.kind, said.value, where, passage.voice, part, said.labelled, said.hers)
            found.append((number, said.begin, reading))
    found += [(n, 0, one) for n, one in _joined_names(fields, passage, lines, parts)]
    found += [(n, 0, one) for n, one in _blocks(bare, parts, passage, lines, fields)]
    for name in scene.wards if passage.voice is Voice.WRITER else ():
        number = next((n for n, line in enumerate(bare) if name in " ".join(line.split())), None)
        if number is not None:
            place = _place(passage, lines, number)
            found.append((number, 0, Reading(FoundKind.NAME, name, place, passage.voice, Part.BODY, ward=True)))
    for _, _, one in sorted(found, key=lambda entry: (entry[0], entry[1])):
        yield one


def _place(passage: Passage, lines: list[str], number: int) -> Message:
    place = message("where.line", place=passage.where, line=passage.line + number)
    return message("where.quoted", place=place) if lines[number].lstrip().startswith(">") else place


def _joined_names(
    fields: list[LabelledValue], passage: Passage, lines: list[str], parts: list[Part]
) -> Iterator[tuple[int, Reading]]:
    """First and last names in fields of their own, as one name each."""
    given: LabelledValue | None = None
    family: LabelledValue | None = None
    whole = {one.line for one in fields if one.kind == "name"}
    for one in fields:
        if one.kind == "given name":
            given = one
        elif one.kind == "family name" or (one.kind == "name" and given is not None and " " not in one.value):
            family = one
        if given is not None and family is not None:
            if abs(given.line - family.line) <= 4 and (name := written_name(f"{given.value} {family.value}")):
                number = min(given.line, family.line)
                yield number, Reading(FoundKind.NAME, name, _place(passage, lines, number), passage.voice,
                                      parts[number], labelled=True)  # fmt: skip
            given = family = None
    if family is not None and given is None and not whole and (name := written_name(family.value)):
        yield family.line, Reading(FoundKind.NAME, name, _place(passage, lines, family.line), passage.voice,
                                   parts[family.line], labelled=True)  # fmt: skip


def _blocks(
    lines: list[str], parts: list[Part], passage: Passage, whole: list[str], fields: list[LabelledValue]
) -> Iterator[tuple[int, Reading]]:
    """Addresses over several lines: below a label, below a name above the greeting or at the end."""
    labelled = {one.line for one in fields}
    for one in fields:
        if one.kind == "street":
            below = [field for field in fields if field.kind in ("postcode", "city") and 0 < field.line - one.line <= 4]
            address = ", ".join((one.value, " ".join(dict.fromkeys(field.value for field in below))))
        elif one.kind == "address" and not any(kind is FoundKind.ADDRESS for kind, _ in _address_values(one)):
            address = lines_of_address([one.value, *_until_blank(lines, one.line + 1, labelled)])
        else:
            continue
        if address.strip(" ,"):
            yield one.line, Reading(FoundKind.ADDRESS, address.strip(" ,"), _place(passage, whole, one.line),
                                    passage.voice, parts[one.line], labelled=True)  # fmt: skip
    for number, line in enumerate(lines):
        heads = whole_name(line) and (number == 0 or not lines[number - 1].strip() or parts[number] is not Part.BODY)
        heads = heads and not is_signed(lines, parts, number)
        if heads and (address := lines_of_address(_until_blank(lines, number + 1, labelled)[:4])):
            yield number + 1, Reading(FoundKind.ADDRESS, address, _place(passage, whole, number + 1), passage.voice,
                                      parts[number])  # fmt: skip


def _address_values(one: LabelledValue) -> list[tuple[FoundKind, str]]:
    return values_of("address", one.value, "")


def _until_blank(lines: list[str], begin: int, labelled: set[int]) -> list[str]:
    """The lines up to a blank or labelled one, without those that are no part of an address."""
    taken: list[str] = []
    for number in range(begin, min(begin + 5, len(lines))):
        bare = lines[number].strip()
        if not bare or number in labelled or "@" in bare or len(bare) > 60 or numbers_in(bare):
            break
        taken.append(bare)
    return taken


def is_signed(lines: list[str], parts: list[Part], number: int) -> bool:
    """Whether a name stands in the signature above a line: what follows is a post, a company, a place."""
    while number > 0 and parts[number - 1] is parts[number] and parts[number] in (Part.SIGNATURE, Part.OFFICE):
        number -= 1
        if whole_name(lines[number]) or closing(lines[number]):
            return True
    return False
