"""A list of hashes against all indexes of a vault: what it finds, what it answers, what is recorded."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from dsr_desk.app.case.deletion_lists import AnswersTooEarly, look_up_list, write_answers, write_hits
from dsr_desk.app.case.searching import NothingToSearchIn
from dsr_desk.app.data import indexing
from dsr_desk.app.desk import Desk
from dsr_desk.cli.main import main
from dsr_desk.core.acts import Kind
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.message import message
from dsr_desk.jobs.progress import CancelToken, silent
from dsr_desk.search.index.about import IndexPurpose
from unit.app.conftest import PASSPHRASE


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def build(desk: Desk, folder: Path, name: str, rows: str) -> None:
    (folder / f"{name}.csv").write_text("name,email\n" + rows)
    indexing.build_index(
        desk, [folder / f"{name}.csv"], folder / name, DatasetVersion(name, "1"),
        register=IndexPurpose(), workers=1, report=silent, cancel=CancelToken(),
    )  # fmt: skip


@pytest.fixture
def listed(desk: Desk, tmp_path: Path) -> Path:
    """Two indexes and a list of which two of four rows are in them."""
    build(desk, tmp_path, "members", "Ada,ada@x.org\nBo,bo@x.org\n")
    build(desk, tmp_path, "letters", "Ada again,ADA@x.org\nCy,cy@x.org\n")
    path = tmp_path / "20261101_4821_Email.csv"
    known = ("ada@x.org", "cy@x.org", "nobody@x.org", "none@x.org")
    path.write_text("ID,Hash\n" + "".join(f"row{number},{sha256(mail)}\n" for number, mail in enumerate(known)))
    return path


def test_a_list_finds_its_records_in_all_indexes(desk: Desk, listed: Path) -> None:
    result, _ = look_up_list(desk, listed)
    assert [(hit.id, hit.index) for hit in result.hits] == [
        ("row0", "letters"),
        ("row1", "letters"),
        ("row0", "members"),
    ]
    assert (result.rows, result.found, result.not_found, result.records, result.complete) == (4, 2, 2, 4, True)


def test_the_act_keeps_counts_and_the_digest_of_the_list_alone(desk: Desk, listed: Path) -> None:
    _, change = look_up_list(desk, listed)
    act = desk.vault.log.entry(change.entry).act
    digest = hashlib.sha256(listed.read_bytes()).hexdigest()
    said = {"list": digest, "rows": 4, "found": 2, "records": 3, "searched": 2, "complete": True}
    assert (act.kind, act.open, act.fields) == (Kind.LIST_LOOKED_UP, said, {})


def test_answers_say_not_found_only_for_rows_without_a_record(desk: Desk, listed: Path, tmp_path: Path) -> None:
    result, _ = look_up_list(desk, listed)
    (written,) = write_answers(result, listed, tmp_path)
    assert written.name == "20261101_4821_Email_notfound.csv"
    assert written.read_text().split() == ["Id,Status", "row2,5", "row3,5"]


def test_no_row_is_answered_where_an_index_was_not_looked_at(desk: Desk, listed: Path, tmp_path: Path) -> None:
    result, _ = look_up_list(desk, listed, ["members"])
    assert not result.complete
    assert result.found == 1
    with pytest.raises(AnswersTooEarly, match="letters"):
        write_answers(result, listed, tmp_path)


def test_without_an_index_nothing_is_said(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text(sha256("a") + "\n")
    with pytest.raises(NothingToSearchIn):
        look_up_list(desk, tmp_path / "list.txt")


def test_rows_about_vehicles_are_named_as_not_looked_up(desk: Desk, listed: Path) -> None:
    path = listed.with_name("20261101_4821_NameVIN.csv")
    path.write_text(f"ID,Hash\nrow0,{sha256('x')}\n")
    result, _ = look_up_list(desk, path)
    assert (result.not_looked_up, result.not_found) == (1, 0)
    assert result.gaps[0].what == message("gap.rows", name=path.name)
    assert result.gaps[0].why == message("why.no-vehicles")


def test_the_command_writes_what_it_found_and_its_answers(desk: Desk, listed: Path, tmp_path: Path) -> None:
    vault = str(desk.vault.folder)
    desk.close()
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE)
    words = [
        "index",
        "match-list",
        str(listed),
        "--to",
        str(tmp_path / "hits.csv"),
        "--answers",
        str(tmp_path),
        "--json",
    ]
    done = CliRunner().invoke(main, [*words, "--vault", vault, "--passphrase-file", str(secret)])
    assert done.exit_code == 0, done.output
    said = json.loads(done.output)
    assert (said["found"], said["not_found"]) == (2, 2)
    assert len(said["answers"]) == 1
    lines = (tmp_path / "hits.csv").read_text().splitlines()
    assert [line.split(",")[1] for line in lines] == ["id", "row0", "row1", "row0"]


def test_hits_are_written_for_their_owner_alone(desk: Desk, listed: Path, tmp_path: Path) -> None:
    result, _ = look_up_list(desk, listed)
    write_hits(result, tmp_path / "hits.csv")
    assert (tmp_path / "hits.csv").stat().st_mode & 0o077 == 0
    assert "ada@x.org" not in (tmp_path / "hits.csv").read_text()
