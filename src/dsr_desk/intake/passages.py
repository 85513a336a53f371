"""What stands in a passage that could identify somebody, with its places."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import FoundKind
from dsr_desk.intake import prose
from dsr_desk.intake.birthdays import days_in
from dsr_desk.intake.cues import said_of
from dsr_desk.intake.fields import LabelledValue, fields_in
from dsr_desk.intake.layout import LetterPart, closing, parts_of
from dsr_desk.intake.model import Passage, Voice
from dsr_desk.intake.names import whole_name, written_name
from dsr_desk.intake.places import address_from, lines_of_address, looks_like_address
from dsr_desk.intake.values import numbers_in, values_of
from dsr_desk.intake.whose import Scene, ValueRead

_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"')]+", re.IGNORECASE)
_OF = re.compile(r"(?:,| \(| (?:of|at|aus|in|van|de|di))\s?(\S.*)")
"""What stands between a person's name and her address."""

_MAX_LINE = 5_000
_NEAR = 4
"""Lines that first and last name, street and town may stand apart."""


def readings_in(passage: Passage, scene: Scene) -> list[ValueRead]:
    """All that a passage holds, in the order of its lines."""
    reader = _PassageReader(passage, scene)
    found = [*reader.lines(), *reader.names_in_halves(), *reader.addresses(), *reader.wards()]
    return [one for _, one in sorted(found, key=lambda entry: entry[0])]


class _PassageReader:
    def __init__(self, passage: Passage, scene: Scene) -> None:
        self._passage = passage
        self._scene = scene
        self._whole = passage.text.split("\n")
        self._lines = [_without_links(line).lstrip("> \t") for line in self._whole]
        self._parts = parts_of(self._lines, (*scene.sender_names, *scene.wards), form=passage.voice is Voice.FORM)
        self._fields = list(fields_in(self._lines))
        self._labelled = {one.line for one in self._fields}
        self._is_form = passage.voice is Voice.FORM

    def lines(self) -> Iterator[tuple[int, ValueRead]]:
        """Labelled values, and what the sentences hold beside them."""
        for number, line in enumerate(self._lines):
            taken: list[prose.Span] = []
            for field in (one for one in self._fields if one.line == number):
                own = self._is_own(field)
                for kind, value in values_of(field.kind, field.value, self._scene.language, form=self._is_form):
                    yield number, self._reading(kind, value, number, labelled=True, said=own)
                    at = line.find(value, field.begin)
                    begin = at if at >= 0 else field.begin
                    taken.append((begin, min(begin + len(value), len(line))))
            spoken = prose.said_in(line, taken, self._scene.language, self._parts[number], form=self._is_form)
            for said in sorted(spoken, key=lambda one: one.begin):
                if not (said.signed and self._is_below_name(number)):
                    yield (
                        number,
                        self._reading(
                            said.kind, said.value, number, labelled=said.labelled, said=said.hers, signed=said.signed
                        ),
                    )

    def _is_own(self, field: LabelledValue) -> bool | None:
        """True where a label says "my" in a letter that is written for another."""
        line = self._lines[field.line]
        mine = self._scene.acting and said_of(line, field.begin, field.end, self._scene.language)
        return True if mine else None

    def names_in_halves(self) -> Iterator[tuple[int, ValueRead]]:
        """First and last names in fields of their own, as one name each."""
        given = [one for one in self._fields if one.kind == "given name"]
        family = [one for one in self._fields if one.kind == "family name"]
        whole = [one for one in self._fields if one.kind == "name"]
        if family and not given:
            given, whole = whole, []
        elif given and not family:
            family, whole = whole, []
        for last in family:
            first = next((one for one in given if abs(one.line - last.line) <= _NEAR), None)
            if first is None and whole:
                continue
            number = min(first.line, last.line) if first else last.line
            if name := written_name(f"{first.value} {last.value}" if first else last.value):
                yield number, self._reading(FoundKind.NAME, name, number, labelled=True)

    def addresses(self) -> Iterator[tuple[int, ValueRead]]:
        """Addresses over several lines: below a label, below a name above the greeting or at the end."""
        for field in self._fields:
            address = ""
            if field.kind == "street":
                town = [one.value for one in self._fields
                        if one.kind in ("postcode", "city") and 0 < one.line - field.line <= _NEAR]  # fmt: skip
                address = ", ".join(part for part in (field.value, " ".join(dict.fromkeys(town))) if part)
            elif field.kind == "address" and not address_from(field.value):
                address = lines_of_address([field.value, *self._until_blank(field.line + 1)])
            if address:
                yield field.line, self._reading(FoundKind.ADDRESS, address, field.line, labelled=True)
        for number, line in enumerate(self._lines):
            heads = number == 0 or not self._lines[number - 1].strip() or self._parts[number] is not LetterPart.BODY
            if not heads or not whole_name(line.split(",")[0]) or self._is_below_name(number):
                continue
            if address := lines_of_address(self._until_blank(number + 1)[:4]):
                yield number + 1, self._reading(FoundKind.ADDRESS, address, number + 1, part=self._parts[number])

    def wards(self) -> Iterator[tuple[int, ValueRead]]:
        """Names of those for whom the writer acts."""
        for name in self._scene.wards if self._passage.voice is Voice.WRITER else ():
            number = next((n for n, line in enumerate(self._lines) if name in " ".join(line.split())), None)
            if number is not None:
                yield number, self._reading(FoundKind.NAME, name, number, part=LetterPart.BODY, ward=True)
                behind = _OF.match(" ".join(self._lines[number].split()).partition(name)[2])
                address = address_from(behind[1]) if behind else ""
                told = address[:1].isupper() or address[:1].isdigit()
                if told and looks_like_address(address) and not any(days_in(address)):
                    yield number, self._reading(FoundKind.ADDRESS, address, number, part=LetterPart.BODY, ward=True)

    def _reading(
        self,
        kind: FoundKind,
        value: str,
        number: int,
        *,
        part: LetterPart | None = None,
        labelled: bool = False,
        said: bool | None = None,
        signed: bool = False,
        ward: bool = False,
    ) -> ValueRead:
        place = message("where.line", place=self._passage.where, line=self._passage.line + number)
        if self._whole[number].lstrip().startswith(">"):
            place = message("where.quoted", place=place)
        where: Message = message("where.signature", place=place) if signed else place
        return ValueRead(kind, value, where, self._passage.voice, part or self._parts[number], labelled, said, ward)

    def _until_blank(self, begin: int) -> list[str]:
        """The lines up to a blank or labelled one, without those that are no part of an address."""
        taken: list[str] = []
        for number in range(begin, min(begin + 5, len(self._lines))):
            bare = self._lines[number].strip()
            contact = number in self._labelled or "@" in bare or bool(numbers_in(bare))
            if not bare or len(bare) > 60 or (contact and taken):
                break
            taken += [] if contact else [bare]
        return taken

    def _is_below_name(self, number: int) -> bool:
        """Whether a name stands in the signature above a line: what follows is a post, a company, a place."""
        part = self._parts[number]
        while number > 0 and self._parts[number - 1] is part and part in (LetterPart.SIGNATURE, LetterPart.OFFICE):
            number -= 1
            if whole_name(self._lines[number]) or closing(self._lines[number]):
                return True
        return False


def _without_links(line: str) -> str:
    """A line without addresses of pages, of the same length: what stands in them is nobody's."""
    return _URL.sub(lambda match: " " * len(match[0]), line[:_MAX_LINE])
