"""A report as blocks: HTML and PDF are both written from them, and verifiers compare them with the data files.

Whatever is read is a `Message`. `of` names the records of data files that the values of a text come from, as a file
below `data/` with keys and places in it: "lineage.json/models/0". The innermost one counts. The statement's predicate
is called "statement". Without it names must stand somewhere in the data files, and numbers must be figures.
"""

from __future__ import annotations

import base64
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from dsr_desk.core import language as languages
from dsr_desk.core.catalogue import form_of
from dsr_desk.core.errors import for_others
from dsr_desk.core.message import Message, Value, message, quoted

ROWS_SHOWN = 300
FORMAT = 2


@dataclass(frozen=True)
class TextRun:
    """A sentence in a style: plain, strong or code. Without a sentence it is a new line."""

    said: Message | None
    style: str = "plain"


@dataclass(frozen=True)
class Text:
    """Runs, one after the other, with a blank between them."""

    runs: tuple[TextRun, ...]
    of: tuple[str, ...] = ()


Piece = Message | TextRun | Text
BREAK = TextRun(None, "break")


@dataclass(frozen=True)
class Heading:
    title: Text
    level: int


@dataclass(frozen=True)
class Paragraph:
    text: Text


@dataclass(frozen=True)
class Bullets:
    items: tuple[Text, ...]


@dataclass(frozen=True)
class TableRow:
    cells: tuple[Text, ...]
    of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """`title` is read by screen readers, since a heading stands above; `more` says where the other rows are."""

    title: Text
    head: tuple[Text, ...]
    rows: tuple[TableRow, ...]
    more: Text | None = None


@dataclass(frozen=True)
class FactsBlock:
    pairs: tuple[tuple[Text, Text], ...]
    of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Face:
    image: bytes
    alt: Text
    caption: Text


@dataclass(frozen=True)
class Faces:
    faces: tuple[Face, ...]


@dataclass(frozen=True)
class Short:
    """What is read in two minutes, in a box of its own."""

    blocks: tuple[Block, ...]


Block = Heading | Paragraph | Bullets | Table | FactsBlock | Faces | Short
Of = str | tuple[str, ...]


def text(*pieces: Piece, of: Of = ()) -> Text:
    """Pieces side by side, with the records of all of them."""
    inner = tuple(dict.fromkeys(path for one in pieces if isinstance(one, Text) for path in one.of))
    return Text(tuple(chain.from_iterable(map(_runs, pieces))), _of(of) or inner)


def lines(*pieces: Piece | None, of: Of = ()) -> Text:
    """Pieces one below the other; None and empty ones are left out."""
    made: list[TextRun] = []
    for piece in pieces:
        if piece is not None and (runs := _runs(piece)):
            made += [BREAK, *runs] if made else runs
    return Text(tuple(made), _of(of))


def strong(said: Message) -> TextRun:
    return TextRun(said, "strong")


def code(digest: str) -> Text:
    """A digest or another row of signs; nothing where it is empty."""
    return Text((TextRun(quoted(digest), "code"),) if digest else ())


def number(value: int) -> Message:
    return message("report.number", n=value)


def day(stamp: str) -> Message:
    """A date or timestamp as a day in words; unknown where there is none."""
    return message("report.day", at=stamp) if stamp else message("report.unknown")


def moment(stamp: str) -> Message:
    """A UTC timestamp as "2026-03-02 09:00:00 UTC"; unknown where there is none."""
    return message("report.moment", at=stamp) if stamp else message("report.unknown")


def listed(values: Iterable[Value]) -> Message:
    """Names or sentences with commas between them."""
    return message("report.named", names=tuple(values))


def word(group: str, said: str) -> Message:
    """A word of the trade as reports say it ("seen", "held"); one that nobody knows stays as it is."""
    return Message(f"report.{group}.{said}", english=said)


def heading(title: Message, level: int = 2, of: Of = ()) -> Heading:
    return Heading(text(title, of=of), level)


def paragraph(*pieces: Piece, of: Of = ()) -> Paragraph:
    return Paragraph(text(*pieces, of=of))


def bullets(items: Iterable[Piece]) -> Bullets:
    return Bullets(tuple(map(_text, items)))


def row(*cells: Piece, of: Of = ()) -> TableRow:
    return TableRow(tuple(map(_text, cells)), _of(of))


def table(title: Message, head: Sequence[Message], rows: Iterable[TableRow], more: Message | None = None) -> Table:
    found = tuple(rows)
    if any(len(one.cells) != len(head) for one in found):
        raise ValueError("a row has as many cells as the table has columns")
    return Table(text(title), tuple(map(_text, head)), found, text(more) if more else None)


def facts(pairs: Iterable[tuple[Message, Piece]], of: Of = ()) -> FactsBlock:
    return FactsBlock(tuple((text(name), _text(value)) for name, value in pairs), _of(of))


def face(image: bytes, alt: Message, caption: Message, of: Of = ()) -> Face:
    return Face(image, text(alt, of=of), text(caption, of=of))


def short(blocks: Iterable[Block]) -> Short:
    return Short(tuple(blocks))


def written(blocks: Iterable[Block], language: str) -> dict[str, Any]:
    """The report as report.json holds it. Its title is that of the first heading."""
    made = [_block(one, language) for one in blocks]
    title = " ".join(run["text"] for run in made[0]["runs"])
    return {"format": FORMAT, "language": language, "title": title, "blocks": made}


def _runs(piece: Piece) -> tuple[TextRun, ...]:
    if isinstance(piece, Message):
        return (TextRun(piece),)
    return piece.runs if isinstance(piece, Text) else (piece,)


def _text(piece: Piece) -> Text:
    return piece if isinstance(piece, Text) else text(piece)


def _of(of: Of) -> tuple[str, ...]:
    return (of,) if isinstance(of, str) else of


def _block(one: Block, language: str) -> dict[str, Any]:
    def say(said: Text) -> dict[str, Any]:
        return _from(said.of, {"runs": [_run(run, language) for run in said.runs]})

    if isinstance(one, Heading):
        return {"kind": "heading", "level": one.level, **say(one.title)}
    if isinstance(one, Paragraph):
        return {"kind": "paragraph", **say(one.text)}
    if isinstance(one, Bullets):
        return {"kind": "list", "items": [say(item) for item in one.items]}
    if isinstance(one, Table):
        rows = [_from(line.of, {"cells": [say(cell) for cell in line.cells]}) for line in one.rows]
        made = {"kind": "table", "title": say(one.title), "head": [say(title) for title in one.head], "rows": rows}
        return made | ({"more": say(one.more)} if one.more else {})
    if isinstance(one, FactsBlock):
        pairs = [{"name": say(name), "value": say(value)} for name, value in one.pairs]
        return _from(one.of, {"kind": "facts", "pairs": pairs})
    if isinstance(one, Faces):
        faces = [
            {"image": base64.b64encode(each.image).decode(), "alt": say(each.alt), "caption": say(each.caption)}
            for each in one.faces
        ]
        return {"kind": "faces", "faces": faces}
    return {"kind": "short", "blocks": [_block(inner, language) for inner in one.blocks]}


def _from(of: tuple[str, ...], made: dict[str, Any]) -> dict[str, Any]:
    return {**made, "of": list(of)} if of else made


def _run(run: TextRun, language: str) -> dict[str, Any]:
    if run.said is None:
        return {"style": run.style}
    said = for_others(run.said)
    return {"style": run.style, "text": languages.visible(said.say(language)), **_spelled(said)}


def _spelled(said: Message) -> dict[str, Any]:
    """Code and the values that its wording has a blank for. Of a code that nobody knows also what it said."""
    form = form_of(said.code, "en")
    if form is None:
        values = {name: _plain(value) for name, value in said.values.items()}
        return {"code": said.code, "values": values, "says": said.english or said.code}
    wordings = form if isinstance(form, tuple) else (form,)
    blanks = {name for one in wordings for _, name, _, _ in string.Formatter().parse(one) if name}
    asked = blanks | ({"count"} if isinstance(form, tuple) else set())
    return {"code": said.code, "values": {name: _plain(one) for name, one in said.values.items() if name in asked}}


def _plain(value: Value) -> Any:
    if isinstance(value, Message):
        return _spelled(value)
    return [_plain(one) for one in value] if isinstance(value, tuple) else value
