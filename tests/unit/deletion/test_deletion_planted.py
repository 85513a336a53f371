"""A container whose reader is hostile, in the middle of a deletion: its action fails with the reason, others do not."""

from __future__ import annotations

from pathlib import Path

import pytest
from deletion_samples import OFFICER_KEY, VERSION, KeptRecords, plan_of, stores_of, write_dataset

from dsr_desk.core.actions import OutcomeState, Seen
from dsr_desk.datasets import celled
from dsr_desk.deletion.run import run
from dsr_desk.jobs import cell
from planted_readers import WHILE_WRITING, PlantedPlace

TABLE = "data/people.csv"

pytestmark = pytest.mark.usefixtures("real_cells")


@pytest.mark.parametrize("deed", ["crash", "hang", "eat", "fault", "write_around /tmp/dsr-desk-was-here", "fork"])
def test_an_erasure_whose_reader_is_hostile_fails_alone_and_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deed: str
) -> None:
    root = write_dataset(tmp_path / "data")
    plan, stores, records = plan_of(root), stores_of(root), KeptRecords()
    path = root / "people.csv"
    with path.open("a", newline="") as file:
        file.write(f"{WHILE_WRITING}! {deed}\r\n")
    before = path.read_bytes()
    cell.load("planted_readers")
    monkeypatch.setattr(celled, "FILE_SECONDS", 2.0 if deed == "hang" else 30.0)
    monkeypatch.setattr(celled, "MEMORY", 256 << 20)
    hostile = celled.CelledContainer(PlantedPlace("csv", path, TABLE))
    monkeypatch.setitem(stores.containers, (VERSION, TABLE), hostile)
    outcomes = {outcome.action: outcome for outcome in run(plan, stores, records, OFFICER_KEY)}
    states = {action.container: outcomes[action.id] for action in plan.actions if action.container}
    assert {name: one.state for name, one in states.items()} == {
        "data": OutcomeState.DONE,
        "data/s-000.tar": OutcomeState.DONE,
        TABLE: OutcomeState.FAILED,
    }
    error = states[TABLE].error
    assert error is not None
    assert error.code in ("ERASE-NOT-FINISHED", "ERASE-NOT-WRITABLE")
    assert [one.seen for one in states[TABLE].items] == [Seen.STILL_THERE]
    assert path.read_bytes() == before
    assert not list(root.glob(".*"))
    assert not Path("/tmp/dsr-desk-was-here").exists()
