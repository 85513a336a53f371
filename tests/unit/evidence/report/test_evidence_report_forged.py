"""Whoever holds the organisation's key can sign any report: only what the data files bear out is called right."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from evidence_sample import hit
from report_pages import bundled

from dsr_desk.core.catalogue import catalogue
from dsr_desk.core.message import Message
from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.report.blocks import ROWS_SHOWN
from dsr_desk.evidence.seal import sign
from dsr_desk.evidence.signed.bag import stored_zip
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.verifying import check_bundle
from dsr_desk.evidence.verifying.check_bundle import PAGE, REPORT, Refused, Unchecked, check_report, report_page
from dsr_desk.evidence.verifying.verify import message_of, verify
from dsr_desk.evidence.verifying.wording import check_words
from resealing import files_of, resealed

Report = dict[str, Any]


class Files:
    """The files of a bundle, one of them forged."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __contains__(self, name: object) -> bool:
        return name in self.files

    def open(self, name: str) -> BinaryIO:
        if name not in self.files:
            raise Refused("archive.missing", name=name)
        return io.BytesIO(self.files[name])

    def read(self, name: str) -> bytes:
        return self.open(name).read()

    def text(self, name: str) -> str:
        return self.read(name).decode()


class Bundle:
    """The report of an edition with its files; `accepts` says whether the verifier calls another one right."""

    def __init__(self, content: EvidenceContent, edition: Edition) -> None:
        self.files, self.statement, self.report = bundled(content, edition, "en")

    def accepts(self, report: Report) -> bool:
        told = {REPORT: json.dumps(report).encode(), PAGE: report_page(report)}
        try:
            check_report(Files({**self.files, **told}), self.statement)  # type: ignore[arg-type]
        except Refused:
            return False
        return True


@pytest.fixture(params=list(Edition))
def bundle(request: pytest.FixtureRequest, content: EvidenceContent) -> Bundle:
    return Bundle(content, request.param)


def sentences(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for one in node:
            yield from sentences(one)
    elif isinstance(node, dict) and "code" in node:
        yield node
    elif isinstance(node, dict):
        for name in sorted(node):
            yield from sentences(node[name])


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where values stand in a sentence, those of sentences in it too."""
    if isinstance(node, dict):
        for name, one in node.items():
            yield from places(one, (*path, name))
    elif isinstance(node, list):
        for number, one in enumerate(node):
            yield from places(one, (*path, number))
    else:
        yield path


def at(node: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        node = node[key]
    return node


@contextmanager
def replaced(report: Report, run: dict[str, Any], path: tuple[Any, ...], value: Any) -> Iterator[None]:
    """Another value or code, and the words that the program says with it, for a while."""
    before, text, title = at(run, path), run["text"], report["title"]
    at(run, path[:-1])[path[-1]] = value
    run["text"] = Message.from_json(run).say("en")
    report["title"] = " ".join(one["text"] for one in report["blocks"][0]["runs"])
    yield
    at(run, path[:-1])[path[-1]], run["text"], report["title"] = before, text, title


def other(value: Any) -> Any:
    if isinstance(value, str):
        return "2031-07-09" if value[:2] == "20" and value[4:5] == "-" else "Nobody Inparticular"
    return value + 7


def test_no_number_name_day_or_time_in_a_report_can_be_another(bundle: Bundle) -> None:
    assert bundle.accepts(bundle.report)
    tried, accepted = 0, []
    for run in sentences(bundle.report["blocks"]):
        for path in places(run["values"], ("values",)):
            value = at(run, path)
            if path[-1] != "code" and value not in ("", None):
                tried += 1
                with replaced(bundle.report, run, path, other(value)):
                    if bundle.accepts(bundle.report):
                        accepted.append(f"{run['code']} {path}: {value!r}")
    assert tried > 120
    assert accepted == []


def test_no_word_for_what_a_record_says_can_be_another(bundle: Bundle) -> None:
    groups = ("seen", "disposition", "law", "right", "ask", "item", "found-by", "standing", "learned", "custody")
    tried, accepted = 0, []
    for run in sentences(bundle.report["blocks"]):
        for path in [("code",), *(one for one in places(run["values"], ("values",)) if one[-1] == "code")]:
            code = at(run, path)
            group = code.removeprefix("report.").rpartition(".")[0]
            if code.startswith("report.") and group in groups and code != "report.seen.count":
                twins = [one for one in catalogue("en") if one.startswith(f"report.{group}.") and one != code]
                twin = min(one for one in twins if one != "report.seen.count")
                tried += 1
                with replaced(bundle.report, run, path, twin):
                    if bundle.accepts(bundle.report):
                        accepted.append(f"{run['code']} {path}: {code} as {twin}")
    assert tried > 20
    assert accepted == []


def test_a_text_shows_the_names_and_numbers_of_its_values(bundle: Bundle) -> None:
    tried, accepted = 0, []
    for run in sentences(bundle.report["blocks"]):
        text, inner = run["text"], [at(run["values"], path) for path in places(run["values"]) if path[-1] == "code"]
        ours = all(one.startswith(check_bundle._WITHOUT_NUMBERS) for one in inner)
        if not run["code"].startswith(("report.", "quoted")):
            continue
        forged = [f"{text} 7777", *(text.replace(one, "7777") for one in re.findall(r"[0-9]+", text))] if ours else []
        if ours:
            forged += [text.replace(at(run, path), "Nobody Inparticular") for path in names(run)]
        tried += len(forged)
        accepted += [one for one in forged if one != text and check_bundle._shows({**run, "text": one})]
    assert tried > 200
    assert accepted == []
    run = next(one for one in sentences(bundle.report["blocks"]) if one["code"].startswith("report.found."))
    run["text"] = run["text"].replace("9", "8")
    assert not bundle.accepts(bundle.report)


def names(run: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    for path in places(run["values"], ("values",)):
        value = at(run, path)
        if path[-1] != "code" and isinstance(value, str) and value[:2] != "20" and value:
            yield path


def test_nothing_that_must_be_said_can_be_left_out(bundle: Bundle) -> None:
    short = next(one for one in bundle.report["blocks"] if one["kind"] == "short")
    (told,) = (one["items"] for one in short["blocks"] if one["kind"] == "list")
    must = ("report.found", "report.outcome", "report.parts-missing", "report.facts", "report.remains")
    tried = [one for one in told if one["runs"][0]["code"].startswith(must)]
    assert len(tried) == len(must)
    for one in tried:
        place = told.index(one)
        told.remove(one)
        assert not bundle.accepts(bundle.report), one
        told.insert(place, one)
    assert bundle.accepts(bundle.report)


def test_no_row_of_what_is_listed_whole_can_be_left_out(bundle: Bundle) -> None:
    tables = [one for one in bundle.report["blocks"] if one["kind"] == "table" and len(one["rows"]) > 1]
    listed = [one for one in tables if any(path.startswith(WHOLE) for path in one["rows"][0].get("of", ()))]
    assert len(listed) > 1
    for one in listed:
        row = one["rows"].pop(0)
        assert not bundle.accepts(bundle.report), row
        one["rows"].insert(0, row)
    assert bundle.accepts(bundle.report)


WHOLE = ("hits.jsonl", "actions.jsonl", "custody.jsonl", "readback.json", "scope.json/search")


@pytest.mark.parametrize("edition", list(Edition))
def test_a_report_is_headed_as_its_case_is(content: EvidenceContent, edition: Edition) -> None:
    bundle = Bundle(content, edition)
    (run,) = bundle.report["blocks"][0]["runs"]
    assert run["code"] == f"report.title.{edition.value}"
    for code in ("order.fulfilled", "order.but", "order.not", "order.open", "regulator", "requester"):
        with replaced(bundle.report, run, ("code",), f"report.title.{code}"):
            assert bundle.accepts(bundle.report) == (code == edition.value)


def test_a_page_that_says_more_than_the_sentences_is_refused(bundle: Bundle) -> None:
    page = report_page(bundle.report)
    told = {REPORT: json.dumps(bundle.report).encode(), PAGE: page.replace(b"</main>", b"<p>All is well.</p></main>")}
    with pytest.raises(Refused) as refused:
        check_report(Files({**bundle.files, **told}), bundle.statement)  # type: ignore[arg-type]
    assert refused.value.said.code == "report.differs"


def test_figures_of_the_statement_are_counted_again(bundle: Bundle) -> None:
    bundle.statement["figures"]["hits"]["all"] += 1
    assert not bundle.accepts(bundle.report)


def test_a_report_of_another_form_is_not_called_wrong(bundle: Bundle) -> None:
    told = {REPORT: json.dumps({**bundle.report, "format": 3}).encode(), PAGE: b""}
    with pytest.raises(Unchecked) as unchecked:
        check_report(Files({**bundle.files, **told}), bundle.statement)  # type: ignore[arg-type]
    assert unchecked.value.said.code == "report.form"


@pytest.mark.parametrize("rows", [ROWS_SHOWN, ROWS_SHOWN + 51])
def test_a_report_of_many_items_says_how_many_more_there_are(content: EvidenceContent, rows: int) -> None:
    hits = tuple(hit(number) for number in range(1, rows + 1))
    many = replace(content, hits=hits, read_backs=(), actions=(), retained=(), searches=content.searches[:1])
    for edition in Edition:
        bundle = Bundle(many, edition)
        assert bundle.accepts(bundle.report)
        more = [one for one in sentences(bundle.report["blocks"]) if one["code"] == "report.more-rows"]
        assert bool(more) == (rows > ROWS_SHOWN)
        for run in more:
            with replaced(bundle.report, run, ("values", "count"), run["values"]["count"] - 1):
                assert not bundle.accepts(bundle.report)


def test_both_verifiers_refuse_a_forged_report_and_only_the_program_knows_the_words(
    content: EvidenceContent, signer: Signer, tmp_path: Path
) -> None:
    honest = sign(content, Edition.REQUESTER, signer, "en").in_memory
    report = json.loads(files_of(honest)["report.json"])

    def verdicts(folder: Path) -> tuple[int, list[str]]:
        changed = {"report.json": json.dumps(report).encode(), "report.html": report_page(report)}
        folder.mkdir()
        for name, data in resealed(honest, signer, changed).items():
            (folder / name).write_bytes(data)
        command = (sys.executable, "-I", check_bundle.__file__, str(folder), "--fingerprint", signer.fingerprint)
        alone = subprocess.run(command, capture_output=True, text=True, check=False)
        checks = verify(folder, expected_certificate=signer.fingerprint).checks
        return alone.returncode, [one.name for one in checks if one.ok is False]

    assert verdicts(tmp_path / "honest") == (0, [])
    found = next(one for one in sentences(report["blocks"]) if one["code"] == "report.found.short")
    with replaced(report, found, ("values", "photos"), 8):
        assert verdicts(tmp_path / "number") == (1, ["report"])
    found["text"] = found["text"].replace("We found", "We found and destroyed")
    assert verdicts(tmp_path / "words") == (0, ["words", "pages"])


def test_a_sentence_of_another_release_is_not_checked_and_named(bundle: Bundle) -> None:
    run = next(one for one in sentences(bundle.report["blocks"]) if one["code"] == "report.short")
    run["code"] = "report.of-another-time"
    archive = io.BytesIO(stored_zip({REPORT: json.dumps(bundle.report).encode()}))
    assert check_words(archive).ok is None
    assert "report.of-another-time" in message_of(check_words(archive).says).say()
    run["code"] = "report.h.gaps"
    assert check_words(io.BytesIO(stored_zip({REPORT: json.dumps(bundle.report).encode()}))).ok is False
