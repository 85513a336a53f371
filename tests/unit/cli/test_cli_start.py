"""What a command loads before it does anything: a privacy officer who mistypes an option does not wait for pandas."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from click.testing import CliRunner

from dsr_desk.app.data import readers
from dsr_desk.app.desk import Desk
from dsr_desk.cli.main import NOUNS, main
from quick_keys import make_keys_quick

LIGHT = {"babel", "click", "msgpack", "platformdirs", "pyseccomp"}
"""Libraries that any command may load: messages, options, what the kernel refuses."""

TO_OPEN_A_VAULT = {"cryptography", "python-dateutil", "pyrage", "sqlcipher3", "sqlite-utils", "numpy"}
"""sqlite-utils loads dateutil and numpy."""

TO_NAME_ITS_KEYS = {"pikepdf", "pyyaml", "segno", "typst"}
"""Signing keys, printed checkpoints and lineage, which the numbers of a vault are about."""

NOT_ASKED_FOR = {"dsr-desk", "setuptools"}
"""The program itself, and a hook that setuptools sets in every Python."""


def loaded(code: int, *lines: tuple[str, ...]) -> set[str]:
    """The libraries that the project asks for, and pandas, where commands with these words load them."""
    program = """
import json, sys
from dsr_desk.__main__ import run
codes = []
for line in json.loads(sys.argv[1]):
    sys.argv = ["dsr-desk", *line]
    try:
        run()
    except SystemExit as end:
        codes.append(end.code)
print(json.dumps([codes, sorted(sys.modules)]))
"""
    command = [sys.executable, "-c", program, json.dumps(lines)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    codes, modules = json.loads(done.stdout.splitlines()[-1])
    assert codes == [code] * len(lines), done.stderr
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
