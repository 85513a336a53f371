"""Opening a letter in a cell beside opening the same letter in the process itself."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import pikepdf

from dsr_desk.app.case.drafts import understand
from dsr_desk.app.sample import copy_sample
from dsr_desk.jobs import inside

ROUNDS = 15
REACH = 1 / 1.3
"""In a cell a letter takes at most 1.3 times as long."""

_TEXT = """Lumen Vision GmbH, Privacy, Lindenstrasse 4, 10969 Berlin

Dear Sir or Madam,

my name is Mara Keller. I learned from a friend that photos of me are in the collection with which you train your
software. I never agreed to that. Under Article 17 of the General Data Protection Regulation I ask you to delete all
photos of me and every record about me, also what you gave to others, and to tell me which models were made from them.

You know me under these:
Name: Mara Keller (until 2024: Mara Winter)
E-mail: mara.keller@example.org, formerly mara.winter@example.net
User name: mara_k84
Phone: +49 30 23125 014
Date of birth: 1984-05-17
Address: Ahornweg 12, 14050 Berlin

Under Article 15 I also ask for a copy of what you hold before it is deleted, and under Article 19 for the names of all
to whom you gave it. Please answer within one month. If you need to know more so as to find me, write to me at the
address above; I will not send a copy of my identity card by e-mail.

Should you refuse, tell me why, and which authority I can turn to.

Kind regards,
Mara Keller
"""


@dataclass(frozen=True)
class LetterRow:
    """Milliseconds until a letter is understood: in a cell, and in this process."""

    what: str
    cell: float
    here: float


def letter_rows(report: Callable[[str], None]) -> list[LetterRow]:
    with TemporaryDirectory() as folder:
        letters = letters_in(Path(folder))
        rows = []
        for what, path in letters.items():
            report(what)
            rows.append(row_of(what, path))
        return rows


def letters_in(folder: Path) -> dict[str, Path]:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Mara Keller <mara.keller@example.org>", "privacy@lumen.example"
    mail["Subject"], mail["Date"] = "Deletion", "Tue, 03 Mar 2026 09:30:00 +0100"
    mail.set_content(_TEXT)
    made = {
        "e-mail with two photos": copy_sample(folder / "sample").letter.read_bytes(),
        "e-mail without photos": mail.as_bytes(),
        "PDF of two pages": _pdf(),
        "text of a page": _TEXT.encode(),
    }
    endings = (".eml", ".eml", ".pdf", ".txt")
    paths = {
        what: folder / f"letter-{number}{ending}"
        for number, (what, ending) in enumerate(zip(made, endings, strict=True))
    }
    for what, path in paths.items():
        path.write_bytes(made[what])
    return paths


def _pdf() -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(2):
            page = document.add_blank_page(page_size=(595, 842))
            font = pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
            )
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
            lines = " T* ".join(f"({line.translate({40: None, 41: None})}) Tj" for line in _TEXT.splitlines())
            page.Contents = document.make_stream(f"BT /F 9 Tf 12 TL 40 800 Td {lines} ET".encode())
        document.save(out)
    return out.getvalue()


def row_of(what: str, path: Path) -> LetterRow:
    """By turns, so that what else this computer does hits both alike."""
    understand(path, [])
    with _without_cells():
        understand(path, [])
    cell, here = [], []
    for _ in range(ROUNDS):
        cell.append(_milliseconds(path))
        with _without_cells():
            here.append(_milliseconds(path))
    return LetterRow(what, median(cell), median(here))


def _milliseconds(path: Path) -> float:
    begun = time.perf_counter()
    understand(path, [])
    return (time.perf_counter() - begun) * 1000


@contextmanager
def _without_cells() -> Iterator[None]:
    """As if this process were one: it parses by itself."""
    inside._state.inside = True
    try:
        yield
    finally:
        inside._state.inside = False
