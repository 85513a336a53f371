"""What a form offered and nobody chose is not asked for."""

from __future__ import annotations

import pytest

from dsr_desk.core.requests import Right
from dsr_desk.intake.choices import only_chosen
from dsr_desk.intake.text import read_text


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("Request: (x) access ( ) erasure", "Request: ☒   access"),
        ("[ ] erasure", ""),
        ("☐ Löschung ☒ Auskunft", "☒ Auskunft"),
        ("Erasure [ ]  Access [x]", "Access ☒"),
        ("Erasure: [ ] yes [x] no", ""),
        ("Delete my data: No", ""),
        ("Delete my data: Not before you answered", "Delete my data: Not before you answered"),
        ("a list (see above) [1]", "a list (see above) [1]"),
    ],
)
def test_a_line_keeps_what_was_chosen(line: str, kept: str) -> None:
    assert only_chosen(line).strip() == kept
    assert len(only_chosen(line)) == len(line)


def test_an_unticked_erasure_is_no_right() -> None:
    letter = "Name: Jane Roe\nI ask for:\n[ ] erasure of my data\n[x] access to my data\nunder the GDPR\n"
    assert read_text(letter).request.asked == (Right.ACCESS,)
