"""Postal addresses as people write them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dsr_desk.intake import words
from dsr_desk.intake.decoding import valued

LONGEST = 140
_END = re.compile(r"[!?;()。]|\s[-–—]\s")
_POINT = re.compile(r"(\S*?)\.(?=\s|$)")
_ARTICLE = re.compile(r"^(?:de|der|dem|het|the|la|le|el|na|no)\s(?=[A-ZÀ-Þ])")
_SHORTEST_PLACE = 4
"""Letters from which on a word before a point is no abbreviation."""

_POSTCODE = re.compile(
    r"\b(?:[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[A-Z]\d[\dW] ?[A-Z\d]{4}|\d{2}-\d{3}|\d{5}(?:-\d{3,4})?"
    r"|\d{4} ?[A-Z]{2}|\d{4}|\d{3}-\d{4})\b"
)
JAPANESE = re.compile(
    r"(?:〒?\d{3}-\d{4}\s?)?[\u4e00-\u9fff]{2,4}[都道府県](?:[\u4e00-\u9fffァ-ヶー]|[のケヶ](?=[\u4e00-\u9fff])){1,20}[\d丁目番地号の−-]{1,20}"
)


def address_from(text: str) -> str:
    """The address that a text begins with, "" where it holds none: as far as it goes on like one."""
    head = _ARTICLE.sub("", " ".join(text[:LONGEST].split()))
    if end := _END.search(head):
        head = head[: end.start()]
    head = next((head[: point.end() - 1] for point in _POINT.finditer(head) if _ends_sentence(head, point)), head)
    kept: list[str] = []
    for part in head.split(","):
        bare = part.strip()
        if kept and not _goes_on(bare):
            break
        kept.append(_without_sentence(bare))
        if kept[-1] != bare:
            break
    address = ", ".join(part for part in kept if part).strip(" .,:")
    has_number = any(sign.isdigit() for sign in valued(address))
    return address if "@" not in address and len(address) >= 6 and has_number else ""


def _ends_sentence(text: str, point: re.Match[str]) -> bool:
    """Whether a point ends a sentence, and does not shorten a word: `ul.`, `Str.`, `просп.`."""
    word = point[1]
    if words.every("streets").fullmatch(f"{word}.") or (len(word) < _SHORTEST_PLACE and word.isalpha()):
        return text[: point.start()].rstrip()[-4:].isdigit()
    return True


def _goes_on(part: str) -> bool:
    """Whether a part between commas belongs to an address."""
    return bool(part) and (part[0].isupper() or part[0].isdigit() or (not part[0].isascii() and not part[0].islower())
                           or (any(sign.isdigit() for sign in part) and len(part.split()) <= 4))  # fmt: skip


def _without_sentence(part: str) -> str:
    """A part without the words by which the sentence goes on after the last number or name of a place."""
    taken = part.split(" ")
    last = max((n for n, word in enumerate(taken) if word[:1].isupper() or any(map(str.isdigit, word))), default=0)
    lower = next((n for n in range(1, last) if words.every("joints").fullmatch(taken[n].rstrip(",."))), None)
    return " ".join(taken[: lower if lower is not None else last + 1]) if part[:1].isascii() or last else part


def lines_of_address(lines: Sequence[str]) -> str:
    """Lines below each other as one address, "" where they are none: a street with a number, or a post code."""
    joined = ", ".join(line.strip(" ,") for line in lines if line.strip())
    return joined if len(joined) <= LONGEST and looks_like_address(joined) else ""


def looks_like_address(text: str) -> bool:
    """Whether a text has a number and a post code or a word of a street in it."""
    if "@" in text or not any(sign.isdigit() for sign in text):
        return False
    return bool(JAPANESE.search(text)) or bool(_POSTCODE.search(text)) or bool(words.every("streets").search(text))
