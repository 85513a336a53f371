"""Plain and pasted text, in whatever encoding it came, and text inside HTML."""

from __future__ import annotations

import codecs
from collections.abc import Collection
from datetime import date
from html.parser import HTMLParser
from pathlib import PurePath

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.message import Message, message, term
from dsr_desk.core.requests import Channel, Found, FoundKind, Law, Request, Right
from dsr_desk.intake.letter import LETTER, LONGEST, identifiers_in, language_of, laws_in, rights_in
from dsr_desk.intake.model import (
    NO_PHOTO,
    AttachedPhoto,
    Format,
    Intake,
    RequestEmpty,
    RequestUnreadable,
    missing,
)

_LETTERS = frozenset("äöüÄÖÜßéèêëàâçîïôûùñáíóúåøæąćęłńóśźżĄĆĘŁŃÓŚŹŻčďěňřšťůýžČŘŠŽőűăâșțĂÂȘȚ„“”’–—€§©«»…")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode(data: bytes, declared: str = "") -> str:
    """Text from bytes: byte order mark, then UTF-8, then what was declared, then the best of the usual code pages.

    UTF-8 goes before the declaration since wrong declarations are common and text in another encoding is hardly
    ever valid UTF-8. Never fails: what cannot be read becomes a replacement character.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    for encoding in ("utf-8", declared):
        try:
            if encoding and (encoding == "utf-8" or not data.isascii()):
                return data.decode(encoding)
        except (LookupError, UnicodeError, ValueError):
            continue
    readings = [data.decode(page, errors="replace") for page in ("cp1252", "iso-8859-2", "cp1250")]
    return max(readings, key=_plausibility)


def _plausibility(text: str) -> int:
    high = [sign for sign in text if ord(sign) > 127]
    return sum(1 if sign in _LETTERS else -2 for sign in high)


class _Text(HTMLParser):
    _BLOCKS = frozenset(
        {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol", "blockquote", "hr", "section"}
    )
    _SILENT = frozenset({"script", "style", "head", "title"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._silent += tag in self._SILENT
        if tag in self._BLOCKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in self._SILENT))
        if tag in self._BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.pieces.append(data)


def text_of_html(markup: str) -> str:
    """The visible text, a line for each block. Remote pictures and scripts are never followed or run."""
    parser = _Text()
    try:
        parser.feed(markup)
        parser.close()
    except (AssertionError, ValueError, RecursionError):
        parser.pieces.append("\n")
    lines = (" ".join(line.split()) for line in "".join(parser.pieces).split("\n"))
    return "\n".join(line for line in lines if line)


def make_intake(
    *,
    channel: Channel,
    parts: Collection[tuple[Message, str]],
    name: str,
    data: bytes,
    first: Collection[Found] = (),
    photos: Collection[AttachedPhoto] = (),
    warnings: Collection[Message] = (),
    own_addresses: Collection[str] = (),
    received: date | None = None,
    country: str = "",
) -> Intake:
    """One intake from parts of text, each (where, text); `first` are findings from headers or fields.

    The order of findings is that of reading. Adds the warnings that every letter may need.
    """
    said = list(warnings)
    text = "\n".join(part for _, part in parts)
    if len(text) > LONGEST:
        said.append(message("note.intake.long", characters=LONGEST))
    found = list(first)
    rights: list[tuple[Right, Found]] = []
    laws: list[tuple[Law, Found]] = []
    for where, part in parts:
        found += identifiers_in(part, where, own_addresses=own_addresses, country=country)
        rights += [one for one in rights_in(part, where) if one[0] not in [known for known, _ in rights]]
        laws += [one for one in laws_in(part, where) if one[0] not in [known for known, _ in laws]]
    found += [one for _, one in rights] + [one for _, one in laws]
    right, law = (rights[0][0] if rights else Right.UNKNOWN), (laws[0][0] if laws else Law.UNKNOWN)
    if not photos:
        said.append(NO_PHOTO)
    if all(one.kind in (FoundKind.RIGHT, FoundKind.LAW, FoundKind.RECEIVED) for one in found):
        said.append(message("note.intake.nobody"))
    if len(rights) > 1:
        said.append(message("note.intake.other-rights", rights=tuple(term(other) for other, _ in rights[1:])))
    said += missing(right, law, received)
    request = Request(
        channel=channel,
        found=tuple(dict.fromkeys(found)),
        right=right,
        law=law,
        received=received,
        source=PurePath(name).name,
        digest=sha256_hex(data),
        text=text[:LONGEST],
        language=language_of(text),
    )
    return Intake(request, tuple(photos), tuple(dict.fromkeys(said)))


def read_text(text: str, name: str = "pasted.txt", *, country: str = "") -> Intake:
    """A letter that was pasted or typed. Raises RequestEmpty."""
    if not text.strip():
        raise RequestEmpty(name=name)
    return make_intake(
        channel=Channel.TEXT, parts=[(LETTER, text)], name=name, data=text.encode(errors="replace"), country=country
    )


def _read(data: bytes, name: str) -> list[Intake]:
    text = decode(data)
    if not text.strip():
        raise RequestEmpty(name=name)
    if "\0" in text[:10_000]:
        raise RequestUnreadable(name=name, why=message("why.letter.no-text"))
    if text.lstrip()[:200].lower().startswith(("<!doctype html", "<html")):
        text = text_of_html(text)
    return [make_intake(channel=Channel.TEXT, parts=[(LETTER, text)], name=name, data=data)]


def _recognises(name: str, head: bytes) -> bool:
    if PurePath(name).suffix.lower() in (".txt", ".md", ".html", ".htm", ".text"):
        return True
    return b"\0" not in head and sum(byte < 9 for byte in head) == 0 and bool(head.strip())


FORMAT = Format("text", _recognises, _read)
