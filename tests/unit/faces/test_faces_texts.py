"""What is written in a photo's file is read, wherever its format keeps it; what cannot be read is told."""

from __future__ import annotations

import io
import struct

import pillow_heif
import pytest
from PIL import Image, PngImagePlugin

from dsr_desk.faces import texts
from dsr_desk.faces.partly import PartlyKind
from dsr_desk.faces.texts import texts_in

NAME = "Wilma Quastenfloss"
PHOTO = Image.new("RGB", (40, 30), (90, 120, 90))
XMP = (
    b'<x:xmpmeta xmlns:x="x"><rdf:RDF xmlns:rdf="r"><rdf:Description xmlns:dc="d" xmlns:i="i" xmlns:m="m" '
    b'm:OwnerEmail="wilma@example.com" dc:format="image/jpeg"><dc:creator><rdf:Seq><rdf:li>Anna B</rdf:li>'
    b"<rdf:li>Carl C</rdf:li></rdf:Seq></dc:creator><i:PersonInImage><rdf:Bag><rdf:li>Wilma Quastenfloss</rdf:li>"
    b'</rdf:Bag></i:PersonInImage><m:Regions><rdf:Bag><rdf:li><rdf:Description m:Name="Tom R" m:Type="Face"/></rdf:li>'
    b"</rdf:Bag></m:Regions></rdf:Description></rdf:RDF></x:xmpmeta>"
)
IN_XMP = {
    "XMP OwnerEmail": "wilma@example.com",
    "XMP creator": "Anna B",
    "XMP creator 2": "Carl C",
    "XMP PersonInImage": NAME,
    "XMP Name": "Tom R",
}


def saved(format: str, **options: object) -> bytes:
    out = io.BytesIO()
    PHOTO.save(out, format, **options)
    return out.getvalue()


def exif() -> Image.Exif:
    tags = Image.Exif()
    tags[0x013B] = NAME
    tags[0x010F] = "Maker"
    tags[0x9C9D] = "Zoë Ü".encode("utf-16-le")
    tags.get_ifd(0x8769).update({0x9286: b"ASCII\0\0\0seen in Linz", 0xA430: "Owner O"})
    tags.get_ifd(0x8825).update({1: "S", 2: (10.0, 30.0, 0.0), 3: "E", 4: (5.0, 15.0, 0.0)})
    return tags


IN_EXIF = {
    "EXIF Artist": NAME,
    "EXIF XPAuthor": "Zoë Ü",
    "EXIF UserComment": "seen in Linz",
    "EXIF CameraOwnerName": "Owner O",
    "EXIF GPS": "-10.50000, 5.25000",
}


def heif() -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(PHOTO).save(out, exif=exif().tobytes(), xmp=XMP)
    return out.getvalue()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_exif_and_xmp_are_read_in_every_format_that_has_them(format):
    data = heif() if format == "HEIF" else saved(format, exif=exif(), xmp=XMP)
    if format == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", XMP.decode())
        data = saved(format, exif=exif(), pnginfo=info)
    found, unread = texts_in(data)
    assert found == IN_EXIF | IN_XMP
    assert unread == ()


def test_tags_of_a_tiff_are_read():
    found, _ = texts_in(saved("TIFF", tiffinfo={0x013B: NAME, 0x010E: "a picnic", 700: XMP}))
    assert found["EXIF Artist"] == NAME
    assert found["EXIF ImageDescription"] == "a picnic"
    assert found["XMP PersonInImage"] == NAME


def test_iptc_captions_keywords_and_authors_are_read():
    def dataset(number: int, text: bytes) -> bytes:
        return b"\x1c\x02" + bytes([number]) + struct.pack(">H", len(text)) + text

    block = dataset(80, NAME.encode()) + dataset(25, b"party") + dataset(25, b"Linz") + dataset(120, "Zoë".encode())
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(block)) + block + b"\0" * (len(block) % 2)
    segment = b"Photoshop 3.0\0" + resource
    plain = saved("JPEG")
    data = plain[:2] + b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment + plain[2:]
    found, _ = texts_in(data)
    assert found == {
        "IPTC By-line": NAME,
        "IPTC Keywords": "party",
        "IPTC Keywords 2": "Linz",
        "IPTC Caption": "Zoë",
    }


def test_comments_of_jpeg_and_gif_are_read_each_of_them():
    plain = saved("JPEG", comment="first")
    second = b"\xff\xfe" + struct.pack(">H", 2 + len(NAME)) + NAME.encode()
    assert list(texts_in(plain[:2] + second + plain[2:])[0].values()) == [NAME, "first"]
    assert texts_in(saved("GIF", comment=NAME))[0] == {"comment": NAME}


def test_text_chunks_of_a_png_are_read_before_and_behind_its_pixels():
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", NAME)
    info.add_text("Description", "long " * 100, zip=True)
    info.add_itxt("Title", "Zoë")
    info.add(b"tEXt", b"Late\0behind the pixels", after_idat=True)
    found, _ = texts_in(saved("PNG", pnginfo=info))
    assert found["PNG Author"] == NAME
    assert found["PNG Description"] == ("long " * 100).strip()
    assert (found["PNG Title"], found["PNG Late"]) == ("Zoë", "behind the pixels")


def test_xmp_that_goes_on_in_further_segments_is_read():
    packet = XMP.replace(b"Wilma Quastenfloss", b"Xaver Y")
    plain = saved("JPEG", xmp=XMP)
    parts = [packet[at : at + 200] for at in range(0, len(packet), 200)]
    segments = b""
    for number in reversed(range(len(parts))):
        head = b"any:/xmp/extension/\0" + b"0" * 32 + struct.pack(">II", len(packet), 200 * number)
        segments += b"\xff\xe1" + struct.pack(">H", 2 + len(head) + len(parts[number])) + head + parts[number]
    found, unread = texts_in(plain[:2] + segments + plain[2:])
    assert found["XMP PersonInImage"] == NAME
    assert "Xaver Y" in found.values()
    assert unread == ()


def test_words_in_the_notes_of_a_camera_are_read():
    tags = Image.Exif()
    tags.get_ifd(0x8769)[0x927C] = b"\0\1\2" + NAME.encode() + b"\0\xff\0ab\0" + bytes(40)
    assert texts_in(saved("JPEG", exif=tags))[0] == {"EXIF MakerNote": NAME}


def test_what_is_only_structure_is_no_text_of_a_photo():
    tags = Image.Exif()
    tags.update({0x010F: "Maker", 0x0110: "Model 7", 0x0131: "Program 1.0", 0x0132: "2020:01:01 10:00:00"})
    assert texts_in(saved("JPEG", exif=tags)) == ({}, ())


@pytest.mark.parametrize(
    "xmp", [XMP[:-30] + b"</x:xmpmeta>", b"<!DOCTYPE r [<!ENTITY a 'b'>]><r>&a;</r>", b"<x:xmpmeta><<<</x:xmpmeta>"]
)
def test_a_text_that_cannot_be_read_is_told(xmp):
    found, (told,) = texts_in(saved("JPEG", exif=exif(), xmp=xmp))
    assert IN_EXIF.items() <= found.items()
    assert (told.kind, told.why.values["kinds"]) == (PartlyKind.TEXTS, ("XMP",))


def test_more_text_than_is_read_is_told(monkeypatch):
    monkeypatch.setattr(texts, "MOST_FIELDS", 2)
    found, (told,) = texts_in(saved("JPEG", exif=exif()))
    assert len(found) == 2
    assert told.kind is PartlyKind.TEXTS


def test_a_bomb_of_text_is_not_unpacked_and_told(monkeypatch):
    monkeypatch.setattr(texts, "LONGEST_PACKET", 1000)
    info = PngImagePlugin.PngInfo()
    info.add_text("Bomb", "x" * 100_000, zip=True)
    found, (told,) = texts_in(saved("PNG", pnginfo=info))
    assert found == {}
    assert told.why.values["kinds"] == ("PNG",)


@pytest.mark.parametrize("data", [b"", b"no photo", saved("JPEG")[:30], saved("PNG")[:20]])
def test_nothing_is_raised_for_what_is_no_whole_photo(data):
    assert texts_in(data)[0] == {}
