"""What a command loads before it does anything: a privacy officer who mistypes an option does not wait for pandas."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from dsr_desk.app.data import readers
from dsr_desk.app.desk import Desk
from dsr_desk.cli import verbs
from dsr_desk.cli.case import case
from dsr_desk.cli.main import NOUNS, main
from dsr_desk.cli.vault import vault
from dsr_desk.cli.verbs import Verbs
from quick_keys import make_keys_quick

LIGHT = {"babel", "click", "msgpack", "platformdirs", "pyseccomp"}
"""Libraries that any command may load: messages, options, what the kernel refuses."""

TO_OPEN_A_VAULT = {"cryptography", "python-dateutil", "pyrage", "sqlcipher3", "sqlite-utils", "numpy"}
"""sqlite-utils loads dateutil and numpy."""

TO_NAME_ITS_KEYS = {"pikepdf", "pyyaml", "segno", "typst"}
"""Signing keys, printed checkpoints and lineage, which the numbers of a vault are about."""

NOT_ASKED_FOR = {"dsr-desk", "setuptools"}
"""The program itself, and a hook that setuptools sets in every Python."""


SHARED = {"common", "ending", "errors", "later", "main", "nouns", "verbs"}
"""Of the command line, what is no command."""

PARTED = (case, vault)
"""The groups whose commands are loaded when they are named."""


def run_there(code: int, *lines: tuple[str, ...]) -> list[list[str]]:
    """The modules that are there after commands with these words, and those of them in which anything was used."""
    program = """
import json, sys, types
from dsr_desk.__main__ import run
codes = []
for line in json.loads(sys.argv[1]):
    sys.argv = ["dsr-desk", *line]
    try:
        run()
    except SystemExit as end:
        codes.append(end.code)
ran = [name for name, one in sys.modules.items() if type(one) is types.ModuleType]
print(json.dumps([codes, sorted(sys.modules), ran]))
"""
    command = [sys.executable, "-c", program, json.dumps(lines)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    codes, *modules = json.loads(done.stdout.splitlines()[-1])
    assert codes == [code] * len(lines), done.stderr
    return modules


def loaded(code: int, *lines: tuple[str, ...]) -> set[str]:
    """The libraries that the project asks for, and pandas, where commands with these words load them."""
    modules, _ = run_there(code, *lines)
    asked_for = {_spelled(re.split(r"[^A-Za-z0-9._-]", one)[0]) for one in requires("dsr-desk") or ()} | {"pandas"}
    owners = packages_distributions()
    found = {_spelled(owner) for module in modules for owner in owners.get(module.partition(".")[0], ())}
    return (found & asked_for) - NOT_ASKED_FOR


def _spelled(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_help_loads_nothing_heavy() -> None:
    assert loaded(0, ("--help",)) <= LIGHT


def test_usage_errors_load_nothing_heavy() -> None:
    wrong = [("nothing",), ("case", "show"), ("vault", "info", "--nothing"), *((noun, "--nothing") for noun in NOUNS)]
    assert loaded(2, *wrong) <= LIGHT


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        (("case", "--nothing"), set[str]()),
        (("case", "shw"), set[str]()),
        (("case", "show"), {"case_show"}),
        (("vault", "--nothing"), set[str]()),
        (("vault", "info", "--nothing"), {"vault_open"}),
        (("vault", "officer", "add"), {"vault_officers", "vault_open"}),
    ],
)
def test_a_usage_error_loads_the_command_that_was_named_and_none_beside_it(
    line: tuple[str, ...], parts: set[str]
) -> None:
    _, ran = run_there(2, line)
    commands = {name.removeprefix("dsr_desk.cli.") for name in ran if name.startswith("dsr_desk.cli.")}
    assert commands - SHARED == {line[0]} | parts
    assert not [name for name in ran if name.startswith(("dsr_desk.app.desk", "dsr_desk.storage"))]
    assert not {"dsr_desk.core.actions", "dsr_desk.core.lineage", "dsr_desk.core.required"} & set(ran)


@pytest.mark.parametrize("group", PARTED, ids=lambda group: group.name)
def test_a_group_names_each_of_its_commands_as_it_is_called_and_leaves_none_out(group: Verbs) -> None:
    context = click.Context(group)
    named = {name: group.get_command(context, name) for name in group.list_commands(context)}
    assert {name: command and command.name for name, command in named.items()} == {name: name for name in named}
    inner = [one for command in named.values() if isinstance(command, click.Group) for one in command.commands.values()]
    written = [
        command
        for path in Path(verbs.__file__).parent.glob(f"{group.name}_*.py")
        for command in vars(importlib.import_module(f"dsr_desk.cli.{path.stem}")).values()
        if isinstance(command, click.Command)
    ]
    assert len(written) > len(inner)
    assert all(command in inner or command in named.values() for command in written)


@pytest.mark.parametrize("group", PARTED, ids=lambda group: group.name)
def test_the_help_of_a_group_and_completion_know_all_its_commands(group: Verbs) -> None:
    shown = CliRunner().invoke(main, [str(group.name), "--help"]).output
    assert all(re.search(rf"^  {name} +\S", shown, re.MULTILINE) for name in group.found_in)
    offered = ShellComplete(main, {}, "dsr-desk", "_DSR_DESK_COMPLETE").get_completions([str(group.name)], "")
    assert [one.value for one in offered] == sorted(group.found_in)


def test_the_numbers_of_a_vault_load_what_opens_it_and_no_engine_format_or_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_keys_quick(monkeypatch)
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("a passphrase for tests\n")
    desk, _ = Desk.create(tmp_path / "vault", "Lumen", "Ada", "a passphrase for tests")
    desk.close()
    words = ("vault", "info", "--vault", str(tmp_path / "vault"), "--passphrase-file", str(passphrase))
    assert loaded(0, words) <= LIGHT | TO_OPEN_A_VAULT | TO_NAME_ITS_KEYS


def test_each_noun_is_described_with_the_first_words_of_its_own_help() -> None:
    for noun, said in NOUNS.items():
        command = getattr(importlib.import_module(f"dsr_desk.cli.{noun}"), noun)
        assert " ".join(command.help.split("\n\n")[0].split()) == said
    shown = CliRunner().invoke(main, ["--help"]).output
    assert all(re.search(rf"^  {noun} +\S", shown, re.MULTILINE) for noun in NOUNS)


def test_readers_of_containers_are_loaded_while_the_vault_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    monkeypatch.setattr(readers, "get_ready", lambda: begun.append("readers"))
    monkeypatch.setattr(Desk, "open", lambda *_: begun.append("vault") or sys.exit(3))
    (tmp_path / "passphrase").write_text("long enough")
    command = ["index", "build", str(tmp_path), "--to", "i", "--passphrase-file", str(tmp_path / "passphrase")]
    assert CliRunner().invoke(main, command).exit_code == 3
    assert begun == ["readers", "vault"]
