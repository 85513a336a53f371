"""Under which law a letter is written, as far as it says so; what is unclear is asked, never assumed.

The names of laws and places, in the languages of letters, are in `laws.json`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from re import Pattern

from dsr_desk.core.message import Message, message, term
from dsr_desk.core.requests import Found, FoundKind, Law
from dsr_desk.intake.model import NO_HOUSE, House, Passage

STATES_WITH_CLOCK = {"US-CA": Law.CCPA, "US-VA": Law.VIRGINIA, "US-TX": Law.TEXAS, "US-CO": Law.COLORADO}
_EDGE = r"(?-i:\b|(?<=[\u3040-\u9fff])(?=\w)|(?<=\w)(?=[\u3040-\u9fff]))"
"""The edge of a word; Japanese and Chinese write none between their own signs and others: `GDPR第17条`.

Case counts in it: `re` goes through every sign of a range where it does not, which takes most of the time of compiling.
"""

_PIPA = re.compile(r"\bpipa\b|\bpersonal information protection act\b", re.IGNORECASE)
_DPA_2018 = re.compile(r"\bdata protection act,? 2018\b", re.IGNORECASE)
_EU_NAMED = re.compile(r"\beu[ -]gdpr\b|\b2016/679\b", re.IGNORECASE)
_IRISH = re.compile(r"\birish\b|\bireland\b|\béire\b|\+353\b|\bdublin\b|\bcork\b", re.IGNORECASE)
_BRITISH = re.compile(r"\+44[ \d]|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")
_LIVES = (
    r"\b(?:i (?:live|reside|am (?:living|resident|domiciled))(?: here)?,? in|(?:am|as) an? resident of|residing in"
    r"|(?:wohne|lebe|wohnhaft|wohnend|ansässig)(?: ich)? in|j['’]habite (?:en|au|à|aux)"
    r"|je (?:vis|réside|suis domiciliée?) (?:en|au|à|aux)|(?:vivo|resido|residente|moro|abito"
    r"|risiedo) (?:en|in|em|no|na)"
    r"|(?:woon|woonachtig|wonende)(?: ik)? in|(?:mieszkam|zamieszka\w+) (?:w|we)|(?:проживаю|мешкаю|живу) (?:в|у))"
    r"\s+(?:(?-i:[A-ZÀ-Þ])[\w .'’-]{{1,30}}, )?"
    r"(?:the |der |den |dem |die |la |el |le |los |state of |estado de )?(?:{place})(?!\w)"
)
_IS = (
    r"(?<!not a )(?<!not )\b(?:{place})[ -](?:residents?|consumers?|citizens?)\b"
    r"|(?:{place})(?:に|在)?(?:住|在住|居住)"
)
_YASIYOR = r"\b(?:{place})['’]?(?:de|da|te|ta)? (?:yaşıyorum|ikamet)"
_FIELD = (
    r"^\s*(?:country(?: ?/ ?state| of residence)?|state(?: of residence)?|residen(?:ce|cy)|jurisdiction|land|wohnsitz"
    r"|wohnsitzland|pays|país|paese|kraj|ülke|країна|国|location)\s*[:：=]\s*[^\n]{{0,30}}?(?<!\w)(?:{place})(?!\w)"
)


@dataclass(frozen=True)
class LawSaid:
    """What a letter says of the law. `law` is UNKNOWN where an officer must choose; `warnings` say why."""

    law: Law
    found: tuple[Found, ...]
    warnings: tuple[Message, ...] = ()


@cache
def _names() -> Mapping[str, Mapping[str, Pattern[str]]]:
    said = json.loads(resources.files("dsr_desk.intake").joinpath("laws.json").read_text(encoding="utf-8"))
    return {
        part: {
            name: re.compile("|".join(patterns).replace(r"\b", _EDGE), re.IGNORECASE)
            for name, patterns in said[part].items()
        }
        for part in ("clocks", "elsewhere", "places")
    }


@cache
def _values() -> Mapping[str, Law]:
    said = json.loads(resources.files("dsr_desk.intake").joinpath("laws.json").read_text(encoding="utf-8"))
    return {value: Law(law) for value, law in said["values"].items()}


@cache
def _lives_in(place: str) -> Pattern[str]:
    """How a letter says that its writer lives there; costly to compile, and most letters name no place or one."""
    named = _names()["places"][place].pattern
    return re.compile(
        "|".join(form.format(place=named) for form in (_LIVES, _IS, _YASIYOR, _FIELD)), re.IGNORECASE | re.MULTILINE
    )


def named_in(text: str) -> list[tuple[int, int, Law]]:
    """Where laws with a clock are named: begin, end and law of each."""
    return [
        (match.start(), match.end(), Law(name))
        for name, pattern in _names()["clocks"].items()
        for match in pattern.finditer(text)
    ]


def elsewhere_in(text: str) -> list[str]:
    """Names of laws without a clock here."""
    return [name for name, pattern in _names()["elsewhere"].items() if pattern.search(text)]


def place_named(text: str) -> str:
    """The place that a cell or a field names, "" for none: `US-CA`, `California`, `United Kingdom`."""
    short = text.strip().upper()
    if re.fullmatch(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?", short):
        return "GB" + short[2:] if short.startswith("UK") else short
    return next((place for place, pattern in _names()["places"].items() if pattern.search(text)), "")


def law_of_fields(value: str, place: str, where: Message) -> LawSaid:
    """What a field or column for the law says, beside the place in which the person lives (`place_named`)."""
    said = _values().get(re.sub(r"[\W_]+", "", value).casefold())
    named = {said} if said else {law for _, _, law in named_in(value)}
    if said is Law.EU_GDPR and len(named_in(value)) > 1:
        named = {law for _, _, law in named_in(value)}
    found = tuple(Found(FoundKind.LAW, law, where) for law in sorted(named))
    if not named and (state := STATES_WITH_CLOCK.get(place_named(value))):
        return LawSaid(state, (Found(FoundKind.LAW, state, where),))
    if not named:
        others = elsewhere_in(value)
        return LawSaid(Law.UNKNOWN, (), tuple(message("note.intake.law-elsewhere", name=one) for one in others))
    if named == {Law.EU_GDPR} and place == "GB" and not _EU_NAMED.search(value):
        return LawSaid(Law.UNKNOWN, found, (message("note.intake.law-uk-or-eu"),))
    return _decided(named, found)


def laws_in(passages: Collection[Passage], house: House = NO_HOUSE) -> LawSaid:
    """The law that a letter's own words name, and where the writer says that she lives."""
    text = "\n".join(one.text for one in passages)
    counts: Counter[Law] = Counter()
    where: dict[Law, Message] = {}
    for place, line in _lines(passages):
        for begin, end, law in named_in(line):
            counts[law] += 1
            where.setdefault(law, message("where.words", place=place, words=line[begin:end]))
        if match := _DPA_2018.search(line):
            law = Law.EU_GDPR if _IRISH.search(text) else Law.UK_GDPR
            counts[law] += 1
            where.setdefault(law, message("where.words", place=place, words=match[0]))
    home, at = _home(passages)
    found = [Found(FoundKind.PLACE, home, at)] if home else []
    named, warnings = set(counts), [message("note.intake.law-elsewhere", name=one) for one in _others(text)]
    found += [Found(FoundKind.LAW, law, where[law]) for law, _ in counts.most_common()]
    if not named and (state := STATES_WITH_CLOCK.get(home)) and not warnings:
        return LawSaid(state, (*found, Found(FoundKind.LAW, state, at)))
    if not named and _PIPA.search(text) and not warnings:
        warnings.append(message("note.intake.law-of-several", name="Personal Information Protection Act"))
    if Law.UK_GDPR in named and Law.EU_GDPR in named and not _EU_NAMED.search(text):
        named.discard(Law.EU_GDPR)
    if named == {Law.EU_GDPR} and not _EU_NAMED.search(text):
        if home == "GB" or (house.country.upper() == "GB" and not home):
            warnings.append(message("note.intake.law-uk-or-eu"))
            return LawSaid(Law.UNKNOWN, tuple(found), tuple(warnings))
        if _BRITISH.search(text) and not _IRISH.search(text):
            warnings.append(message("note.intake.law-uk-beside"))
    if not named and home:
        warnings.append(message("note.intake.law-place", place=home))
    decided = _decided(named, tuple(found))
    return LawSaid(decided.law, decided.found, (*warnings, *decided.warnings))


def _decided(named: Collection[Law], found: tuple[Found, ...]) -> LawSaid:
    if len(named) == 1:
        return LawSaid(next(iter(named)), found)
    if not named:
        return LawSaid(Law.UNKNOWN, found)
    several = tuple(term(law) for law in sorted(named))
    return LawSaid(Law.UNKNOWN, found, (message("note.intake.law-several", laws=several),))


def _others(text: str) -> list[str]:
    """Laws without a clock here; the Japanese one is also called by a name that other countries' laws have."""
    others = elsewhere_in(text)
    if _PIPA.search(text) and not any(law is Law.KOREA for _, _, law in named_in(text)):
        if re.search(r"\bjapan|日本", text, re.IGNORECASE):
            others.append("APPI (Japan)")
        elif re.search(r"\balberta\b|\bbritish columbia\b", text, re.IGNORECASE):
            others.append("Personal Information Protection Act (Alberta or British Columbia)")
        elif re.search(r"\bbermuda\b", text, re.IGNORECASE):
            others.append("Personal Information Protection Act (Bermuda)")
    return list(dict.fromkeys(others))


def _home(passages: Collection[Passage]) -> tuple[str, Message | None]:
    for passage in passages:
        for place, named in _names()["places"].items():
            if named.search(passage.text) and (match := _lives_in(place).search(passage.text)):
                line = passage.line + passage.text.count("\n", 0, match.end())
                words = " ".join(match[0].split())
                at = message("where.line", place=passage.where, line=line)
                return place, message("where.words", place=at, words=words)
    return "", None


def _lines(passages: Collection[Passage]) -> Iterator[tuple[Message, str]]:
    for passage in passages:
        for number, line in enumerate(passage.text.splitlines(), start=passage.line):
            yield message("where.line", place=passage.where, line=number), line
