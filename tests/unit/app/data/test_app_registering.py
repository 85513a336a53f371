"""What is registered of a dataset: the officer's word first, then files that describe it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dsr_desk.app.data.indexing import dataset_versions
from dsr_desk.app.data.registering import (
    ColumnKind,
    DatasetNotRegistered,
    FactsMissing,
    correct_dataset,
    dataset_version,
    look_at,
    register_dataset,
    registered_dataset,
)
from dsr_desk.app.desk import Desk
from dsr_desk.cli.main import main
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.message import message
from dsr_desk.datasets.registration import FactsNotUnderstood
from unit.app.conftest import PASSPHRASE, Work


def write_croissant(path: Path, **said: Any) -> Path:
    document = {
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": "Fair portraits",
        "version": "2.1",
        "url": "https://data.example.org/fair",
        "creator": {"name": "Example Institute"},
        **said,
    }
    path.write_text(json.dumps(document))
    return path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "people.csv").write_text("name,email\nAda Example,ada@example.org\n")
    return folder


def test_what_was_said_goes_before_what_a_file_says(source: Path, tmp_path: Path) -> None:
    file = write_croissant(tmp_path / "croissant.json")
    version, taken = dataset_version(
        [source], [file], {"name": "Ours", "supplier": "Bo", "source": "unknown"}, name="n"
    )

    assert (version.id, version.supplier) == ("Ours@2.1", "Bo")
    assert version.source == "https://data.example.org/fair"
    assert {one.field for one in taken} == {"version", "source"}
    assert {one.file for one in taken} == {"croissant.json"}


def test_a_file_beside_the_data_fills_gaps_and_never_names_the_dataset(source: Path, tmp_path: Path) -> None:
    write_croissant(source / "croissant.json", publisher={"name": "Example Press"})
    given = write_croissant(tmp_path / "given.json", name="", version="", creator={"name": "Given Ltd"})
    version, taken = dataset_version([source, source / "people.csv"], [given], {}, name="photos")

    assert version.id == "photos@1"
    assert version.supplier == "Given Ltd"
    assert version.responsible == "Example Press"
    assert len(taken) == len({one.field for one in taken})


def test_what_nobody_says_is_unknown(source: Path, tmp_path: Path) -> None:
    version, taken = dataset_version([source, tmp_path / "not-there"], [], {}, name="photos")

    assert (version.id, version.source, version.data_recipients) == ("photos@1", "unknown", "unknown")
    assert taken == ()


def test_a_file_that_says_nothing_of_a_dataset_is_refused(source: Path, tmp_path: Path) -> None:
    with pytest.raises(FactsNotUnderstood):
        dataset_version([source], [source / "people.csv"], {}, name="photos")
    with pytest.raises(FactsMissing):
        dataset_version([source], [tmp_path / "no.json"], {}, name="photos")


def test_a_built_index_registers_what_the_file_says(desk: Desk, source: Path, tmp_path: Path) -> None:
    vault = desk.vault.folder
    desk.close()
    secret = tmp_path / "secret.txt"
    secret.write_text(PASSPHRASE)
    words = ["index", "build", source, "--to", tmp_path / "fair.dsrindex", "--supplier", "Bo", "--workers", "1",
             "--facts", write_croissant(tmp_path / "croissant.json"),
             "--vault", vault, "--passphrase-file", secret, "--json"]  # fmt: skip
    done = CliRunner().invoke(main, [str(word) for word in words])

    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["dataset"] == "Fair portraits@2.1"
    assert {"field", "value", "file", "format"} == said["facts"][0].keys()
    with Desk.open(vault, PASSPHRASE) as again:
        ((version, _),) = dataset_versions(again)
    assert (version.id, version.supplier, version.source) == (
        "Fair portraits@2.1", "Bo", "https://data.example.org/fair"
    )  # fmt: skip


def test_a_look_shows_kinds_samples_and_what_describes_the_data(source: Path) -> None:
    write_croissant(source / "croissant.json")
    (source / "more.csv").write_text("name,email\nBo Example,bo@example.org\n" + "Ada Example,ada@example.org\n" * 9)
    (source / "letter.odt").write_bytes(b"letter")
    (source / "old.pkl").write_bytes(b"\x80\x04\x95")
    (source / "bare.csv").write_text("ada@example.org\nbo@example.org\n")
    view = look_at(source)

    assert (view.format, view.photos, view.records, view.complete) == ("folder", 0, 11, False)
    (table,) = view.tables
    assert table.containers == ("data/more.csv", "data/people.csv")
    assert [(column.name, column.kind) for column in table.columns] == [
        ("name", ColumnKind.NAME), ("email", ColumnKind.EMAIL)
    ]  # fmt: skip
    assert table.columns[0].samples == ("Bo Example", "Ada Example")
    assert [name for name, _ in view.problems] == ["data/bare.csv"]
    assert {one.name for one in view.not_understood} == {"letter.odt", "old.pkl"}
    assert [path.name for path in view.described] == ["croissant.json"]
    assert ("supplier", "Example Institute") in {(one.field, one.value) for one in view.found}


def test_samples_are_few_short_and_in_one_line(tmp_path: Path) -> None:
    rows = [{"bio": f"{number} line\nand " + "more " * 100} for number in range(9)]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (column,) = look_at(tmp_path / "t.jsonl").tables[0].columns
    assert len(column.samples) == 3
    assert all(len(sample) <= 80 and "\n" not in sample for sample in column.samples)


def test_a_dataset_without_an_index_is_named_as_not_searched(work: Work) -> None:
    register_dataset(work.desk, DatasetVersion("elsewhere", "3", supplier="Bo"))

    assert registered_dataset(work.desk, "elsewhere@3").supplier == "Bo"
    gaps = [one.what for one in work.search().gaps]
    assert [one for one in gaps if one.code == "gap.dataset"] == [message("gap.dataset", version="elsewhere@3")]


def test_what_is_registered_can_be_corrected_and_made_unknown_again(desk: Desk) -> None:
    register_dataset(desk, DatasetVersion("faces", "1", supplier="Bo", retention="2027"))
    change = correct_dataset(
        desk, "faces@1", {"supplier": " ", "legal_basis": "consent of 2024", "retention": "2027", "name": "other"}
    )
    now = registered_dataset(desk, "faces@1")

    assert (now.id, now.supplier, now.legal_basis, now.retention) == ("faces@1", "unknown", "consent of 2024", "2027")
    entry = desk.vault.log.entry(change.entry)
    assert entry.act.open["fields"] == ["supplier", "legal_basis"]
    assert "faces" not in str(entry.act.open)
    with pytest.raises(DatasetNotRegistered):
        correct_dataset(desk, "faces@2", {})


def test_datasets_are_looked_at_registered_and_corrected_by_command(desk: Desk, source: Path, tmp_path: Path) -> None:
    vault = desk.vault.folder
    desk.close()
    secret = tmp_path / "secret.txt"
    secret.write_text(PASSPHRASE)

    def says(*words: object, opened: bool = True) -> Any:
        extra = ["--vault", vault, "--passphrase-file", secret] if opened else []
        done = CliRunner().invoke(main, [str(word) for word in ("dataset", *words, *extra, "--json")])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    seen = says("look", source, opened=False)
    assert seen["tables"][0]["columns"][1] == {"name": "email", "kind": "e-mail"}
    shown = says("look", source, "--samples", opened=False)
    assert shown["tables"][0]["columns"][1]["samples"] == ["ada@example.org"]
    made = says("register", "faces", "2", "--facts", write_croissant(tmp_path / "croissant.json"), "--consent", "none")
    assert (made["supplier"], made["legal_basis"], made["retention"]) == ("Example Institute", "none", "unknown")
    says("correct", "faces@2", "--retention", "2030", "--consent", "")
    kept = says("show", "faces@2")
    assert (kept["supplier"], kept["legal_basis"], kept["retention"]) == ("Example Institute", "unknown", "2030")
    assert [one["name"] for one in says("list")] == ["faces"]
