"""The measurement of inventories makes real ones of real files."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.inventory import inventory_rows
from bench.orders_data import FORMS, write_photos
from dsr_desk.datasets.registry import survey


def test_inventories_are_made_and_measured(tmp_path: Path) -> None:
    said: list[str] = []
    rows = inventory_rows((20, 40), tmp_path, said.append, ("shards",))
    assert said == ["shards 20", "shards 40"]
    assert len(rows) == 2 * 5 + 1
    assert all(row.ours > 0 for row in rows if row.unit == "s" and not row.what.endswith("in Python"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", FORMS)
def test_photos_are_as_many_as_wanted_none_alike_and_small(form: str, tmp_path: Path) -> None:
    place = write_photos(tmp_path / "photos", form, 30)
    photos = [entry.read() for container in survey(place).containers for entry in container.entries()]
    assert len(photos) == len(set(photos)) == 30
    assert all(3000 < len(one) <= 4096 for one in photos)
