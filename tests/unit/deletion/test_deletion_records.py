"""Plans, approvals and outcomes in a vault, with their journal entries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from deletion_samples import CASE, MADE, plan_of, stores_of, write_dataset
from sqlcipher3.dbapi2 import IntegrityError

from dsr_desk.core.actions import OutcomeState, Seen
from dsr_desk.deletion.approval import NotApproved, approve
from dsr_desk.deletion.read_back import Scope, read_back
from dsr_desk.deletion.records import VaultRecords
from dsr_desk.deletion.run import run
from dsr_desk.deletion.schema import MIGRATIONS
from dsr_desk.storage.vault import Vault

CASE_ROW = {
    "ref": CASE,
    "state": "reviewed",
    "right_asked": "erasure",
    "law": "gdpr",
    "received": "2026-02-27",
    "due": "2026-03-27",
    "deadline": "{}",
    "request": "{}",
    "identifiers": "{}",
    "opened": MADE,
}


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    opened, _ = Vault.create(tmp_path_factory.mktemp("v") / "vault", "Org", "An Officer", "pass phrase 12", MIGRATIONS)
    with opened.transaction() as db:
        db.table("cases").insert(CASE_ROW)
    yield opened
    opened.close()


def test_the_whole_way_is_kept_and_journalled_without_personal_data(vault: Vault, tmp_path: Path) -> None:
    root = write_dataset(tmp_path / "data")
    plan, stores, records = plan_of(root), stores_of(root), VaultRecords(vault)
    records.add_plan(plan)
    assert records.plan(CASE) == plan
    with pytest.raises(NotApproved):
        run(plan, records.approvals(plan), {vault.officer_key}, stores, records, vault.officer_key)
    records.add_approval(plan, approve(plan, vault.officer_key, MADE, vault.sign))
    outcomes = run(plan, records.approvals(plan), {vault.officer_key}, stores, records, vault.officer_key)
    assert tuple(records.outcomes(plan)) == outcomes
    assert [outcome.state for outcome in outcomes] == [OutcomeState.DONE] * 4
    assert len(records.looks(plan)) == 2
    result = read_back(plan, stores, records, vault.officer_key, Scope())
    records.add_read_back(plan, result)
    assert records.read_back(plan) == result
    entries = list(vault.journal.entries(CASE))
    kinds = [entry.kind for entry in entries]
    assert kinds[:2] == ["deletion-planned", "deletion-approved"]
    assert kinds[2:10] == ["action-started", "action-ended"] * 4
    assert kinds[10:] == ["deletion-read-back"]
    assert "p0.jpg" not in json.dumps([entry.body for entry in entries])
    assert vault.journal.problems() == []


def test_an_action_that_was_begun_and_not_ended_is_started(vault: Vault, tmp_path: Path) -> None:
    plan, records = replace(plan_of(write_dataset(tmp_path / "data")), made="2026-03-02T09:00:00Z"), VaultRecords(vault)
    records.add_plan(plan)
    records.add_approval(plan, approve(plan, vault.officer_key, MADE, vault.sign))

    class Crash(BaseException):
        pass

    class Crashing(VaultRecords):
        def close(self, *_: object) -> None:
            raise Crash

    stores = stores_of(tmp_path / "data")
    with pytest.raises(Crash):
        run(plan, records.approvals(plan), {vault.officer_key}, stores, Crashing(vault), vault.officer_key)
    (only,) = records.outcomes(plan)
    assert (only.action, only.state, only.ended) == ("a01", OutcomeState.STARTED, "")
    assert records.outcome(plan, plan.action("a01")) is None
    outcomes = run(plan, records.approvals(plan), {vault.officer_key}, stores, records, vault.officer_key)
    assert {item.seen for outcome in outcomes for item in outcome.items} == {Seen.GONE}


def test_nothing_is_deleted_if_the_vault_cannot_be_written(vault: Vault, tmp_path: Path) -> None:
    root = write_dataset(tmp_path / "data")
    before = {file.name: file.read_bytes() for file in root.iterdir()}
    plan, records = replace(plan_of(root), made="2026-03-03T09:00:00Z"), VaultRecords(vault)
    approvals = [approve(plan, vault.officer_key, MADE, vault.sign)]
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        run(plan, approvals, {vault.officer_key}, stores_of(root), records, vault.officer_key)
    assert {file.name: file.read_bytes() for file in root.iterdir()} == before
