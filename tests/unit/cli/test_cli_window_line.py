"""Which command lines open the window, and with which vault."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from dsr_desk.app.vault import where
from dsr_desk.cli.main import main
from dsr_desk.cli.nouns import NOUNS, window_line


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv(where.VARIABLE, raising=False)


@pytest.mark.parametrize(
    ("line", "opens"),
    [
        ([], []),
        (["/somewhere/vault"], ["/somewhere/vault"]),
        (["./vault"], ["./vault"]),
        (["."], ["."]),
        (["mine"], ["mine"]),
        (["--vault", "mine"], ["mine"]),
        (["--vault", "vault"], ["vault"]),
        (["--vault=mine"], ["mine"]),
    ],
)
def test_a_folder_opens_the_window(line: list[str], opens: list[str]) -> None:
    Path("mine").mkdir()
    Path("vault").mkdir()
    assert window_line(line) == opens


@pytest.mark.parametrize(
    "line", [["vault"], ["mistyped"], ["--help"], ["-h"], ["--version"], ["--vault"], ["--vault", ""], ["case", "list"]]
)
def test_a_command_or_a_mistyped_one_does_not(line: list[str]) -> None:
    Path("vault").mkdir()
    assert window_line(line) is None


def test_every_noun_stays_a_command_whatever_lies_there() -> None:
    for noun in NOUNS:
        Path(noun).mkdir()
        assert window_line([noun]) is None


def test_commands_and_window_mean_the_same_vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert where.usual_vault() == where.first_vault()
    where.remember_vault(tmp_path / "one")
    where.remember_vault(tmp_path / "two")
    where.remember_vault(tmp_path / "one")
    assert where.recent_vaults() == [tmp_path / "one", tmp_path / "two"]
    assert where.usual_vault() == tmp_path / "one"
    told = CliRunner().invoke(main, ["vault", "info"], input="nothing\n")
    assert str(tmp_path / "one") in told.output
    monkeypatch.setenv(where.VARIABLE, str(tmp_path / "three"))
    assert where.usual_vault() == tmp_path / "three"


def test_paths_alone_are_remembered_and_no_more_than_a_few(tmp_path: Path) -> None:
    for number in range(where.MOST + 3):
        where.remember_vault(tmp_path / f"vault {number}")
    (file,) = (tmp_path / "config").rglob("*.json")
    assert json.loads(file.read_text()) == [str(tmp_path / f"vault {n}") for n in range(where.MOST + 2, 2, -1)]
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "{", "{}", "[1, null]", "\x00"])
def test_what_nobody_understands_is_no_memory(tmp_path: Path, text: str) -> None:
    where.remember_vault(tmp_path)
    (file,) = (tmp_path / "config").rglob("*.json")
    file.write_text(text)
    assert where.recent_vaults() == []


def test_where_nothing_can_be_written_nothing_is_remembered(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("")
    where.remember_vault(tmp_path)
    assert where.recent_vaults() == []
