"""Plain text and its encodings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsr_desk.core.message import message
from dsr_desk.core.requests import Channel
from dsr_desk.intake.decoding import decode
from dsr_desk.intake.making import LONGEST
from dsr_desk.intake.markup import text_of_html
from dsr_desk.intake.model import RequestEmpty
from dsr_desk.intake.text import read_text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Proszę o usunięcie zdjęć: Łąka, Źdźbło, Śnieg", "iso-8859-2"),
        ("Proszę o usunięcie zdjęć: Łąka, Źdźbło, Śnieg", "cp1250"),
        ("Bitte löschen Sie Jörg Müßigs Bilder für mich", "cp1252"),
        ("Bitte löschen Sie Jörg Müßigs Bilder für mich", "utf-8"),
        ("Prière d’effacer mes photos, déjà demandé", "cp1252"),
        ("Łódź i Kraków", "utf-16"),
        ("Łódź i Kraków", "utf-8-sig"),
    ],
)
def test_text_is_read_in_the_encoding_that_it_is_in(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_a_true_declaration_is_followed() -> None:
    assert decode("Привет".encode("koi8-r"), "koi8-r") == "Привет"


def test_an_unknown_declaration_is_passed_over() -> None:
    assert decode("löschen".encode("cp1252"), "x-no-such-thing") == "löschen"


@given(st.binary(max_size=200), st.text(max_size=12))
def test_no_bytes_and_no_declaration_break_the_decoding(data: bytes, declared: str) -> None:
    assert isinstance(decode(data, declared), str)


def test_html_becomes_lines() -> None:
    assert text_of_html("<p>One <b>two</b></p><div>three&amp;four</div><!-- x -->") == "One two\nthree&four"


@given(st.text(alphabet="<>!-[]&#;/ps\"'= \n", max_size=80))
def test_no_markup_breaks_the_reading(markup: str) -> None:
    assert isinstance(text_of_html(markup), str)


def test_pasted_text_is_a_request() -> None:
    request = read_text("Please delete my photos. My user name is mara_k84.").request
    assert request.channel is Channel.TEXT
    assert request.identifiers.user_names == ("mara_k84",)


def test_pasted_nothing_is_an_error() -> None:
    with pytest.raises(RequestEmpty):
        read_text(" \n ")


def test_a_very_long_text_is_cut_and_says_so() -> None:
    intake = read_text("please delete this line\n" * (LONGEST // 20))
    assert intake.warnings[0] == message("note.intake.long", characters=LONGEST)
    assert len(intake.request.text) == LONGEST
