"""The parts of a letter: to whom it is addressed, its greeting, its body, how it is signed."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from enum import Enum

from dsr_desk.intake import words
from dsr_desk.intake.names import is_organisation, leading_name, same_person, whole_name
from dsr_desk.intake.places import looks_like_address

LONGEST_SIGNATURE = 14
_LONGEST_CLOSING = 60
_LAST_LINES = 3
"""Lines at the end among which a name alone in its line signs the letter, though nothing closes it."""
_LONGEST_HEAD = 24
_LONGEST_IN_HEAD = 80
_LONGEST_JOINT = 3
"""Letters of words that are small in the name of an office: "und", "de"."""
_DELIMITER = re.compile(r"^\s*-{2,3}\s*$")
_RULE = re.compile(r"^\s*_{20,}\s*$")
"""The line by which mailing lists part what they add."""
_SIDE_BY_SIDE = re.compile(r"\s[|•·]\s")


class LetterPart(Enum):
    ADDRESSEE = "addressee"
    """Where the letter goes to: the office's name and address above the greeting."""
    GREETING = "greeting"
    BODY = "body"
    SIGNATURE = "signature"
    OFFICE = "office"
    """A signature that names a company, an office or a post in one."""


def parts_of(lines: Sequence[str], people: Collection[str] = (), *, form: bool = False) -> list[LetterPart]:
    """The part to which each line belongs. `people` are names of whoever writes; nobody signs a form."""
    parts = [LetterPart.BODY] * len(lines)
    greeting = next((n for n, line in enumerate(lines[:_LONGEST_HEAD]) if is_greeting(line)), None)
    if greeting is not None:
        parts[greeting] = LetterPart.GREETING
        signed = [*people, *_signed(lines[greeting:])]
        for begin, end in _blocks(lines[:greeting]):
            if _is_addressee(lines[begin:end], signed):
                parts[begin:end] = [LetterPart.ADDRESSEE] * (end - begin)
    elif not form and (head := _letterhead(lines)):
        parts[:head] = [LetterPart.OFFICE] * head
    begin = 0
    while begin < len(lines):
        if _DELIMITER.match(lines[begin]) or closing(lines[begin]) is not None:
            end = _end_of_signature(lines, begin)
            office = any(_is_of_office(line) for line in lines[begin:end])
            parts[begin:end] = [LetterPart.OFFICE if office else LetterPart.SIGNATURE] * (end - begin)
            begin = end
        else:
            begin += 1
    last = [] if form else [number for number, line in enumerate(lines) if line.strip()][-_LAST_LINES:]
    named = next((n for n in last if n and parts[n] is LetterPart.BODY and signed_name(lines[n])), None)
    if named is not None:
        parts[named:] = [LetterPart.SIGNATURE] * (len(lines) - named)
    added = next((n for n, line in enumerate(lines) if n and _adds(line)), len(lines))
    parts[added:] = [LetterPart.OFFICE] * (len(lines) - added)
    return parts


def _adds(line: str) -> bool:
    """Whether what no person wrote begins here: a mailing list's lines, an office's words on who may read it."""
    return _RULE.match(line) is not None or words.every("added").match(line.strip(" \t*_-")) is not None


def _letterhead(lines: Sequence[str]) -> int:
    """So many lines at the top of a letter without greeting name an office and how it is reached; 0: none do."""
    begin, end = next(iter(_blocks(lines)), (0, 0))
    block = lines[begin:end]
    short = len(block) >= 2 and all(len(line) <= _LONGEST_IN_HEAD for line in block)
    titled = short and all(word[:1].isupper() or len(word) <= _LONGEST_JOINT for word in block[0].split())
    return end if titled and is_organisation(block[0]) and not _signed(block) else 0


def signed_name(line: str) -> str:
    """The name of a line that signs: alone in it, or the first of what stands side by side: `Ann Roe | Lyon | 0123`."""
    return whole_name(_SIDE_BY_SIDE.split(line, maxsplit=1)[0])


def is_greeting(line: str) -> bool:
    """Whether a line speaks to the addressee: "Dear Mr Brandt,"."""
    bare = line.strip()
    match = words.every("greetings").match(bare)
    if match is None or len(bare) > 90:
        return False
    rest = bare[match.end() :].strip()
    return not rest or bare[-1:] in ",:!،、，" or bool(leading_name(rest, least=1))


def closing(line: str) -> str | None:
    """What stands behind the words that close a letter in their line; None where a line does not close one."""
    bare = line.strip(" \t*_")
    match = words.every("closings").match(bare)
    if match is None:
        return None
    rest = bare[match.end() :].strip(" ,.!;–—-:，、。")
    if rest and leading_name(rest, least=2) == "":
        return "" if len(bare) < _LONGEST_CLOSING and bare[-1:] in ",!." and len(rest.split()) <= 3 else None
    return rest


def _end_of_signature(lines: Sequence[str], begin: int) -> int:
    blanks = 0
    for place in range(begin + 1, min(begin + LONGEST_SIGNATURE, len(lines))):
        blanks = blanks + 1 if not lines[place].strip() else 0
        if blanks > 1 or len(lines[place]) > 120:
            return place
    return min(begin + LONGEST_SIGNATURE, len(lines))


def _is_of_office(line: str) -> bool:
    return len(line) <= 120 and (words.every("office").search(line) is not None or is_organisation(line))


def _blocks(lines: Sequence[str]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    begin = None
    for number, line in enumerate([*lines, ""]):
        if line.strip() and begin is None:
            begin = number
        elif not line.strip() and begin is not None:
            found.append((begin, number))
            begin = None
    return found


def _is_sender(line: str) -> bool:
    """Whether a line is the header that says from whom a letter is."""
    match = words.every("headers", "from").match(line.strip(" *"))
    return match is not None and "@" in line and line.strip(" *")[match.end() :].lstrip(" *")[:1] in (":", "：")


def _signed(lines: Sequence[str]) -> list[str]:
    return [name for line in lines if (name := whole_name(line))]


def _is_addressee(block: Sequence[str], people: Collection[str]) -> bool:
    """Whether a block above the greeting names where the letter goes to, and not who wrote it."""
    if any(_is_sender(line) for line in block):
        return False
    if any(same_person(name, person) for line in block[:2] if (name := whole_name(line)) for person in people):
        return False
    return any(is_organisation(line) for line in block) or looks_like_address(" ".join(block)) or len(block) > 1
