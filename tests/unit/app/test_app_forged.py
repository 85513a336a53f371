"""Whoever holds the organisation's key forges what a bundle says, value by value: both verifiers must tell.

First every field of what the bundle is made from, then every value of every file in it; each time the bundle is
written and signed anew. A forgery that leaves the signed archive as it was is none.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, quoted
from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.seal import sign
from dsr_desk.evidence.signed.bag import stored_zip
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.verifying.check_bundle import EVIDENCE, Refused, check_all, report_page
from dsr_desk.evidence.verifying.verify import verify
from resealing import Bundle, files_of, predicate_of, resealed
from unit.app.small_case import Small
from unit.app.whole_case import Told, to_its_end, what_was_sealed

SIGNED_BY_OFFICERS = frozenset({"journal"})
"""Parts of the content whose bytes officers signed: as files of the bundle they are forged in the second test."""

FREE = {
    "check_bundle.py": "a verifier is taken from elsewhere",
    "predicate.schema.json": "describes the form",
    "VERIFY.txt": "tells how to verify, and that this file proves nothing",
    "report.pdf": "pages of the report, which nobody but the program can draw",
    "succession.jsonl": "old keys signed it",
    "open-me.sha256": "compared with the page around",
}
"""Files that hold no value of the case, or that a verifier cannot make again; docs/bundle-format.md says so."""


LEFT_OR_DOUBLED = ("left out", "twice", "exchanged")
"""Of a report: what it does not say, says twice, in another order or in another size is not looked for."""


@pytest.fixture
def told(small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edition: Edition) -> Told:
    return what_was_sealed(to_its_end(small), tmp_path / "sealed", monkeypatch, edition)


@pytest.fixture
def honest(told: Told, edition: Edition) -> Bundle:
    return sign(told.content, edition, told.signer, "en").in_memory


@pytest.fixture(params=[False, pytest.param(True, marks=pytest.mark.long)], ids=["sample", "all"])
def long(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def accepted(made: Bundle, told: Told, folder: Path) -> str:
    """Which verifiers take a bundle; "" where none does. The program makes the checks of the other one, and more."""
    findings, _ = check_all(made, told.signer.fingerprint)
    if any(one.ok is False for one in findings):
        return ""
    path = folder / "forged.zip"
    path.write_bytes(stored_zip(made))
    program = verify(path, expected_certificate=told.signer.fingerprint)
    return "single-file" if any(check.ok is False for check in program.checks) else "both"


def chosen(forgeries: Iterator[Any], most: int, *, anywhere: bool) -> Iterator[Any]:
    """About so many, evenly spread: from another one on each time, or always the same."""
    known = list(forgeries)
    step = max(1, len(known) // most)
    return itertools.islice(known, random.randrange(step) if anywhere else step // 2, None, step)


@pytest.mark.parametrize("edition", list(Edition))
def test_no_field_of_what_a_bundle_is_made_from_is_forged_unseen(
    told: Told, honest: Bundle, edition: Edition, long: bool, tmp_path: Path
) -> None:
    assert accepted(honest, told, tmp_path) == "both"
    unseen = {}
    for name, forged in chosen(content_forgeries(told.content), 1000 if long else 8, anywhere=long):
        try:
            made = sign(forged, edition, told.signer, "en").in_memory
        except (DeskError, ValueError, TypeError, LookupError, AttributeError, Refused):
            continue
        if made[EVIDENCE] != honest[EVIDENCE] and (who := accepted(made, told, tmp_path)):
            unseen[name] = who
    assert unseen == {}


@pytest.mark.parametrize("edition", list(Edition))
def test_no_value_in_a_file_of_a_bundle_is_forged_unseen(
    told: Told, honest: Bundle, long: bool, tmp_path: Path
) -> None:
    assert resealed(honest, told.signer, {}) == honest
    unseen = {}
    for name, make in chosen(file_forgeries(honest, told.signer), 3000 if long else 24, anywhere=long):
        try:
            made = make()
        except (ValueError, TypeError, LookupError, AttributeError, Refused):
            continue  # no page can be made of such a report
        words = "single-file" if name.startswith("report.json") else ""  # it has no catalogue to compare wordings with
        if made != honest and (who := accepted(made, told, tmp_path)) not in ("", words):
            unseen[name] = who
    assert unseen == {}


# What the bundle is made from


def content_forgeries(content: EvidenceContent) -> Iterator[tuple[str, EvidenceContent]]:
    for field in dataclasses.fields(content):
        if field.name not in SIGNED_BY_OFFICERS:
            for name, value in others_than(getattr(content, field.name), field.name):
                if not name.endswith(LEFT_OR_DOUBLED):  # the files follow from the log: only the report would have less
                    yield name, replace(content, **{field.name: value})


def others_than(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every value that differs from this one in one place."""
    if isinstance(value, Message):
        yield from _sentences(value, name)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            for path, other in others_than(getattr(value, field.name), f"{name}.{field.name}"):
                if field.init:
                    yield path, replace(value, **{field.name: other})
    elif isinstance(value, tuple | list):
        for path, other in _sequences(list(value), name):
            yield path, type(value)(other)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from ((path, {**value, key: other}) for path, other in others_than(one, f"{name}.{key}"))
            yield f"{name}.{key} left out", {other: two for other, two in value.items() if other != key}
    else:
        yield from ((f"{name}: {value!r:.30} -> {other!r:.30}", other) for other in _plain(value))


def _sequences(value: list[Any], name: str) -> Iterator[tuple[str, list[Any]]]:
    for number, one in enumerate(value):
        place = f"{name}[{number}]"
        for path, other in others_than(one, place):
            yield path, [*value[:number], other, *value[number + 1 :]]
        yield f"{place} left out", [*value[:number], *value[number + 1 :]]
        yield f"{place} twice", [*value[: number + 1], *value[number:]]
    if len(value) > 1 and value[0] != value[1]:
        yield f"{name}: the first two exchanged", [value[1], value[0], *value[2:]]


def _sentences(value: Message, name: str) -> Iterator[tuple[str, Any]]:
    yield f"{name}: {value.code} -> other words", quoted("nothing of the kind")
    for key, one in value.values.items():
        for path, other in others_than(one, f"{name}({value.code}).{key}"):
            yield path, Message(value.code, {**value.values, key: other}, value.english)


def _plain(value: Any) -> list[Any]:
    ways: list[tuple[type, Callable[[Any], list[Any]]]] = [
        (Enum, lambda one: [other for other in type(one) if other is not one][:2]),
        (bool, lambda one: [not one]),
        (int, lambda one: [one + 1, *([0] if one > 1 else [])]),
        (float, lambda one: [one + 1]),
        (date, lambda one: [one + timedelta(days=1)]),
        (bytes, lambda one: [bytes([one[0] ^ 1]) + one[1:]] if one else []),
        (str, _texts),
    ]
    return next((way(value) for kind, way in ways if isinstance(value, kind)), [])


def _texts(value: str) -> list[str]:
    """Another person, time, day, digest or word of the same form; and nothing."""
    if not value:
        return ["Eve Forger"]
    last = next((at for at in range(len(value) - 1, -1, -1) if value[at].isalnum()), None)
    if last is None:
        return [f"{value} Eve"]
    changed = "1" if value[last] == "0" else "0" if value[last].isdigit() else "a" if value[last] != "a" else "b"
    return [value[:last] + changed + value[last + 1 :], ""]


# Files of the bundle


def file_forgeries(honest: Bundle, signer: Signer) -> Iterator[tuple[str, Callable[[], Bundle]]]:
    """A bundle with one value of one file another one, or without the file; then with one value of the predicate."""

    files = files_of(honest)

    def with_file(name: str, make: Callable[[], bytes]) -> Bundle:
        changed = {name: make()}
        if name == "report.json":
            changed["report.html"] = report_page(json.loads(changed[name]))
            if changed["report.html"] == files["report.html"]:
                return honest  # where it came from and its code are another one, and nobody reads anything else
        return resealed(honest, signer, changed)

    for name, data in sorted(files.items()):
        if name not in FREE:
            for what, make in text_forgeries(data, name):
                if name != "report.json" or not (what.endswith(LEFT_OR_DOUBLED) or ".level: " in what):
                    yield what, partial(with_file, name, make)
            yield f"{name} left out", partial(resealed, honest, signer, {name: None})
    for what, said in others_than(predicate_of(honest), "predicate"):
        yield what, partial(resealed, honest, signer, {}, lambda _, said=said: said)


def text_forgeries(data: bytes, name: str) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """One value of a file in JSON, of one line or many, spelled as the file is; of any other file one bit."""
    if not name.endswith((".json", ".jsonl")):
        for at in range(0, len(data), max(1, len(data) // 20)):
            changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
            yield f"{name}: byte {at}", partial(bytes, changed)
        return
    text = data.decode()
    for spelling in SPELLINGS:
        values = spelling.read(text)
        if values is not None and spelling.write(values) == text:
            for what, other in others_than(values, name):
                yield what, partial(spelling.bytes_of, other)
            return
    raise AssertionError(f"{name} is spelled in a way that this test does not know")


@dataclasses.dataclass(frozen=True)
class Spelling:
    """How values are written into a file, a value a line or one for all."""

    lines: bool
    encoder: json.JSONEncoder

    def read(self, text: str) -> Any:
        try:
            return [json.loads(line) for line in text.splitlines()] if self.lines else json.loads(text)
        except ValueError:
            return None

    def write(self, values: Any) -> str:
        return "".join(self.encoder.encode(one) + "\n" for one in (values if self.lines else [values]))

    def bytes_of(self, values: Any) -> bytes:
        return self.write(values).encode()


SPELLINGS = [
    Spelling(lines, json.JSONEncoder(ensure_ascii=False, sort_keys=order, separators=(",", ":")))
    for lines in (True, False)
    for order in (True, False)
]
