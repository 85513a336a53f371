"""Blocks become one page and one PDF, hold no more than their sentences say, and cannot be broken by what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dsr_desk.core.message import Message, message, quoted
from dsr_desk.evidence.report.blocks import (
    bullets,
    code,
    facts,
    heading,
    lines,
    paragraph,
    row,
    short,
    strong,
    table,
    text,
    word,
    written,
)
from dsr_desk.evidence.report.pdf import drawn_pages
from dsr_desk.evidence.verifying.check_bundle import Refused, report_page
from dsr_desk.search.index.folder import IndexDamaged


def made(*blocks: Any) -> dict[str, Any]:
    return written([heading(quoted("T"), 1), paragraph(quoted("O"), quoted("C")), *blocks], "en")


def page(*blocks: Any) -> str:
    return report_page(made(*blocks)).decode()


def test_every_block_stands_on_the_page_in_its_own_element() -> None:
    shown = page(
        short([heading(quoted("S")), bullets([quoted("one"), quoted("two")])]),
        heading(quoted("A")),
        heading(quoted("B"), 3),
        table(quoted("named"), [quoted("h")], [row(lines(strong(quoted("x")), None, code("ab")))], quoted("more")),
        facts([(quoted("n"), text(quoted("v"), quoted("w")))]),
    )
    assert '<header><h1>T</h1><p class="facts">O C</p></header>' in shown
    assert '<section class="short"><h2>S</h2><ul><li>one</li><li>two</li></ul></section>' in shown
    assert '<section><h2>A</h2><h3>B</h3><table role="table" aria-label="named">' in shown
    assert '<th scope="col" role="columnheader">h</th>' in shown
    assert '<td role="cell" data-label="h"><strong>x</strong><br><code>ab</code></td>' in shown
    assert "<p>more</p><dl><dt>n</dt><dd>v w</dd></dl></section>" in shown


def test_what_a_block_says_is_text_on_the_page_and_in_the_pdf() -> None:
    nasty = '</style><script>alert("1")</script>\u202e#panic()'
    blocks = (heading(quoted(nasty)), paragraph(quoted(nasty)), table(quoted(nasty), [quoted(nasty)], []))
    shown = page(*blocks)
    assert "<script" not in shown
    assert "\u202e" not in shown
    assert "\\u202e" in shown
    assert drawn_pages(made(*blocks))[0].startswith(b"%PDF")


def test_a_sentence_holds_the_values_that_its_wording_shows_and_no_others() -> None:
    said = Message("report.round", {"number": 2, "secret": "x"})
    run = made(paragraph(message("report.pair", name=said, value=quoted("v"), other="y")))["blocks"][2]["runs"][0]
    assert run["values"] == {
        "name": {"code": "report.round", "values": {"number": 2}},
        "value": {"code": "quoted", "values": {"text": "v"}},
    }
    assert run["text"] == "round 2: v"


def test_no_place_that_an_error_names_leaves_with_a_sentence() -> None:
    damaged = IndexDamaged(where=Path("/srv/photos/eins.dsrindex"), why=message("why.index.no-key")).message
    shown = made(paragraph(damaged), paragraph(message("report.pair", name=quoted("a"), value=damaged)))
    assert "/srv/" not in str(shown)
    assert message("why.index.no-key").say() in str(shown)


def test_a_word_that_nobody_knows_stays_as_it_is_and_says_so() -> None:
    (run,) = made(paragraph(word("law", "of-tomorrow")))["blocks"][2]["runs"]
    assert (run["text"], run["says"]) == ("of-tomorrow", "of-tomorrow")
    (run,) = made(paragraph(word("law", "\u202eof")))["blocks"][2]["runs"]
    assert run["text"] == "\\u202eof"


def test_a_row_has_as_many_cells_as_the_table_has_columns() -> None:
    with pytest.raises(ValueError, match="columns"):
        table(quoted("t"), [quoted("a"), quoted("b")], [row(quoted("x"))])


@pytest.mark.parametrize("language", ['en"><script>', "", "english"])
def test_a_page_has_a_plain_language(language: str) -> None:
    with pytest.raises(Refused):
        report_page({**made(), "language": language})
