"""Arrow, Feather, ORC and Avro: what is erased is in no byte, and all else is as it was."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import feather, ipc, orc

from dsr_desk.core.message import message
from dsr_desk.datasets.container import Accounts, Doomed, Unread
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.formats import reader, recognised

NAME = "Wilma Quastenfloss"
PEOPLE = ["Ada Lovelace", NAME, "Bo Bell", "Cy Coe"]


def table(names: list[str] = PEOPLE, **more: Any) -> pa.Table:
    nested = [{"who": name, "tags": [name, "x"]} for name in names]
    return pa.table({"name": names, "age": [40] * len(names), "nested": nested, **more})


def as_file(path: Path, rows: pa.Table, **options: Any) -> None:
    with ipc.new_file(str(path), rows.schema, options=ipc.IpcWriteOptions(**options), metadata={"made": "by"}) as out:
        out.write_table(rows)


def as_stream(path: Path, rows: pa.Table, **options: Any) -> None:
    with ipc.new_stream(str(path), rows.schema, options=ipc.IpcWriteOptions(**options)) as out:
        out.write_table(rows)


def as_feather(path: Path, rows: pa.Table) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        feather.write_feather(rows.drop_columns(["nested"]), str(path), version=1)


def as_orc(path: Path, rows: pa.Table) -> None:
    orc.write_table(rows, str(path))


FORMATS: dict[str, tuple[Callable[[Path, pa.Table], None], str]] = {
    "file": (as_file, "arrow"),
    "stream": (as_stream, "arrow"),
    "feather": (as_feather, "arrow"),
    "orc": (as_orc, "orc"),
}

every_format = pytest.mark.parametrize(("write", "name"), FORMATS.values(), ids=FORMATS)


def opened(path: Path) -> FileContainer:
    found = reader(recognised(path).format, path, path.name)
    assert isinstance(found, FileContainer)
    return found


def erase(path: Path, *positions: int) -> Path:
    container = opened(path)
    entries = [entry for number, entry in enumerate(container.entries()) if number in positions]
    doomed = [Doomed(one.member, hashlib.sha256(one.read()).hexdigest(), 0, one.hint) for one in entries]
    work = path.parent / "work"
    work.mkdir()
    assert container.rewrite(doomed, work).erased == tuple(doomed)
    return work / path.name


@every_format
@pytest.mark.parametrize("at", [0, 1, 3])
def test_no_byte_of_an_erased_row_stays_and_the_others_do(
    write: Callable[[Path, pa.Table], None], name: str, at: int, tmp_path: Path
) -> None:
    people = [*PEOPLE[:1], *PEOPLE[2:]]
    people.insert(at, NAME)
    write(tmp_path / "people", table(people))
    assert recognised(tmp_path / "people").format == name
    assert b"Wilma" in (tmp_path / "people").read_bytes()
    new = erase(tmp_path / "people", at)
    assert b"Wilma" not in new.read_bytes()
    told = [entry.record or {} for entry in opened(new).entries()]
    assert [record["name"] for record in told if "name" in record] == [one for one in people if one != NAME]


VIEWED = pa.struct([("who", pa.list_(pa.string_view()))])
TYPES: dict[str, Callable[[], pa.Array]] = {
    "viewed text": lambda: pa.array(PEOPLE, pa.string_view()),
    "viewed text inside": lambda: pa.array([{"who": [name]} for name in PEOPLE], VIEWED),
    "viewed list": lambda: pa.array([[name] for name in PEOPLE], pa.list_view(pa.string())),
    "viewed list inside": lambda: pa.array(
        [[{"a": [name]}] for name in PEOPLE], pa.list_(pa.struct([("a", pa.large_list_view(pa.string()))]))
    ),
    "runs": lambda: pa.array(PEOPLE, pa.run_end_encoded(pa.int32(), pa.string())),
    "extension": lambda: pa.ExtensionArray.from_storage(
        pa.opaque(pa.string_view(), "text", "of others"), pa.array(PEOPLE, pa.string_view())
    ),
    "dense union": lambda: pa.UnionArray.from_dense(
        pa.array([0, 0, 1, 0], pa.int8()), pa.array([0, 1, 0, 2], pa.int32()), [pa.array(PEOPLE), pa.array([7])]
    ),
}


@pytest.mark.parametrize("column", TYPES.values(), ids=TYPES)
@pytest.mark.parametrize("write", [as_file, as_stream])
def test_so_it_is_with_types_whose_rows_arrow_does_not_pick(
    write: Callable[[Path, pa.Table], None], column: Callable[[], pa.Array], tmp_path: Path
) -> None:
    rows = pa.table({"age": [1, 2, 3, 4], "who": column()})
    write(tmp_path / "people", rows)
    new = erase(tmp_path / "people", 1)
    assert b"Quastenfloss" not in new.read_bytes()
    records = [entry.record or {} for entry in opened(new).entries()]
    assert [record["age"] for record in records if "age" in record] == ["1", "3", "4"]


@every_format
def test_all_values_are_answered_for(write: Callable[[Path, pa.Table], None], name: str, tmp_path: Path) -> None:
    del name
    write(tmp_path / "people", table(embedding=[[0.5] * 99] * 4 if write is not as_feather else ["x"] * 4))
    *_, unread, accounts = opened(tmp_path / "people").listing()
    assert isinstance(accounts, Accounts)
    assert accounts.answered == accounts.own
    if write is not as_feather:
        assert unread == Unread("embedding", message("kind.embedding"), message("why.cell.numbers"), 4)


@pytest.mark.parametrize("write", [as_file, as_stream], ids=["file", "stream"])
def test_categories_of_erased_rows_are_gone_from_all_batches(
    write: Callable[[Path, pa.Table], None], tmp_path: Path
) -> None:
    rows = table(category=pa.array(["b", NAME, "a", "b"]).dictionary_encode())
    write(tmp_path / "people", pa.Table.from_batches(rows.to_batches(max_chunksize=2)))
    new = erase(tmp_path / "people", 1)
    assert b"Wilma" not in new.read_bytes()
    assert [told["category"] for entry in opened(new).entries() if "category" in (told := entry.record or {})] == [
        "b",
        "a",
        "b",
    ]


@pytest.mark.parametrize("codec", [None, "lz4", "zstd"])
@pytest.mark.parametrize("write", [as_file, as_stream], ids=["file", "stream"])
def test_batches_schema_metadata_and_packing_stay(
    write: Callable[..., None], codec: str | None, tmp_path: Path
) -> None:
    rows = table([*PEOPLE] * 30, when=pa.array([1_715_934_600_123_456_789] * 120, pa.timestamp("ns")))
    rows = rows.replace_schema_metadata({"huggingface": "{}"})
    path = tmp_path / "people"
    write(path, pa.Table.from_batches(rows.to_batches(max_chunksize=40)), compression=codec)
    new = erase(path, 41)
    for one in (path, new):
        with one.open("rb") as raw:
            data = raw.read()
        marks = [mark in data for mark in (b"\x04\x22\x4d\x18", b"\x28\xb5\x2f\xfd")]
        assert marks == [codec == "lz4", codec == "zstd"]
    openings = ipc.open_file if write is as_file else ipc.open_stream
    with openings(io.BytesIO(path.read_bytes())) as one, openings(io.BytesIO(new.read_bytes())) as other:
        assert one.schema.equals(other.schema, check_metadata=True)
        if write is as_file:
            assert other.metadata == {b"made": b"by"}
        old, left = one.read_all(), other.read_all()
        assert [len(chunk) for chunk in left["name"].chunks] == [40, 39, 40]
        assert left.equals(pa.concat_tables([old.slice(0, 41), old.slice(42)]))


def test_what_orc_may_lose_is_told_before(tmp_path: Path) -> None:
    as_orc(tmp_path / "people", table())
    assert [one.code for one in opened(tmp_path / "people").before_erasing(())] == ["note.erase.orc.types"]


SCHEMA = {
    "type": "record",
    "name": "Row",
    "fields": [
        {"name": "name", "type": "string"},
        {"name": "photo", "type": ["null", "bytes"]},
        {"name": "tags", "type": {"type": "map", "values": ["null", "string", "bytes"]}},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
        {
            "name": "owner",
            "type": [
                "null",
                {"type": "record", "name": "A", "fields": [{"name": "x", "type": "string"}]},
                {"type": "record", "name": "B", "fields": [{"name": "x", "type": "string"}]},
            ],
        },
    ],
}
JPEG = b"\xff\xd8\xff\xe0 photo "


@pytest.fixture
def avro(tmp_path: Path) -> Path:
    """Three rows a block."""
    if importlib.util.find_spec("fastavro") is None:
        pytest.skip("fastavro is not installed")
    import fastavro

    path = tmp_path / "people.avro"
    with path.open("wb") as file:
        out = fastavro.write.Writer(file, SCHEMA, codec="null")
        for number, name in enumerate([*PEOPLE, "Di Doe", "Ed Eon"]):
            tags = {"dear " + name: "x", "photo": JPEG + b"t%d" % number}
            out.write(
                {"name": name, "photo": JPEG + b"%d" % number, "tags": tags, "at": 7, "owner": ("B", {"x": name})}
            )
            if number % 3 == 2:
                out.dump()
    return path


def test_avro_is_read_at_any_depth_and_answers_for_all(avro: Path) -> None:
    *entries, accounts = opened(avro).listing()
    members = [one.member for one in entries[:3] if hasattr(one, "member")]
    assert members == ["photo", "tags.2.value", ""]
    assert isinstance(accounts, Accounts)
    # Columns and keys of metadata stand beside the places of rows.
    assert accounts.answered == accounts.own == 6 * 6 + 5 + 2


def test_blocks_of_avro_without_changes_stay_byte_for_byte_and_others_as_they_were(avro: Path) -> None:
    import fastavro

    before = avro.read_bytes()
    new = erase(avro, 3, 4, 5, 6)
    data = new.read_bytes()
    assert b"Wilma" not in data
    with avro.open("rb") as one, new.open("rb") as other:
        old, left = (
            list(fastavro.reader(one, return_record_name=True)),
            list(fastavro.reader(other, return_record_name=True)),
        )
        last = list(fastavro.block_reader(io.BytesIO(before)))[-1]
    assert before[last.offset :] == data[-len(before) + last.offset :]
    old[2]["photo"] = None
    assert left == [old[0], *old[2:]]


def test_avro_without_its_library_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "a.avro").write_bytes(b"Obj\x01" + bytes(40))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert recognised(tmp_path / "a.avro").unread == message("kind.avro-without-library")
