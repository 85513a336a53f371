"""Header lines as they were meant, however they came."""

from __future__ import annotations

import base64
import email
import email.policy

import pytest

from dsr_desk.intake.mail_fields import header, headers, people


def from_line(line: bytes) -> list[tuple[str, str]]:
    return people(email.message_from_bytes(line + b"\n\nx", policy=email.policy.default), "From")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (b"From: =?iso-8859-1?q?J=FCrgen_Wei=DF?= <j@x.org>", "Jürgen Weiß"),
        (b"From: =?iso-2022-jp?b?GyRCOzNFREJATzobKEI=?= <j@x.org>", "山田太郎"),
        (b"From: =?gb2312?b?" + base64.b64encode("王小明".encode("gb2312")) + b"?= <j@x.org>", "王小明"),
        (b"From: =?windows-1251?q?=CE=EB=E5=ED=E0?=\n =?windows-1251?q?_=D8=E5=E2=F7=E5=ED=EA=EE?= <j@x.org>",
         "Олена Шевченко"),
        (b"From: =?utf-8?q?Roe=2C_Jane_=3Cx=3E?= <j@x.org>", "Roe, Jane <x>"),
        (b"From: =?no-such-set?q?J=FCrgen?= <j@x.org>", "Jürgen"),
        ("From: Олена Шевченко <j@x.org>".encode("koi8-u"), "Олена Шевченко"),
        ("From: Jürgen Weiß <j@x.org>".encode(), "Jürgen Weiß"),
        ("From: Jürgen Weiß <j@x.org>".encode("latin-1"), "Jürgen Weiß"),
        (b"From: Roe, Jane <j@x.org>", "Roe, Jane"),
        ('From: "Jane\u200b Roe" <j\u00ad@x.org>'.encode(), "Jane Roe"),
    ],
)  # fmt: skip
def test_a_senders_name_is_read_in_every_encoding(line: bytes, name: str) -> None:
    assert from_line(line) == [(name, "j@x.org")]


def test_what_is_no_address_is_no_sender() -> None:
    assert from_line(b"From: undisclosed recipients:;") == []
    assert from_line(b"From: =?utf-8?b?broken <") == []


def test_all_lines_of_a_name_are_given_from_the_top() -> None:
    mail = email.message_from_bytes(b"Received: one\nReceived:\n two\nSubject: =?utf-8?q?L=C3=B6schung?=\n\n")
    assert headers(mail, "received") == ["one", "two"]
    assert header(mail, "Subject") == "Löschung"
    assert header(mail, "Date") == ""
