"""To whom a value in a letter belongs: by who says it, in which part of the letter, in which words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dsr_desk.core.message import Message
from dsr_desk.core.requests import FoundKind, Whose
from dsr_desk.intake.layout import LetterPart
from dsr_desk.intake.model import Voice
from dsr_desk.intake.names import same_person
from dsr_desk.intake.sides import PROVIDERS, Sides


@dataclass(frozen=True)
class ValueRead:
    """A value as read, before it is known whose it is. `said`: what the words around it say (hers, another's, None).

    `labelled`: behind a label. `part`: in which part of the letter.
    """

    kind: FoundKind
    value: str
    where: Message
    voice: Voice
    part: LetterPart
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

    def whose(self, one: ValueRead) -> Whose:
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

    def _is_house(self, one: ValueRead) -> bool:
        if one.part in (LetterPart.ADDRESSEE, LetterPart.GREETING):
            return True
        if one.kind is FoundKind.EMAIL:
            address = one.value.lower()
            hers = one.labelled and address in self.senders
            return not hers and (address in self.excluded or self.sides.is_house(address))
        if one.kind is FoundKind.PHONE:
            return self.sides.is_house_phone(one.value)
        return one.kind is FoundKind.NAME and self.sides.is_house_person(one.value)

    def _in_form(self, one: ValueRead) -> Whose:
        if one.part is not LetterPart.BODY:
            return Whose.HOUSE
        return Whose.OTHER if one.said is False and not one.labelled else Whose.SUBJECT

    def _in_own(self, one: ValueRead) -> Whose:
        if one.part is LetterPart.OFFICE and one.kind is not FoundKind.NAME:
            return Whose.SUBJECT if one.kind is FoundKind.EMAIL and one.value.lower() in self.senders else Whose.OTHER
        if one.kind is FoundKind.EMAIL and not (one.labelled and one.said is None):
            return Whose.SUBJECT if self._is_own_address(one) else Whose.OTHER
        return Whose.OTHER if one.said is False else Whose.SUBJECT

    def _is_own_address(self, one: ValueRead) -> bool:
        address = one.value.lower()
        if address in self.senders:
            return True
        if one.said is not None:
            return one.said
        return one.labelled or not self.senders or _alike(address, self.sender_names | self.senders)

    def _in_acting(self, one: ValueRead) -> Whose:
        if one.kind in (FoundKind.DATE_OF_BIRTH, FoundKind.USER_NAME, FoundKind.ACCOUNT_ID):
            return Whose.SUBJECT
        if one.kind is FoundKind.NAME:
            hers = any(same_person(one.value, ward) for ward in self.wards) or (
                one.labelled and one.said is not True and one.part is LetterPart.BODY
            )
            return Whose.SUBJECT if hers else Whose.AGENT
        if one.part is not LetterPart.BODY or (one.kind is FoundKind.EMAIL and self._is_agents(one.value)):
            return Whose.AGENT
        if one.kind is FoundKind.ADDRESS and one.said is None:
            return Whose.SUBJECT
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
