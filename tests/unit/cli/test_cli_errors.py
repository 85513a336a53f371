"""How commands end: whatever goes wrong is said in three sentences, and nothing of what a person wrote with it."""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from dsr_desk.app.desk import Desk
from dsr_desk.cli.main import main
from dsr_desk.storage.vault_folder import VaultMissing


@pytest.fixture
def showing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`case show` where opening the vault raises what is given."""
    secret = tmp_path / "passphrase.txt"
    secret.write_text("seven words")

    def show(raised: BaseException, *more: str) -> Result:
        def failing(*_: Any) -> Desk:
            raise raised

        monkeypatch.setattr(Desk, "open", failing)
        words = ["case", "show", "2026-001", "--vault", str(tmp_path), "--passphrase-file", str(secret), *more]
        return CliRunner().invoke(main, words)

    return show


def test_a_fault_of_the_program_is_an_error_with_its_place_and_without_its_text(
    showing: Callable[..., Result],
) -> None:
    done = showing(ValueError("Mara Lindqvist"))
    assert done.exit_code == 3
    assert done.stdout == ""
    first, *_, last = done.stderr.splitlines()
    assert re.search(r"\(ValueError, dsr_desk\.cli\.common:\d+\) while it was busy with: case\.$", first)
    assert last == "[PROGRAM-FAULT]"
    assert "Mara" not in done.output
    assert "Traceback" not in done.output


def test_a_fault_of_the_program_is_json_where_json_was_asked_for(showing: Callable[..., Result]) -> None:
    done = showing(RuntimeError("Mara Lindqvist"), "--json")
    assert done.exit_code == 3
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "PROGRAM-FAULT"
    assert error["values"]["kind"].startswith("RuntimeError, dsr_desk.")
    assert "Mara" not in done.output


def test_a_noun_that_cannot_be_loaded_is_a_fault_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_: str) -> None:
        raise ImportError("no such library")

    monkeypatch.setattr("dsr_desk.cli.main.importlib.import_module", failing)
    done = CliRunner().invoke(main, ["vault", "check"])
    assert done.exit_code == 3
    assert "ImportError, dsr_desk.cli.main:" in done.stderr


def test_an_error_of_the_desk_stays_itself(showing: Callable[..., Result], tmp_path: Path) -> None:
    done = showing(VaultMissing(where=tmp_path), "--json")
    assert done.exit_code == 3
    assert json.loads(done.stdout)["error"]["code"] == VaultMissing.code


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (click.UsageError("no"), 2),
        (click.Abort(), 1),
        (KeyboardInterrupt(), 1),
        (click.exceptions.Exit(1), 1),
        (SystemExit(5), 5),
    ],
)
def test_what_ends_a_command_in_its_own_way_is_no_fault(
    showing: Callable[..., Result], raised: BaseException, code: int
) -> None:
    done = showing(raised)
    assert done.exit_code == code
    assert "PROGRAM-FAULT" not in done.output


def test_a_pipe_to_a_worker_that_breaks_is_a_fault(showing: Callable[..., Result]) -> None:
    done = showing(BrokenPipeError(errno.EPIPE, "the worker went away"))
    assert done.exit_code == 3
    assert done.stderr.endswith("[SYSTEM-REFUSED]\n")
