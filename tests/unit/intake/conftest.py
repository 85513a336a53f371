"""Small files that letters carry."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

Picture = Callable[..., bytes]


@pytest.fixture(autouse=True)
def _quick_cells(quick_cells: None) -> None:
    """Letters that end a reader, or never end, have tests of their own."""


@pytest.fixture(scope="session")
def picture() -> Picture:
    """A picture of noise: `picture(size=200, form="JPEG", seed=1)`."""

    def make(size: int = 200, form: str = "JPEG", seed: int = 1) -> bytes:
        noise = np.random.default_rng(seed).integers(0, 255, (size, size, 3), dtype=np.uint8)
        out = io.BytesIO()
        Image.fromarray(noise).save(out, form)
        return out.getvalue()

    return make


@pytest.fixture(scope="session")
def pdf_letter() -> Callable[..., bytes]:
    """A PDF of one page, written by hand: `pdf_letter("line", "line", jpeg=..., box=(x, y, width, height))`."""

    def make(*lines: str, jpeg: bytes = b"", box: tuple[int, int, int, int] = (60, 60, 150, 150)) -> bytes:
        show = "BT /F1 12 Tf 60 780 Td 16 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
        if jpeg:
            show += f" q {box[2]} 0 0 {box[3]} {box[0]} {box[1]} cm /P1 Do Q"
        width, height = Image.open(io.BytesIO(jpeg)).size if jpeg else (1, 1)
        resources = "/Font << /F1 5 0 R >>" + (" /XObject << /P1 6 0 R >>" if jpeg else "")
        objects = [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << %s >> >>"
            % resources.encode(),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(show), show.encode("latin-1")),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        ]
        if jpeg:
            head = (
                f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceRGB "
                f"/BitsPerComponent 8 /Filter /DCTDecode /Length {len(jpeg)} >>"
            )
            objects.append(head.encode() + b"\nstream\n" + jpeg + b"\nendstream")
        out, places = b"%PDF-1.4\n", []
        for number, body in enumerate(objects, start=1):
            places.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        table = b"".join(b"%010d 00000 n \n" % place for place in places)
        count = len(objects) + 1
        return out + (
            b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF"
            % (count, table, count, len(out))
        )

    return make
