"""Zip archives of photos and their sidecar records. Nothing is ever unpacked to a disk."""

from __future__ import annotations

import struct
import warnings
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from copy import copy
from functools import partial
from pathlib import Path
from typing import ClassVar

from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message
from dsr_desk.datasets import sniff
from dsr_desk.datasets.container import MAX_ITEM_BYTES, TOO_LARGE, ItemUnreadable, Listed
from dsr_desk.datasets.erasing import CHUNK, Changes
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.names import safe_name, without_suffix
from dsr_desk.datasets.records import member_entry

_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_OFFICE = ("[Content_Types].xml", "mimetype")
_ENCRYPTED = 0x1
_SEALED = message("why.encrypted")
_NOT_UNPACKED = message("why.not-unpacked")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, IndexError, struct.error)
"""What the library raises on bytes that are no archive, or that were made to break it."""


class EncryptedZip(DeskError):
    code = "CONTAINER-ENCRYPTED"
    happened = "{name} holds members that are encrypted with a password."
    means = "They cannot be looked at, nor carried over into a new archive. Nothing was erased from it."
    todo = "Have it unpacked and packed again without a password, or state it as not searched."


class ZipArchive(FileContainer):
    """A zip archive. Members that stay keep content, method, times and attributes when others are erased."""

    format: ClassVar[str] = "zip"

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        """Any zip but office documents, which are something else to the people who keep them."""
        if not head.startswith(_STARTS):
            return False
        try:
            with zipfile.ZipFile(path) as archive:
                return not any(name in archive.NameToInfo for name in _OFFICE)
        except _BROKEN:
            return True

    def listing(self) -> Iterator[Listed]:
        with self._opened() as archive:
            for number, info in enumerate(archive.infolist()):
                kind, problem = self._look(archive, info)
                if kind is not None:
                    read, group = partial(self._read, archive, info), without_suffix(safe_name(info.filename))
                    yield member_entry(kind, info.filename, info.file_size, read, number, group, problem)

    def read_at(self, hint: int) -> tuple[str, bytes] | None:
        with self._opened() as archive:
            infos = archive.infolist()
            if not 0 <= hint < len(infos) or infos[hint].filename.endswith("/") or infos[hint].flag_bits & _ENCRYPTED:
                return None
            return safe_name(infos[hint].filename), self._read(archive, infos[hint])

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        position = 0
        with self._opened() as archive, zipfile.ZipFile(target, "w", allowZip64=True) as out:
            out.comment = archive.comment
            for info in archive.infolist():
                if info.flag_bits & _ENCRYPTED:
                    raise EncryptedZip(name=self.name)
                new: bytes | None = None
                if self._look(archive, info)[0] is not None:
                    goes = position in changes and changes[position] is None
                    new = changes.get(position)
                    position += 1
                    if goes:
                        continue
                carry_over(archive, info, out, new)
        return []

    def rest(self, changes: Changes) -> Iterator[bytes]:
        del changes
        with self._opened() as archive:
            yield archive.comment
            for info in archive.infolist():
                if self._look(archive, info)[0] is None:
                    seen = (info.filename, info.CRC, info.file_size, info.date_time, info.external_attr)
                    yield repr(seen).encode("utf-8", "replace")

    def _look(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> tuple[ItemKind | None, Message | None]:
        """Kind, and why it cannot be read."""
        if info.filename.endswith("/"):
            return None, None
        if info.flag_bits & _ENCRYPTED:
            return sniff.kind_of(info.filename, b""), _SEALED
        try:
            with archive.open(info) as file:
                head = file.read(sniff.HEAD_BYTES)
        except (*_BROKEN, OSError):
            return sniff.kind_of(info.filename, b"") or ItemKind.PHOTO, _NOT_UNPACKED
        kind = sniff.kind_of(info.filename, head)
        return kind, sniff.member_problem(kind, head, info.file_size) if kind else None

    def _read(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
        """At most what the archive declares: a member that unpacks to more is a bomb."""
        if info.flag_bits & _ENCRYPTED or info.file_size > MAX_ITEM_BYTES:
            return self.refuse(_SEALED if info.flag_bits & _ENCRYPTED else TOO_LARGE)
        try:
            with archive.open(info) as file:
                data = file.read(info.file_size + 1)
        except (*_BROKEN, OSError) as error:
            raise ItemUnreadable(name=self.name, why=_NOT_UNPACKED) from error
        if len(data) != info.file_size:
            return self.refuse(message("why.zip.length"))
        return data

    @contextmanager
    def _opened(self) -> Iterator[zipfile.ZipFile]:
        try:
            with zipfile.ZipFile(self.path) as archive:
                yield archive
        except _BROKEN as error:
            raise self.damaged("why.zip.unreadable") from error


def carry_over(archive: zipfile.ZipFile, info: zipfile.ZipInfo, out: zipfile.ZipFile, new: bytes | None = None) -> None:
    """Copies a member with its method, times and attributes; with other content where `new` is given."""
    fresh = copy(info)
    with warnings.catch_warnings():
        # Two members may have one name; both stay.
        warnings.simplefilter("ignore", UserWarning)
        if new is not None:
            out.writestr(fresh, new)
            return
        with archive.open(info) as source, out.open(fresh, "w", force_zip64=info.file_size >= 2**31) as sink:
            while chunk := source.read(CHUNK):
                sink.write(chunk)
