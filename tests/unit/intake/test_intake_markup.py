"""What HTML shows, what it hides, and what in it is quoted."""

from __future__ import annotations

import pytest

from dsr_desk.intake.markup import OUTLOOK_LINE, charset_of_html, text_of_html


@pytest.mark.parametrize(
    "hidden",
    [
        '<span style="display:none">john@example.org</span>',
        '<div style="font-size:0px;color:red">john@example.org</div>',
        "<p hidden>john@example.org</p>",
        '<p style="mso-hide:all">john@example.org</p>',
        '<div style="max-height:0;overflow:hidden">john@example.org</div>',
        "<style>john@example.org</style><script>john@example.org</script><title>john@example.org</title>",
        "<!-- john@example.org -->",
    ],
)
def test_what_is_hidden_is_no_part_of_the_letter(hidden: str) -> None:
    assert text_of_html(f"<html><body><p>Delete me</p>{hidden}<p>Jane</p></body></html>") == "Delete me\nJane"


@pytest.mark.parametrize(
    "quote",
    [
        '<blockquote type="cite"><p>You wrote</p><p>to me</p></blockquote>',
        '<div class="gmail_quote"><blockquote class="gmail_quote">You wrote<br>to me</blockquote></div>',
        '<div class="yahoo_quoted"><div>You wrote</div><div>to me</div></div>',
        '<div class="protonmail_quote">You wrote<br>to me</div>',
    ],
)
def test_what_is_quoted_is_marked_as_in_plain_text(quote: str) -> None:
    assert text_of_html(f"<p>Mine</p>{quote}<p>Mine again</p>") == "Mine\n> You wrote\n> to me\nMine again"


def test_a_quotation_in_a_quotation_has_two_marks() -> None:
    assert text_of_html("<blockquote>a<blockquote>b</blockquote>c</blockquote>") == "> a\n> > b\n> c"


def test_an_indented_paragraph_is_no_quotation() -> None:
    assert text_of_html('<blockquote style="margin:0 0 0 40px;border:none">Mine</blockquote>') == "Mine"


def test_a_message_that_is_passed_on_is_not_marked() -> None:
    page = (
        '<div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>From: Jane</div>x'
    )
    assert text_of_html(page) == "---------- Forwarded message ---------\nFrom: Jane\nx"


@pytest.mark.parametrize(
    "head",
    [
        '<div id="divRplyFwdMsg"><b>From:</b> Office</div>',
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>Von:</b> Office</p></div>',
        "<hr><p><b>From:</b> Office</p>",
    ],
)
def test_outlook_draws_a_line_above_the_message_that_it_answers(head: str) -> None:
    assert text_of_html(f"<p>Mine</p>{head}<p>Theirs</p>").split("\n")[1] == OUTLOOK_LINE


def test_a_rule_alone_begins_no_other_message() -> None:
    assert text_of_html("<p>Mine</p><hr><p>Jane Roe</p>") == "Mine\nJane Roe"


def test_rows_of_two_cells_are_labels_and_values() -> None:
    page = "<table><tr><th>Name<td><p>Jane <b>Roe</b></p></tr><tr><td>E-mail:</td><td>j@x.org</td></tr></table>"
    assert text_of_html(page) == "Name: Jane Roe\nE-mail: j@x.org"


def test_entities_and_breaks_inside_words_leave_the_word_whole() -> None:
    assert text_of_html("juergen.weiss&shy;muel<wbr>ler@exam&#8203;ple.org") == "juergen.weissmueller@example.org"


def test_markup_without_end_is_read_all_the_same() -> None:
    assert text_of_html("<div>" * 50_000 + "Jane") == "Jane"


def test_a_page_says_its_encoding() -> None:
    assert charset_of_html(b'<html><meta charset="windows-1251">') == "windows-1251"
    assert charset_of_html(b'<META http-equiv=Content-Type content="text/html; charset=koi8-r">') == "koi8-r"
    assert charset_of_html(b"<html><body>charset=x") == ""
