"""Parquet files with photos, tables, or both."""

from __future__ import annotations

import datetime as dt
import decimal
import hashlib
import json
from collections.abc import Collection, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message
from dsr_desk.datasets.container import Accounts, Container, ContainerEntry, Doomed, Unread
from dsr_desk.datasets.erasing import Changes, NotVerified
from dsr_desk.datasets.parquet import CellNotNullable, ParquetTable
from dsr_desk.datasets.registry import open_source

pytestmark = pytest.mark.usefixtures("readers_in_process")

JPEG = b"\xff\xd8\xff\xe0 photo "


def opened(path: Path) -> Container:
    (container,) = open_source(path)
    return container


def doomed(container: Container, *positions: int) -> list[Doomed]:
    return [
        Doomed(entry.member, hashlib.sha256(entry.read()).hexdigest())
        for number, entry in enumerate(container.entries())
        if number in positions
    ]


def write(folder: Path, columns: dict[str, pa.Array | Sequence[object]], **options: object) -> Path:
    path = folder / "data.parquet"
    pq.write_table(pa.table(columns), path, **options)
    return path


def test_a_row_is_its_photos_and_one_record_tied_together(tmp_path: Path) -> None:
    path = write(tmp_path, {"jpg": [JPEG + b"1", JPEG + b"2"], "owner": ["Ada", "Bo"], "embedding": [[0.5] * 99] * 2})
    entries = list(opened(path).entries())
    assert [(entry.kind, entry.member, entry.group) for entry in entries] == [
        (ItemKind.PHOTO, "jpg", "row 0"),
        (ItemKind.RECORD, "", "row 0"),
        (ItemKind.PHOTO, "jpg", "row 1"),
        (ItemKind.RECORD, "", "row 1"),
    ]
    assert entries[1].record == {"owner": "Ada"}


def test_a_row_goes_when_all_of_its_items_go_and_is_emptied_in_part_otherwise(tmp_path: Path) -> None:
    path = write(tmp_path, {"jpg": [JPEG + b"1", JPEG + b"2", JPEG + b"3"], "owner": ["Ada", "Bo", "Cy"]})
    container = opened(path)
    container.erase(doomed(container, 0, 1, 2))
    assert pq.read_table(path).to_pylist() == [{"jpg": None, "owner": "Bo"}, {"jpg": JPEG + b"3", "owner": "Cy"}]
    container.erase(doomed(container, 2))
    assert pq.read_table(path).to_pylist()[1] == {"jpg": JPEG + b"3", "owner": None}


def test_a_cell_that_may_not_be_empty_is_a_refusal(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    schema = pa.schema([pa.field("jpg", pa.binary(), nullable=False), pa.field("owner", pa.string())])
    pq.write_table(pa.table({"jpg": [JPEG], "owner": ["Ada"]}, schema), path)
    before = path.read_bytes()
    container = opened(path)
    with pytest.raises(CellNotNullable):
        container.erase(doomed(container, 0))
    assert path.read_bytes() == before


def test_schema_metadata_compression_and_row_groups_stay(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    table = pa.table({"name": [f"P{n}" for n in range(10)], "n": pa.array(range(10), pa.int16())})
    table = table.replace_schema_metadata({"huggingface": '{"info": 1}', "mine": "x"})
    pq.write_table(table, path, row_group_size=4, compression={"name": "zstd", "n": "none"})
    container = opened(path)
    container.erase(doomed(container, 5))
    with pq.ParquetFile(path) as file:
        assert file.schema_arrow.equals(table.schema, check_metadata=True)
        assert [file.metadata.row_group(n).num_rows for n in range(3)] == [4, 3, 2]
        columns = [file.metadata.row_group(0).column(n).compression for n in range(2)]
    assert columns == ["ZSTD", "UNCOMPRESSED"]
    assert pq.read_table(path).column("n").to_pylist() == [0, 1, 2, 3, 4, 6, 7, 8, 9]


def test_numbers_alone_beside_photos_belong_to_their_photo_and_stay_with_it(tmp_path: Path) -> None:
    path = write(tmp_path, {"jpg": [JPEG + b"1", JPEG + b"2"], "label": [3, 4]})
    container = opened(path)
    assert [(entry.kind, entry.record) for entry in container.entries()] == [
        (ItemKind.PHOTO, {"label": "3"}),
        (ItemKind.PHOTO, {"label": "4"}),
    ]
    container.erase(doomed(container, 0))
    assert pq.read_table(path).to_pylist() == [{"jpg": JPEG + b"2", "label": 4}]


def test_bytes_that_are_no_photo_are_named_and_go_with_the_record(tmp_path: Path) -> None:
    path = write(tmp_path, {"blob": [b"\x00\x01", b"\x02"], "owner": ["Ada", "Bo"]})
    container = opened(path)
    one, other, unread, accounts = container.listing()
    assert isinstance(one, ContainerEntry)
    assert isinstance(other, ContainerEntry)
    assert [one.record, other.record] == [{"owner": "Ada"}, {"owner": "Bo"}]
    assert unread == Unread("blob", message("kind.bytes"), message("why.cell.bytes"), 2, 3)
    # Beside the cells: two columns and the schema of Arrow.
    assert accounts == Accounts(4 + 3, texts=2, labels=3, unread=2)
    container.erase(doomed(container, 0))
    assert pq.read_table(path).to_pylist() == [{"blob": b"\x02", "owner": "Bo"}]


def test_dates_times_and_decimals_are_texts_and_whole_numbers_stay_whole(tmp_path: Path) -> None:
    moment = dt.datetime(2024, 5, 17, 8, 30, 0, 123456)
    table = pa.table(
        {
            "born": pa.array([dt.date(1980, 1, 31)]),
            "seen": pa.array([1_715_934_600_123_456_789], pa.timestamp("ns")),
            "told": pa.array([moment], pa.timestamp("us", "UTC")),
            "fee": pa.array([decimal.Decimal("1.50")]),
            "account": pa.array([4711.0]),
            "share": pa.array([0.5]),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    (entry,) = ParquetTable(tmp_path / "t.parquet", "t").entries()
    assert entry.record == {
        "born": "1980-01-31",
        "seen": "2024-05-17T08:30:00.123456",
        "told": "2024-05-17T08:30:00.123456+00:00",
        "fee": "1.50",
        "account": "4711",
        "share": "0.5",
    }


def test_a_row_that_moved_is_found_all_the_same(tmp_path: Path) -> None:
    path = write(tmp_path, {"owner": ["Ada", "Bo", "Cy", "Bo"]})
    entries = list(opened(path).entries())
    wanted = [Doomed("", hashlib.sha256(entries[at].read()).hexdigest(), at // 3, entries[at].hint) for at in (1, 2)]
    write(tmp_path, {"owner": ["Di", "Ada", "Bo", "Cy", "Bo"]})
    done = opened(path).erase(wanted)
    assert (done.kept, len(done.erased)) == (3, 2)
    assert pq.read_table(path).to_pylist() == [{"owner": "Di"}, {"owner": "Ada"}, {"owner": "Bo"}]


def test_a_value_that_is_another_in_the_new_file_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, {"owner": ["Ada", "Bo", "Cy"], "n": [1.0, float("nan"), 3.0]})
    container = opened(path)
    wanted = doomed(container, 0)
    written = ParquetTable.write_without

    def write_another(table: ParquetTable, target: Path, changes: Changes) -> Collection[Message]:
        notes = written(table, target, changes)
        pq.write_table(pa.table({"owner": ["Bo", "Di"], "n": [float("nan"), 3.0]}), target)
        return notes

    with monkeypatch.context() as patch:
        patch.setattr(ParquetTable, "write_without", write_another)
        with pytest.raises(NotVerified):
            container.erase(wanted)
    assert container.erase(wanted).kept == 2


@pytest.mark.parametrize("with_photo", [True, False])
def test_names_of_classes_that_stand_in_the_metadata_are_found_with_their_rows(
    with_photo: bool, tmp_path: Path
) -> None:
    told = {"info": {"features": {"label": {"names": ["Ada", "Wilma"], "_type": "ClassLabel"}}}}
    columns = {"label": [1, None, 0], **({"jpg": [JPEG + b"1", JPEG + b"2", JPEG + b"3"]} if with_photo else {})}
    table = pa.table(columns).replace_schema_metadata({"huggingface": json.dumps(told)})
    pq.write_table(table, tmp_path / "data.parquet")
    container = opened(tmp_path / "data.parquet")
    records = [entry.record for entry in container.entries()]
    assert records[0] == {"label": "1", "label.name": "Wilma"}
    assert records[-1] == {"label": "0", "label.name": "Ada"}
    notes = container.erase(doomed(container, 0)).notes
    assert message("note.erase.class-names", count=2) in notes
