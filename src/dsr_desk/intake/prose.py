"""Identifiers in the sentences of a letter."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache

import phonenumbers

from dsr_desk.core.requests import FoundKind
from dsr_desk.intake import words
from dsr_desk.intake.birthdays import days_in
from dsr_desk.intake.cues import said_of
from dsr_desk.intake.decoding import valued
from dsr_desk.intake.layout import LetterPart, closing, signed_name
from dsr_desk.intake.names import has_title, is_organisation, leading_name, whole_name, written_name
from dsr_desk.intake.places import JAPANESE, address_from, looks_like_address
from dsr_desk.intake.sides import ADDRESS
from dsr_desk.intake.values import account_kind, numbers_in, telling, tells_account, trimmed

_HANDLE = re.compile(r"(?<![\w.@/])@([A-Za-z][\w.]{2,30})\b")
_SENDER = re.compile(r"(?:^|[:,\d]\s)(?:[AP]M\s)?\"?([^\"<@:,\d]{2,60}?)\"?\s{0,3}<(?=[^<>@\s]+@)")
_HEADING = re.compile(r"^\s*\*{0,2}([^,<>@:\d(]{4,50}?)\*{0,2}\s*(?:,|\(|-|–|\d|schrieb|wrote|added)")
_TIMED = re.compile(r"\d{1,2}[:.h]\d{2}|\b(?:19|20)\d\d\b")
_TOKEN = r"(?:[\"“„»‘'«「]([^\"“”„«»‘’'」]{2,60})[\"“”«»’'」]|([^\s,;\"“”„'‘’«»()<>、。，]{2,60}))"
_PHONE_WORD = r"[\s:.]{0,4}([+(]?\d[\d ()/.\-–]{4,22}\d)(?!\w)"
_NATIONAL = re.compile(r"(?<![\w@.,/-])\(?0\d[\d ()/.\-–]{6,16}\d(?![\w@-])")
_FIRST_PERSON = re.compile(
    r"(?:i|my|live|ich|wohne|woon|mein\w*|je|j['’].*|mon|vivo|resido|mi|abito|risiedo|il mio|moro|meu"
    r"|minha|ik|mijn|mieszkam|mój|adresim|ikamet.*|проживаю|мешкаю|живу|моя)(?!\w)",
    re.IGNORECASE,
)
_NEAR = 44
"""Signs behind "born" within which the day is looked for."""

Span = tuple[int, int]


@dataclass(frozen=True)
class InProse:
    """A value in a sentence; `hers`: what the words before it say (None: nothing), `signed`: a name below a letter."""

    kind: FoundKind
    value: str
    begin: int
    hers: bool | None = None
    labelled: bool = False
    signed: bool = False


def said_in(
    line: str, fields: Collection[Span], language: str, part: LetterPart, *, form: bool = False
) -> Iterator[InProse]:
    """What a line holds apart from labelled values; `fields` are the places of those."""
    taken = list(fields)
    yield from _emails(line, taken, language)
    yield from _names(line, part, language, form=form)
    yield from _birthday(line, taken, language)
    yield from _tokens(line, taken, language)
    yield from _addresses(line, taken, language)
    yield from _phones(line, taken, language)
    for match in _HANDLE.finditer(line):
        hers = said_of(line, match.start(), match.end(), language)
        yield InProse(FoundKind.USER_NAME, match[1].rstrip("."), match.start(), hers)


def _free(span: Span, taken: Collection[Span]) -> bool:
    return all(span[1] <= begin or span[0] >= end for begin, end in taken)


def _emails(line: str, taken: list[Span], language: str) -> Iterator[InProse]:
    for match in ADDRESS.finditer(valued(line)):
        if _free(match.span(), taken):
            hers = said_of(line, match.start(), match.end(), language)
            labelled = _mailed().search(line[max(0, match.start() - 60) : match.start()]) is not None
            yield InProse(FoundKind.EMAIL, match[0].strip("'."), match.start(), hers, labelled)
            taken.append(match.span())


def introduced_in(text: str) -> list[str]:
    """Names by which the writer of a text says who writes, in any language."""
    return [name for line in text.split("\n") for name in _introduced(line, "")]


def _introduced(line: str, language: str) -> Iterator[str]:
    for pattern, least in _introductions(language):
        for match in pattern.finditer(line):
            name = leading_name(line[match.end() :].lstrip(" :,،—–-\"'“„«"), least=least)
            if name and not is_organisation(name):
                yield name


@cache
def _mailed() -> re.Pattern[str]:
    """Words like "my e-mail address is" at the end of a text."""
    joint = rf"(?:\s{{0,3}}(?:{words.sources('is')})?|(?:\s[\w']+){{1,3}}\s?[:：])\s{{0,3}}[:=：]?\s{{0,3}}[<\"“„]?"
    return re.compile(rf"(?:{words.sources('labels', 'e-mail')}){joint}$", re.IGNORECASE)


def _names(line: str, part: LetterPart, language: str, *, form: bool) -> Iterator[InProse]:
    for name in _introduced(line, language):
        yield InProse(FoundKind.NAME, name, line.find(name))
    for match in words.every("named after").finditer(line):
        before = re.split(r"[は、。\s]", line[: match.start()])[-1]
        if name := whole_name(before):
            yield InProse(FoundKind.NAME, name, match.start())
    if (sender := _SENDER.search(line)) and (name := written_name(_from_capital(sender[1]))):
        headed = _TIMED.search(line) or _from().match(line)
        yield InProse(FoundKind.NAME, name, sender.start(1), None if headed else False)
    if form and (heading := _HEADING.match(line)) and (name := whole_name(heading[1])) and _TIMED.search(line):
        yield InProse(FoundKind.NAME, name, 0)
    if form and (address := ADDRESS.search(line)) and (name := _before(line[: address.start()])):
        yield InProse(FoundKind.NAME, name, line.find(name))
    if part is LetterPart.GREETING and (greeting := words.every("greetings").match(line.strip())):
        name = leading_name(line.strip()[greeting.end() :].strip(), least=1)
        if name and not is_organisation(name) and (" " in name or has_title(line)):
            yield InProse(FoundKind.NAME, name, 0)
    if part in (LetterPart.SIGNATURE, LetterPart.OFFICE):
        rest = closing(line)
        name = leading_name(rest, least=2) if rest else ("" if rest == "" else signed_name(line))
        if name and not is_organisation(name):
            yield InProse(FoundKind.NAME, name, 0, signed=True)


@cache
def _introductions(language: str) -> tuple[tuple[re.Pattern[str], int], ...]:
    spoken = dict.fromkeys(code for code in (language, "en") if code) if language else dict.fromkeys(words.LANGUAGES)
    return (
        (words.every("introductions"), 1),
        *((words.of_language(code, "presentations"), 2) for code in spoken),
    )


@cache
def _from() -> re.Pattern[str]:
    return re.compile(rf"\s*\*{{0,2}}(?:{words.sources('headers', 'from')})\s*\*{{0,2}}\s*[:：]", re.IGNORECASE)


def _from_capital(text: str) -> str:
    """A text from its first word with a capital on: `schrieb Jane Roe`."""
    parts = text.split()
    begin = next((n for n, part in enumerate(parts) if not part[:1].islower()), 0)
    return " ".join(parts[begin:])


def _before(text: str) -> str:
    """The name of two words or more that a text ends with."""
    parts = re.split(r"[:;.(\d]", text.rstrip(" ,(<-–"))[-1].split()
    return next(
        (name for n in range(max(0, len(parts) - 4), len(parts)) if (name := whole_name(" ".join(parts[n:])))), ""
    )


def _birthday(line: str, taken: list[Span], language: str) -> Iterator[InProse]:
    days = list(days_in(line, language))
    if not days:
        return
    before = words.every("labels", "date of birth"), words.every("born")
    for begin, end, day in days:
        near = line[max(0, begin - _NEAR) : begin]
        behind = line[end : end + 16].lstrip(" ,")
        if any(pattern.search(near) for pattern in before) or words.every("born after").match(behind):
            if _free((begin, end), taken):
                yield InProse(FoundKind.DATE_OF_BIRTH, day, begin, _of_third(line, begin, begin, language))
            taken.append((begin, end))
            return
    taken += [(begin, end) for begin, end, _ in days]


def _tokens(line: str, taken: list[Span], language: str) -> Iterator[InProse]:
    shown = valued(line)
    for kind, pattern in _labels_in_prose().items():
        for match in pattern.finditer(shown):
            group = 1 if match[1] else 2
            token = trimmed(match[group])
            span = (match.start(group), match.start(group) + len(token))
            if _free(span, taken) and telling(token, shown, match.start(), span[0], kind):
                yield InProse(kind, token, span[0], _of_third(shown, match.start(), span[0], language))
                taken.append(span)

    for match in _accounts().finditer(shown):
        token = trimmed(match[1] or match[2])
        span = (match.start(1 if match[1] else 2), match.start(1 if match[1] else 2) + len(token))
        if _free(span, taken) and tells_account(token):
            yield InProse(account_kind(token), token, span[0], _of_third(shown, match.start(), span[0], language))
            taken.append(span)


def _of_third(line: str, label: int, begin: int, language: str) -> bool | None:
    """False where the words of the sentence before a value speak of a third person: "his", "my lawyer"."""
    before = line[max(0, label - 60) : begin]
    before = re.split(r"[.!?;](?=\s)", before)[-1]
    return False if words.of_language(language or "en", "third").search(before) else None


@cache
def _accounts() -> re.Pattern[str]:
    joint = rf"\s{{0,3}}(?:{words.sources('is')})(?!-)\s{{0,3}}[:=：]?\s{{0,3}}"
    return re.compile(rf"(?:{words.sources('labels', 'account')}){joint}{_TOKEN}", re.IGNORECASE)


@cache
def _labels_in_prose() -> dict[FoundKind, re.Pattern[str]]:
    joint = rf"\s{{0,3}}(?:(?:{words.sources('is')})(?!-))?\s{{0,3}}[:=：]?\s{{0,3}}"
    return {
        kind: re.compile(rf"(?:{words.sources('labels', section)}){joint}{_TOKEN}", re.IGNORECASE)
        for kind, section in ((FoundKind.ACCOUNT_ID, "account id"), (FoundKind.USER_NAME, "user name"))
    }


def _addresses(line: str, taken: list[Span], language: str) -> Iterator[InProse]:
    for code in dict.fromkeys((language, "en")) if language else words.LANGUAGES:
        for match in words.of_language(code, "lives").finditer(line) if code else ():
            address = address_from(line[match.end() :].lstrip(" :,"))
            begin = line.find(address[:12], match.end()) if address else -1
            if begin >= 0 and _free((begin, begin + len(address)), taken):
                hers = True if _FIRST_PERSON.match(match[0]) else None
                yield InProse(FoundKind.ADDRESS, address, begin, hers)
                taken.append((begin, begin + len(address)))
    for match in _addressed().finditer(line):
        address = address_from(line[match.end() :])
        begin = line.find(address[:12], match.end()) if address else -1
        if begin == match.end() and looks_like_address(address) and _free((begin, begin + len(address)), taken):
            yield InProse(FoundKind.ADDRESS, address, begin, said_of(line, match.start(), begin, language))
            taken.append((begin, begin + len(address)))
    for match in JAPANESE.finditer(valued(line)) if language == "ja" else ():
        if _free(match.span(), taken):
            yield InProse(
                FoundKind.ADDRESS,
                line[match.start() : match.end()],
                match.start(),
                said_of(line, *match.span(), language),
            )
            taken.append(match.span())


@cache
def _addressed() -> re.Pattern[str]:
    joint = rf"\s{{1,3}}(?:(?:{words.sources('is')})\s{{1,3}})?"
    return re.compile(rf"(?:{words.sources('labels', 'address')}){joint}(?=[^\W\d_]|\d)", re.IGNORECASE)


def _phones(line: str, taken: list[Span], language: str) -> Iterator[InProse]:
    shown = valued(line)
    if sum(sign.isdigit() for sign in shown) < 6:
        return
    for match in _called().finditer(shown):
        for number in numbers_in(match[1]):
            if _free(match.span(1), taken):
                yield InProse(
                    FoundKind.PHONE, number, match.start(1), said_of(line, match.start(), match.end(), language)
                )
                taken.append(match.span(1))
    for match in _NATIONAL.finditer(shown):
        if _free(match.span(), taken) and 9 <= sum(map(str.isdigit, match[0])) <= 12:
            yield InProse(FoundKind.PHONE, match[0].strip(), match.start(), said_of(line, *match.span(), language))
            taken.append(match.span())
    regions = words.phrases(language, "regions") if language else ()
    for region in (None, *regions):
        # With a country's code it need not be in use: ranges are opened, and closed, after the library was made.
        leniency = phonenumbers.Leniency.VALID if region else phonenumbers.Leniency.POSSIBLE
        for found in phonenumbers.PhoneNumberMatcher(shown, region, leniency=leniency):
            span = (found.start, found.end)
            if _free(span, taken):
                yield InProse(FoundKind.PHONE, found.raw_string, found.start, said_of(line, *span, language))
                taken.append(span)


@cache
def _called() -> re.Pattern[str]:
    joint = rf"\s{{0,3}}(?:{words.sources('is')})?"
    return re.compile(rf"(?:{words.sources('labels', 'phone')}){joint}{_PHONE_WORD}", re.IGNORECASE)
