"""Office documents and books that are zips of parts: Word, PowerPoint, OpenDocument, EPUB. Workbooks are tables.

Pictures are photos, what is written in a part is its record, and what is embedded is a container inside. A picture that
is erased leaves a grey point, since the document names its part; what is written is not taken out of a document.
"""

from __future__ import annotations

import base64
import contextlib
import re
import zipfile
from collections.abc import Collection, Generator
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import ClassVar
from xml.etree import ElementTree

from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message
from dsr_desk.datasets import sniff
from dsr_desk.datasets.accounts import ReaderTally
from dsr_desk.datasets.archive import Edit
from dsr_desk.datasets.container import MAX_ITEM_BYTES, TOO_LARGE, ContainerEntry, Doomed, ItemUnreadable, Listed
from dsr_desk.datasets.erasing import Changes
from dsr_desk.datasets.members import ArchiveMember, is_photo
from dsr_desk.datasets.names import INSIDE
from dsr_desk.datasets.zip import ZipArchive

_PARTS = ("[Content_Types].xml", "mimetype")
_WRITTEN = re.compile(r"\.(xml|rels|xhtml|html|htm|opf|ncx|vml)$|^mimetype$", re.IGNORECASE)
_PARAGRAPHS = frozenset(("p", "h", "tr", "table-row", "li", "div", "title", "creator", "lastModifiedBy", "comment"))
_SAID_OF = frozenset(("author", "initials", "descr", "title", "alt", "userId", "providerId", "creator", "displayName"))
"""Attributes that hold what somebody wrote, or who did."""

_ADDRESS = "mailto:"
_STRUCTURE = frozenset(
    ("Application", "AppVersion", "Template", "DocSecurity", "generator", "editing-cycles", "mimetype")
)

GREY_POINTS = {
    "png": base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
    ),
    "gif": base64.b64decode("R0lGODdhAQABAIEAAICAgAAAAAAAAAAAACwAAAAAAQABAAAIBAABBAQAOw=="),
    "bmp": base64.b64decode("Qk06AAAAAAAAADYAAAAoAAAAAQAAAAEAAAABABgAAAAAAAQAAADEDgAAxA4AAAAAAAAAAAAAgICAAA=="),
}
"""What takes the place of a picture, by its format; a PNG takes that of all others, as programs go by content."""


class TextInDocument(DeskError):
    code = "ERASE-TEXT-IN-DOCUMENT"
    happened = "What is written in {name} is not taken out of it by this program."
    means = "Nothing was erased from it: a document without some of its words may say something else."
    todo = "Hand the document to the team that keeps it, or delete it whole there, and read back."


class OfficeDocument(ZipArchive):
    """See above. Asked after workbooks, which are such zips too."""

    format: ClassVar[str] = "office"

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        if not head.startswith(b"PK\x03\x04"):
            return False
        with contextlib.suppress(Exception), zipfile.ZipFile(path) as archive:
            return any(name in archive.NameToInfo for name in _PARTS)
        return False

    def before_erasing(self, doomed: Collection[Doomed]) -> Collection[Message]:
        """See `FileContainer.before_erasing`. Raises TextInDocument."""
        written = {one.member for one in doomed if INSIDE not in one.member and one.replacement is None}
        for member in self._only_members():
            if member.place in written and not is_photo(member):
                raise TextInDocument(name=self.name)
        return (message("note.erase.grey-point"),)

    def _listed(
        self, member: ArchiveMember, tally: ReaderTally, *, grouped: bool = True
    ) -> Generator[Listed, None, bool]:
        if _is_grey(member):
            tally.label()
            return False
        sheets = member.name == "content.xml" and self._has_sheets
        if member.problem or sheets or not _is_written(member):
            return (yield from super()._listed(member, tally, grouped=grouped))
        try:
            data = self._bytes(member) if member.size <= MAX_ITEM_BYTES else self.refuse(TOO_LARGE)
            text = written_in(data)
        except (ItemUnreadable, ValueError, ElementTree.ParseError) as error:
            why = error.why if isinstance(error, ItemUnreadable) else message("why.document.part")
            yield tally.unread(member.place, message("kind.document-part"), why, size=member.size)
            return False
        if not text:
            tally.label()
            return False
        tally.item()
        read = partial(self._bytes, member)
        yield ContainerEntry(ItemKind.RECORD, member.place, member.size, read, member.hint, record={"text": text})
        return False

    def _is_item(self, member: ArchiveMember) -> bool:
        return super()._is_item(member) and not _is_grey(member) and (bool(member.problem) or not _is_written(member))

    @cached_property
    def _has_sheets(self) -> bool:
        """Whether its content is sheets, whose reader tells their rows apart."""
        with zipfile.ZipFile(self.path) as archive:
            return "mimetype" in archive.NameToInfo and b"spreadsheet" in archive.read("mimetype")[:200]

    def _edits(
        self, changes: Changes, work: Path, rewritten: contextlib.ExitStack
    ) -> tuple[list[Edit], Collection[Message]]:
        edits, notes = super()._edits(changes, work, rewritten)
        if any(edit.new is None and not is_photo(edit.member) for edit in edits):
            raise TextInDocument(name=self.name)
        return [_greyed(edit) if edit.new is None else edit for edit in edits], notes


def _is_grey(member: ArchiveMember) -> bool:
    """Whether it stands where a photo was erased."""
    return member.head in GREY_POINTS.values()


def _is_written(member: ArchiveMember) -> bool:
    """Whether it is a part that is made of text."""
    return bool(_WRITTEN.search(member.name))


def _greyed(edit: Edit) -> Edit:
    kind = sniff.photo_kind(edit.member.head)
    return replace(edit, new=GREY_POINTS.get(kind, GREY_POINTS["png"]))


def written_in(data: bytes) -> str:
    """What a part says, a paragraph a line; "" where it is all structure. Raises ParseError and ValueError."""
    if b"<!ENTITY" in data:
        raise ValueError("a part that is not parsed")
    if not data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return ""
    pieces: list[str] = []
    # Every element comes twice: when it begins and when it has ended. Runs of a paragraph belong together.
    waiting = [(ElementTree.fromstring(data), False)]
    while waiting:
        element, ended = waiting.pop()
        name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
        if ended:
            pieces.append("\n" if name in _PARAGRAPHS else "")
            pieces.append(element.tail or "")
            continue
        for key, value in element.attrib.items():
            address = value.removeprefix(_ADDRESS) if value.startswith(_ADDRESS) else ""
            if address or key.rpartition("}")[2] in _SAID_OF:
                pieces.append(f"\n{address or value}\n")
        if name not in _STRUCTURE:
            pieces.append(element.text or "")
            waiting.append((element, True))
            waiting += [(child, False) for child in reversed(element)]
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    said = "\n".join(line for line in lines if line)
    return said if any(map(str.isalpha, said)) else ""
