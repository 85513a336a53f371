"""Looks whether the words of a report are those of its codes, whether its PDF is drawn from the same sentences, and
whether a bundle holds each field that its law asks for."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, BinaryIO

import typst

from dsr_desk.core.catalogue import form_of
from dsr_desk.core.errors import DeskError
from dsr_desk.core.language import visible
from dsr_desk.core.message import Message
from dsr_desk.core.requests import Law, Right
from dsr_desk.core.required import Document, asked_fields, document_of
from dsr_desk.evidence.report.pdf import drawn_pages
from dsr_desk.evidence.verifying.check_bundle import (
    REPORT,
    Finding,
    Members,
    Refused,
    Said,
    Unchecked,
    finding,
)  # fmt: skip

WORDS, PAGES, ASKED = "words", "pages", "asked"
"""The names of the checks."""
PDF = "data/report.pdf"
_SHOWN = 80


def check_words(archive: BinaryIO) -> Finding:
    """Whether each sentence says what the catalogue of this program says for its code, values and language."""
    return finding(WORDS, lambda: _compare(Members(archive)))


def check_pages(archive: BinaryIO) -> Finding | None:
    """Whether the PDF is the one that is drawn from the sentences; None where the bundle has none."""
    members = Members(archive)
    return finding(PAGES, lambda: _draw(members)) if PDF in members else None


def check_asked(archive: BinaryIO) -> Finding:
    """Whether each field is there that this program's table asks for."""
    return finding(ASKED, lambda: _ask(Members(archive)))


def _ask(members: Members) -> Said:
    envelope = json.loads(members.text("data/statement.dsse.json"))
    said = json.loads(base64.b64decode(envelope["payload"]))["predicate"]
    law, right = Law(said["case"]["law"]), Right(said["case"]["right"])
    asked = asked_fields(law, right, document_of(law, Document(said["edition"])))
    held = {one["field"] for one in json.loads(members.text("data/required.json"))}
    if missing := tuple(one.field for one in asked if one.field not in held):
        raise Unchecked("asked.missing", names=missing)
    return Said("asked.hold", count=len(asked))


def _compare(members: Members) -> Said:
    count, unknown = 0, {}
    for name in (REPORT, "data/summary.json"):
        if name in members:
            told = json.loads(members.text(name))
            for run in _sentences(told["blocks"]):
                count += 1
                said = Message.from_json(run)
                if codes := [one for one in _codes(said) if not _is_known(one)]:
                    unknown.update(dict.fromkeys(codes))
                elif visible(said.say(told["language"])) != run["text"]:
                    raise Refused("words.differ", text=run["text"][:_SHOWN], name=said.code)
    if unknown:
        raise Unchecked("words.unknown", count=len(unknown), names=tuple(unknown))
    return Said("words.hold", count=count)


def _sentences(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for one in node:
            yield from _sentences(one)
    elif isinstance(node, dict) and "code" in node:
        yield node
    elif isinstance(node, dict):
        for name, one in node.items():
            if name not in ("of", "image"):
                yield from _sentences(one)


def _codes(said: Message) -> Iterator[str]:
    """Its code and those of the sentences in it."""
    yield said.code
    waiting: list[Any] = list(said.values.values())
    while waiting:
        one = waiting.pop()
        if isinstance(one, Message):
            yield from _codes(one)
        elif isinstance(one, tuple):
            waiting += one


def _is_known(code: str) -> bool:
    """A code of an error is none that a bundle says."""
    return code not in DeskError.registry and form_of(code, "en") is not None


def _draw(members: Members) -> Said:
    report = json.loads(members.text(REPORT))
    try:
        drawn, own_fonts = drawn_pages(report)
    except typst.TypstError:
        raise Refused("pages.differ") from None
    if drawn == members.read(PDF):
        return Said("pages.hold")
    ours = files("dsr_desk.evidence.verifying").joinpath("check_bundle.py").read_bytes()
    if own_fonts and members.read("data/check_bundle.py") == ours:
        raise Refused("pages.differ")
    raise Unchecked("pages.unknown")
