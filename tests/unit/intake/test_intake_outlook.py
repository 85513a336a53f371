"""Messages that Outlook saved or packed, and messages under a signature."""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from compressed_rtf import compress

from dsr_desk.core.errors import DeskError
from dsr_desk.core.requests import Law, Right
from dsr_desk.intake import msg
from dsr_desk.intake.model import Intake
from dsr_desk.intake.registry import parse
from made_by_outlook import compound, der, message, packed, signed, winmail

LETTER = "My name is Jane Roe. Please delete my photos under the GDPR.\r\nUser name: jroe\r\n"
TICKS = (datetime(2026, 11, 3, 9) - datetime(1601, 1, 1)) // timedelta(microseconds=1) * 10
SENT: dict[int, Any] = {
    0x37: "Erasure",
    0x1000: LETTER,
    0x0C1A: "Roe, Jane",
    0x5D01: "jane@example.org",
    0x39: (0x40, struct.pack("<Q", TICKS)),
}
OFFICE = {0x3001: "Privacy", 0x39FE: "privacy@house.example"}
Picture = Callable[..., bytes]


def read(data: bytes, name: str) -> Intake:
    (intake,) = parse(data, name)
    return intake


def codes(intake: Intake) -> set[str]:
    return {one.code for one in intake.warnings}


def with_attached(data: bytes, kind: str, name: str, text: str = "Please see the attachment.\n") -> bytes:
    mail = EmailMessage()
    mail["From"] = "Jane Roe <jane@example.org>"
    mail["To"] = "privacy@house.example"
    mail.set_content(text)
    mail.add_attachment(data, maintype="application", subtype=kind, filename=name)
    return mail.as_bytes()


def test_a_message_that_outlook_saved_is_read_with_its_photo(picture: Picture) -> None:
    photo = {0x3707: "me.jpg", 0x3701: picture(200)}
    intake = read(compound(message(SENT, [OFFICE], [photo])), "letter.msg")
    request = intake.request
    assert (request.right, request.law) == (Right.ERASURE, Law.EU_GDPR)
    assert request.identifiers.names == ("Jane Roe",)
    assert request.identifiers.emails == ("jane@example.org",)
    assert request.identifiers.user_names == ("jroe",)
    assert [one.name for one in intake.photos] == ["me.jpg"]


@pytest.mark.parametrize(
    "body",
    [
        {0x1013: b"<html><p>Please delete my photos, GDPR<p>User name: jroe"},
        {0x1009: compress(rb"{\rtf1\ansi Please delete my photos, GDPR\par User name: jroe}")},
    ],
    ids=["html", "rich text"],
)
def test_the_text_is_found_in_whatever_form_outlook_kept_it(body: dict[int, Any]) -> None:
    values = {number: value for number, value in SENT.items() if number != 0x1000}
    request = read(compound(message({**values, **body}, [OFFICE])), "letter.msg").request
    assert request.identifiers.user_names == ("jroe",)
    assert request.asked == (Right.ERASURE,)


def test_header_lines_that_came_through_the_net_are_kept() -> None:
    headers = "From: Jane Roe <jane@other.example>\r\nTo: privacy@house.example\r\nSubject: Erasure\r\n\r\n"
    request = read(compound(message({**SENT, 0x7D: headers})), "letter.msg").request
    assert request.identifiers.emails == ("jane@other.example",)


def test_a_message_in_a_message_is_the_persons_and_a_colleague_passed_it_on() -> None:
    colleague = {0x37: "FW", 0x1000: "see below", 0x0C1A: "Ines Holt", 0x5D01: "ines@house.example"}
    inner = message(SENT, [OFFICE], header=24)
    request = read(compound(message(colleague, [OFFICE], [], [inner])), "forward.msg").request
    assert request.identifiers.emails == ("jane@example.org",)
    assert request.identifiers.names == ("Jane Roe",)


def test_messages_in_messages_without_end_are_left_and_named() -> None:
    inner = message(SENT, header=24)
    for _ in range(msg.DEEPEST + 3):
        inner = message(SENT, [], [], [inner], header=24)
    assert "note.mail.torn" in codes(read(compound(message(SENT, [], [], [inner])), "deep.msg"))


def packed_letter(photo: bytes = b"") -> bytes:
    attributes = [(0x9006, b"\0\0\1\0"), (0x9007, struct.pack("<II", 1252, 0)), (0x9003, packed({0x1000: LETTER}))]
    if photo:
        attributes += [(0x9002, bytes(14)), (0x8010, b"ME.JPG\0"), (0x800F, photo)]
        attributes += [(0x9005, packed({0x3707: "photo of me.jpg"}))]
    return winmail(attributes)


def test_winmail_is_part_of_the_message_that_carries_it(picture: Picture) -> None:
    intake = read(with_attached(packed_letter(picture(200)), "ms-tnef", "winmail.dat"), "letter.eml")
    assert intake.request.asked == (Right.ERASURE,)
    assert intake.request.identifiers.user_names == ("jroe",)
    assert [one.name for one in intake.photos] == ["photo of me.jpg"]


def test_a_text_that_winmail_repeats_is_read_once() -> None:
    intake = read(with_attached(packed_letter(), "ms-tnef", "winmail.dat", LETTER), "letter.eml")
    assert intake.request.text.count("jroe") == 1


def test_a_broken_winmail_is_named_since_the_letter_or_a_photo_may_be_in_it(picture: Picture) -> None:
    whole = packed_letter(picture(200))
    assert "note.attached.letter-torn" in codes(read(with_attached(whole[:-500], "ms-tnef", "winmail.dat"), "a.eml"))
    assert "note.attached.letter-lost" in codes(read(with_attached(whole[:9], "ms-tnef", "winmail.dat"), "a.eml"))


@pytest.mark.parametrize("open_ended", [False, True])
def test_a_signed_message_is_read_and_its_signature_is_not_claimed(open_ended: bool) -> None:
    part = f"Content-Type: text/plain\r\n\r\n{LETTER}".encode()
    data = with_attached(signed(part, open_ended=open_ended), "pkcs7-mime", "smime.p7m")
    intake = read(data, "letter.eml")
    assert intake.request.asked == (Right.ERASURE,)
    assert intake.request.checks == ()
    assert "note.attached.signed" in codes(intake)


def test_a_signed_part_alone_is_a_letter_too() -> None:
    mail = f"From: Jane Roe <jane@example.org>\r\nContent-Type: text/plain\r\n\r\n{LETTER}".encode()
    assert read(signed(mail), "smime.p7m").request.identifiers.user_names == ("jroe",)


def test_an_encrypted_message_is_refused_as_such() -> None:
    sealed = der(0x30, der(0x06, bytes.fromhex("2a864886f70d010703")), der(0xA0, der(0x30)))
    with pytest.raises(DeskError, match="encrypted"):
        parse(sealed, "smime.p7m")
    assert "note.attached.letter-lost" in codes(read(with_attached(sealed, "pkcs7-mime", "smime.p7m"), "a.eml"))


def test_signatures_around_signatures_without_end_are_left() -> None:
    part = b"Content-Type: text/plain\r\n\r\nJane Roe"
    for _ in range(30):
        part = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n" + signed(part)
    assert "note.mail.nested" in codes(read(with_attached(signed(part), "pkcs7-mime", "smime.p7m"), "a.eml"))


def around(inner: bytes) -> bytes:
    file = [(0x9002, bytes(14)), (0x8010, b"winmail.dat\0"), (0x800F, inner)]
    return winmail([(0x9006, b"\0\0\1\0"), *file])


def test_a_winmail_that_lies_in_another_as_a_file_is_read() -> None:
    intake = read(with_attached(around(packed_letter()), "ms-tnef", "winmail.dat"), "a.eml")
    assert intake.request.asked == (Right.ERASURE,)


def test_winmail_around_winmail_without_end_is_left_and_named() -> None:
    inner = packed_letter()
    for _ in range(400):
        inner = around(inner)
    assert "note.mail.nested" in codes(read(with_attached(inner, "ms-tnef", "winmail.dat"), "a.eml"))


def test_signatures_that_are_all_openings_end_at_once() -> None:
    hostile = b"\x30\x80" * 50_000
    assert "note.attached.letter-lost" in codes(read(with_attached(hostile, "pkcs7-mime", "smime.p7m"), "a.eml"))
