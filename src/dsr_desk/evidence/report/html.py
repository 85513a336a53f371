"""A few pieces of HTML. Every text that comes in is escaped here and nowhere else."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dsr_desk.core.language import visible


@dataclass(frozen=True)
class Markup:
    """Text that is HTML already."""

    text: str


Piece = str | Markup

ROWS_SHOWN = 300


def text(piece: Piece) -> str:
    return piece.text if isinstance(piece, Markup) else html.escape(visible(piece), quote=True)


def element(name: str, *pieces: Piece, **attributes: str) -> Markup:
    """`class_` stands for the attribute class, `data_label` for data-label."""
    spelled = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(value, quote=True)}"' for key, value in attributes.items()
    )
    return Markup(f"<{name}{spelled}>{''.join(map(text, pieces))}</{name}>")


def join(pieces: Iterable[Piece], between: str = "\n") -> Markup:
    return Markup(between.join(map(text, pieces)))


def paragraphs(lines: Iterable[Piece]) -> Markup:
    return join(element("p", line) for line in lines)


def bullets(lines: Iterable[Piece]) -> Markup:
    return element("ul", *(element("li", line) for line in lines))


def table(head: Sequence[str], rows: Sequence[Sequence[Piece]], caption: str) -> Markup:
    """A table named for screen readers; on a narrow screen each row becomes a card, with its roles kept."""
    titles = element("tr", *(element("th", title, scope="col", role="columnheader") for title in head), role="row")
    body = (
        element(
            "tr",
            *(element("td", cell, role="cell", data_label=title) for title, cell in zip(head, row, strict=True)),
            role="row",
        )
        for row in rows
    )
    return element(
        "table",
        element("thead", titles, role="rowgroup"),
        element("tbody", *body, role="rowgroup"),
        role="table",
        aria_label=caption,
    )


def lines(*pieces: Piece) -> Markup:
    """Pieces one below the other, empty ones left out."""
    return join((piece for piece in pieces if text(piece)), "<br>")


def facts(pairs: Iterable[tuple[str, Piece]]) -> Markup:
    return element("dl", *(join((element("dt", name), element("dd", value)), "") for name, value in pairs))


def code(value: str) -> Piece:
    return element("code", value) if value else ""


def section(title: str, *pieces: Piece) -> Markup:
    return element("section", element("h2", title), *pieces)


def page(title: str, language: str, style: str, body: Markup) -> bytes:
    """A whole, self-contained page: no script, nothing from elsewhere."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{body.text}\n</body>\n</html>\n"
    ).encode()
