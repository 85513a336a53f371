"""Naming a cluster on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dsr_desk.cli.index import index
from dsr_desk.cli.main import main


def run(*words: object) -> Result:
    return CliRunner().invoke(index, [*map(str, words)])


@pytest.mark.parametrize("command", [("build", "photos", "--to", "x"), ("update", "x")])
def test_files_of_a_cluster_without_a_cluster_are_a_problem_of_usage(command: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    done = run(*command, "--cluster-ca", tmp_path / "ca.pem")
    assert done.exit_code == 2
    assert "need --cluster" in done.output


def test_processes_and_a_cluster_together_are_a_problem_of_usage() -> None:
    done = run("build", "photos", "--to", "x", "--workers", 2, "--cluster", "127.0.0.1:8786")
    assert done.exit_code == 2


def test_a_cluster_elsewhere_without_tls_is_refused_before_a_photo_is_sent(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "people.csv").write_text("name,email\nAda Example,ada@example.org\n")
    (tmp_path / "pass").write_text("a passphrase of a test\n")
    vault = ["--vault", str(tmp_path / "vault"), "--passphrase-file", str(tmp_path / "pass")]
    runner = CliRunner()
    made = runner.invoke(main, ["vault", "create", "--organisation", "Example", "--officer", "Eva Example", *vault])
    assert made.exit_code == 0, made.output
    words = ["index", "build", str(tmp_path / "data"), "--to", str(tmp_path / "a"), "--cluster", "tcp://10.0.0.5:8786"]
    done = runner.invoke(main, [*words, *vault, "--json"])
    assert done.exit_code == 3
    assert "CLUSTER-NOT-ENCRYPTED" in done.output
