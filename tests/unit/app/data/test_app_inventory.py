"""An inventory on the command line: made, brought up to date, and refused what only faces need."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dsr_desk.cli.main import main
from quick_keys import make_keys_quick
from search_fakes import photo


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_keys_quick(monkeypatch)
    (tmp_path / "pass").write_text("a passphrase of a test\n")
    place = tmp_path / "photos"
    place.mkdir()
    for number in range(3):
        (place / f"{number}.png").write_bytes(photo((number, 0)))
    assert run(tmp_path, "vault", "create", "--organisation", "Example", "--officer", "Eva Example").exit_code == 0
    return place


def run(folder: Path, *words: object) -> Result:
    vault = ["--vault", folder / "vault", "--passphrase-file", folder / "pass", "--json"]
    return CliRunner().invoke(main, [*map(str, words), *map(str, vault)])


def test_it_is_made_and_brought_up_to_date_without_a_network(data: Path, tmp_path: Path) -> None:
    made = run(tmp_path, "index", "build", data, "--to", tmp_path / "i", "--inventory")
    assert made.exit_code == 0, made.output
    assert json.loads(made.output)["ledger"]["listed"] == 3
    (data / "3.png").write_bytes(photo((3, 0)))
    updated = run(tmp_path, "index", "update", "i")
    assert updated.exit_code == 0, updated.output
    assert json.loads(updated.output)["ledger"]["listed"] == 4


def test_an_engine_is_a_problem_of_usage(data: Path, tmp_path: Path) -> None:
    done = run(tmp_path, "index", "build", data, "--to", tmp_path / "i", "--inventory", "--engine", "thorough")
    assert done.exit_code == 2
    assert not (tmp_path / "i.dsrindex").exists()


def test_it_is_read_with_as_many_processes_as_one_says(data: Path, tmp_path: Path) -> None:
    done = run(tmp_path, "index", "build", data, "--to", tmp_path / "i", "--inventory", "--workers", "3")
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["ledger"]["listed"] == 3


def test_a_case_with_a_photo_is_searched_and_told_that_no_photo_was_looked_at(data: Path, tmp_path: Path) -> None:
    assert run(tmp_path, "index", "build", data, "--to", tmp_path / "i", "--inventory").exit_code == 0
    letter = tmp_path / "letter.txt"
    letter.write_text("My name is Wilma Quastenfloss. Under Article 17 GDPR delete my data.\nE-mail: w@example.com\n")
    words = ["--law", "eu-gdpr", "--right", "erasure", "--received", "2026-11-03", "--without-photo"]
    opened = run(tmp_path, "case", "new", "--request", letter, *words)
    assert opened.exit_code == 0, opened.output
    case = json.loads(opened.output)["case"]
    assert run(tmp_path, "case", "identify", case, "--method", "video call").exit_code == 0
    searched = run(tmp_path, "case", "search", case)
    assert searched.exit_code == 0, searched.output
    assert "photos.listed" in searched.output
