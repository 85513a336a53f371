"""Passphrases in commands: read from a file, a descriptor or a terminal; weak ones refused; made by the program."""

from __future__ import annotations

import ast
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import dsr_desk
from dsr_desk.app.desk import Desk
from dsr_desk.cli.main import main
from parsed import nodes
from quick_keys import make_keys_quick

GOOD = "seven words that nobody would ever guess"
SOURCE = Path(dsr_desk.__file__).parent


@pytest.fixture(autouse=True)
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    make_keys_quick(monkeypatch)


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    """A command on the vault in the folder of the test."""

    def invoke(*words: object, said: str = "") -> Result:
        where = ("--vault", str(tmp_path / "vault"))
        return CliRunner().invoke(main, [*map(str, words), *where], input=said)

    return invoke


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text(f"{GOOD}\n", encoding="utf-8")
    return path


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    Desk.create(tmp_path / "vault", "Example Ltd", "Ada", GOOD)[0].close()
    return tmp_path / "vault"


CREATE = ("vault", "create", "--organisation", "Example Ltd", "--officer", "Ada")
DOORS = {
    "create": (*CREATE, "--passphrase-file"),
    "add": ("vault", "officer", "add", "Ben", "--new-passphrase-file"),
    "passphrase": ("vault", "officer", "passphrase", "--new-passphrase-file"),
}
"""Every command that sets a passphrase; the file follows."""


def doors(command: click.Command, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Commands that can make a passphrase, wherever they stand."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        inner = {name: command.get_command(context, name) for name in command.list_commands(context)}
        return {door for name, one in inner.items() if one for door in doors(one, (*path, name))}
    names = {name for option in command.params for name in option.opts}
    return {path} if "--generate" in names or "--new-passphrase-file" in names else set()


def test_the_doors_are_all_that_there_are() -> None:
    assert doors(main) == {("vault", "create"), ("vault", "officer", "add"), ("vault", "officer", "passphrase")}


def called(node: ast.Call) -> str:
    name: str = getattr(node.func, "attr", getattr(node.func, "id", ""))
    return name


def test_nothing_else_locks_anything_with_a_passphrase() -> None:
    """Where a call of these stands in the source: one more needs a passphrase that was judged, or made here."""
    locks = {"_put_slot", "Encryption", "seal_html", "seal_pdf", "lock_plan", "seal_key", "encrypt"}
    found = set()
    for path in sorted(SOURCE.rglob("*.py")):
        if not any(isinstance(node, ast.Call) and called(node) in locks for node in nodes(path)):
            continue
        for function in nodes(path):
            if isinstance(function, ast.FunctionDef):
                for node in ast.walk(function):
                    if not isinstance(node, ast.Call) or called(node) not in locks:
                        continue
                    name = ast.unparse(node.func)
                    if not name.endswith("encrypt") or "passphrase" in name:
                        found.add((path.relative_to(SOURCE).as_posix(), function.name))
    judged = {("storage/keys.py", "add_officer"), ("storage/keys.py", "change_passphrase")}
    made = {
        ("storage/keys.py", "renew_recovery_code"),
        ("evidence/seal.py", "wrap_html"),
        ("evidence/seal.py", "wrap_pdf"),
        ("evidence/wrappers/html.py", "seal_html"),
        ("evidence/wrappers/pdf.py", "bound"),
        ("deletion/export.py", "lock_plan"),
        ("app/case/handing_over.py", "hand_over"),
    }
    no_door = {("search/index/keyfile.py", "seal_key"), ("search/index/keyfile.py", "write_key"),
               ("search/index/carry.py", "export_index")}  # fmt: skip
    assert found ^ (judged | made | no_door) == set()


@pytest.mark.parametrize("door", DOORS)
def test_a_weak_passphrase_is_refused_at_each_door_with_the_reason(
    run: Callable[..., Result], tmp_path: Path, secret: Path, door: str
) -> None:
    if door != "create":
        Desk.create(tmp_path / "vault", "Example Ltd", "Ada", GOOD)[0].close()
    weak = tmp_path / "weak"
    for text in ("password", "Example Ltd", " ", ""):
        weak.write_text(text, encoding="utf-8")
        done = run(*DOORS[door], weak, *(() if door == "create" else ("--passphrase-file", secret)), "--json")
        assert done.exit_code == 3, done.output
        error = json.loads(done.stdout)["error"]
        assert error["code"] == "PASSPHRASE-WEAK"
        assert "guessed at once" in error["happened"] or "blank" in error["happened"]
        assert "--generate" in error["todo"]
    if door == "create":
        assert not (tmp_path / "vault").exists()
        return
    with Desk.open(tmp_path / "vault", GOOD) as desk:
        assert list(desk.vault.officer_names().values()) == ["Ada"]


def test_a_passphrase_that_is_typed_is_judged_too(run: Callable[..., Result], tmp_path: Path) -> None:
    refused = run(*CREATE, said="password\npassword\n")
    assert refused.exit_code == 3
    assert "[PASSPHRASE-WEAK]" in refused.stderr
    assert not (tmp_path / "vault").exists()
    assert run(*CREATE, said=f"{GOOD}\n{GOOD}\n").exit_code == 0
    Desk.open(tmp_path / "vault", GOOD).close()


@pytest.mark.usefixtures("vault")
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"x" * ((1 << 20) + 1), "larger than"),
    ],
)
def test_a_file_that_holds_no_passphrase_is_said(
    run: Callable[..., Result], tmp_path: Path, content: bytes, says: str
) -> None:
    odd = tmp_path / "odd"
    odd.write_bytes(content)
    done = run("vault", "info", "--passphrase-file", odd)
    assert done.exit_code == 3
    assert says in done.stderr
    assert "[PASSPHRASE-UNREADABLE]" in done.stderr


@pytest.mark.usefixtures("vault")
def test_a_descriptor_that_is_not_open_is_said(run: Callable[..., Result]) -> None:
    done = run("vault", "info", "--passphrase-fd", 987)
    assert done.exit_code == 3
    assert "[PASSPHRASE-UNREADABLE]" in done.stderr


@pytest.mark.usefixtures("vault")
def test_the_first_line_of_a_file_or_descriptor_opens_whatever_ends_it(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    for ending in ("", "\n", "\r\n", "\nmore\n"):
        file = tmp_path / "line"
        file.write_bytes(f"{GOOD}{ending}".encode())
        assert run("vault", "info", "--passphrase-file", file).exit_code == 0
        with file.open("rb") as open_file:
            assert run("vault", "info", "--passphrase-fd", open_file.fileno()).exit_code == 0


@pytest.mark.parametrize("door", DOORS)
def test_a_made_passphrase_is_never_shown_where_no_person_looks(
    run: Callable[..., Result], tmp_path: Path, secret: Path, door: str
) -> None:
    if door != "create":
        Desk.create(tmp_path / "vault", "Example Ltd", "Ada", GOOD)[0].close()
    opens = () if door == "create" else ("--passphrase-file", secret)
    done = run(*DOORS[door][:-1], *opens, "--generate", "--json")
    assert done.exit_code == 2
    assert "terminal" in done.stderr
    both = run(*DOORS[door], secret, *opens, "--generate")
    assert both.exit_code == 2
    assert "not both" in both.stderr
    assert not re.search(r"[a-z]{8}-[a-z]{6}-", done.output + both.output)
    assert (tmp_path / "vault").exists() == (door != "create")


@pytest.mark.slow
def test_a_made_passphrase_is_shown_once_on_the_terminal_typed_once_and_opens_the_vault(tmp_path: Path) -> None:
    mine, theirs = pty.openpty()
    command = subprocess.Popen(
        [sys.executable, "-m", "dsr_desk", *CREATE, "--vault", str(tmp_path / "vault"), "--generate", "--json"],
        stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    shown = _until(mine, b"go on: ")
    (made,) = re.findall(r"([a-z]{8}-[a-z]{6}-[a-z]{8}-[a-z]{6})", shown)
    os.write(mine, b"something else\n")
    assert "another one" in _until(mine, b"go on: ")
    os.write(mine, made.encode() + b"\n")
    printed, _ = command.communicate(timeout=120)
    os.close(mine)
    assert command.returncode == 0
    assert made not in printed.decode()
    assert json.loads(printed)["vault"] == str(tmp_path / "vault")
    Desk.open(tmp_path / "vault", made).close()


def _until(terminal: int, end: bytes) -> str:
    read = b""
    while not read.endswith(end):
        read += os.read(terminal, 4096)
    return read.decode()
