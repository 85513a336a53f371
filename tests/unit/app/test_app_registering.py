"""What is registered of a dataset: the officer's word first, then files that describe it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dsr_desk.app.desk import Desk
from dsr_desk.app.indexing import dataset_versions
from dsr_desk.app.registering import FactsMissing, dataset_version
from dsr_desk.cli.main import main
from dsr_desk.datasets.registration import FactsNotUnderstood
from unit.app.conftest import PASSPHRASE


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
