"""Names are shown in one line and one direction; figures that are none are shown as they came."""

from __future__ import annotations

import math
from datetime import date

import pytest

from dsr_desk.core.language import LANGUAGES, day, listed, number, size, visible
from dsr_desk.core.message import Message, message


def test_a_mark_that_turns_the_direction_is_written_out() -> None:
    assert visible("\u202eabc") == "\\u202eabc"
    assert visible("a\u2066b\u200fc") == "a\\u2066b\\u200fc"


def test_a_name_with_a_line_break_stays_in_its_line() -> None:
    assert visible("line\nbreak\tand\x00more") == "line break and\\u0000more"


@pytest.mark.parametrize("name", ["Łukasz", "山田太郎", "שלום", "می‌خواهم", "😀", "St. Pauli", ""])
def test_a_name_in_any_script_is_shown_as_it_is(name: str) -> None:
    assert visible(name) == name


def test_the_direction_of_a_sentence_is_not_turned_by_a_name_in_it() -> None:
    said = message("gap.index.whole", name="\u202eabc").say("de")
    assert "\u202e" not in said
    assert "\\u202eabc" in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("figure", [math.nan, math.inf, -math.inf, 10**400, 1e308, -(10**19)])
def test_a_figure_that_is_none_is_said_as_it_came(figure: float, language: str) -> None:
    assert str(figure) in message("list.more", names="a", count=figure).say(language)
    for code in ("statement.faces", "survey.file"):
        assert Message(code, dict.fromkeys(("references", "faces", "indexes", "bytes", "format"), figure)).say(language)


def test_a_time_at_the_end_of_the_calendar_is_said_as_it_came() -> None:
    told = message("bundle.signature.holds", file="a", time="0001-01-01T00:00:00+14:00").say()
    assert "0001-01-01T00:00:00+14:00" in told


def test_figures_days_and_lists_are_written_as_the_language_writes_them() -> None:
    assert (number(3004118, "en"), number(3004118, "de")) == ("3,004,118", "3.004.118")
    assert (number(0.5, "en", 2), number(0.5, "de", 2)) == ("0.50", "0,50")
    assert (size(1_234_000, "en"), size(999, "de")) == ("1.2 MB", "999 B")
    assert day(date(2026, 3, 3), "de", weekday=True) == "Dienstag, 3. März 2026"
    assert listed(["a", "b", "c"], "de") == "a, b und c"
