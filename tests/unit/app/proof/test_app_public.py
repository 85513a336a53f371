"""The page for the public: what the newest bundle for a regulator says, on one page and without anybody's name."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner

from dsr_desk.app.case import cases, deleting
from dsr_desk.app.proof import public, sealing
from dsr_desk.app.proof.public import NothingToPublish
from dsr_desk.app.proof.signing_keys import certificate_fingerprint
from dsr_desk.cli.main import main
from dsr_desk.core.findings import Verdict
from dsr_desk.storage.files import FileThere
from unit.app.conftest import Work
from unit.app.proof.test_app_sworn import sealed
from unit.app.small_case import ADA, NEW_ROW, Small


def words_of(page: bytes) -> str:
    """The text of a page of HTML, with a blank for each tag."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.decode().partition("<body>")[2])))


def pages_of(file: Path) -> list[str]:
    document = pypdfium2.PdfDocument(file)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def test_it_says_what_the_sealed_bundle_says_and_how_to_compare(small: Small, tmp_path: Path) -> None:
    small.deleted()
    deleting.read_back(small.desk, small.ref)
    _, files = sealed(small, tmp_path / "one")
    (row,) = sealing.bundles(small.desk, small.ref)
    page = public.write_summary(small.desk, small.ref, tmp_path / "public" / "page.html").read_bytes()
    says = words_of(page)
    for run in texts(json.loads(files["data/summary.json"])["blocks"]):
        assert run in says
    for part in (
        "Found: 0 photos and 2 records.",
        "All 2 are deleted there",
        "● read back",
        "○ declared",
        row.evidence_digest,
        certificate_fingerprint(small.desk).replace(" ", ""),
        row.checkpoint.split("\n")[0],
    ):
        assert part in says


def texts(node: object) -> list[str]:
    """All sentences of blocks."""
    if isinstance(node, list):
        return [text for one in node for text in texts(one)]
    if isinstance(node, dict):
        return [node["text"]] if "text" in node else [text for one in node.values() for text in texts(one)]
    return []


def test_of_a_doubt_the_page_says_that_there_is_one(small: Small, tmp_path: Path) -> None:
    small.deleted()
    small.write([*small.rows, NEW_ROW])
    deleting.read_back(small.desk, small.ref)
    _, files = sealed(small, tmp_path / "one")
    doubts = [one["says"] for one in json.loads(files["data/readback.json"]) if one["seen"] == "still there"]
    says = words_of(public.write_summary(small.desk, small.ref, tmp_path / "page.html").read_bytes())
    assert "left a doubt." in says
    assert doubts
    assert [one["says"] for one in doubts if one["says"] in says] == []


def test_it_stays_with_what_was_sealed_whatever_was_decided_since(small: Small, tmp_path: Path) -> None:
    small.reviewed()
    sealed(small, tmp_path / "one")
    first = public.write_summary(small.desk, small.ref, tmp_path / "first.html").read_bytes()
    small.decide(Verdict.DIFFERENT, *small.items().values())
    assert public.write_summary(small.desk, small.ref, tmp_path / "second.html").read_bytes() == first
    sealed(small, tmp_path / "two")
    assert public.write_summary(small.desk, small.ref, tmp_path / "third.html").read_bytes() != first


def test_nothing_is_published_that_no_regulator_can_check(small: Small, tmp_path: Path) -> None:
    small.reviewed()
    with pytest.raises(NothingToPublish):
        public.write_summary(small.desk, small.ref, tmp_path / "page.html")
    sealing.seal(small.desk, small.ref, tmp_path / "hers")
    with pytest.raises(NothingToPublish):
        public.write_summary(small.desk, small.ref, tmp_path / "page.html")
    (tmp_path / "page.html").write_text("there")
    sealed(small, tmp_path / "one")
    with pytest.raises(FileThere):
        public.write_summary(small.desk, small.ref, tmp_path / "page.html")


@pytest.mark.parametrize("language", ["en", "de"])
def test_it_is_one_page_and_names_nobody(work: Work, tmp_path: Path, language: str) -> None:
    work.search()
    work.decide_all()
    deleting.make_plan(work.desk, work.ref)
    deleting.approve(work.desk, work.ref)
    deleting.run(work.desk, work.ref)
    deleting.read_back(work.desk, work.ref)
    small = Small(work.desk, work.ref, work.data)
    _, files = sealed(small, tmp_path / "one", language)
    (page,) = pages_of(public.write_summary(work.desk, work.ref, tmp_path / "page.pdf"))
    says = words_of(public.write_summary(work.desk, work.ref, tmp_path / "page.html").read_bytes())
    hits = [json.loads(line) for line in files["data/hits.jsonl"].splitlines()]
    lineage = json.loads(files["data/lineage.json"])
    names = {
        *(one["name"] for one in hits), *(one["item"] for one in hits), *(one["container"] for one in hits),
        *(one["dataset_version"] for one in hits), *(one["model"] for one in lineage["models"]),
        *lineage["without_lineage"], "Ada", work.ref, *cases.show_case(work.desk, work.ref).identifiers.names,
    }  # fmt: skip
    assert len(names) > 10
    for shown in (page, says):
        assert {name for name in names if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", shown)} == set()
    learned = {"en": "Models that learned from a dataset version with these data: ", "de": "Modelle, die aus einem "}
    assert learned[language] in says


def test_the_command_writes_it(small: Small, tmp_path: Path) -> None:
    small.reviewed()
    sealed(small, tmp_path / "one")
    vault, secret = small.desk.vault.folder, tmp_path / "secret.txt"
    small.desk.close()
    secret.write_text(ADA)
    words = ("bundle", "summary", small.ref, "--vault", str(vault), "--passphrase-file", str(secret))
    done = CliRunner().invoke(main, [*words, "--to", str(tmp_path / "page.pdf")])
    assert done.exit_code == 0, done.output
    assert "names no person" in done.stdout
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
