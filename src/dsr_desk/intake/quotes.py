"""Signs by which mail programs mark what others wrote: ">", "On … wrote:", header lines, "Original message"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from dsr_desk.intake import words
from dsr_desk.intake.sides import addresses_in

_LONG_LINE = 55
_MOST_HEADERS = 30
_ATTRIBUTION_LINES = 3
_LONGEST_ATTRIBUTION = 320
_QUOTE = re.compile(r"[ \t]{0,3}[>＞] ?")
_MARKED = re.compile(r"^\s*[-_=—–*.]{2,}\s*([^-_=—–*.\n].{0,60}?)\s*[-_=—–*.]{2,}\s*:?\s*$")
_BEGIN = re.compile(r"^\s*([^\n]{3,60}?)\s*[:：]\s*$")
_RULE = re.compile(r"^\s*(?:[_]{8,}|-{20,})\s*$")
_TIMED = re.compile(r"\d{1,2}[:.h]\d{2}|\b(?:19|20)\d\d\b|\d年")
_ANGLED = re.compile(r"<[^<>@\s]+@[^<>\s]+>")
_NAME_BEFORE = re.compile(r"([^<>,:;\"]{2,60}?)\"?\s*<[^<>@\s]+@")


@dataclass(frozen=True)
class LetterLine:
    """A line of a letter: its number there, its text without the signs of quoting, and as it stands there."""

    number: int
    text: str
    whole: str


@dataclass(frozen=True)
class Author:
    """Who is said to have written what follows, as far as that is said."""

    addresses: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class Attribution:
    """ "On … wrote:", over so many lines."""

    author: Author
    length: int


@dataclass(frozen=True)
class HeaderBlock:
    """Header lines of a message, over so many lines; `authored` says for each whether it is its author's."""

    author: Author
    length: int
    authored: tuple[bool, ...]
    forwarded: bool


def quoted(lines: Sequence[LetterLine], place: int) -> list[LetterLine]:
    """The quoted lines that begin at a place, with those that a mail program broke off from them."""
    end = place
    while end < len(lines):
        if _QUOTE.match(lines[end].text) or (
            end > place
            and lines[end].text.strip()
            and len(lines[end - 1].text) >= _LONG_LINE
            and end + 1 < len(lines)
            and _QUOTE.match(lines[end + 1].text)
        ):
            end += 1
        else:
            break
    return list(lines[place:end])


def unquoted(lines: Sequence[LetterLine]) -> list[LetterLine]:
    """The same lines one level of quoting higher."""
    return [LetterLine(line.number, _QUOTE.sub("", line.text, count=1), line.whole) for line in lines]


def attribution(lines: Sequence[LetterLine], place: int) -> Attribution | None:
    """What says at this place who wrote what follows, None where nothing does."""
    begun = lines[place].text
    if not (_TIMED.search(begun) or _ANGLED.search(begun)):
        return None
    text = ""
    for length in range(1, _ATTRIBUTION_LINES + 1):
        if place + length > len(lines) or not lines[place + length - 1].text.strip():
            return None
        text = f"{text} {lines[place + length - 1].text.strip()}".strip()
        if len(text) > _LONGEST_ATTRIBUTION:
            return None
        if text.endswith((":", "：", ": >")) or (
            length < len(lines) - place and _QUOTE.match(lines[place + length].text)
        ):
            return Attribution(_author(text), length) if _attributes(text) else None
    return None


def _attributes(text: str) -> bool:
    timed, angled = _TIMED.search(text) is not None, _ANGLED.search(text) is not None
    if text.endswith((":", "：")) and timed and angled and not _spoken_to().search(text):
        return True
    wrote = words.every("wrote").search(text)
    if wrote is None or not (timed or angled):
        return False
    return not _spoken_to().search(text[: wrote.start()] + text[wrote.end() : wrote.end() + 8])


@cache
def _spoken_to() -> re.Pattern[str]:
    """Words of a sentence that speaks of a letter and does not quote it."""
    return re.compile(
        r"(?<!\w)(?:i|you|we|me|my|your|ich|sie|wir|mir|ihnen|mein\w*|je|vous|moi|nous|yo|ustedes?|me|eu|io|mi|vi|ik|u"
        r"|jij|ja|mnie|państwo|ben|bana|siz|мені|ви|мне|вы)(?!\w)",
        re.IGNORECASE,
    )


def _author(text: str) -> Author:
    name = _NAME_BEFORE.search(text)
    return Author(tuple(one.lower() for one in addresses_in(text)), name[1].strip() if name else "")


def headed(lines: Sequence[LetterLine], place: int) -> HeaderBlock | None:
    """The header lines of another message at this place, with what announces them; None where there are none."""
    text = lines[place].text
    if not text.strip():
        return None
    marker = _marker(text)
    start = place + (marker != "")
    start = next((n for n in range(start, min(start + 3, len(lines))) if lines[n].text.strip()), start)
    seen, authored, end = _header_lines(lines, start)
    kinds = [kind for kind, _ in seen]
    sent_by = next((addresses_in(value) for kind, value in seen if kind == "from"), [])
    told = marker in ("forwarded", "original") or (sent_by and {"sent", "subject"} & set(kinds))
    if "from" not in kinds or len(set(kinds)) < (2 if told else 3):
        if marker in ("forwarded", "original") and len(text) > 5:
            return HeaderBlock(Author(), 1, (True,), marker == "forwarded")
        return None
    said = next(value for kind, value in seen if kind == "from")
    name = said.partition("<")[0].strip(" \"'") if "<" in said else ("" if "@" in said else said)
    author = Author(tuple(one.lower() for one in addresses_in(said)), name)
    return HeaderBlock(author, end - place, (*(True for _ in range(start - place)), *authored), marker == "forwarded")


def is_addressed(line: str) -> bool:
    """Whether a line says to whom a letter goes, by an e-mail address: "To: privacy@…"."""
    match = _header().match(line)
    return match is not None and match.lastgroup in ("to", "copy") and bool(addresses_in(line))


def _header_lines(lines: Sequence[LetterLine], start: int) -> tuple[list[tuple[str, str]], list[bool], int]:
    seen: list[tuple[str, str]] = []
    authored: list[bool] = []
    place = start
    while place < min(len(lines), start + _MOST_HEADERS):
        match = _header().match(lines[place].text)
        if match:
            kind = str(match.lastgroup)
            seen.append((kind, lines[place].text[match.end() :].strip(" *")))
            authored.append(kind in ("from", "sent", "subject", "reply"))
        elif seen and lines[place].text[:1] in " \t" and lines[place].text.strip() and not authored[-1]:
            authored.append(False)
        elif (
            seen and not lines[place].text.strip() and place + 1 < len(lines) and _header().match(lines[place + 1].text)
        ):
            authored.append(True)
        else:
            break
        place += 1
    return seen, authored, place


@cache
def _header() -> re.Pattern[str]:
    kinds = "|".join(
        f"(?P<{kind}>{words.sources('headers', kind)})" for kind in ("from", "sent", "to", "copy", "subject", "reply")
    )
    return re.compile(rf"^\s{{0,3}}\*{{0,2}}(?:{kinds})\s{{0,3}}\*{{0,2}}\s{{0,2}}[:：]\*{{0,2}}", re.IGNORECASE)


def _marker(text: str) -> str:
    """`forwarded`, `original` or `rule` where a line announces another message."""
    if _RULE.match(text):
        return "rule"
    match = _MARKED.match(text) or _BEGIN.match(text)
    if match is None:
        return ""
    said = match[1].strip()
    for kind in ("forwarded", "original"):
        spoken = words.every(kind).match(said)
        if spoken and (len(spoken[0]) > 4 or _MARKED.match(text)):
            return kind
    return ""
