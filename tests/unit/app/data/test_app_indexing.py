"""Indexes as the vault registers them: each change is an act, and their generations are read where they lie."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from dsr_desk.app.case import cases, drafts
from dsr_desk.app.data import indexing
from dsr_desk.app.desk import CaseMissing, Desk
from dsr_desk.app.vault.keeping import check_vault
from dsr_desk.core.acts import Kind
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.requests import Law
from dsr_desk.jobs.progress import CancelToken, silent
from dsr_desk.search.index.about import ABOUT, IndexPurpose
from unit.app.conftest import PASSPHRASE

LETTER = "I am Ada Example, ada@example.org. Please delete my data. I object to its use."


@pytest.fixture(autouse=True)
def _no_engine() -> None:
    """An index names the engine that it is for, so these build with one."""


@pytest.fixture
def built(desk: Desk, tmp_path: Path) -> Desk:
    build(desk, tmp_path, "people")
    return desk


def build(desk: Desk, folder: Path, name: str) -> None:
    source = folder / f"{name}.csv"
    source.write_text("name,email\nAda Example,ada@example.org\n")
    indexing.build_index(
        desk, [source], folder / name, DatasetVersion(name, "1"), register=IndexPurpose(), workers=1, report=silent,
        cancel=CancelToken(),
    )  # fmt: skip


@pytest.fixture
def ref(built: Desk, tmp_path: Path) -> str:
    letter = tmp_path / "letter.txt"
    letter.write_text(LETTER)
    return open_case(built, letter)


def open_case(desk: Desk, letter: Path) -> str:
    draft = drafts.correct(drafts.understand(letter, []), law=Law.EU_GDPR, received=date(2026, 11, 3))
    return cases.open_case(desk, draft, without_photo=True, confirmed=True)[0].ref


def only(desk: Desk) -> indexing.RegisteredIndex:
    (index,) = indexing.list_indexes(desk)
    return index


def acts(desk: Desk, kind: Kind) -> list[dict[str, object]]:
    return [dict(entry.act.open) for entry in desk.vault.log.entries("") if entry.kind is kind]


def test_each_change_of_an_index_is_an_act_that_names_no_file(built: Desk, tmp_path: Path) -> None:
    index = only(built)
    indexing.export_index(built, "people", tmp_path / "people.age", [built.vault.public_key])
    indexing.destroy_index(built, "people")

    said = acts(built, Kind.INDEX)
    assert [one["event"] for one in said] == ["registered", "exported", "destroyed"]
    assert {one["index"] for one in said} == {index.id}
    assert (said[0]["generation"], said[0]["items"]) == (index.about.generation, 1)
    assert "people" not in str(said)
    assert check_vault(built) == []


def test_a_claimed_index_is_registered_with_its_dataset_version(built: Desk, tmp_path: Path) -> None:
    other, _ = Desk.create(tmp_path / "other", "Other organisation", "Bo", "another passphrase")
    with other:
        indexing.export_index(built, "people", tmp_path / "people.age", [other.vault.public_key])
        indexing.claim_index(other, tmp_path / "people.age", tmp_path / "claimed")
        assert [version.id for version, _ in indexing.dataset_versions(other)] == ["people@1"]
        assert check_vault(other) == []


def test_generations_are_those_that_the_indexes_say_themselves(built: Desk, ref: str, tmp_path: Path) -> None:
    index = only(built)
    name = built.name(ref, index.id)
    assert indexing.generations(built, ref) == {name: index.about.generation}

    (tmp_path / "people.csv").write_text("name,email\nBo Example,bo@example.org\n")
    indexing.refresh_index(built, "people", silent, CancelToken())
    assert indexing.generations(built, ref)[name] > index.about.generation
    before = indexing.generations(built, ref)
    about = index.path / ABOUT
    said = json.loads(about.read_text())
    said["statement"]["generation"] += 7
    about.write_text(json.dumps(said))
    assert indexing.generations(built, ref)[name] == before[name] + 7, "read at its place, not in the vault"


def test_an_index_that_cannot_be_read_has_no_generation(built: Desk, ref: str) -> None:
    index = only(built)
    name = built.name(ref, index.id)
    about = index.path / ABOUT
    whole = about.read_bytes()
    about.write_bytes(whole[:40])
    assert indexing.generations(built, ref) == {name: -1}
    about.write_bytes(b"[]")
    assert indexing.generations(built, ref) == {name: -1}
    about.write_bytes(whole.replace(index.id.encode(), b"0" * len(index.id)))
    assert indexing.generations(built, ref) == {name: -1}, "another index in its place"
    built.release("people")
    shutil.rmtree(index.path)
    assert indexing.generations(built, ref) == {name: -1}


def test_destroyed_indexes_have_no_generation_and_cases_no_common_names(built: Desk, ref: str, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    other = open_case(built, letter)
    assert not set(indexing.generations(built, ref)) & set(indexing.generations(built, other))
    build(built, tmp_path, "more")
    indexing.destroy_index(built, "people")
    (left,) = indexing.generations(built, ref)
    assert left == built.name(ref, next(one.id for one in indexing.list_indexes(built) if one.name == "more"))
    with pytest.raises(CaseMissing):
        indexing.generations(built, "2026-999")


def test_an_index_under_a_name_that_is_taken_is_refused_and_nothing_is_registered(built: Desk, tmp_path: Path) -> None:
    first = only(built)
    (tmp_path / "away").mkdir()
    shutil.move(first.path, tmp_path / "away" / first.path.name)
    built.release("people")
    before = built.vault.log.size
    with pytest.raises(indexing.IndexNameTaken):
        build(built, tmp_path, "people")
    assert only(built).id == first.id
    assert built.vault.log.size == before


def test_indexes_are_as_they_were_after_the_vault_was_closed(built: Desk) -> None:
    folder, index = built.vault.folder, only(built)
    built.close()
    with Desk.open(folder, PASSPHRASE) as again:
        assert only(again) == index
