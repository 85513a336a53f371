"""Names of columns and free metadata are read as records of a table, and are no rows that can be erased."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from container_checks import doomed, listed, opened
from pyarrow import orc
from pyarrow.parquet import encryption

from dsr_desk.core.message import message
from dsr_desk.datasets.beside_rows import BesideRows, may_name
from dsr_desk.datasets.container import Accounts, ContainerEntry, Doomed, Unread
from dsr_desk.datasets.csv_table import NoHeader
from dsr_desk.datasets.registry import SourceNotUnderstood, survey

pytestmark = pytest.mark.usefixtures("readers_in_process")

TABLE = pa.table({"name": ["Ada", "Zoe"], "wilma@x.org": [1, 2]})
SAID = {
    "order": "for Wilma",
    "photo": base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(80)).decode(),
    "pandas": "{}",
    "empty": "",
}


def parquet(folder: Path, table: pa.Table = TABLE, said: dict[str, Any] | None = None) -> Path:
    pq.write_table(table.replace_schema_metadata(said or SAID), folder / "t.parquet")
    return folder / "t.parquet"


def records(path: Path, kind: str) -> dict[str, Any]:
    """Records by what they are called, but for rows."""
    found = (one for one in listed(path, kind) if isinstance(one, ContainerEntry))
    return {one.member: one.record for one in found if one.member}


@pytest.mark.parametrize(
    "column",
    ["wilma@x.org", "Wilma Quastenfloss", "+49 30 1234567", "user 10023", "Уилма Квастенфлосс", "威尔玛 夸斯滕"],
)
def test_a_column_may_be_called_like_a_person(column: str) -> None:
    assert may_name(column)


@pytest.mark.parametrize(
    "column", ["name", "first_name", "firstName", "First name", "address.city", "x1", "top 10", ""]
)
def test_ordinary_columns_name_nobody(column: str) -> None:
    assert not may_name(column)


def test_columns_and_metadata_of_a_table_are_records_of_their_own(tmp_path: Path) -> None:
    path = parquet(tmp_path)
    assert records(path, "parquet") == {
        "(columns)": {"(columns).1": "wilma@x.org"},
        "(metadata) order": {"order": "for Wilma"},
    }
    *_, accounts = found = listed(path, "parquet")
    unread = message("kind.metadata"), message("why.metadata.opaque")
    assert [one for one in found if isinstance(one, Unread)] == [
        Unread("(metadata) photo", *unread, 1, len(SAID["photo"]))
    ]
    # Two columns, four keys and the schema of Arrow beside four cells.
    assert accounts == Accounts(4 + 2 + 5, texts=4 + 2, labels=4, unread=1)


def test_they_are_opened_by_their_address(tmp_path: Path) -> None:
    container = opened(parquet(tmp_path))
    for entry in container.entries():
        (one,) = doomed(container, entry.member)[:1]
        assert container.read(one.member, one.digest, 0, entry.hint) == entry.read() or not entry.member


def test_metadata_of_orc_are_read_and_keys_may_be_names(tmp_path: Path) -> None:
    table = pa.table({"a": [1]}).replace_schema_metadata({"Wilma Q": "x"})
    orc.write_table(table, str(tmp_path / "t.orc"))
    container = opened(tmp_path / "t.orc")
    written = bool(orc.ORCFile(tmp_path / "t.orc").metadata)
    said = records(tmp_path / "t.orc", "orc")
    assert container.format == "orc"
    assert not written or said == {"(metadata) Wilma Q": {"Wilma Q": "x", "Wilma Q.key": "Wilma Q"}}


def test_metadata_of_avro_are_read(tmp_path: Path) -> None:
    fastavro = pytest.importorskip("fastavro", reason="the fastavro library is not installed")
    schema = {"type": "record", "name": "r", "fields": [{"name": "a", "type": "string"}]}
    with (tmp_path / "t.avro").open("wb") as file:
        fastavro.writer(file, schema, [{"a": "x"}], metadata={"order": "for Wilma"})
    assert records(tmp_path / "t.avro", "avro") == {"(metadata) order": {"order": "for Wilma"}}


def test_what_is_beside_rows_is_refused_before_and_at_the_erasure(tmp_path: Path) -> None:
    path = parquet(tmp_path)
    before = path.read_bytes()
    container = opened(path)
    for ask in (container.before_erasing, container.erase):
        with pytest.raises(BesideRows):
            ask(doomed(container, "(columns)", "(metadata) order"))
    assert path.read_bytes() == before


def test_rows_go_and_what_is_beside_them_stays_and_says_so(tmp_path: Path) -> None:
    path = parquet(tmp_path)
    container = opened(path)
    beside = doomed(container, "(columns)", "(metadata) order")
    wanted = [doomed(container, "")[0], *beside]
    assert message("note.erase.beside-rows", count=2) in container.before_erasing(wanted)
    done = container.erase(wanted)
    assert done.refused == tuple((one, message("why.beside-rows")) for one in beside)
    assert done.kept == len(list(container.entries())) == 3
    assert pq.read_table(path)["name"].to_pylist() == ["Zoe"]
    assert (pq.read_schema(path).metadata or {})[b"order"] == b"for Wilma"


def test_metadata_that_stand_in_the_footer_alone_stay(tmp_path: Path) -> None:
    with pq.ParquetWriter(tmp_path / "t.parquet", TABLE.schema) as out:
        out.write_table(TABLE)
        out.add_key_value_metadata({"order": "for Wilma", "content_defined_chunking": "{}"})
    before = pq.read_metadata(tmp_path / "t.parquet").metadata
    container = opened(tmp_path / "t.parquet")
    assert "(metadata) order" in records(tmp_path / "t.parquet", "parquet")
    container.erase(doomed(container, "")[:1])
    assert pq.read_metadata(tmp_path / "t.parquet").metadata == before


def test_what_names_of_folders_say_belongs_to_each_row_and_is_told_to_stay(tmp_path: Path) -> None:
    """As Delta, Spark and Hive leave columns out of the files of their partitions."""
    folder = tmp_path / "mail=w%40x.org" / "year=2020"
    folder.mkdir(parents=True)
    pq.write_table(pa.table({"n": [1, 2]}), folder / "t.parquet")
    container = opened(folder / "t.parquet")
    first, second = container.entries()
    assert first.record == {"mail": "w@x.org", "year": "2020", "n": "1"}
    stays = message("note.erase.folder-says", columns=("mail",))
    wanted = [Doomed("", hashlib.sha256(second.read()).hexdigest())]
    assert stays in container.before_erasing(wanted)
    assert stays in container.erase(wanted).notes
    assert [one.record for one in container.entries()] == [first.record]


def test_a_table_with_a_column_for_each_address_has_a_header(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("day,wilma@x.org,bob@x.org\n1 May,3,4\n2 May,5,6\n")
    assert records(tmp_path / "t.csv", "csv") == {
        "(columns)": {"(columns).1": "wilma@x.org", "(columns).2": "bob@x.org"}
    }
    (tmp_path / "t.csv").write_text("day,wilma@x.org,bob@x.org\n1 May,ann@x.org,4\n2 May,5,6\n")
    with pytest.raises(NoHeader):
        list(opened(tmp_path / "t.csv").entries())


class Keys(encryption.KmsClient):  # type: ignore[misc]
    """Keeps keys beside the file, unencrypted."""

    def __init__(self, _: Any) -> None:
        encryption.KmsClient.__init__(self)

    def wrap_key(self, key: bytes, _: str) -> bytes:
        return base64.b64encode(key)

    def unwrap_key(self, wrapped: bytes, _: str) -> bytes:
        return base64.b64decode(wrapped)


@pytest.mark.parametrize("plain_footer", [True, False])
def test_an_encrypted_file_is_called_that(plain_footer: bool, tmp_path: Path) -> None:
    """Also where only some columns are encrypted, and its footer tells of them."""
    asked = encryption.EncryptionConfiguration(
        footer_key="all", column_keys={"one": ["name"]}, plaintext_footer=plain_footer
    )
    made = encryption.CryptoFactory(Keys).file_encryption_properties(encryption.KmsConnectionConfig(), asked)
    with pq.ParquetWriter(tmp_path / "t.parquet", TABLE.schema, encryption_properties=made) as out:
        out.write_table(TABLE)
    parquet_ending = (tmp_path / "t.parquet").read_bytes()[-4:]
    assert parquet_ending == (b"PAR1" if plain_footer else b"PARE")
    with pytest.raises(SourceNotUnderstood):
        survey(tmp_path / "t.parquet")
    pq.write_table(TABLE, tmp_path / "other.parquet")
    (one,) = survey(tmp_path).not_understood
    assert one.why == message("why.format.not-read", kind=message("kind.parquet-encrypted"))
