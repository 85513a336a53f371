"""What a form offers and nobody chose: boxes that are not ticked, questions answered with no."""

from __future__ import annotations

import re

_EMPTY = r"\[\s?\]|\(\s?\)|\[_+\]|[☐□▢○◯❏❑]"
_TICKED = r"\[[xX×✓✔*]\]|\([xX×✓✔*]\)|[☑☒■✓✔✅🗹⊠●◉]"
_MARK = re.compile(rf"(?P<empty>{_EMPTY})|(?P<ticked>{_TICKED})")
_NO = r"(?:no|none|false|off|0|unchecked|not? selected|nein|non|nee|nie|não|hayır|ні|нет|いいえ|tidak|ne|nej|nei)"
_DENIED = re.compile(rf"[^:：\n]{{1,80}}[:：]\s*{_NO}\s*\.?", re.IGNORECASE)
_SAYS_NO = re.compile(rf"\s*{_NO}\b", re.IGNORECASE)


def only_chosen(text: str) -> str:
    """The text with blanks in place of what was offered and not chosen, ticks as `☒`; of the same length."""
    return "\n".join(map(_line, text.split("\n")))


def _line(line: str) -> str:
    marks = list(_MARK.finditer(line))
    if _DENIED.fullmatch(line.strip()):
        return " " * len(line)
    if not marks:
        return line
    behind = not line[marks[-1].end() :].strip() and line[: marks[0].start()].strip().rstrip(":：") != ""
    kept = list(line)
    for place, mark in enumerate(marks):
        begin, end = mark.start(), marks[place + 1].start() if place + 1 < len(marks) else len(line)
        if behind:
            begin, end = marks[place - 1].end() if place else 0, mark.end()
        if mark["ticked"] and _SAYS_NO.match(line, mark.end()) and not behind:
            return " " * len(line)
        if mark["empty"]:
            kept[begin:end] = " " * (end - begin)
        elif mark["ticked"]:
            kept[mark.start() : mark.end()] = "☒".ljust(mark.end() - mark.start())
    return "".join(kept)
