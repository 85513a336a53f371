"""Registers: what is changed, added or removed in them beside the program is found by vault check."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyrage
import pytest
from click.testing import CliRunner

from dsr_desk.app.data import indexing, registering
from dsr_desk.app.data.dataset_content import note_content
from dsr_desk.app.desk import REGISTERS, Desk
from dsr_desk.app.models import asking
from dsr_desk.app.models import lineage as models
from dsr_desk.app.proof import authorities, recipients, signing_keys
from dsr_desk.app.vault import keeping
from dsr_desk.app.vault.keeping import check_vault
from dsr_desk.cli.main import main
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.items import DatasetVersion
from dsr_desk.jobs.progress import Cancelled, CancelToken, silent
from dsr_desk.search.index.about import IndexPurpose
from dsr_desk.storage.registers import touch
from dsr_desk.storage.rows import GuardRow
from dsr_desk.storage.vault_schema import REGISTERS as VAULT_REGISTERS
from stamping import root
from unit.app.conftest import PASSPHRASE

TABLES = [one.table for one in (*VAULT_REGISTERS, *REGISTERS)]


def write_lineage(path: Path) -> Path:
    nodes = [{"kind": "model", "name": "gate", "namespace": space} for space in ("Cork", "Bray")]
    edge = {"from": {"kind": "dataset", "name": "people"}, "to": {"kind": "model", "name": "crowd"}, "role": "train"}
    path.write_text(json.dumps({"dsr-desk-lineage": 1, "nodes": nodes, "edges": [edge]}))
    return path


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vault with something in every register, all of it written by the program."""
    folder = tmp_path_factory.mktemp("registers")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dsr_desk.storage.keys.MEMORY_KIB", 64)
        patch.setattr("dsr_desk.storage.keys.ITERATIONS", 1)
        desk, _ = Desk.create(folder / "vault", "Test organisation", "Ada", PASSPHRASE)
    with desk:
        fill(desk, folder)
        assert check_vault(desk) == []
    return folder / "vault"


def fill(desk: Desk, folder: Path) -> None:
    (folder / "people.csv").write_text("name,email\nAda Example,ada@example.org\n")
    keeping.set_organisation_details(desk, keeping.Details(address="Main Street 1"))
    registering.register_dataset(desk, DatasetVersion("elsewhere", "3"))
    registering.correct_dataset(desk, "elsewhere@3", {"supplier": "Bo"})
    version = DatasetVersion("people", "1")
    build = {"register": IndexPurpose(), "workers": 1, "report": silent, "cancel": CancelToken()}
    indexing.build_index(desk, [folder / "people.csv"], folder / "people", version, **build)  # type: ignore[arg-type]
    note_content(desk, "people@1", report=silent, cancel=CancelToken())
    for name in ("Authority", "Counsel"):
        recipients.add_recipient(desk, name, str(pyrage.x25519.Identity.generate().to_public()))
    recipients.mark_compared(desk, 1)
    signing_keys.organisation_signer(desk)
    signing_keys.renew_signing_key(desk)
    authorities.add_authorities(desk, root("First").pem + root("Second").pem)
    models.import_lineage(desk, [write_lineage(folder / "lineage.json")])
    question = models.lineage_graph(desk).questions[0]
    asking.answer_question(desk, question.first, question.second, True)
    with desk.vault.transaction() as db:  # no case is sealed here: what a bundle's row looks like is all that counts
        db.table("bundles").insert({
            "id": 1, "case_ref": "2026-001", "edition": "requester", "path": "/bundle", "digest": "aa",
            "evidence_digest": "bb", "recipient": "cc", "sealed": "2026-11-01", "tree_size": 1, "checkpoint": "",
        })  # fmt: skip
        desk.act(Draft(Kind.ORGANISATION), touches=[touch("bundles", 1)])
        erased = desk.vault.guard.put(GuardRow("case action", "case", "2026-11-01", b"bytes", b"looks", b"names"))
        desk.act(Draft(Kind.ORGANISATION), touches=[erased])


@pytest.fixture
def desk(written: Path, tmp_path: Path) -> Iterator[Desk]:
    """A copy of the vault, open for somebody who writes into it beside the program."""
    shutil.copytree(written, tmp_path / "vault")
    with Desk.open(tmp_path / "vault", PASSPHRASE) as opened:
        opened.vault.db.conn.execute("PRAGMA foreign_keys = off")
        yield opened


def found(desk: Desk) -> set[str]:
    codes = {one.code for one in check_vault(desk)}
    return {code for code in codes if code.startswith("register.") or code == "vault.reference"}


def write(desk: Desk, query: str, values: Sequence[Any] = ()) -> None:
    """Changes one row and knows nothing of the program."""
    assert desk.vault.db.conn.execute(query, list(values)).rowcount == 1
    desk.vault.db.conn.commit()


def delete(desk: Desk, table: str, row: dict[str, Any]) -> None:
    write(desk, f"DELETE FROM {table} WHERE {' AND '.join(f'{column} IS ?' for column in row)}", [*row.values()])


def first_row(desk: Desk, table: str) -> dict[str, Any]:
    return next(iter(desk.vault.db.query(f"SELECT * FROM {table} LIMIT 1")))


def other(value: Any) -> Any:
    """Something else of the same kind."""
    return value + 1000 if isinstance(value, int) else value + b"x" if isinstance(value, bytes) else f"{value or ''}x"


def replace(desk: Desk, table: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    sets, where = (sign.join(f"{column} {way} ?" for column in before) for sign, way in ((", ", "="), (" AND ", "IS")))
    write(desk, f"UPDATE {table} SET {sets} WHERE {where}", [*after.values(), *before.values()])


@pytest.mark.parametrize("table", TABLES)
def test_a_value_that_was_changed_beside_the_program_is_found(desk: Desk, table: str) -> None:
    row = first_row(desk, table)
    for column in row:
        changed = {**row, column: other(row[column])}
        replace(desk, table, row, changed)
        assert found(desk), column
        replace(desk, table, changed, row)
    assert check_vault(desk) == []


@pytest.mark.parametrize("table", TABLES)
def test_a_row_that_was_added_beside_the_program_is_found(desk: Desk, table: str) -> None:
    row = first_row(desk, table)
    desk.vault.db.table(table).insert({column: other(value) for column, value in row.items()})
    assert found(desk)


@pytest.mark.parametrize("table", TABLES)
def test_a_row_that_was_removed_beside_the_program_is_found(desk: Desk, table: str) -> None:
    delete(desk, table, first_row(desk, table))
    assert found(desk)


@pytest.mark.parametrize("table", ["recipients", "organisation_keys", "settings"])
def test_rows_that_changed_places_are_found(desk: Desk, table: str) -> None:
    first, second = list(desk.vault.db.query(f"SELECT * FROM {table} ORDER BY 1 LIMIT 2"))
    for row in (first, second):
        delete(desk, table, row)
    key = next(iter(first))
    for row, place in ((first, second[key]), (second, first[key])):
        desk.vault.db.table(table).insert({**row, key: place})
    assert found(desk)


def test_what_the_program_takes_out_of_a_register_leaves_nothing_to_find(desk: Desk) -> None:
    recipients.remove_recipient(desk, 1)
    models.forget_source(desk, models.lineage_sources(desk)[0].digest)
    answered = asking.given_answers(desk)[0]
    asking.answer_question(desk, answered.first, answered.second, None)
    assert check_vault(desk) == []


def test_a_check_says_how_far_it_is_and_can_be_stopped(desk: Desk) -> None:
    heard: list[tuple[int, int | None]] = []
    check_vault(desk, lambda moment: heard.append((moment.done, moment.total)))
    assert heard[-1] == (desk.vault.log.size, desk.vault.log.size)
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        check_vault(desk, silent, token)


def test_the_command_lists_what_does_not_hold_by_code(desk: Desk, tmp_path: Path) -> None:
    write(desk, "UPDATE recipients SET name = 'Mallory' WHERE id = 1")
    folder = desk.vault.folder
    desk.close()
    (tmp_path / "secret").write_text(PASSPHRASE)
    words = ["vault", "check", "--vault", str(folder), "--passphrase-file", str(tmp_path / "secret")]
    done = CliRunner().invoke(main, [*words, "--json"])
    assert done.exit_code == 1
    (problem,) = json.loads(done.stdout)["problems"]
    assert (problem["code"], problem["values"]) == ("register.changed", {"table": "recipients"})
    assert problem["says"] in CliRunner().invoke(main, words).output
