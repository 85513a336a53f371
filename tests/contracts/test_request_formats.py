"""What every request format keeps: it says where it read each thing, is never confirmed, and no bytes break it."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.catalogue import catalogue
from dsr_desk.core.codec import packed, unpacked
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message
from dsr_desk.core.requests import FoundKind, Law, Right
from dsr_desk.intake.drp import open_envelope
from dsr_desk.intake.model import NO_DAY, NO_PHOTO, Intake
from dsr_desk.intake.registry import FORMATS, parse, read_bytes, read_request, read_requests
from made_by_outlook import compound, signed, winmail
from made_by_outlook import message as outlook_message
from made_by_outlook import packed as packed_properties

AGENT_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITHOUT_ACCOUNT = {"drp"}
PICTURES = {"picture"}
"""What a person reads: nothing is proposed of it."""

LETTER = """Dear officer,

my name is Mara Keller. Please delete my photos under Article 17 GDPR.
My account number is LM-4711, my e-mail is mara@example.org.

Kind regards,
Mara Keller
"""


def eml() -> bytes:
    message = EmailMessage()
    message["From"] = "Mara Keller <mara@example.org>"
    message["To"] = "privacy@example.com"
    message["Date"] = "Tue, 03 Mar 2026 10:00:00 +0000"
    message["Subject"] = "Erasure"
    message.set_content(LETTER)
    return message.as_bytes()


def pdf() -> bytes:
    show = "BT /F1 12 Tf 60 780 Td 16 TL " + " ".join(f"({line}) Tj T*" for line in LETTER.splitlines()) + " ET"
    return (
        "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        "2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
        "3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>\nendobj\n"
        f"4 0 obj\n<< /Length {len(show)} >>\nstream\n{show}\nendstream\nendobj\n"
        "trailer\n<< /Root 1 0 R >>\n%%EOF"
    ).encode()


def opendsr() -> bytes:
    return json.dumps(
        {
            "regulation": "gdpr",
            "subject_request_id": "a7551968-d5d6-44b2-9831-815ac9017798",
            "subject_request_type": "erasure",
            "submitted_time": "2026-03-03T10:00:00Z",
            "subject_identities": [
                {"identity_type": "email", "identity_value": "mara@example.org", "identity_format": "raw"},
                {"identity_type": "controller_customer_id", "identity_value": "LM-4711", "identity_format": "raw"},
            ],
            "api_version": "2.0",
        }
    ).encode()


def drp() -> bytes:
    body = {
        "agent-id": "AGENT-1",
        "business-id": "LARK",
        "issued-at": "2026-03-03T10:00:00Z",
        "expires-at": "2026-03-03T10:15:00Z",
        "drp.version": "1.0",
        "agent-request-id": "req-77",
        "exercise": "deletion",
        "regime": "gdpr",
        "name": "Mara Keller",
        "email": "mara@example.org",
        "email_verified": True,
    }
    payload = json.dumps(body).encode()
    return base64.b64encode(AGENT_KEY.sign(payload) + payload)


def table() -> bytes:
    return (
        b"name;e-mail;account number;request;law;received\r\n"
        b"Mara Keller;mara@example.org;LM-4711;Please delete;GDPR;03.03.2026\r\n"
    )


def sheets() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Requests of March"])
    book.active.append(["Name", "E-mail", "Account number", "Request", "Law", "Received"])
    book.active.append(["Mara Keller", "mara@example.org", "LM-4711", "Erasure", "GDPR", date(2026, 3, 3)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def entries() -> bytes:
    subject = {"name": "Mara Keller", "emailAddress": "mara@example.org", "accountId": "LM-4711"}
    return json.dumps(
        {
            "requests": [
                {"type": "ERASURE", "createdAt": "2026-03-03T10:00:00Z", "regulation": "GDPR", "subject": subject}
            ]
        }
    ).encode()


def docx() -> bytes:
    text = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in LETTER.splitlines())
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    kinds = "http://schemas.openxmlformats.org/package/2006/"
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr(
            zipfile.ZipInfo("[Content_Types].xml"),
            f'<Types xmlns="{kinds}content-types"><Default Extension="rels" ContentType="application/'
            'vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" '
            f'ContentType="{main}"/></Types>',
        )
        package.writestr(
            zipfile.ZipInfo("_rels/.rels"),
            f'<Relationships xmlns="{kinds}relationships"><Relationship Id="r1" Type="{links}/officeDocument" '
            'Target="word/document.xml"/></Relationships>',
        )
        body = f'<w:document xmlns:w="{word}"><w:body>{text}</w:body></w:document>'
        package.writestr(zipfile.ZipInfo("word/document.xml"), body)
    return out.getvalue()


def rtf() -> bytes:
    return ("{\\rtf1\\ansi\\ansicpg1252 " + LETTER.replace("\n", "\\par\n") + "}").encode()


def msg() -> bytes:
    sent = {0x37: "Erasure", 0x1000: LETTER, 0x0C1A: "Mara Keller", 0x5D01: "mara@example.org"}
    return compound(outlook_message(sent, [{0x3001: "Privacy", 0x39FE: "privacy@example.com"}]))


def tnef() -> bytes:
    return winmail([(0x9006, b"\0\0\1\0"), (0x9003, packed_properties({0x37: "Erasure", 0x1000: LETTER}))])


SAMPLES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "eml": ("letter.eml", eml),
    "pdf": ("letter.pdf", pdf),
    "text": ("letter.txt", LETTER.encode),
    "opendsr": ("request.json", opendsr),
    "drp": ("request.drp", drp),
    "table": ("requests.csv", table),
    "sheets": ("requests.xlsx", sheets),
    "entries": ("export.json", entries),
    "docx": ("letter.docx", docx),
    "rtf": ("letter.rtf", rtf),
    "msg": ("letter.msg", msg),
    "winmail": ("winmail.dat", tnef),
    "p7m": ("smime.p7m", lambda: signed(eml())),
}


def test_every_registered_format_has_a_sample_here() -> None:
    assert {one.name for one in FORMATS} == {*SAMPLES, *PICTURES}


@pytest.mark.parametrize("form", SAMPLES)
def test_a_request_is_proposed_with_the_place_of_everything_and_confirmed_by_nobody(form: str, tmp_path: Path) -> None:
    name, make = SAMPLES[form]
    path = tmp_path / name
    path.write_bytes(make())
    request = read_request(path).request
    assert request.right is Right.ERASURE
    assert request.law is Law.EU_GDPR
    assert "mara@example.org" in request.identifiers.emails
    assert "LM-4711" in request.identifiers.account_ids or form in WITHOUT_ACCOUNT
    assert all(found.where and found.value for found in request.found)
    assert request.where(FoundKind.RIGHT)
    assert request.where(FoundKind.LAW)
    assert request.confirmed_by == ""
    assert request.source == name
    assert request.digest == sha256_hex(path.read_bytes())


@pytest.mark.parametrize("form", SAMPLES)
def test_the_format_is_known_by_the_content_too(form: str) -> None:
    _, make = SAMPLES[form]
    (intake,) = read_bytes(make(), "file")
    (named,) = read_bytes(make(), SAMPLES[form][0])
    assert intake.request.channel is named.request.channel


@pytest.mark.parametrize("form", SAMPLES)
def test_a_missing_photo_is_said(form: str) -> None:
    name, make = SAMPLES[form]
    (intake,) = read_bytes(make(), name)
    assert intake.photos == ()
    assert NO_PHOTO in intake.warnings


@pytest.mark.parametrize("form", SAMPLES)
@settings(max_examples=20, deadline=None)
@given(cut=st.floats(0, 1), at=st.floats(0, 1), noise=st.binary(max_size=40))
def test_no_damage_breaks_the_reading(form: str, cut: float, at: float, noise: bytes) -> None:
    name, make = SAMPLES[form]
    data = make()
    place, end = int(at * len(data)), int(cut * len(data))
    reads_or_says(data[:end], name)
    reads_or_says(data[:place] + noise + data[place + len(noise) :], name)


@given(data=st.binary(max_size=400), name=st.sampled_from([name for name, _ in SAMPLES.values()] + ["x", "x.csv"]))
def test_no_bytes_break_the_reading(data: bytes, name: str) -> None:
    reads_or_says(data, name)


@given(
    headers=st.lists(
        st.tuples(
            st.sampled_from(
                [b"From", b"To", b"Date", b"Subject", b"Content-Type", b"Content-Disposition", b"Received"]
            ),
            st.binary(max_size=60),
        ),
        max_size=6,
    ),
    body=st.binary(max_size=200),
)
def test_no_headers_break_the_reading(headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    reads_or_says(b"".join(name + b": " + value + b"\n" for name, value in headers) + b"\n" + body, "letter.eml")


def reads_or_says(data: bytes, name: str) -> None:
    """Requests, which come out of a cell as they are, or an error for people that does not repeat the content."""
    intakes: list[Intake] = []
    problem: DeskError | None = None
    try:
        intakes = parse(data, name)
    except DeskError as caught:
        problem = caught
    if problem is None:
        assert intakes
        assert unpacked(packed(intakes), list[Intake]) == intakes
        assert all(one.code in catalogue("de") for intake in intakes for one in intake.warnings)
    else:
        assert problem.what_to_do
        assert "Keller" not in str(problem)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("letter.txt", b"", "REQUEST-EMPTY"),
        ("letter.txt", b" \n\t", "REQUEST-EMPTY"),
        ("letter.odt", b"PK\x03\x04....", "REQUEST-FORMAT-UNKNOWN"),
        ("letter.docx", b"PK\x03\x04....", "REQUEST-UNREADABLE"),
        ("letter.msg", b"\xd0\xcf\x11\xe0\xa1\xb1", "REQUEST-FORMAT-UNKNOWN"),
        ("letter.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "REQUEST-UNREADABLE"),
        ("letter.rtf", b"{\\rtf1 }", "REQUEST-EMPTY"),
        ("smime.p7m", bytes.fromhex("300b06092a864886f70d010703"), "REQUEST-UNREADABLE"),
        ("data.bin", b"\0\1\2\3" * 20, "REQUEST-FORMAT-UNKNOWN"),
        ("letter.txt", b"abc\0def\1" * 20, "REQUEST-UNREADABLE"),
        ("letter.pdf", b"%PDF-1.4 cut", "REQUEST-UNREADABLE"),
    ],
)
def test_a_file_that_is_no_request_is_an_error_with_a_way_on(name: str, data: bytes, code: str) -> None:
    with pytest.raises(DeskError) as caught:
        read_bytes(data, name)
    assert caught.value.code == code
    assert caught.value.what_to_do


def test_a_photo_of_a_letter_is_a_page_of_which_nothing_is_proposed() -> None:
    out = io.BytesIO()
    Image.fromarray(np.zeros((90, 90, 3), np.uint8)).save(out, "JPEG")
    (intake,) = read_bytes(out.getvalue(), "letter.jpg")
    assert [str(page.name) for page in intake.pages] == ["letter.jpg"]
    assert intake.photos == ()
    assert intake.request.found == ()
    assert (intake.request.right, intake.request.law, intake.request.received) == (Right.UNKNOWN, Law.UNKNOWN, None)


def test_a_missing_file_and_a_folder_are_errors(tmp_path: Path) -> None:
    for path in (tmp_path / "no.eml", tmp_path):
        with pytest.raises(DeskError) as caught:
            read_requests(path)
        assert caught.value.code == "REQUEST-UNREADABLE"


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dsr_desk.intake.registry.MAX_BYTES", 10)
    path = tmp_path / "letter.txt"
    path.write_text("x" * 11)
    with pytest.raises(DeskError) as caught:
        read_requests(path)
    assert caught.value.code == "REQUEST-TOO-LARGE"


def test_an_opendsr_file_with_a_comma_too_many_and_no_law_is_read() -> None:
    text = opendsr().decode().replace('"regulation": "gdpr", ', "").replace('"2.0"}', '"2.0",}')
    (intake,) = read_bytes(text.encode(), "request.json")
    assert intake.request.right is Right.ERASURE
    assert intake.request.law is Law.UNKNOWN
    assert message("note.opendsr.comma") in intake.warnings
    assert message("note.opendsr.field", field="regulation") in intake.warnings


def test_hashed_identities_are_kept_as_hashes_and_not_as_names() -> None:
    body = json.loads(opendsr())
    body["subject_identities"] = [
        {"identity_type": "email", "identity_value": "ab" * 32, "identity_format": "sha256"},
        {"identity_type": "email"},
        "nonsense",
    ]
    (intake,) = read_bytes(json.dumps(body).encode(), "request.json")
    assert intake.request.identifiers.is_empty()
    assert [found.value for found in intake.request.found if found.kind is FoundKind.HASH] == [
        "email:sha256:" + "ab" * 32
    ]
    assert {"note.opendsr.entry", "note.opendsr.no-value"} <= {one.code for one in intake.warnings}


def test_an_agents_signature_is_checked_over_the_very_bytes_that_it_signed() -> None:
    envelope = open_envelope(drp())
    assert envelope is not None
    key = AGENT_KEY.public_key().public_bytes_raw()
    assert envelope.signed_by(key)
    assert not envelope.signed_by(bytes(32))
    changed = base64.b64encode(base64.b64decode(drp()).replace(b"mara@", b"mora@"))
    other = open_envelope(changed)
    assert other is not None
    assert not other.signed_by(key)


def test_an_agents_request_says_that_it_expired_and_that_its_authority_is_to_be_checked() -> None:
    (intake,) = read_bytes(drp(), "request.drp")
    wanted = message("note.drp.expired"), message("note.drp.agent", agent="AGENT-1")
    assert set(wanted) <= set(intake.warnings)
    assert str(intake.request.where(FoundKind.EMAIL)) == "email (verified by the agent)"
    assert intake.request.reference == "req-77"


def test_an_older_request_of_an_agent_is_read_from_its_token() -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"name": "Mara Keller", "email": "mara@example.org"}).encode())
    body = {
        "meta": {"version": "0.4"},
        "regime": "ccpa",
        "exercise": ["deletion", "sale:opt-out"],
        "identity": f"x.{claims.decode().rstrip('=')}.y",
    }
    (intake,) = read_bytes(json.dumps(body).encode(), "request.json")
    assert intake.request.identifiers.emails == ("mara@example.org",)
    assert (intake.request.right, intake.request.law) == (Right.ERASURE, Law.CCPA)
    assert message("note.drp.older") in intake.warnings


def test_a_table_gives_one_request_a_row_with_row_and_column(tmp_path: Path) -> None:
    path = tmp_path / "requests.csv"
    path.write_text(
        "Ref,Full name,Email,Type,Date\n"
        "T-1,Mara Keller,mara@example.org,access,2026-03-03\n"
        "\n"
        'T-2,"Keller, Jo",jo@example.org,???,03/04/2026\n',
        encoding="utf-8",
    )
    first, second = read_requests(path)
    assert (first.request.right, first.request.reference) == (Right.ACCESS, "T-1")
    assert second.request.where(FoundKind.EMAIL) == message("where.cell", row=4, column="Email")
    assert (second.request.right, second.request.received) == (Right.UNKNOWN, None)
    assert NO_DAY in second.warnings
    with pytest.raises(DeskError) as caught:
        read_request(path)
    assert caught.value.code == "REQUEST-SEVERAL"


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "1;2;3\n4;5;6\n", "name\nMara\n"])
def test_a_table_without_a_header_that_is_understood_is_an_error(text: str) -> None:
    with pytest.raises(DeskError) as caught:
        read_bytes(text.encode(), "requests.csv")
    assert caught.value.code == "REQUEST-UNREADABLE"


def test_every_letter_that_others_wrote_is_read_or_refused_in_words(real_data: Path) -> None:
    folder = real_data.parent / "cases" / "intake"
    letters = sorted(folder.iterdir()) if folder.is_dir() else []
    if not letters:
        pytest.skip("no letters of others lie beside this project")
    for path in letters:
        reads_or_says(path.read_bytes(), path.name)
