"""Identifiers in a letter, each with its place and whose it is. Nothing is asserted."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import phonenumbers

from dsr_desk.core.message import message
from dsr_desk.core.requests import Found, FoundKind, Whose
from dsr_desk.intake.model import House, Passage
from dsr_desk.intake.words import CLOSINGS, INTRODUCTIONS, LABELS, PARTICLES, REGION_OF_LANGUAGE, TITLES

_EMAIL = re.compile(r"(?<![\w.+%'@-])[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}(?![\w@])")
_HANDLE = re.compile(r"(?<![\w.@])@([A-Za-z][\w.]{2,30})\b")
_SENDER = re.compile(r"^(?:From|Von|Od)\s{0,2}:\s{0,3}\"?([^\"<@:]{2,60}?)\"?\s{0,3}<", re.IGNORECASE)
_JOIN = r"\s{0,3}(?:is|was|ist|war|lautet|to|number|[:=])?\s{0,3}[:=]?\s{0,3}"
_TOKEN = r"(?:[\"“„»‘']([^\"“”„«»‘’']{2,60})[\"“”«»’']|([^\s,;\"“”„'‘’«»()<>]{2,60}))"
_DATE = (
    r"(\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}"
    r"|\d{1,2}(?:st|nd|rd|th|\.)? ?[^\W\d_]{3,14} \d{4}|[^\W\d_]{3,9} \d{1,2},? \d{4})"
)


def _prose(kind: FoundKind, value: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{LABELS[kind].pattern}){_JOIN}{value}", re.IGNORECASE)


_USER_NAME = _prose(FoundKind.USER_NAME, _TOKEN)
_ACCOUNT_ID = _prose(FoundKind.ACCOUNT_ID, _TOKEN)
_BORN = _prose(FoundKind.DATE_OF_BIRTH, _DATE)
_LABELLED = {
    kind: re.compile(rf"^\s*[-*•]?\s*(?:{pattern.pattern})\s{{0,3}}[:=]\s*(.{{2,120}})$", re.IGNORECASE)
    for kind, pattern in LABELS.items()
}
_SEVERAL = re.compile(r"\s*(?:;|\bor\b|\band\b|\boder\b|\bund\b|\blub\b|\boraz\b)\s*")


def identifiers_in(
    passages: Collection[Passage], house: House, *, language: str = "", known: Collection[Found] = ()
) -> list[Found]:
    """Names, e-mails, phones, user names, account ids, dates of birth and addresses, in the order of the lines.

    `known` was found before (in headers, in fields) and tells whose an identifier is. The house's country says where
    phone numbers without a country code are from; without it the language of the letter decides, or nobody.
    """
    region = house.country.upper() or REGION_OF_LANGUAGE.get(language)
    taken = {one.value.lower() for one in known if one.kind is FoundKind.EMAIL and one.whose is Whose.HOUSE}
    return _once([found for passage in passages for found in _in_passage(passage, region, taken)])


def _in_passage(passage: Passage, region: str | None, own_addresses: Collection[str]) -> Iterator[Found]:
    closed = False
    for number, line in enumerate(passage.text.splitlines(), start=passage.line):
        place = message("where.line", place=passage.where, line=number)
        if line.lstrip().startswith(">"):
            place = message("where.quoted", place=place)
        bare = line.lstrip("> \t").rstrip()
        if not bare:
            continue
        for kind, value in _in_line(bare[:5_000], region, own_addresses):
            yield Found(kind, value, place)
        if closed and (name := _whole_name(bare)):
            yield Found(FoundKind.NAME, name, message("where.signature", place=place))
        closed = bool(CLOSINGS.match(bare)) and len(bare) < 60


def _in_line(line: str, region: str | None, own_addresses: Collection[str]) -> list[tuple[FoundKind, str]]:
    found: list[tuple[FoundKind, str]] = []
    emails = [one.strip("'.") for one in _EMAIL.findall(line)]
    found += [(FoundKind.EMAIL, one) for one in emails if one.lower() not in own_addresses]
    found += [(FoundKind.PHONE, phone) for phone in _phones(line, region)]
    found += [(FoundKind.NAME, name) for name in _introduced(line)]
    found += [(FoundKind.DATE_OF_BIRTH, one) for one in _BORN.findall(line)]
    for pattern, kind in ((_USER_NAME, FoundKind.USER_NAME), (_ACCOUNT_ID, FoundKind.ACCOUNT_ID)):
        tokens = [(quoted or bare).strip().rstrip(".:!?") for quoted, bare in pattern.findall(line)]
        found += [(kind, one) for one in tokens if "@" not in one[1:] and _telling(one, line, kind)]
    found += [(FoundKind.USER_NAME, one.rstrip(".")) for one in _HANDLE.findall(line)]
    if (sender := _SENDER.match(line)) and _is_name(sender[1]):
        found.append((FoundKind.NAME, sender[1].strip()))
    for kind in (FoundKind.NAME, FoundKind.PHONE, FoundKind.ADDRESS):
        if match := _LABELLED[kind].match(line):
            found += [(kind, value) for value in _labelled_values(kind, match[1], region)]
    return found


def _labelled_values(kind: FoundKind, text: str, region: str | None) -> list[str]:
    if kind is FoundKind.ADDRESS:
        return [] if "@" in text else [text.strip()]
    if kind is FoundKind.NAME:
        return [part.strip() for part in _SEVERAL.split(text) if _is_name(part)]
    digits = sum(sign.isdigit() for sign in text)
    return [text.strip()] if 6 <= digits <= 15 and not _phones(text, region) else []


def _telling(token: str, line: str, kind: FoundKind) -> bool:
    """Whether a word after "user name" or "account number" is one, and not the next word of a sentence."""
    if len(token) < 3:
        return False
    if any(sign.isdigit() for sign in token):
        return True
    if kind is FoundKind.ACCOUNT_ID:
        return False
    before = line[: line.find(token)].rstrip("\"“„'‘» ").casefold()
    return before.endswith((":", "=", " is", " was", " ist", " war", " lautet", " to")) or "_" in token


def _phones(line: str, region: str | None) -> list[str]:
    if sum(sign.isdigit() for sign in line) < 6:
        return []
    leniency = phonenumbers.Leniency.VALID
    return [match.raw_string for match in phonenumbers.PhoneNumberMatcher(line, region, leniency=leniency)]


def _introduced(line: str) -> list[str]:
    names = []
    for match in INTRODUCTIONS.finditer(line):
        said = match[0].lower()
        alone = any(word in said for word in ("maiden", "geboren", "heiße", "nazywam", "name is", "name ist"))
        if name := _leading_name(line[match.end() :].lstrip(" :,"), least=1 if alone else 2):
            names.append(name)
    return names


def _leading_name(text: str, *, least: int) -> str:
    """The capitalised words that a text begins with, particles included, "" where there are fewer than `least`."""
    words: list[str] = []
    proper = 0
    for word in text.split()[:7]:
        bare = word.rstrip(".,;:!?)")
        if not bare or any(sign.isdigit() or sign in "@/_<" for sign in bare):
            break
        if not (bare[0].isupper() or bare in PARTICLES):
            break
        short = word == f"{bare}." and (len(bare) == 1 or bare.lower() in TITLES)
        words.append(word if short else bare)
        proper += bare not in PARTICLES and bare.lower() not in TITLES
        if bare != word and not short:
            break
    while words and words[-1] in PARTICLES:
        words.pop()
    return " ".join(words) if least <= proper <= 5 else ""


def _whole_name(line: str) -> str:
    """The line if it is nothing but a name of two words or more."""
    bare = " ".join(line.split()).rstrip(" .,")
    return bare if _leading_name(bare, least=2) == bare else ""


def _is_name(text: str) -> bool:
    """Whether a value after "Name:" can be one: words with a capital, a comma after the last name allowed."""
    words = text.replace(",", " ").split()
    return 0 < len(words) <= 7 and _leading_name(" ".join(words), least=1).split() == words


def _once(found: list[Found]) -> list[Found]:
    return list(dict.fromkeys(found))
