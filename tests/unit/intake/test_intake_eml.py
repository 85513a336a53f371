"""Requests that came by e-mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from dsr_desk.core.message import message as says
from dsr_desk.core.requests import Channel, FoundKind, Law, Right, Whose
from dsr_desk.intake.mail_parts import DEEPEST
from dsr_desk.intake.model import NO_DAY, NO_PHOTO, Intake, RequestEmpty, RequestUnreadable
from dsr_desk.intake.registry import parse

BODY = (
    "Please delete all photos of me under Article 17 GDPR.\nMy user name is mara_k84.\n\nKind regards,\nMara Keller\n"
)


def letter(body: str = BODY, **headers: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = "Mara Keller <mara@example.org>"
    message["To"] = "Lakeside Privacy <privacy@example.com>"
    message["Subject"] = "My photos"
    message["Date"] = "Tue, 03 Mar 2026 23:30:00 +0100"
    for name, value in headers.items():
        del message[name]
        message[name] = value
    message.set_content(body)
    return message


def read(message: EmailMessage | bytes) -> Intake:
    (intake,) = parse(message if isinstance(message, bytes) else message.as_bytes(), "letter.eml")
    return intake


def test_a_letter_with_two_photos_gives_person_right_law_day_and_photos(picture: Callable[..., bytes]) -> None:
    message = letter()
    for seed in (1, 2):
        message.add_attachment(picture(seed=seed), maintype="image", subtype="jpeg", filename=f"me-{seed}.jpg")
    intake = read(message)
    request = intake.request
    assert request.channel is Channel.EMAIL
    assert (request.right, request.law, request.received) == (Right.ERASURE, Law.EU_GDPR, date(2026, 3, 3))
    assert request.identifiers.names == ("Mara Keller",)
    assert request.identifiers.emails == ("mara@example.org",)
    assert request.identifiers.user_names == ("mara_k84",)
    assert str(request.where(FoundKind.NAME)) == "From line, letter, line 5 (signature)"
    assert [photo.name for photo in intake.photos] == ["me-1.jpg", "me-2.jpg"]
    assert intake.photos[1].data == picture(seed=2)
    assert intake.warnings == (says("note.intake.only-sent", day="2026-03-03"),)


def test_a_letter_without_a_photo_is_read_and_says_so() -> None:
    assert NO_PHOTO in read(letter()).warnings


def test_the_organisations_address_is_left_out() -> None:
    intake = read(letter(BODY + "I wrote to privacy@example.com before."))
    assert intake.request.identifiers.emails == ("mara@example.org",)


def test_the_day_of_delivery_goes_before_the_day_of_sending() -> None:
    headed = b"Received: from a by b; Thu, 5 Mar 2026 08:00:00 +0000\r\n" + letter().as_bytes()
    request = read(headed).request
    assert request.received == date(2026, 3, 5)
    assert request.where(FoundKind.RECEIVED) == says("where.header", header="Received")


def test_a_letter_without_a_day_asks_for_it() -> None:
    message = letter()
    del message["Date"]
    intake = read(message)
    assert intake.request.received is None
    assert NO_DAY in intake.warnings


def test_polish_text_in_iso_8859_2_is_read() -> None:
    message = letter()
    message.set_content("Nazywam się Łucja Gęślą i proszę o usunięcie moich zdjęć.", charset="iso-8859-2")
    request = read(message).request
    assert "Łucja Gęślą" in request.identifiers.names
    assert request.language == "pl"


def test_text_with_a_false_charset_is_read_by_what_it_is() -> None:
    raw = (
        b"From: a@example.org\r\nSubject: x\r\nContent-Type: text/plain; charset=us-ascii\r\n"
        b"Content-Transfer-Encoding: 8bit\r\n\r\n" + "Bitte löschen Sie die Bilder und Müßiges.".encode("cp1252")
    )
    assert "löschen" in read(raw).request.text


def test_a_message_in_html_alone_is_read_without_its_scripts() -> None:
    message = letter()
    message.set_content(
        "<html><head><style>p{}</style></head><body><p>Please <b>delete</b> my photos.</p>"
        "<p>User name: mara_k84</p><script>alert('x@example.net')</script></body></html>",
        subtype="html",
    )
    request = read(message).request
    assert request.right is Right.ERASURE
    assert request.identifiers.user_names == ("mara_k84",)
    assert "x@example.net" not in request.text


def test_of_two_alternatives_the_plain_one_is_read() -> None:
    message = letter()
    message.add_alternative("<p>Something else: other@example.net</p>", subtype="html")
    assert read(message).request.identifiers.emails == ("mara@example.org",)


def test_a_forwarded_message_is_opened_and_its_place_named(picture: Callable[..., bytes]) -> None:
    inner = letter()
    inner.add_attachment(picture(), maintype="image", subtype="jpeg", filename="me.jpg")
    outer = letter("Please handle this.", From="Service <service@example.com>", To="privacy@example.com")
    outer.add_attachment(inner)
    intake = read(outer)
    assert intake.request.identifiers.emails == ("mara@example.org",)
    assert intake.request.identifiers.names == ("Mara Keller",)
    assert says("note.mail.passed-on") in intake.warnings
    assert intake.request.where(FoundKind.EMAIL, "mara@example.org") == says("where.forwarded.header", header="From")
    assert intake.request.where(FoundKind.USER_NAME) == says("where.line", place=says("where.forwarded"), line=2)
    assert [photo.name for photo in intake.photos] == ["me.jpg"]


def test_a_pdf_beside_the_message_is_read(pdf_letter: Callable[..., bytes], picture: Callable[..., bytes]) -> None:
    message = letter("See the letter.")
    pdf = pdf_letter("Please delete my photos.", "Account number: 4711-22", jpeg=picture())
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename="letter.pdf")
    intake = read(message)
    assert intake.request.identifiers.account_ids == ("4711-22",)
    assert str(intake.request.where(FoundKind.ACCOUNT_ID)).startswith("letter.pdf, page 1")
    assert [photo.data for photo in intake.photos] == [picture()]


def test_a_photo_is_known_by_its_bytes_and_not_by_its_type(picture: Callable[..., bytes]) -> None:
    message = letter()
    message.add_attachment(picture(), maintype="application", subtype="octet-stream", filename="scan.bin")
    assert [photo.name for photo in read(message).photos] == ["scan.bin"]


def test_logos_broken_photos_and_foreign_files_are_named_and_set_aside(picture: Callable[..., bytes]) -> None:
    message = letter()
    message.add_attachment(picture(16, "PNG"), maintype="image", subtype="png", filename="logo.png")
    message.add_attachment(b"\xff\xd8\xff broken", maintype="image", subtype="jpeg", filename="broken.jpg")
    message.add_attachment(b"PK\x03\x04 ...", maintype="application", subtype="zip", filename="all.zip")
    message.add_attachment(b"\0\0\0\x18ftypheic....", maintype="image", subtype="heic", filename="phone.heic")
    intake = read(message)
    assert intake.photos == ()
    none, logo = says("why.attached.no-photo"), says("why.attached.logo", width=16, height=16)
    assert {
        says("note.attached.no-reference", name="logo.png", why=logo),
        says("note.attached.no-reference", name="broken.jpg", why=none),
        says("note.attached.foreign", name="all.zip"),
        says("note.attached.no-reference", name="phone.heic", why=none),
    } <= set(intake.warnings)


def test_an_attachment_that_is_too_large_is_set_aside(
    monkeypatch: pytest.MonkeyPatch, picture: Callable[..., bytes]
) -> None:
    monkeypatch.setattr("dsr_desk.intake.mail_parts.LARGEST_ATTACHMENT", 1_000)
    message = letter()
    message.add_attachment(picture(), maintype="image", subtype="jpeg", filename="huge.jpg")
    intake = read(message)
    assert intake.photos == ()
    assert says("note.attached.large", name="huge.jpg", most=1_000) in intake.warnings


def test_the_same_photo_twice_is_taken_once(picture: Callable[..., bytes]) -> None:
    message = letter()
    for name in ("a.jpg", "b.jpg"):
        message.add_attachment(picture(), maintype="image", subtype="jpeg", filename=name)
    assert [photo.name for photo in read(message).photos] == ["a.jpg"]


def test_a_file_name_that_climbs_out_of_its_folder_is_cut_to_its_end(picture: Callable[..., bytes]) -> None:
    message = letter()
    message.add_attachment(picture(), maintype="image", subtype="jpeg", filename="../../etc/pass\u202ewd.jpg")
    assert [photo.name for photo in read(message).photos] == ["passwd.jpg"]


def test_an_encrypted_message_says_that_it_was_not_read() -> None:
    raw = (
        b'From: a@example.org\r\nSubject: x\r\nContent-Type: multipart/encrypted; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b--\r\n"
    )
    assert says("note.mail.encrypted") in read(raw).warnings


def test_messages_nested_without_end_do_not_stop_the_reading() -> None:
    message = letter()
    for _ in range(40):
        outer = EmailMessage(policy=SMTP)
        outer["From"] = "x@example.net"
        outer["Subject"] = "Fwd"
        outer.set_content("see below")
        outer.add_attachment(message)
        message = outer
    assert says("note.mail.nested", levels=DEEPEST) in read(message).warnings


def test_a_message_with_nothing_in_it_is_an_error() -> None:
    with pytest.raises(RequestEmpty):
        read(b"From: a@example.org\r\nDate: Tue, 03 Mar 2026 10:00:00 +0000\r\n\r\n\r\n")


def test_a_charset_with_a_null_in_it_does_not_stop_the_reading() -> None:
    raw = b'From: a@example.org\r\nContent-Type: text/plain; charset="a\0b"\r\n\r\nPlease delete my photos: \xff\r\n'
    assert read(raw).request.right is Right.ERASURE


def test_who_writes_to_herself_too_is_not_taken_for_the_organisation() -> None:
    request = read(letter(Cc="mara@example.org")).request
    assert request.identifiers.emails == ("mara@example.org",)


def test_a_message_quoted_below_another_is_not_the_persons() -> None:
    request = read(letter("See below.\n\n> From: Zofia Nowak <zofia@example.net>\n> Please delete my photos.")).request
    assert request.identifiers.names == ("Mara Keller",)
    (found,) = [one for one in request.found if one.value == "Zofia Nowak"]
    assert (found.whose, str(found.where)) == (Whose.OTHER, "letter, line 3 (quoted)")


def test_a_message_that_is_nothing_but_an_unread_attachment_is_kept_with_the_reason() -> None:
    raw = b"From: a@example.org\r\nContent-Type: application/zip; name=all.zip\r\n\r\nPK"
    assert says("note.attached.foreign", name="all.zip") in read(raw).warnings


def test_parts_nested_beyond_reason_are_told_and_do_not_stop_the_program() -> None:
    def nested(depth: int) -> bytes:
        opening = "".join(
            f'Content-Type: multipart/mixed; boundary="b{level}"\n\n--b{level}\n' for level in range(depth)
        )
        return f"From: a@example.org\n{opening}Content-Type: text/plain\n\nplease delete\n".encode()

    assert says("note.mail.nested", levels=DEEPEST) in read(nested(60)).warnings
    with pytest.raises(RequestUnreadable):
        read(nested(3_000))


def test_a_date_line_with_a_number_beyond_all_years_leaves_the_day_open() -> None:
    raw = letter().as_bytes().replace(b"03 Mar 2026", b"99999999999999999999 Mar 2026")

    found = read(raw).request

    assert found.received is None
    assert found.right is Right.ERASURE
