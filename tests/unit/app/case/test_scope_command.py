"""The command that says what a selector covers: counts, questions, what is not known, and an exit code for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dsr_desk.app.data import registering
from dsr_desk.app.desk import Desk
from dsr_desk.cli.main import main
from unit.app import scope_world as world
from unit.app.conftest import PASSPHRASE

Command = Callable[..., Result]


@pytest.fixture
def command(desk: Desk, tmp_path: Path) -> Command:
    """Runs `scope` on a closed vault with one index and a dataset of the same supplier without one."""
    (tmp_path / "photos").mkdir()
    for number in (0, 1):
        (tmp_path / "photos" / f"{number}.png").write_bytes(world.PHOTOS[number])
    world.build(desk, tmp_path / "photos", tmp_path / "indexes" / "alpha", world.ALPHA)
    registering.register_dataset(desk, world.GAMMA)
    registering.register_dataset(desk, world.DELTA)
    (tmp_path / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
    vault = str(desk.vault.folder)
    desk.close()

    def run(*words: str) -> Result:
        asked = ["scope", *words, "--vault", vault, "--passphrase-file", str(tmp_path / "passphrase")]
        return CliRunner().invoke(main, asked)

    return run


def test_what_is_known_wholly_ends_well(command: Command) -> None:
    said = command('dataset = "alpha"')
    assert said.exit_code == 0, said.output
    assert said.output.splitlines()[:2] == [
        f"In scope: 2 items ({sum(map(len, world.PHOTOS[:2])) / 1000:.3g} kB) in 1 whole and 0 mixed containers.",
        f"alpha@1: 2 of 2 items, {sum(map(len, world.PHOTOS[:2])) / 1000:.3g} kB; "
        "containers: 1 whole, 0 mixed, 0 not known or not searched",
    ]


def test_what_is_not_known_is_said_and_is_a_problem(command: Command) -> None:
    said = command('supplier = "Brightwater Pictures"')
    assert said.exit_code == 1
    assert "delta@1: Not searched: There is no index of it in this vault." in said.output
    assert "“Brightwater Pictures Ltd” is registered too (gamma@1)" in said.output


def test_programs_get_parts_counts_and_sentences(command: Command, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(
        f"id,sha256\n{'ab' * 16},{sha256(world.PHOTOS[0]).hexdigest()}\n{'cd' * 16},rubbish\n", encoding="utf-8"
    )
    words = ('dataset = "alpha" and items in list "a"', "--list", f"a={tmp_path / 'list.csv'}", "--json")
    said = command(*words, "--column", "a=sha256")
    found = json.loads(said.stdout)
    assert said.exit_code == 0
    assert found["total"]["items"] == 1
    assert found["staying"] == 1
    assert found["open"] is False
    assert [(one["container"], one["how"], one["items"], one["of"]) for one in found["parts"]] == [
        ("photos", "mixed", 1, 2)
    ]
    assert "1 line is neither an id nor a SHA-256: line 3." in [one["says"] for one in found["lists"]["a"]]
    assert found["lines"][0]["code"] == "scope.total"
    refused = command(*words)
    assert (refused.exit_code, json.loads(refused.stdout)["error"]["code"]) == (3, "ITEM-LIST-COLUMN")


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (("supplier = x",), 3, "SELECTOR-MALFORMED"),
        (('items in list "a"',), 3, "SCOPE-LIST-MISSING"),
        (('dataset = "a"', "--list", "a"), 2, ""),
    ],
)
def test_what_cannot_be_meant_is_refused(command: Command, words: tuple[str, ...], exit_code: int, code: str) -> None:
    said = command(*words, "--json")
    assert said.exit_code == exit_code
    assert code in said.output
