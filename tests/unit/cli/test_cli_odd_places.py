"""Whatever lies at the place that a command is given: it is used or refused in words, and no fault of the program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from test_cli_faults import command_of, commands, filled

from dsr_desk.app.desk import Desk
from dsr_desk.cli.main import main
from quick_keys import make_keys_quick

PASSPHRASE = "tobirane kasemu lodifigo pagune"
LONG = "x" * 300
PLACES = [
    LONG,
    "random",
    *(
        pytest.param(place, marks=pytest.mark.long)
        for place in ("folder", "empty", "loop", "list", "none/none", "utf-16")
    ),
]


def asked_for_places() -> Iterator[tuple[tuple[str, ...], str]]:
    """Each command with each name of a parameter that is a place; what all take alike once."""
    for words in commands(main):
        for parameter in command_of(words).params:
            alike = parameter.name in ("vault_folder", "passphrase_file") and words != ("vault", "info")
            if isinstance(parameter.type, click.Path) and words[0] not in ("demo", "bench") and not alike:
                yield words, str(parameter.name)


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("places")
    with pytest.MonkeyPatch.context() as patch:
        make_keys_quick(patch)
        desk, _ = Desk.create(folder / "vault", "Test organisation", "Ada", PASSPHRASE)
        desk.close()
        yield folder / "vault"


def made(place: str, folder: Path) -> Path:
    found = folder / place
    if place == "folder":
        found.mkdir()
    elif place == "loop":
        found.symlink_to(found)
    elif place in ("random", "empty", "list", "utf-16"):
        content = {"random": bytes(range(256)) * 20, "empty": b"", "list": b"[]", "utf-16": b"\xff\xfea\0"}
        found.write_bytes(content[place])
    return found


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("words", "name"),
    list(asked_for_places()),
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else value,
)
def test_a_place_is_used_or_refused(words: tuple[str, ...], name: str, place: str, vault: Path, tmp_path: Path) -> None:
    command = command_of(words)
    (tmp_path / "file").write_text(PASSPHRASE + "\n")
    given = {name: str(made(place, tmp_path))}
    if name != "vault_folder":
        given["vault_folder"] = str(vault)
    said = [*words, *filled(command, tmp_path, given)]
    done = CliRunner().invoke(main, said, input=f"y\n{PASSPHRASE}\n{PASSPHRASE}\n")
    assert isinstance(done.exception, SystemExit | None)
    assert done.exit_code in (0, 1, 2, 3)
    assert "PROGRAM-FAULT" not in done.output
