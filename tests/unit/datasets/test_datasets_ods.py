"""OpenDocument sheets: rows of every sheet are records, and an erased one is emptied where it stands."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from contracts.container_samples import photo
from dsr_desk.datasets.container import Container, ContainerEntry, Doomed
from dsr_desk.datasets.ods import SheetNotCut
from dsr_desk.datasets.registry import open_source

pytestmark = pytest.mark.usefixtures("readers_in_process")

_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"'
    for name, space in (("office", "office"), ("table", "table"), ("text", "text"), ("draw", "drawing"))
) + ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'  # fmt: skip


def cell(text: str, attributes: str = 'office:value-type="string"', inside: str = "") -> str:
    return f"<table:table-cell {attributes}>{inside}<text:p>{text}</text:p></table:table-cell>"


def row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


DATE = 'office:value-type="date" office:date-value="2024-05-17T00:00:00"'
NOTE = "<office:annotation><dc:creator>HR</dc:creator><text:p>calls herself Countess</text:p></office:annotation>"
LINK = '<text:a xlink:href="mailto:a@b.org">x</text:a>'
PEOPLE = (
    row(cell("name"), cell("joined"), cell("link")),
    row(cell("Ann <text:span>Other</text:span>", inside=NOTE), cell("17/05/24", DATE), cell(LINK)),
    row("<table:table-cell table:number-columns-repeated='1024'/>", attributes='table:number-rows-repeated="3"'),
    row(cell("Bo Sample"), "<table:table-cell/>", cell("4,711", 'office:value-type="float" office:value="4711"')),
    row(cell("Cy", 'table:number-rows-spanned="2" office:value-type="string"')),
    row("<table:covered-table-cell/>", cell("Rome")),
    "<table:table-row/>",
)  # fmt: skip
HIDDEN = row(cell("who"), cell("what")) + row(cell("Wilma"), cell("secret"))
AROUND = (
    "<table:named-expressions>"
    "<table:named-expression table:name='n' table:expression='\"Zoe Zett\"'/>"
    "</table:named-expressions>"
)


def document(root: str, tables: str) -> bytes:
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    return f'<?xml version="1.0"?><office:{root} {_SPACES}>{body}</office:{root}>'.encode()


def table(name: str, rows: str) -> str:
    return f'<table:table table:name="{name}">{rows}</table:table>'


def content() -> bytes:
    return document("document-content", table("people", "".join(PEOPLE)) + table("more", HIDDEN) + AROUND)


def write(folder: Path) -> Path:
    path = folder / "people.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content(), zipfile.ZIP_DEFLATED)
        archive.writestr("Pictures/1.jpg", photo(1))
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return path


def opened(path: Path) -> Container:
    (container,) = open_source(path)
    return container


def records(path: Path) -> list[ContainerEntry]:
    return [one for one in opened(path).entries() if one.record]


def erase(path: Path, text: str) -> tuple[str, ...]:
    doomed = [
        Doomed(one.member, hashlib.sha256(one.read()).hexdigest(), hint=one.hint)
        for one in records(path)
        if any(text in value for value in (one.record or {}).values())
    ]
    done = opened(path).erase(doomed)
    assert len(done.erased) == len(doomed) == 1
    return tuple(note.code for note in done.notes)


def test_rows_of_every_sheet_are_records_with_what_hangs_on_their_cells(tmp_path: Path) -> None:
    path = write(tmp_path)
    assert [(one.member, one.record) for one in records(path)] == [
        (
            "content.xml › people",
            {
                "name": "Ann Other",
                "joined": "2024-05-17",
                "link": "x",
                "name (comment)": "HR\ncalls herself Countess",
                "link (link)": "mailto:a@b.org",
            },
        ),
        ("content.xml › people", {"name": "Bo Sample", "link": "4711"}),
        ("content.xml › people", {"name": "Cy"}),
        ("content.xml › people", {"joined": "Rome"}),
        ("content.xml › more", {"who": "Wilma", "what": "secret"}),
        ("content.xml", {"text": '"Zoe Zett"'}),
    ]
    assert any(one.member == "Pictures/1.jpg" for one in opened(path).entries())


@pytest.mark.parametrize(("text", "gone"), [("Ann Other", 1), ("Cy", 4), ("Wilma", -1)])
def test_an_erased_row_is_emptied_and_all_others_are_the_same_bytes(tmp_path: Path, text: str, gone: int) -> None:
    path = write(tmp_path)
    before = records(path)
    erase(path, text)
    with zipfile.ZipFile(path) as archive:
        left = archive.read("content.xml").decode()
        assert archive.read("Pictures/1.jpg") == photo(1)
    assert text.split()[0] not in left
    assert all(one in left for number, one in enumerate(PEOPLE) if number != gone)
    kept = [one.record for one in before if not any(text in value for value in (one.record or {}).values())]
    assert [one.record for one in records(path)] == kept
    if text == "Cy":
        assert '<table:table-cell table:number-rows-spanned="2"/>' in left


def test_a_sheet_without_names_of_columns_stays_so_when_its_first_row_goes(tmp_path: Path) -> None:
    path = tmp_path / "flat.fods"
    rows = row(cell("Ann"), cell("ann@b.org")) + row(cell("Bo"), cell("none")) + row(cell("Cy"), cell("none"))
    path.write_bytes(document("document", table("s", rows)))
    assert opened(path).format == "ods"
    erase(path, "ann@b.org")
    assert "ann@b.org" not in path.read_text()


def test_what_stands_outside_rows_is_found_and_not_cut(tmp_path: Path) -> None:
    path = write(tmp_path)
    before = path.read_bytes()
    with pytest.raises(SheetNotCut):
        erase(path, "Zoe Zett")
    assert path.read_bytes() == before
