"""CSV and TSV as people export them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from dsr_desk.datasets.container import Container, Doomed
from dsr_desk.datasets.csv_table import NoHeader
from dsr_desk.datasets.registry import SourceNotUnderstood, open_source


def table(folder: Path, data: bytes, name: str = "t.csv") -> Container:
    path = folder / name
    path.write_bytes(data)
    (container,) = open_source(path)
    assert container.format == "csv"
    return container


def records(container: Container) -> list[dict[str, str]]:
    return [dict(entry.record or {}) for entry in container.entries()]


PEOPLE = "name{d}city{e}Łukasz Żak{d}Łódź{e}Jürgen Groß{d}Köln{e}"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1250"])
def test_every_common_encoding_delimiter_and_line_end_is_found(
    tmp_path: Path, encoding: str, ending: str, delimiter: str
) -> None:
    container = table(tmp_path, PEOPLE.format(d=delimiter, e=ending).encode(encoding))
    assert records(container) == [
        {"name": "Łukasz Żak", "city": "Łódź"},
        {"name": "Jürgen Groß", "city": "Köln"},
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1250"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_erasing_keeps_every_other_row_byte_for_byte(tmp_path: Path, encoding: str, ending: str) -> None:
    rows = ["a;b", 'Łukasz;"x;\ny"', "", "Żak;1", "Ewa;2  ", "Jan"]
    data = ending.join(rows).encode(encoding)
    container = table(tmp_path, data)
    (doomed,) = [
        Doomed("", hashlib.sha256(entry.read()).hexdigest(), hint=entry.hint)
        for entry in container.entries()
        if (entry.record or {}).get("a") == "Żak"
    ]
    container.erase([doomed])
    assert container.path.read_bytes() == ending.join([*rows[:3], *rows[4:]]).encode(encoding)


def test_western_letters_are_not_read_as_central_european_ones(tmp_path: Path) -> None:
    container = table(tmp_path, "name,city\nFrançois,Liège\nÅsa,Århus\nJoão,São\nà,là\n".encode("cp1252"))
    assert [record["name"] for record in records(container)] == ["François", "Åsa", "João", "à"]


def test_a_row_in_another_encoding_is_still_read(tmp_path: Path) -> None:
    container = table(tmp_path, "name\nZoë\n".encode() + "François\n".encode("cp1252"))
    assert [record["name"] for record in records(container)] == ["Zoë", "François"]


def test_a_quoted_field_may_hold_line_ends_delimiters_and_quotes(tmp_path: Path) -> None:
    container = table(tmp_path, b'a,b\r\n"x, ""y""\r\nz",1\r\n5" disk,2\r\n')
    assert records(container) == [{"a": 'x, "y"\r\nz', "b": "1"}, {"a": '5" disk', "b": "2"}]


def test_a_stray_carriage_return_in_a_row_is_a_blank(tmp_path: Path) -> None:
    container = table(tmp_path, b"name,mail\nAda\rL,a@example.org\nBo,b@example.org\n")
    assert [record["name"] for record in records(container)] == ["Ada L", "Bo"]


def test_a_quote_that_never_closes_costs_its_own_line_alone(tmp_path: Path) -> None:
    lines = b"a,b\n" + b'"open,1\n' + b"".join(b"row %d,x\n" % number for number in range(110_000))
    container = table(tmp_path, lines)
    found = sum(1 for entry in container.entries() if (entry.record or {}).get("a", "").startswith("row"))
    assert found == 110_000


def test_rows_with_too_many_or_too_few_fields_keep_what_they_have(tmp_path: Path) -> None:
    container = table(tmp_path, b"a,b\n1,2,3\n4\n")
    assert records(container) == [{"a": "1", "b": "2", "column 3": "3"}, {"a": "4"}]


def test_columns_of_the_same_name_or_without_one_are_told_apart(tmp_path: Path) -> None:
    container = table(tmp_path, b",a,a\n1,2,3\n")
    assert records(container) == [{"column 1": "1", "a": "2", "a (2)": "3"}]


@pytest.mark.parametrize(
    "first",
    [
        b"Ada Lovelace,ada@example.org",
        b"1001,Ada",
        b"Ada,1990-12-10",
        b"Ada,+49 30 1234567",
        b"Ada,https://example.org/a",
    ],
)
def test_a_table_without_a_header_is_an_error_and_not_a_lost_row(tmp_path: Path, first: bytes) -> None:
    container = table(tmp_path, first + b"\n" + first + b"\n")
    with pytest.raises(NoHeader) as caught:
        list(container.entries())
    assert caught.value.code == "TABLE-NO-HEADER"
    assert "Ada" not in str(caught.value)


def test_numbered_columns_are_a_header(tmp_path: Path) -> None:
    assert records(table(tmp_path, b"0,1\nAda,x\n")) == [{"0": "Ada", "1": "x"}]


def test_the_separator_line_of_a_spreadsheet_is_no_header(tmp_path: Path) -> None:
    assert records(table(tmp_path, b"sep=;\na;b\n1;2\n")) == [{"a": "1", "b": "2"}]


def test_a_table_in_one_column_is_a_table(tmp_path: Path) -> None:
    assert records(table(tmp_path, b"mail\nx@example.org\n")) == [{"mail": "x@example.org"}]


def test_blank_lines_are_no_records(tmp_path: Path) -> None:
    assert records(table(tmp_path, b"\n\na,b\n\n1,2\n\n")) == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("t.csv", b"\x00\x01\x02\x03binary\x00\x00\xff"),
        ("t.csv", b'{"a": 1}\n'),
        ("t.csv", b"\xff\xd8\xff\xe0 a photo, after all"),
        ("notes.txt", b"Dear all,\nthis is no table.\nKind regards,\nA\n"),
        ("t.md", b"a,b\n1,2\n3,4\n5,6\n"),
    ],
)
def test_what_only_looks_like_a_table_is_none(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SourceNotUnderstood):
        open_source(tmp_path / name)


def test_a_regular_table_is_found_without_its_extension(tmp_path: Path) -> None:
    data = b"name\tmail\n" + b"".join(b"P%d\tp%d@example.org\n" % (n, n) for n in range(5))
    assert len(records(table(tmp_path, data, "export.txt"))) == 5
