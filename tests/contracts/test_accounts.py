"""Every reader answers for all that its container says it holds; one that forgets something is told apart from it."""

from __future__ import annotations

from pathlib import Path

import pytest
from container_samples import SAMPLES, Sample, photo

from dsr_desk.datasets import accounts, rows
from dsr_desk.datasets.cells import Answer
from dsr_desk.datasets.container import Accounts, ContainerNotRead, Unread
from dsr_desk.datasets.registry import open_source

pytestmark = pytest.mark.usefixtures("readers_in_process")

every_format = pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: one.name)


@pytest.fixture
def path(sample: Sample, tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    texts = [("", f"Person {number}".encode()) for number in range(6)]
    photos = [(f"set/{number:04d}.jpg", photo(number)) for number in range(6)]
    return sample.write(folder, texts if sample.table else photos)


@every_format
def test_a_reader_answers_for_all_that_its_container_counts(sample: Sample, path: Path) -> None:
    (container,) = open_source(path)
    *listed, last = container.listing()
    assert isinstance(last, Accounts)
    assert last.own == last.answered > 0, sample.name
    assert last.unread == sum(one.count for one in listed if isinstance(one, Unread))
    assert not any(isinstance(one, Accounts) for one in listed)


@every_format
def test_a_reader_that_forgets_a_place_is_not_believed(
    sample: Sample, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (container,) = open_source(path)
    forgotten = 0
    item, count = accounts.ReaderTally.item, rows.RowTally.count

    def one_less(tally: accounts.ReaderTally, number: int = 1) -> None:
        nonlocal forgotten
        forget = min(number, 1 - forgotten)
        forgotten += forget
        item(tally, number - forget)

    def one_place_less(tally: rows.RowTally, answer: Answer, number: int = 1) -> None:
        nonlocal forgotten
        forget = min(number, 1 - forgotten)
        forgotten += forget
        count(tally, answer, number - forget)

    monkeypatch.setattr(accounts.ReaderTally, "item", one_less)
    monkeypatch.setattr(rows.RowTally, "count", one_place_less)
    named = 0
    try:
        named = sum(isinstance(one, Unread) for one in container.listing())
    except ContainerNotRead:
        named = 1
    assert forgotten == 1, sample.name
    assert named, sample.name
