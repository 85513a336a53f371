"""What an order is measured against takes the same items out of the same files."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.orders_data import FORMS, write_photos
from bench.orders_mixed import prefixes, without
from dsr_desk.datasets.registry import survey


@pytest.mark.parametrize("form", FORMS)
def test_the_formats_own_libraries_take_out_what_begins_so_and_nothing_else(form: str, tmp_path: Path) -> None:
    folder = write_photos(tmp_path / "photos", form, 30)
    begin = ("0000000",) if form != "folders" else ("00000/0000000",)

    def items() -> dict[str, bytes]:
        return {one.member: one.read() for container in survey(folder).containers for one in container.entries()}

    before = items()
    without(form, folder, begin)
    assert items() == {member: data for member, data in before.items() if not member.startswith(begin)}
    assert len(before) == 30


def test_a_tenth_of_each_file_begins_as_is_said() -> None:
    assert prefixes("shards", 30_000) == ["00000", "00010", "00020"]
    assert prefixes("folders", 30_000) == ["00000/", "00010/", "00020/"]
    assert prefixes("parquet", 100) == ["0000000"]
