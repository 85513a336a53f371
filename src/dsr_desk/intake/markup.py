"""The text that HTML shows; what is quoted in it is marked as plain text marks it, by lines that begin with `> `.

A message that Outlook puts below its header block (From:, Sent:, To:) is not marked, as it is not in plain text either:
a line of underscores stands before it, whether it is answered or passed on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

from dsr_desk.intake.decoding import cleaned

_BLOCKS = frozenset(
    {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "dl", "dt", "blockquote"}
    | {"hr", "section", "article", "header", "footer", "address", "pre", "fieldset", "form", "body", "center"}
)
_CELLS = frozenset({"td", "th", "dd"})
_SILENT = frozenset({"script", "style", "head", "title", "template", "object", "svg", "select", "textarea"})
_VOID = frozenset(
    {"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr"}
)
_CLOSED_BY = {
    "p": frozenset({"p", "div", "table", "ul", "ol", "blockquote", "h1", "h2", "h3"}),
    "li": frozenset({"li"}),
    "tr": frozenset({"tr"}),
    "td": frozenset({"td", "th", "tr"}),
    "th": frozenset({"td", "th", "tr"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
}
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|(?:opacity|font-size|max-height)\s*:\s*0+(?:\.0+)?\s*(?:px|pt|em|rem|%)?\s*(?:;|$|!)",
    re.IGNORECASE,
)
_PRE = re.compile(r"white-space\s*:\s*pre", re.IGNORECASE)
_INDENT = re.compile(r"border\s*:\s*(?:none|0)", re.IGNORECASE)
# What programs wrap around the message that is answered: Gmail, Yahoo, Thunderbird, Proton, Zimbra, Tuta, AOL.
_QUOTED = re.compile(
    r"(?:^|\s)(?:\w+_)?(?:gmail_quote(?:_container)?|yahoo_quoted|moz-cite-prefix|protonmail_quote|zmail_extra"
    r"|tutanota_quote|aolmail_quote|quoted-?text)(?:$|\s)",
    re.IGNORECASE,
)
_OUTLOOK = re.compile(
    r"(?:^|\s)(?:x_)*(?:divRplyFwdMsg|OutlookMessageHeader|ms-outlook-mobile-reference-message|OLK_SRC_BODY_SECTION)",
    re.IGNORECASE,
)
_RULE = re.compile(r"border(?:-top)?\s*:[^;]*\bsolid\b", re.IGNORECASE)
_FROM = re.compile(
    r"(?:From|Von|De|Da|Van|Od|Kimden|Gönderen|Від|От|差出人|送信者|发件人|發件人|寄件者|보낸 사람|Från|Fra|Expéditeur"
    r"|Mittente)\s*[:：]",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"-{3,}|(?:Begin |Start )?forwarded message|(?:Anfang der )?weitergeleitete"
    r"|(?:Début du )?message (?:transféré|réexpédié)"
    r"|(?:Inicio del )?mensaje reenviado|(?:Inizio )?messaggio inoltrato|(?:Início da )?mensagem (?:re)?encaminhada"
    r"|(?:Begin )?doorgestuurd bericht|(?:Początek )?(?:wiadomość przekazana|przekazan)|iletilen|переслан|转发|転送",
    re.IGNORECASE,
)
OUTLOOK_LINE = "_" * 32
"""What stands above Outlook's header block of a message that is answered or passed on."""

_BETWEEN_CELLS = "\x1f"
_LONGEST_LABEL = 40
_DEEPEST = 200
_MOST_MARKS = 9
MOST_WRITTEN = 1_000_000
"""Characters after which a page is not read on: several times what is read of a letter."""


class _EnoughError(Exception):
    """The page has more text than is read of any letter."""


@dataclass
class _Element:
    tag: str
    hides: bool
    quotes: bool
    keeps_lines: bool


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._line = ""
        self._line_ends = False
        self._written = 0
        self._open: list[_Element] = []
        self._hiding = self._quoting = self._keeping = 0
        """How many of the open elements hide, quote, keep their lines."""
        self._named: Counter[str] = Counter()
        self._ruled = False
        """A rule was drawn and nothing written since: From: right below it begins another message."""
        self._begun: _Element | None = None
        """A quotation in which nothing was written yet: it may turn out to be a message that is passed on."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while self._open and tag in _CLOSED_BY.get(self._open[-1].tag, ()):
            self._close()
        given = {name: value or "" for name, value in attrs}
        style, named = given.get("style", ""), f"{given.get('id', '')} {given.get('class', '')}"
        self._line_ends = (self._line_ends or tag in _BLOCKS) and not self._line.rstrip(" ").endswith(_BETWEEN_CELLS)
        if tag in ("tr", "dt"):
            self._end_line()
        elif tag in _CELLS:
            self._line += _BETWEEN_CELLS
            self._line_ends = False
        if _OUTLOOK.search(named):
            self._outlook()
        if not self._hides and (tag == "hr" or _RULE.search(style)):
            self._ruled = True
        if tag in _VOID or len(self._open) >= _DEEPEST:
            return
        cites = tag == "blockquote" and not _INDENT.search(style)
        element = _Element(
            tag,
            hides=tag in _SILENT or "hidden" in given or _HIDDEN.search(style) is not None,
            quotes=(cites and not self._is_wrapped) or (_QUOTED.search(named) is not None and not self._depth),
            keeps_lines=tag == "pre" or _PRE.search(style) is not None,
        )
        if element.quotes:
            self._end_line()
            self._begun = element
        self._open.append(element)
        self._count(element, 1)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self._line_ends = self._line_ends or tag in _BLOCKS
        if self._named[tag]:
            while self._close() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._hides:
            return
        text = cleaned(data)
        if not text.strip():
            self._line += " "
        elif self._keeping:
            for number, line in enumerate(text.split("\n")):
                self._line_ends = self._line_ends or number > 0
                self._write(line)
        else:
            self._write(text.replace("\n", " "))

    def close(self) -> None:
        super().close()
        self._end_line()

    @property
    def _hides(self) -> bool:
        return any(element.hides for element in self._open)

    @property
    def _is_wrapped(self) -> bool:
        """Whether the nearest quotation is a program's wrapper, in which what is quoted lies once more."""
        return next((element.tag for element in reversed(self._open) if element.quotes), "blockquote") != "blockquote"

    @property
    def _depth(self) -> int:
        return sum(element.quotes for element in self._open)

    def _write(self, text: str) -> None:
        if self._line_ends and self._line.strip():
            self._end_line()
        self._line_ends = False
        if text.strip():
            if self._begun and _FORWARDED.match(text.strip()):
                self._quoting -= self._begun.quotes
                self._begun.quotes = False
            self._begun = None
            if self._ruled and _FROM.match(text.strip()):
                self._outlook()
            self._ruled = False
        self._line += text

    def _outlook(self) -> None:
        self._end_line()
        if not self._depth and (not self.lines or self.lines[-1] != OUTLOOK_LINE):
            self.lines.append(OUTLOOK_LINE)

    def _close(self) -> str:
        if self._open[-1].quotes:
            self._end_line()
        element = self._open.pop()
        self._count(element, -1)
        return element.tag

    def _count(self, element: _Element, by: int) -> None:
        self._hiding += by * element.hides
        self._quoting += by * element.quotes
        self._keeping += by * element.keeps_lines
        self._named[element.tag] += by

    def _end_line(self) -> None:
        if row := row_of_cells([" ".join(cell.split()) for cell in self._line.split(_BETWEEN_CELLS)]):
            self.lines.append("> " * min(self._depth, _MOST_MARKS) + row)
            self._written += len(row)
            if self._written > MOST_WRITTEN:
                raise _EnoughError
        self._line = ""


def row_of_cells(cells: Sequence[str]) -> str:
    """A row of a table as text: `label: value` where there are two cells, as in forms; else side by side."""
    kept = [cell.strip() for cell in cells if cell.strip()]
    labelled = len(kept) == 2 and len(kept[0]) <= _LONGEST_LABEL and not kept[0].endswith((":", "："))
    return (": " if labelled else " ").join(kept)


_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)


def charset_of_html(data: bytes) -> str:
    """The encoding that a page says it is in, "" where it says none."""
    said = _CHARSET.search(data[:4096])
    return said[1].decode("ascii", errors="replace") if said else ""


def text_of_html(markup: str) -> str:
    """The visible text, a line for each block. Remote pictures and scripts are never followed or run."""
    parser = _Text()
    try:
        parser.feed(markup)
        parser.close()
    except (AssertionError, ValueError, RecursionError, _EnoughError):
        parser.lines.append("")
    return "\n".join(parser.lines)
