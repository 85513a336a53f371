"""Excel workbooks: what a sheet says is read, and what was erased stands nowhere in the file any more."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image as SheetImage
from openpyxl.utils.cell import column_index_from_string
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image

from contracts.container_samples import with_shared_strings
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import message
from dsr_desk.datasets.container import Container, ContainerDamaged, ContainerEntry, Doomed
from dsr_desk.datasets.excel import OLD_OFFICE, ExcelWorkbook, NotInPlace
from dsr_desk.datasets.registry import SourceNotUnderstood, open_source, survey
from dsr_desk.datasets.xlsx_parts import Strings
from dsr_desk.datasets.xlsx_rows import column_letters

SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def save(path: Path, fill: Callable[[openpyxl.Workbook, Worksheet], None]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    fill(book, sheet)
    book.save(path)
    return with_shared_strings(path)


def people(book: openpyxl.Workbook, sheet: Worksheet) -> None:
    del book
    sheet.append(["name", "mail", "city"])
    for name in ("Ada Example", "Bo Sample", "Cy Trial"):
        sheet.append([name, f"{name.split()[0].lower()}@example.org", "Berlin"])


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewrite(path: Path, new: Mapping[str, bytes | Callable[[bytes], bytes]]) -> Path:
    """Replaces parts: by bytes, or by what a function makes of them."""
    there = parts(path)
    for name, value in new.items():
        there[name] = value if isinstance(value, bytes) else value(there[name])
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in there.items():
            archive.writestr(name, data)
    return path


def opened(path: Path) -> Container:
    (container,) = open_source(path)
    assert container.format == "excel"
    return container


def rows(path: Path) -> list[ContainerEntry]:
    return [entry for entry in opened(path).entries() if entry.kind is ItemKind.RECORD]


def fields(path: Path) -> list[dict[str, str]]:
    return [dict(entry.record or {}) for entry in rows(path)]


def erase(path: Path, *texts: str) -> tuple[str, ...]:
    """Erases the rows that hold one of the texts; returns the notes."""
    doomed = []
    for entry in rows(path):
        if any(text in value for value in (entry.record or {}).values() for text in texts):
            doomed.append(Doomed(entry.member, hashlib.sha256(entry.read()).hexdigest(), hint=entry.hint))
    assert doomed
    done = opened(path).erase(doomed)
    assert len(done.erased) == len(doomed)
    return done.notes


def test_values_are_typed_as_people_see_them(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook, sheet: Worksheet) -> None:
        del book
        sheet.append(["day", "moment", "time", "whole", "large", "part", "yes", "postcode", "error", "blank", "text"])
        moments = [dt.date(1980, 1, 31), dt.datetime(2024, 5, 17, 8, 30), dt.time(8, 30)]
        sheet.append([*moments, 4711, 4915112345678, 0.25, True, 1234, "#N/A", None, "  <Ada> & \n“Łucja” "])
        sheet["H2"].number_format = "00000"

    assert fields(save(tmp_path / "t.xlsx", fill)) == [
        {
            "day": "1980-01-31",
            "moment": "2024-05-17T08:30:00",
            "time": "08:30:00",
            "whole": "4711",
            "large": "4915112345678",
            "part": "0.25",
            "yes": "true",
            "postcode": "01234",
            "text": "  <Ada> & \n“Łucja” ",
        }
    ]


def test_dates_of_workbooks_that_count_from_1904_are_right(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook, sheet: Worksheet) -> None:
        book.epoch = dt.datetime(1904, 1, 1)
        sheet.append(["name", "born"])
        sheet.append(["Ada", dt.date(1980, 1, 31)])

    assert fields(save(tmp_path / "t.xlsx", fill))[0]["born"] == "1980-01-31"


def test_every_sheet_is_read_hidden_ones_too_and_the_address_says_which(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook, sheet: Worksheet) -> None:
        people(book, sheet)
        for name, state in (("Old\u202e", "hidden"), ("Deep", "veryHidden")):
            other = book.create_sheet(name)
            other.sheet_state = state
            other.append(["name", "phone"])
            other.append([f"Di {state}", "0171 1234567"])
        book.create_chartsheet("Chart")

    found = rows(save(tmp_path / "t.xlsx", fill))
    assert [entry.member for entry in found] == ["Sheet"] * 3 + ["Old\\u202e", "Deep"]
    assert (found[4].record or {})["name"] == "Di veryHidden"


def test_hidden_rows_and_what_a_wrong_size_of_the_sheet_leaves_out_are_read(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook, sheet: Worksheet) -> None:
        people(book, sheet)
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["B"].hidden = True

    path = save(tmp_path / "t.xlsx", fill)
    rewrite(path, {SHEET: lambda old: old.replace(b'ref="A1:C4"', b'ref="A1"')})
    assert [row["mail"] for row in fields(path)] == ["ada@example.org", "bo@example.org", "cy@example.org"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([["name", "mail"], ["Ada", "a@b.org"]], [{"name": "Ada", "mail": "a@b.org"}]),
        (
            [["Our customers of 2024"], [], ["name", "name", None], ["Ada", "Example", "x"]],
            [{"column 1": "Our customers of 2024"}, {"name": "Ada", "name (2)": "Example", "column 3": "x"}],
        ),
        (
            [["Ada", "a@b.org"], ["Bo", "none"]],
            [{"column 1": "Ada", "column 2": "a@b.org"}, {"column 1": "Bo", "column 2": "none"}],
        ),
        ([["mail"], ["a@b.org"]], [{"mail": "a@b.org"}]),
        ([["Ask Ada Example"]], [{"column 1": "Ask Ada Example"}]),
        ([["name", "mail"]], []),
        ([], []),
    ],
)
def test_the_row_that_names_the_columns_is_found_and_nothing_above_it_is_lost(
    tmp_path: Path, lines: list[list[str | None]], expected: list[dict[str, str]]
) -> None:
    def fill(book: openpyxl.Workbook, sheet: Worksheet) -> None:
        del book
        for line in lines:
            sheet.append(line)

    assert fields(save(tmp_path / "t.xlsx", fill)) == expected


def test_a_merged_cell_speaks_for_the_rows_that_it_reaches(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook, sheet: Worksheet) -> None:
        del book
        for line in (["family", "first"], ["Example", "Ada"], [None, "Bo"], [None, "Cy"], [None, "Di"]):
            sheet.append(line)
        sheet.merge_cells("A2:A4")

    path = save(tmp_path / "t.xlsx", fill)
    assert [row.get("family") for row in fields(path)] == ["Example", "Example", "Example", None]
    erase(path, "Bo")
    assert [row["first"] for row in fields(path)] == ["Ada", "Cy", "Di"]


def with_cached_values(path: Path, **values: str) -> Path:
    """Gives formulas the values that Excel would have stored beside them."""

    def cache(old: bytes) -> bytes:
        for place, value in values.items():
            pattern = rf'<c r="{place}"([^>]*)><f>(.*?)</f><v ?/?>(</v>)?</c>'.encode()
            old, count = re.subn(pattern, rf'<c r="{place}"\1 t="str"><f>\2</f><v>{value}</v></c>'.encode(), old)
            assert count == 1
        return old

    return rewrite(path, {SHEET: cache})


def test_formulas_give_the_value_that_was_stored_and_the_texts_in_them(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook, sheet: Worksheet) -> None:
        del book
        sheet.append(["name", "copy", "write"])
        sheet.append(["Ada Example", "=A2", '=HYPERLINK("mailto:ada@example.org","write")'])

    path = with_cached_values(save(tmp_path / "t.xlsx", fill), B2="Ada Example", C2="write")
    (row,) = fields(path)
    assert row["copy"] == "Ada Example"
    assert row["write"] == "write"
    assert "ada@example.org" in row["write (formula)"]


def test_links_and_comments_on_cells_are_part_of_the_row(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook, sheet: Worksheet) -> None:
        people(book, sheet)
        sheet["A2"].hyperlink = "mailto:private@example.net"
        sheet["A2"].comment = Comment("calls herself Countess", "HR")
        sheet["F9"].comment = Comment("stands on an empty cell", "HR")

    first, *_, last, authors = fields(save(tmp_path / "t.xlsx", fill))
    assert first["name (link)"] == "mailto:private@example.net"
    assert first["name (comment)"] == "calls herself Countess"
    assert last == {"column 6 (comment)": "stands on an empty cell"}
    assert authors == {"text": "HR"}


def test_erased_texts_are_nowhere_in_the_file_and_all_else_is_byte_for_byte_the_same(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook, sheet: Worksheet) -> None:
        people(book, sheet)
        for row, name in ((2, "ada"), (3, "bo")):
            sheet[f"A{row}"].hyperlink = f"mailto:{name}-link@example.net"
            sheet[f"A{row}"].comment = Comment(f"{name} has a remark", f"author of {name}")
        other = book.create_sheet("Other")
        other.append(["city", "sum"])
        other.append(["Berlin", "=SUM(Sheet!D2:D9)"])
        other.conditional_formatting.add("A1:A9", openpyxl.formatting.rule.CellIsRule("equal", ["1"]))

    path = save(tmp_path / "t.xlsx", fill)
    before = parts(path)
    notes = erase(path, "Ada Example")
    after = parts(path)
    whole = b"".join(after.values())
    for text in (b"Ada Example", b"ada@example.org", b"ada-link@example.net", b"ada has a remark"):
        assert text in b"".join(before.values())
        assert text not in whole
    for text in (b"Bo Sample", b"bo-link@example.net", b"bo has a remark", b"Berlin"):
        assert text in whole
    assert before.keys() == after.keys()
    assert sorted(name for name in before if before[name] != after[name]) == [
        "xl/comments/comment1.xml",
        "xl/drawings/commentsDrawing1.vml",
        STRINGS,
        "xl/worksheets/_rels/sheet1.xml.rels",
        SHEET,
    ]
    assert notes[0] == message("note.excel.emptied", count=1)
    again = openpyxl.load_workbook(path)
    assert [cell.value for cell in again["Sheet"]["A"]] == ["name", None, "Bo Sample", "Cy Trial"]
    comment = again["Sheet"]["A3"].comment
    assert comment is not None
    assert comment.text == "bo has a remark"
    assert again["Sheet"]["A3"].hyperlink.target == "mailto:bo-link@example.net"


def test_a_text_that_another_row_holds_too_stays_there(tmp_path: Path) -> None:
    path = save(tmp_path / "t.xlsx", people)
    erase(path, "Ada Example", "Bo Sample")
    assert fields(path) == [{"name": "Cy Trial", "mail": "cy@example.org", "city": "Berlin"}]
    strings = parts(path)[STRINGS]
    assert b"Berlin" in strings
    assert b"Example" not in strings


def test_places_that_still_hold_an_erased_text_are_named(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook, sheet: Worksheet) -> None:
        people(book, sheet)
        book.properties.title = "Letter to Ada Example"
        book.defined_names["best"] = openpyxl.workbook.defined_name.DefinedName("best", attr_text='"Bo Sample"')

    path = save(tmp_path / "t.xlsx", fill)
    rewrite(path, {"xl/pivotCache/records.xml": b"<r><s v='Ada Example'/></r>"})
    assert erase(path, "Cy Trial")[1:] == ()
    with pytest.raises(NotInPlace, match="is not cut out"):
        erase(path, "Letter")
    (note,) = erase(path, "ada@example.org", "bo@example.org")[1:]
    assert note.code == "note.excel.texts-left"
    assert set(note.values["parts"]) == {
        "docProps/core.xml",
        "xl/workbook.xml",
        "xl/pivotCache/records.xml",
    }


def test_a_formula_that_rows_share_stays_for_the_others_without_its_value(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook, sheet: Worksheet) -> None:
        del book
        sheet.append(["name", "copy"])
        for name in ("Ada Example", "Bo Sample"):
            sheet.append([name, "x"])

    def share(old: bytes) -> bytes:
        for place, formula, value in (
            (b"B2", b'<f t="shared" ref="B2:B3" si="0">A2&amp;"!"</f>', b"Ada Example!"),
            (b"B3", b'<f t="shared" si="0"/>', b"Bo Sample!"),
        ):
            old, count = re.subn(
                rb'<c r="' + place + rb'" t="s"><v>\d+</v></c>',
                lambda _, place=place, formula=formula, value=value: (
                    b'<c r="' + place + b'" t="str">' + formula + b"<v>" + value + b"</v></c>"
                ),
                old,
            )
            assert count == 1
        return old

    path = rewrite(save(tmp_path / "t.xlsx", fill), {SHEET: share})
    erase(path, "Ada Example")
    sheet = parts(path)[SHEET]
    assert b'<row r="2"><c r="B2"><f t="shared" ref="B2:B3" si="0">A2&amp;"!"</f></c></row>' in sheet
    assert b"Ada Example" not in b"".join(parts(path).values())
    assert [row["copy"] for row in fields(path)] == ["Bo Sample!"]


def test_the_order_of_calculation_goes_where_it_names_what_is_gone(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook, sheet: Worksheet) -> None:
        del book
        sheet.append(["name", "copy"])
        sheet.append(["Ada Example", "=A2"])
        sheet.append(["Bo Sample", "none"])

    path = with_cached_values(save(tmp_path / "t.xlsx", fill), B2="Ada Example")
    link = b'<Relationship Id="rId99" Type="http://x/relationships/calcChain" Target="calcChain.xml"/></Relationships>'
    kind = b'<Override PartName="/xl/calcChain.xml" ContentType="application/xml"/></Types>'
    rewrite(
        path,
        {
            "xl/calcChain.xml": b'<calcChain><c r="B2" i="1"/></calcChain>',
            "xl/_rels/workbook.xml.rels": lambda old: old.replace(b"</Relationships>", link),
            "[Content_Types].xml": lambda old: old.replace(b"</Types>", kind),
        },
    )
    erase(path, "Bo Sample")
    assert "xl/calcChain.xml" in parts(path)
    erase(path, "Ada Example")
    assert "xl/calcChain.xml" not in parts(path)
    assert b"calcChain" not in b"".join(parts(path).values())
    assert openpyxl.load_workbook(path)["Sheet"]["A2"].value is None


def test_other_ways_to_write_a_sheet_are_read_and_erased_alike(tmp_path: Path) -> None:
    """With prefixes, texts inside cells, formatted texts, readings above texts, rows and cells without numbers."""

    def sheet(_: bytes) -> bytes:
        return (
            b'<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
            b'<x:row><x:c t="inlineStr"><x:is><x:t>name</x:t></x:is></x:c><x:c t="str"><x:v>note</x:v></x:c></x:row>'
            b'<x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="d"><x:v>1980-01-31</x:v></x:c></x:row>'
            b'<x:row><x:c t="inlineStr"><x:is><x:r><x:t>Bo</x:t></x:r><x:r><x:t> Sample</x:t></x:r></x:is></x:c>'
            b"</x:row>"
            b'<x:row r="9"><x:c r="B9" t="s"><x:v>1</x:v></x:c></x:row>'
            b"</x:sheetData></x:worksheet>"
        )

    strings = (
        '<x:sst xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:si><x:r><x:t>Ada</x:t></x:r>'
        "<x:r><x:t xml:space='preserve'> Example</x:t></x:r><x:rPh><x:t>エイダ</x:t></x:rPh></x:si>"
        "<x:si><x:t>a_x000D_b</x:t></x:si></x:sst>"
    ).encode()
    path = rewrite(save(tmp_path / "t.xlsx", people), {SHEET: sheet, STRINGS: strings})
    assert fields(path) == [
        {"name": "Ada Example", "note": "1980-01-31"},
        {"name": "Bo Sample"},
        {"note": "a\rb"},
    ]
    erase(path, "Ada Example")
    assert parts(path)[STRINGS].endswith(b'main"><x:si><x:t/></x:si><x:si><x:t>a_x000D_b</x:t></x:si></x:sst>')
    assert b"1980" not in parts(path)[SHEET]
    erase(path, "Bo Sample")
    assert b"Sample" not in b"".join(parts(path).values())


def test_pictures_in_a_workbook_are_photos_that_can_be_masked_and_not_taken_out(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook, sheet: Worksheet) -> None:
        people(book, sheet)
        raw = io.BytesIO()
        Image.new("RGB", (30, 30), (200, 100, 50)).save(raw, "PNG")
        sheet.add_image(SheetImage(io.BytesIO(raw.getvalue())), "E5")

    path = save(tmp_path / "t.xlsx", fill)
    entries = opened(path).entries()
    photo = next(entries)
    assert (photo.kind, photo.member) == (ItemKind.PHOTO, "xl/media/image1.png")
    doomed = Doomed(photo.member, hashlib.sha256(photo.read()).hexdigest())
    before = path.read_bytes()
    with pytest.raises(NotInPlace):
        opened(path).erase([doomed])
    assert path.read_bytes() == before
    masked = io.BytesIO()
    Image.new("RGB", (30, 30)).save(masked, "PNG")
    opened(path).erase([Doomed(photo.member, doomed.digest, replacement=masked.getvalue())])
    assert parts(path)["xl/media/image1.png"] == masked.getvalue()
    assert len(fields(path)) == 3


def test_a_row_is_not_changed_in_part(tmp_path: Path) -> None:
    path = save(tmp_path / "t.xlsx", people)
    one = rows(path)[0]
    with pytest.raises(NotInPlace):
        opened(path).erase([Doomed(one.member, hashlib.sha256(one.read()).hexdigest(), replacement=b"x")])


def old_office(path: Path, *streams: str) -> Path:
    head = bytearray(1024)
    head[:8], head[30:32], head[48:52] = OLD_OFFICE, b"\x09\0", b"\0\0\0\0"
    for number, name in enumerate(streams):
        encoded = name.encode("utf-16-le")
        head[512 + 128 * number : 512 + 128 * number + len(encoded)] = encoded
    path.write_bytes(head)
    return path


def test_workbooks_in_forms_that_are_not_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    old_office(tmp_path / "old.xls", "Root Entry", "Workbook")
    old_office(tmp_path / "locked.xlsx", "Root Entry", "EncryptionInfo", "EncryptedPackage")
    old_office(tmp_path / "letter.doc", "Root Entry", "WordDocument")
    for name, part in (("b.xlsb", "xl/workbook.bin"), ("l.docx", "word/document.xml")):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("[Content_Types].xml", b"")
            archive.writestr(part, b"")
    found = survey(tmp_path)
    assert {one.path.name for one in found.containers if one.path.is_file()} == {"b.xlsb", "l.docx"}  # part by part
    assert {one.name: one.why.values["kind"] for one in found.not_understood} == {
        "letter.doc": message("kind.office-old"),
        "locked.xlsx": message("kind.excel.encrypted"),
        "old.xls": message("kind.excel.old"),
    }
    with pytest.raises(SourceNotUnderstood, match="encrypted with a password"):
        survey(tmp_path / "locked.xlsx")


@pytest.mark.parametrize(
    ("part", "content"),
    [
        (SHEET, b"<worksheet><sheetData><row><c t='s'><v>99</v></c></row></sheetData></worksheet>"),
        (SHEET, b"<worksheet><sheetData><row>"),
        (SHEET, b"<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet><sheetData/></worksheet>"),
        (STRINGS, b"<sst><si>"),
        ("xl/workbook.xml", b"no workbook"),
    ],
)
def test_a_broken_part_is_damage_and_not_the_end_of_the_sheet(tmp_path: Path, part: str, content: bytes) -> None:
    path = rewrite(save(tmp_path / "t.xlsx", people), {part: content})
    with pytest.raises(ContainerDamaged):
        list(ExcelWorkbook(path, "t.xlsx").entries())


def test_texts_are_kept_packed_and_found_by_number() -> None:
    strings = Strings("t")
    for number in range(30_000):
        strings.add(f"text {number} é")
    assert [strings[number] for number in (0, 1, 15_000, 29_999)] == [
        "text 0 é",
        "text 1 é",
        "text 15000 é",
        "text 29999 é",
    ]
    with pytest.raises(ContainerDamaged):
        strings[30_000]


def test_columns_are_counted_as_letters() -> None:
    assert [column_letters(number) for number in (1, 26, 27, 703, 16384)] == ["A", "Z", "AA", "AAA", "XFD"]
    assert all(column_index_from_string(column_letters(number)) == number for number in range(1, 17_000, 7))
