"""Header lines of an e-mail as they were meant: folded, in encoded words of any encoding, or in raw bytes."""

from __future__ import annotations

import email.errors
import email.header
import email.utils
from email.message import Message as Mail

from dsr_desk.intake.decoding import decode

# What the standard library's mail parser is known to raise on hostile headers and bodies.
MALFORMED = (
    *(ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError, NotImplementedError),
    OverflowError,
    email.errors.MessageError,
)


def header(mail: Mail, name: str) -> str:
    """The first header line of that name as text, "" where there is none."""
    return next(iter(headers(mail, name)), "")


def headers(mail: Mail, name: str) -> list[str]:
    """All header lines of that name, from the top."""
    return [_plain(value) for value in _values(mail, name)]


def people(mail: Mail, *names: str) -> list[tuple[str, str]]:
    """(name, address) pairs of these header lines; `Roe, Jane <j@x>` is one person though nothing quotes the comma."""
    found = []
    for name in names:
        for value in _values(mail, name):
            try:
                # Names are taken apart before they are decoded: an encoded one may hold commas and brackets.
                pairs = email.utils.getaddresses([" ".join(value.split())])
            except MALFORMED:
                continue
            begun = ""
            for display, address in pairs:
                if "@" in address:
                    found.append((_plain(f"{begun}, {display}" if begun and display else display), _plain(address)))
                begun = "" if "@" in address else display or address
    return found


def _values(mail: Mail, name: str) -> list[str]:
    return [str(value) for key, value in mail.raw_items() if key.lower() == name.lower()]


def _plain(value: str) -> str:
    try:
        pieces = email.header.decode_header(value) if "=?" in value else [(value, None)]
    except MALFORMED:
        pieces = [(value, None)]
    text = "".join(
        decode(piece.encode("utf-8", "surrogateescape") if isinstance(piece, str) else piece, charset or "")
        for piece, charset in pieces
    )
    return " ".join(text.split())
