"""Reading a letter: identifiers with their place, and a guess at right, law and language. Nothing is asserted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from typing import TypeVar

import phonenumbers

from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import Found, FoundKind, Law, Right
from dsr_desk.intake.words import (
    CLOSINGS,
    INTRODUCTIONS,
    LABELS,
    LANGUAGES,
    LAWS,
    PARTICLES,
    REGION_OF_LANGUAGE,
    RIGHTS,
    TITLES,
)

LONGEST = 200_000
"""Characters of a letter that are read; a longer one is cut and the caller says so."""

LETTER = message("where.letter")

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
Word = TypeVar("Word", Right, Law)
_SEVERAL = re.compile(r"\s*(?:;|\bor\b|\band\b|\boder\b|\bund\b|\blub\b|\boraz\b)\s*")


def language_of(text: str) -> str:
    """ISO 639-1 code of the language with the most common words in the text, "" where none is found."""
    counts = {code: len(pattern.findall(text[:20_000])) for code, pattern in LANGUAGES.items()}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] >= 3 else ""


def identifiers_in(
    text: str, where: Message = LETTER, *, own_addresses: Collection[str] = (), country: str = ""
) -> list[Found]:
    """Names, e-mails, phones, user names, account ids, dates of birth and addresses, in the order of the lines.

    `own_addresses` are the organisation's (the letter was sent to them) and not the person's. `country` is where
    phone numbers without a country code are from; without it the language of the letter decides, or nobody.
    """
    region = country.upper() or REGION_OF_LANGUAGE.get(language_of(text))
    found: list[Found] = []
    closed = False
    for number, line in enumerate(text[:LONGEST].splitlines(), start=1):
        place = message("where.line", place=where, line=number)
        if line.lstrip().startswith(">"):
            place = message("where.quoted", place=place)
        bare = line.lstrip("> \t").rstrip()
        if not bare:
            continue
        for kind, value in _in_line(bare[:5_000], region, own_addresses):
            found.append(Found(kind, value, place))
        if closed and (name := _whole_name(bare)):
            found.append(Found(FoundKind.NAME, name, message("where.signature", place=place)))
        closed = bool(CLOSINGS.match(bare)) and len(bare) < 60
    return _once(found)


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


def rights_in(text: str, where: Message = LETTER) -> list[tuple[Right, Found]]:
    """Rights that the letter speaks of, the most spoken of first, each with the first words that say so."""
    return [(right, Found(FoundKind.RIGHT, right, place)) for right, place in _ranked(RIGHTS, text, where)]


def laws_in(text: str, where: Message = LETTER) -> list[tuple[Law, Found]]:
    """Laws that the letter names; where it names none, the one that its language suggests."""
    named = [(law, Found(FoundKind.LAW, law, place)) for law, place in _ranked(LAWS, text, where)]
    language = language_of(text)
    if not named and language in REGION_OF_LANGUAGE:
        why = message("where.law-guessed", place=where, language=message(f"language.{language}"))
        named.append((Law.EU_GDPR, Found(FoundKind.LAW, Law.EU_GDPR, why)))
    return named


def _ranked(patterns: Mapping[Word, re.Pattern[str]], text: str, where: Message) -> list[tuple[Word, Message]]:
    counts: Counter[Word] = Counter()
    first: dict[Word, Message] = {}
    for number, line in enumerate(text[:LONGEST].splitlines(), start=1):
        if line.lstrip().startswith(">"):
            continue
        for word, pattern in patterns.items():
            matches = [match[0] for match in pattern.finditer(line)]
            if matches:
                counts[word] += len(matches)
                place = message("where.line", place=where, line=number)
                first.setdefault(word, message("where.words", place=place, words=matches[0]))
    return [(word, first[word]) for word, _ in counts.most_common()]
