"""The requester's PDF: the pages of the signed archive, AES-256, the signed evidence attached.

Encryption in PDF notices no change by itself. So the plain pages are a file of the signed archive, and opening
compares the pages of the sealed file with them. An attachment holds the digest of the whole file without this one
attachment, and no byte of the file may be anything but an object that the document uses.
"""

from __future__ import annotations

import hashlib
import io
import re
import secrets
import warnings
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import pikepdf
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from dsr_desk.evidence.signed.bag import stored_zip
from dsr_desk.evidence.verifying.check_bundle import EVIDENCE, Members, Refused
from dsr_desk.jobs.cell import Limits, ask

PAGES = "data/report.pdf"
PAGE_DIGEST = "page.sha256"
"""The attachment that holds the digest of the file around it."""

_HEADER = re.compile(rb"%PDF-[12]\.[0-9]\n%\xbf\xf7\xa2\xfe\n")
_END = re.compile(
    rb"xref\n0 ([0-9]+)\n0000000000 65535 f \n((?:[0-9]{10} 00000 n \n)+)"
    rb"trailer << /(?:Info|Root)[^%]*>>\nstartxref\n([0-9]+)\n%%EOF\n"
)
_STREAM, _STREAM_ENDS, _ENDS = b"\nstream\n", b"\nendstream\nendobj\n", b"\nendobj\n"
_NO_DIGEST = b"0" * 64 + b"\n"
_LIMITS = Limits(seconds=300, memory=4 << 30, answer=512 << 20)
_BROKEN = (
    pikepdf.PdfError, ValueError, TypeError, LookupError, AttributeError, RuntimeError, ArithmeticError, Warning,
    NotImplementedError,
)  # fmt: skip
"""What reading a damaged PDF may raise."""


def seal_pdf(bundle: Mapping[str, bytes], passphrase: str) -> bytes:
    """The pages of the signed archive with the bundle attached, AES-256. The passphrase is typed as it is written."""
    with _with_attachments({**bundle, PAGE_DIGEST: _NO_DIGEST}) as document:
        return bound(document, passphrase)


def bound(document: pikepdf.Pdf, passphrase: str) -> bytes:
    """The document, encrypted, its digest in the attachment for that. It must not be the digest of another file."""
    saved = io.BytesIO()
    lock = pikepdf.Encryption(user=passphrase, owner=secrets.token_urlsafe(24), R=6, aes=True, metadata=True)
    document.save(saved, encryption=lock, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    sealed = bytearray(saved.getvalue())
    with _opened(saved.getvalue(), passphrase) as again:
        start, end = _place_of_digest(sealed, again)
        key = again.encryption.encryption_key
    digest = _digest_around(sealed, start, end)
    padder, begin = PKCS7(128).padder(), secrets.token_bytes(16)
    encryptor = Cipher(algorithms.AES256(key), modes.CBC(begin)).encryptor()
    stream = begin + encryptor.update(padder.update(_uncompressed(digest)) + padder.finalize()) + encryptor.finalize()
    if len(stream) != end - start:
        raise ValueError("the digest has another length than the place that is kept for it")
    sealed[start:end] = stream
    return bytes(sealed)


@dataclass(frozen=True)
class Opened:
    """What a cell says of a PDF: the bundle in it, or why it is refused (a code of the verifier, with its values)."""

    bundle: bytes = b""
    refused: str = ""
    values: dict[str, str] = field(default_factory=dict)


def open_pdf(data: bytes, passphrase: str) -> bytes:
    """The bundle (a zip). Raises Refused for a wrong passphrase and for any change.

    The passphrase goes into the cell: it opens this very file, whose content the cell sees anyway.
    """
    found: Opened = ask(Opened, opened, data, passphrase, limits=_LIMITS)
    if found.refused:
        raise Refused(found.refused, **found.values)
    return found.bundle


def opened(data: bytes, passphrase: str) -> Opened:
    """Inside a cell."""
    try:
        return Opened(_bundle_in(data, passphrase))
    except Refused as refused:
        return Opened(b"", refused.said.code, {name: str(value) for name, value in refused.said.values.items()})


def _bundle_in(data: bytes, passphrase: str) -> bytes:
    try:
        with warnings.catch_warnings(action="error"):
            warnings.filterwarnings("ignore", "A password was provided")  # there is no encryption: said below
            return stored_zip(_checked(data, passphrase))
    except pikepdf.PasswordError as error:
        raise Refused("pdf.passphrase") from error
    except _BROKEN as error:
        raise Refused("pdf.damaged") from error


def _checked(data: bytes, passphrase: str) -> dict[str, bytes]:
    """What is attached, the digest left out."""
    with _opened(data, passphrase) as document:
        start, end = _place_of_digest(data, document)
        bundle = {name: spec.get_file().read_bytes() for name, spec in document.attachments.items()}
        found = _normal(document)
    if EVIDENCE not in bundle:
        raise Refused("pdf.empty")
    with _with_attachments(bundle) as document:
        again = io.BytesIO()
        document.save(again)
    with pikepdf.open(again) as document:
        if _normal(document) != found:
            raise Refused("pdf.pages")
    used = int(found[found.rindex(b"\nxref\n0 ") + 8 :].partition(b"\n")[0])
    if len(_objects(data)) != used:  # `found` has no place 0 here and no encryption there: one less, one more
        raise Refused("pdf.shell")
    if bundle.pop(PAGE_DIGEST) != _digest_around(data, start, end):
        raise Refused("pdf.shell")
    return bundle


def _opened(data: bytes, passphrase: str) -> pikepdf.Pdf:
    document = pikepdf.open(io.BytesIO(data), password=passphrase.strip(), attempt_recovery=False)
    if not document.is_encrypted or document.encryption.R != 6:
        raise Refused("pdf.kind")
    return document


def _with_attachments(bundle: Mapping[str, bytes]) -> pikepdf.Pdf:
    members = Members(bundle[EVIDENCE])
    if PAGES not in members:
        raise Refused("pdf.no-pages")
    document = pikepdf.open(io.BytesIO(members.read(PAGES)))
    for name in sorted(bundle):
        document.attachments[name] = pikepdf.AttachedFileSpec(
            document,
            bundle[name],
            filename=name,
            description="",
            mime_type="application/octet-stream",
            creation_date="",
            mod_date="",
        )
    if PAGE_DIGEST in bundle:
        stream = document.attachments[PAGE_DIGEST].get_file().obj
        stream.write(_uncompressed(bundle[PAGE_DIGEST]), filter=pikepdf.Name.FlateDecode)
        del stream["/Params"]  # a sum of what is not known yet
    return document


def _normal(document: pikepdf.Pdf) -> bytes:
    """The document without its encryption and with nothing in it that differs from one saving to the next."""
    if "/Extensions" in document.Root:
        del document.Root.Extensions  # names the version of the encryption
    plain = io.BytesIO()
    document.save(plain, encryption=False, static_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return plain.getvalue()


def _uncompressed(digest: bytes) -> bytes:
    """As a stream of PDF whose length is always the same."""
    return zlib.compress(digest, 0)


def _digest_around(data: bytes | bytearray, start: int, end: int) -> bytes:
    digest = hashlib.sha256(memoryview(data)[:start])
    digest.update(memoryview(data)[end:])
    return digest.hexdigest().encode() + b"\n"


def _place_of_digest(data: bytes | bytearray, document: pikepdf.Pdf) -> tuple[int, int]:
    """Where the encrypted digest stands. Raises Refused."""
    if PAGE_DIGEST not in document.attachments:
        raise Refused("pdf.shell")
    number = document.attachments[PAGE_DIGEST].get_file().obj.objgen[0]
    return _objects(data)[number - 1]


def _objects(data: bytes | bytearray) -> list[tuple[int, int]]:
    """Where the streams of objects 1, 2 and so on stand (nowhere: twice the same place); Refused if a byte of the file
    belongs to no object, or an object stands there that was replaced later."""
    header, last = _HEADER.match(data), data.rfind(b"\nxref\n") + 1
    end = _END.fullmatch(data, last) if last else None
    if header is None or end is None or int(end[3]) != last:
        raise Refused("pdf.shell")
    starts = [int(line[:10]) for line in end[2].splitlines()]
    if len(starts) + 1 != int(end[1]) or starts[0] != header.end():
        raise Refused("pdf.shell")
    return [
        _stream_of(data, number, start, after)
        for number, (start, after) in enumerate(zip(starts, [*starts[1:], last], strict=True), 1)
    ]


def _stream_of(data: bytes | bytearray, number: int, start: int, after: int) -> tuple[int, int]:
    """Where an object's stream stands in what begins and ends here. Raises Refused."""
    at = data.find(_STREAM, start, after)
    said = bytes(data[start : at if at >= 0 else after])
    lengths = re.findall(rb"/Length ([0-9]+) ", said) if at >= 0 else []
    stream = at + len(_STREAM), at + len(_STREAM) + int(lengths[0]) if len(lengths) == 1 else -1
    ends = data[stream[1] : after] == _STREAM_ENDS if at >= 0 else said.endswith(_ENDS) and said.count(b"obj\n") == 2
    if not said.startswith(b"%d 0 obj\n" % number) or not ends or b"%" in said:
        raise Refused("pdf.shell")
    return stream if at >= 0 else (start, start)
