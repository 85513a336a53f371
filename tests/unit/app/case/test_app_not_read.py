"""What was not read stands in search, statement, plan, reading back and bundle; an officer may answer for a kind."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest
import small_case
from small_case import Small

from dsr_desk.app.case import deleting, review
from dsr_desk.app.case.searching import last_search
from dsr_desk.app.data import harmless, indexing
from dsr_desk.app.data.unread import unread_list, unread_sums
from dsr_desk.app.proof import sealing
from dsr_desk.app.proof.signing_keys import certificate_fingerprint
from dsr_desk.core.actions import Seen
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message
from dsr_desk.datasets.container import Unread
from dsr_desk.evidence.verifying.check_bundle import Refused
from dsr_desk.search.index import unread
from dsr_desk.search.index.unread_rows import write_unread

GGUF = b"GGUF\x03\x00\x00\x00" + bytes(24)
MODEL = message("kind.gguf")
BECAUSE = "Ann looked at both: weights of a public model"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """A table of people beside two files of models. Paths in a vault are absolute, so copies work in one place."""
    live = tmp_path_factory.mktemp("not-read") / "live"
    ref = small_case.make(live, beside={"one.gguf": GGUF, "two.gguf": GGUF + b"x"})
    kept = live.with_name("template")
    live.rename(kept)
    return live, kept, ref


@pytest.fixture
def small(template: tuple[Path, Path, str]) -> Iterator[Small]:
    with small_case.at(*template) as small:
        yield small


def test_search_statement_plan_and_reading_back_name_what_was_not_read(small: Small) -> None:
    small.reviewed()
    search = last_search(small.desk, small.ref)
    assert search is not None
    (gap,) = [one for one in search.gaps if one.kind == MODEL]
    assert (gap.count, gap.dataset_version) == (2, "people@1")
    assert search.statement[-1].code == "statement.gaps"
    plan = deleting.make_plan(small.desk, small.ref).plan
    assert gap in plan.gaps
    deleting.approve(small.desk, small.ref)
    deleting.run(small.desk, small.ref)
    found = deleting.read_back(small.desk, small.ref)
    assert found.seen is Seen.GONE_WHERE_READ
    assert found.headline[0] == message("headline.gone_where_read", count=2)


def test_a_bundle_says_how_many_places_were_not_read_and_the_verifier_the_same(small: Small, tmp_path: Path) -> None:
    small.deleted()
    deleting.read_back(small.desk, small.ref)
    statement, scope = sealed(small, tmp_path)
    assert statement["not_read"] == 2
    assert [gap["count"] for gap in scope["gaps"] if gap.get("kind", {}).get("code") == "kind.gguf"] == [2]
    assert "claim.gone" not in {one["says"] for one in statement["claims"]}
    assert "claim.gone_where_read" in {one["says"] for one in statement["claims"]}


def test_a_kind_that_an_officer_answers_for_is_no_gap_and_stands_with_its_reason(small: Small, tmp_path: Path) -> None:
    harmless.declare(small.desk, "people@1", "gguf", BECAUSE)
    small.deleted()
    search = last_search(small.desk, small.ref)
    assert search is not None
    assert not [one for one in search.gaps if one.kind == MODEL]
    (declared,) = search.declared
    assert (declared.officer, declared.because, declared.gap.count) == ("Ada", BECAUSE, 2)
    assert BECAUSE in declared.says.say()
    assert "statement.harmless" in {one.code for one in search.statement}
    found = deleting.read_back(small.desk, small.ref)
    assert found.seen is Seen.GONE
    statement, scope = sealed(small, tmp_path)
    assert "not_read" not in statement
    (line,) = scope["declared"]
    assert (line["officer"], line["because"], line["count"]) == ("Ada", BECAUSE, 2)


def test_a_declaration_that_is_taken_back_counts_no_more(small: Small) -> None:
    harmless.declare(small.desk, "people@1", "gguf", BECAUSE)
    harmless.take_back(small.desk, "people@1", "gguf")
    small.reviewed()
    search = last_search(small.desk, small.ref)
    assert search is not None
    assert [one.count for one in search.gaps if one.kind == MODEL] == [2]
    assert not search.declared
    with pytest.raises(DeskError, match="HARMLESS-NOT-DECLARED"):
        harmless.take_back(small.desk, "people@1", "gguf")


@pytest.mark.parametrize(
    ("kind", "because", "code"),
    [
        ("pdf", BECAUSE, "HARMLESS-NO-SUCH-KIND"),
        ("gguf", " ", "HARMLESS-NO-REASON"),
    ],
)
def test_only_what_is_there_is_declared_and_only_with_a_reason(
    small: Small, kind: str, because: str, code: str
) -> None:
    with pytest.raises(DeskError, match=code):
        harmless.declare(small.desk, "people@1", kind, because)
    assert harmless.marks(small.desk) == []


def test_the_list_says_each_place_and_what_can_be_done(small: Small) -> None:
    (one,) = [one for one in unread_sums(small.desk, "people") if one.name == "gguf"]
    assert (one.count, one.todo.code, one.mark) == (2, "todo.unread", None)
    assert [one.place for one in unread_list(small.desk, "people", "gguf")] == ["data/one.gguf", "data/two.gguf"]
    harmless.declare(small.desk, "people@1", "gguf", BECAUSE)
    (one,) = [one for one in unread_sums(small.desk, "people") if one.name == "gguf"]
    assert one.mark is not None
    assert one.mark.because == BECAUSE


def sealed(small: Small, folder: Path) -> tuple[dict[str, object], dict[str, object]]:
    """Seals for a regulator, verifies, and returns what the statement and scope.json say."""
    identity = pyrage.x25519.Identity.generate()
    made = sealing.seal(small.desk, small.ref, folder / "out", regulators=[str(identity.to_public())])
    key = folder / "key"
    key.write_text(f"{identity}\n")
    for bundle in made:
        keys = [] if bundle.passphrase else [key]
        told = certificate_fingerprint(small.desk)
        checked = sealing.verify(bundle.path, passphrase=bundle.passphrase, identities=keys, certificate=told)
        assert checked.ok, checked
    data = sealing.open_bundle(made[-1].path, folder / "opened", identities=[key]).parent
    signed = json.loads((data / "statement.dsse.json").read_text())["payload"]
    return json.loads(base64.b64decode(signed))["predicate"], json.loads((data / "scope.json").read_text())


def test_what_a_person_was_found_in_is_never_declared_to_hold_nobody(small: Small) -> None:
    harmless.declare(small.desk, "people@1", "gguf", BECAUSE)
    small.reviewed()
    hit = review.hits(small.desk, small.ref)[0].address
    index = indexing.opened(small.desk, "people")
    with index.db.conn:
        row = next(index.rows("SELECT id FROM containers WHERE name = ?", [hit.container]))[0]
        write_unread(index.db, row, [Unread("film.gguf", MODEL, message("why.encrypted"))])
    pdf, partly = message("kind.pdf"), message("partly.frames")
    members = ("film.gguf", "film.gguf › 00:01", "film.gguf › a › b", "film.ggufx › 00:01", "a › film.gguf", "")
    inside, deep, *others = [replace(hit, member=member) for member in members][1:]
    found = unread.of_kinds(index, [MODEL, pdf], [replace(hit, member="film.gguf"), inside, deep, *others])
    assert found == {MODEL: {replace(hit, member="film.gguf").id, inside.id, deep.id}, pdf: set()}
    with index.db.conn:
        item = next(index.rows("SELECT id FROM items WHERE address = ?", [bytes.fromhex(hit.id)]))[0]
        index.db.conn.execute("INSERT INTO partly VALUES (?, 'partly.frames', '')", [item])
    assert unread.of_kinds(index, [MODEL, partly], [hit, inside]) == {MODEL: {inside.id}, partly: {hit.id}}


def test_hits_are_read_once_however_many_kinds_are_declared_and_an_index_once_a_kind(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.reviewed()
    index = indexing.opened(small.desk, "people")
    read: list[str] = []
    rows, hits = index.rows, harmless.hits
    monkeypatch.setattr(index, "rows", lambda query, values=(): read.append(query) or rows(query, values))
    monkeypatch.setattr(harmless, "hits", lambda *asked: read.append("hits") or hits(*asked))
    hit = review.hits(small.desk, small.ref)[0].address
    asked = {}
    for count in (1, 40):
        several = [replace(hit, member=f"film-{number}.gguf › 00:01") for number in range(count)]
        read.clear()
        unread.of_kinds(index, [MODEL], several)
        asked[count] = len(read)
    assert asked[1] == asked[40]
    kinds = [message("kind.gguf"), message("kind.pdf"), message("kind.video")]
    read.clear()
    contradictions = harmless.Contradictions(small.desk)
    for _ in range(3):
        assert contradictions.of("people@1", kinds) == dict.fromkeys(kinds, 0)
    assert read.count("hits") == 1


def test_a_declaration_that_was_contradicted_since_counts_no_more_and_no_new_one_is_taken(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    harmless.declare(small.desk, "people@1", "gguf", BECAUSE)
    small.reviewed()
    monkeypatch.setattr(unread, "of_kinds", lambda _, kinds, items: {kind: {one.id for one in items} for kind in kinds})
    small.search()
    search = last_search(small.desk, small.ref)
    assert search is not None
    (gap,) = [one for one in search.gaps if one.kind == MODEL]
    assert gap.why.code == "why.harmless-contradicted"
    assert not search.declared
    assert harmless.harmless_kinds(small.desk, ["people@1"]) == {}
    with pytest.raises(DeskError, match="HARMLESS-CONTRADICTED"):
        harmless.declare(small.desk, "people@1", "gguf", BECAUSE)


def test_a_search_cannot_lean_on_a_declaration_that_nobody_signed(
    small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    harmless.declare(small.desk, "people@1", "gguf", BECAUSE)
    marks = harmless.marks(small.desk, "people@1")
    harmless.take_back(small.desk, "people@1", "gguf")
    monkeypatch.setattr(harmless, "marks", lambda *_: marks)
    small.deleted()
    deleting.read_back(small.desk, small.ref)
    with pytest.raises(Refused, match="forbid"):
        sealed(small, tmp_path)
