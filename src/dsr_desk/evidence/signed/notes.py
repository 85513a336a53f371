"""Checkpoints as people hold them: a signed note, one line that can be typed, its QR code, a printed page."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import cast

import pikepdf
import segno
import typst
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from dsr_desk.jobs.cell import CellFailed, ask

_ED25519 = b"\x01"
_ROOT, _SIGNATURE = 32, 4 + 64
_LARGEST = 1 << 20
"""Bytes of a text in which a note is looked for."""
_LARGEST_PAGE = 64 << 20
ATTACHED = "checkpoint.txt"
"""The note inside a printed page, for those who have the file and not the paper."""

_NOTE = re.compile(
    r"(?P<origin>dsr-desk/[0-9a-f]{32})\s+(?P<size>[0-9]{1,15})\s+(?P<root>[A-Za-z0-9+/]{43}=)"
    r"\s+epoch\s+(?P<epoch>[0-9]{1,9})\s+(?:\S{1,3}\s+(?P=origin)\s+)?(?P<signature>[A-Za-z0-9+/]{46}\s*[A-Za-z0-9+/]{45}=)(?![A-Za-z0-9+/=])"
)


@dataclass(frozen=True)
class Note:
    """A C2SP signed note (tlog-checkpoint). `epoch` rises with each declared restore and is an extension line.

    `signature` is base64 of four bytes of key id and an Ed25519 signature over `text`.
    """

    origin: str
    size: int
    root: bytes
    epoch: int
    signature: str = ""

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{self._root}\nepoch {self.epoch}\n"

    @property
    def whole(self) -> str:
        """As it lies in a bundle, and in the QR code."""
        return f"{self.text}\n— {self.origin} {self.signature}\n"

    @property
    def line(self) -> str:
        """The same in one line, without what is there twice."""
        return f"{self.origin} {self.size} {self._root} epoch {self.epoch} {self.signature}"

    def signed_by(self, keys: Iterable[Ed25519PublicKey]) -> bool:
        """Whether one of these keys signed it."""
        blob = base64.b64decode(self.signature)
        for key in keys:
            if blob[:4] == key_id(self.origin, key.public_bytes_raw()):
                try:
                    key.verify(blob[4:], self.text.encode())
                except InvalidSignature:
                    continue
                return True
        return False

    @property
    def _root(self) -> str:
        return base64.b64encode(self.root).decode()


def sign_note(origin: str, size: int, root: bytes, epoch: int, key: Ed25519PrivateKey) -> Note:
    """The key's name is the origin."""
    bare = Note(origin, size, root, epoch)
    blob = key_id(origin, key.public_key().public_bytes_raw()) + key.sign(bare.text.encode())
    return Note(origin, size, root, epoch, base64.b64encode(blob).decode())


def find_note(text: str) -> Note | None:
    """The first note in a text: whole, as one line, or as somebody typed it, with any spaces between its parts."""
    found = _NOTE.search(html.unescape(text))
    if found is None:
        return None
    root, signature = base64.b64decode(found["root"]), "".join(found["signature"].split())
    if len(root) != _ROOT or len(base64.b64decode(signature)) != _SIGNATURE:
        return None
    return Note(found["origin"], int(found["size"]), root, int(found["epoch"]), signature)


def read_note(path: Path) -> Note | None:
    """The note in a text, or attached to a printed page; None where there is none, as in a bundle.

    Raises what the system refuses with.
    """
    with path.open("rb") as file:
        data = file.read(_LARGEST)
    if not data.startswith(b"%PDF-"):
        return find_note(data.decode("utf-8", "replace"))
    with path.open("rb") as file:
        page = file.read(_LARGEST_PAGE)
    try:
        found: str = ask(str, attached_note, page)
    except CellFailed:
        return None
    return find_note(found)


def attached_note(page: bytes) -> str:
    """Inside a cell: the text attached to a PDF, "" where there is none."""
    with suppress(pikepdf.PdfError, ValueError, LookupError), pikepdf.open(io.BytesIO(page)) as document:
        return document.attachments[ATTACHED].get_file().read_bytes()[:_LARGEST].decode("utf-8", "replace")
    return ""


def verifier_key(origin: str, key: Ed25519PublicKey) -> str:
    """The public key in the form that C2SP tools read: name+id+key."""
    public = key.public_bytes_raw()
    return f"{origin}+{key_id(origin, public).hex()}+{base64.b64encode(_ED25519 + public).decode()}"


def key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def qr_code(note: Note) -> bytes:
    """The whole note as a QR code (SVG), which says it as text too."""
    drawn = io.BytesIO()
    code = segno.make(note.whole, error="m", micro=False)
    code.save(drawn, kind="svg", scale=4, border=4, title=note.origin, desc=note.whole)
    return drawn.getvalue()


def _halves(text: str) -> tuple[str, str]:
    return text[: len(text) // 2], text[len(text) // 2 :]


def printed_page(note: Note, title: str, organisation: str, says: Sequence[str], language: str) -> bytes:
    """One page (PDF) with line and QR code, and sentences on what it is for; the note is attached."""
    said = {
        "title": title,
        "organisation": organisation,
        "says": list(says),
        "lines": [f"{note.origin} {note.size}", f"{note._root} epoch {note.epoch}", *_halves(note.signature)],
        "language": language,
    }
    template = files("dsr_desk.evidence.signed").joinpath("checkpoint.typ").read_bytes()
    inputs = {"page": json.dumps(said), "qr": qr_code(note).decode(), "note": note.whole, "name": ATTACHED}
    made = typst.Compiler().compile(template, format="pdf", pdf_standards=["ua-1"], sys_inputs=inputs)
    return cast(bytes, made)
