"""Photos that no engine has to look at, and letters that hold them in the ways in which letters do."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from email.message import EmailMessage

import numpy as np
import pikepdf
from PIL import Image

from dsr_desk.app.case import cases
from dsr_desk.app.case.drafts import RequestDraft
from dsr_desk.app.case.references import ReferenceFace, ReferencePhoto
from dsr_desk.app.desk import Desk
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.items import Box
from dsr_desk.core.requests import Channel, Found, FoundKind, Law, Request, Right

TEXT = "Please erase my data under Article 17 GDPR.\nMy photos are attached.\n"


def picture(seed: int, kind: str = "JPEG", side: int = 120) -> bytes:
    """Noise, so that no two have a run of bytes in common."""
    pixels = np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)
    return saved(Image.fromarray(pixels), kind)


def saved(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def reference(data: bytes, name: str = "me.jpg") -> ReferencePhoto:
    face = ReferenceFace(1, Box(10, 10, 60, 60), (), True, thumbnail=b"a thumbnail")
    return ReferencePhoto(name, data, sha256_hex(data), (face,), 1)


def mail(*attached: tuple[str, bytes], text: str = TEXT) -> bytes:
    """An e-mail as it is saved: lines of 76 in base64."""
    message = EmailMessage()
    message["From"] = "Ada Example <ada@example.org>"
    message["Date"] = "Mon, 2 Nov 2026 10:00:00 +0100"
    message["Subject"] = "Erasure"
    message.set_content(text)
    for name, data in attached:
        kind = ("image", "jpeg") if name.endswith(".jpg") else ("application", "octet-stream")
        message.add_attachment(data, maintype=kind[0], subtype=kind[1], filename=name)
    return message.as_bytes()


def docx(*photos: bytes) -> bytes:
    """A file of a word processor: a zip whose members are deflated."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        parts = {"document.xml": b"<w:document>Erase my data.</w:document>" * 40}
        parts |= {f"media/image{number}.jpg": data for number, data in enumerate(photos)}
        for name, data in parts.items():
            member = zipfile.ZipInfo(f"word/{name}", (2026, 11, 2, 10, 0, 0))  # the same bytes each time
            packed.writestr(member, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def pdf(photo: bytes, *, flate: bool) -> bytes:
    """A page with the photo: as the JPEG that it is, or its pixels deflated."""
    with Image.open(io.BytesIO(photo)) as image:
        width, height, pixels = image.width, image.height, image.convert("RGB").tobytes()
    made = pikepdf.new()
    made.add_blank_page(page_size=(400, 400))
    stream = pikepdf.Stream(made, pixels if flate else photo)
    stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    stream.Width, stream.Height, stream.BitsPerComponent = width, height, 8
    stream.ColorSpace = pikepdf.Name.DeviceRGB
    if not flate:
        stream.Filter = pikepdf.Name.DCTDecode
    page = made.pages[0]
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=stream))
    page.Contents = pikepdf.Stream(made, b"q 200 0 0 200 50 50 cm /Im0 Do Q")
    out = io.BytesIO()
    made.save(out, compress_streams=True, recompress_flate=True)
    return out.getvalue()


def open_case(desk: Desk, letter: bytes, *photos: bytes) -> str:
    """A case from a letter, with photos that somebody found a face in."""
    found = (Found(FoundKind.EMAIL, "ada@example.org"),)
    request = Request(Channel.EMAIL, found, right=Right.ERASURE, law=Law.EU_GDPR, received=date(2026, 11, 3))
    draft = RequestDraft(request, request, letter, tuple(map(reference, photos)), ())
    return cases.open_case(desk, draft, without_photo=not photos, confirmed=True)[0].ref
