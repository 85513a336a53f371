"""Whatever goes wrong in whichever command: a code, no traceback, nothing of what the fault says."""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import click
import pytest
from click.testing import CliRunner

from dsr_desk.app import faults
from dsr_desk.app.desk import Desk
from dsr_desk.cli.main import NOUNS, main

MARKER = "Mara Lindqvist"
ALSO = {
    "vault state": ["--says", "1"],
    "bundle state": ["--says", "1"],
    "lineage affected": ["--case", "1"],
    "lineage answer": ["--same"],
    "lineage paths": ["1", "--case", "1"],
    "case dispose": ["--undo"],
    "case observed": ["--undo"],
    "case new": ["--request", "letter.txt"],
    "bundle swear": ["--within-us"],
    "sweep disks": ["--models"],
}
"""What a command wants though no option of it is required."""


def commands(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*before, name))
        else:
            yield (*before, name)


def command_of(words: tuple[str, ...]) -> click.Command:
    found: click.Command = main
    for word in words:
        assert isinstance(found, click.Group)
        below = found.get_command(click.Context(found), word)
        assert below is not None
        found = below
    return found


def filled(command: click.Command, folder: Path, given: Mapping[str, str] | None = None) -> list[str]:
    """Something for everything that the command asks for; `given` says what for some, by name."""
    words: list[str] = []
    values = {"passphrase_file": str(folder / "file"), "selector": 'dataset = "faces"', **(given or {})}
    for parameter in command.params:
        if parameter.required or parameter.name in values:
            value = values.get(str(parameter.name)) or _value(parameter.type, folder)
            words += [parameter.opts[-1], value] if isinstance(parameter, click.Option) else [value]
    return words


def _value(kind: click.ParamType, folder: Path) -> str:
    if isinstance(kind, click.Choice):
        return str(kind.choices[0])
    if isinstance(kind, click.Path):
        return str(folder if not kind.file_okay else folder / ("file" if kind.exists else "new"))
    return "2026-11-03" if isinstance(kind, click.DateTime) else "1"


def failing(*_: Any, **__: Any) -> NoReturn:
    raise ValueError(MARKER)


class Poisoned:
    """A desk of which nothing works."""

    clock_is_behind = False

    def __enter__(self) -> Poisoned:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __getattr__(self, name: str) -> NoReturn:
        raise ValueError(MARKER + name)


@pytest.fixture
def poisoned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every use case fails. The folder holds a file to name, and reports lie below it."""
    for noun in NOUNS:
        importlib.import_module(f"dsr_desk.cli.{noun}")
    for name, module in list(sys.modules.items()):
        if name.startswith(("dsr_desk.app.", "dsr_desk.cli.")):
            for key, value in list(vars(module).items()):
                home = getattr(value, "__module__", "") or ""
                if (
                    inspect.isfunction(value)
                    and home.startswith(("dsr_desk.app.", "dsr_desk.evidence."))
                    and home != faults.__name__
                ):
                    monkeypatch.setattr(module, key, failing)
    monkeypatch.setattr(Desk, "open", lambda *_, **__: Poisoned())
    monkeypatch.setattr(Desk, "create", failing)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(faults, "_written", {})
    (tmp_path / "file").write_text("seven words\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
@pytest.mark.parametrize("words", list(commands(main)), ids=" ".join)
def test_a_fault_in_any_command_is_a_code_and_a_report(words: tuple[str, ...], as_json: bool, poisoned: Path) -> None:
    command = command_of(words)
    more = ["--json"] if as_json and any("--json" in one.opts for one in command.params) else []
    said = [*words, *filled(command, poisoned), *ALSO.get(" ".join(words), []), *more]
    done = CliRunner().invoke(main, said, input="y\ny\nseven words\n")
    (report,) = (poisoned / "state" / "dsr-desk" / "faults").iterdir()
    told = done.output + report.read_text(encoding="utf-8")
    assert done.exit_code == 3, done.output
    assert "Traceback" not in told
    assert MARKER not in told
    assert "ValueError\n  dsr_desk.cli" in told
    if more:
        error = json.loads(done.stdout)["error"]
        assert error["code"] == "PROGRAM-FAULT"
        assert str(report) in error["todo"]
    else:
        assert done.stderr.endswith("[PROGRAM-FAULT]\n")
        assert str(report) in done.stderr
