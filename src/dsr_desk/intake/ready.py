"""Importing this reads letters that stand here, so that what libraries prepare at first use is there when cells begin.

For the process from which cells come (`jobs.nursery`): patterns of telephone numbers, code pages, PDFium's tables.
"""

from __future__ import annotations

from email.message import EmailMessage

import phonenumbers

from dsr_desk.core import codec
from dsr_desk.intake.registry import parse

_COUNTRIES = (
    "AT", "AU", "BE", "BR", "CA", "CH", "CZ", "DE", "DK", "ES", "FI", "FR", "GB", "IE", "IN", "IT", "JP", "KR", "NL",
    "NO", "PL", "PT", "SE", "US",
)  # fmt: skip
_LETTER = """Dear Sir or Madam, my name is Jane Roe, and I ask you to delete the photos of me and all that you have of
me under the GDPR. My user name is jane_roe. Name: Jane Roe. Address: 1 High Street, London.

Yours faithfully,
Jane Roe
"""
_PAGE = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F<</Type/Font"
    b"/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n4 0 obj<</Length 40>>stream\nBT /F 9 Tf 9 9 Td (Please erase "
    b"it.) Tj ET\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


def _letter() -> bytes:
    mail = EmailMessage()
    mail["From"] = "Jane Roe <jane@example.org>"
    mail["To"] = "privacy@example.com"
    mail["Subject"] = "=?utf-8?q?L=C3=B6schung?="
    mail["Date"] = "Mon, 02 Mar 2026 08:41:00 +0000"
    mail.set_content(_LETTER + "\n".join(map(_number, _COUNTRIES)))
    mail.add_alternative(f"<html><p>{_LETTER}</p></html>", subtype="html")
    mail.add_attachment(_PAGE, maintype="application", subtype="pdf", filename="letter.pdf")
    mail.add_attachment(b"GIF89a", maintype="image", subtype="gif", filename="logo.gif")
    return mail.as_bytes()


def _number(country: str) -> str:
    number = phonenumbers.example_number(country)
    assert number is not None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


codec.packed(parse(_letter(), "letter.eml"))
