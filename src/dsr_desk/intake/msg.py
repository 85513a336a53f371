"""A message that Outlook saved as a file (.msg): compound files with a stream for each property (MS-OXMSG)."""

from __future__ import annotations

import io
import struct
from datetime import datetime
from typing import TYPE_CHECKING

from dsr_desk.intake.contents import ContentUnreadable
from dsr_desk.intake.outlook import OutlookItem, Properties, item

if TYPE_CHECKING:
    from oxmsg.storage import Storage

DEEPEST = 10
_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ATTACHED = "__substg1.0_3701000D"
_MESSAGE, _EMBEDDED, _OTHER = 32, 24, 8
"""Bytes before the properties in the stream of a message, of one inside it, of a recipient or attachment."""

_STRING8, _STRING, _BINARY = 0x001E, 0x001F, 0x0102
_PLAIN = (0x0003, 0x0040)
_MALFORMED = (
    *(ValueError, LookupError, AttributeError, TypeError, RecursionError, OverflowError, AssertionError, OSError),
    *(struct.error, EOFError, MemoryError, NotImplementedError),
)


def read_msg(data: bytes) -> OutlookItem:
    """Raises ContentUnreadable."""
    from olefile import OleFileIO  # loaded where Outlook saved the letter: they take long
    from oxmsg.storage import Storage

    try:
        with OleFileIO(io.BytesIO(data)) as file:
            if not file.exists("__properties_version1.0"):
                raise ContentUnreadable("why.letter.outlook")
            if sum(file.get_size(path) for path in file.listdir()) > 2 * len(data):
                raise ContentUnreadable("why.msg.damaged")  # streams that share their bytes, to fill memory
            return _item(Storage.from_ole(file), _MESSAGE, 0)
    except _MALFORMED as problem:
        raise ContentUnreadable("why.msg.damaged") from problem


def is_compound(data: bytes) -> bool:
    """Whether it is a compound file, as .msg, .doc and .xls are."""
    return data.startswith(_START)


def _item(storage: Storage, header: int, depth: int) -> OutlookItem:
    files, items, is_whole = [], [], True
    for attached in storage.iter_attachment_storages():
        inner = [one for one in attached.storages if one.name == _ATTACHED]
        if not inner:
            files.append(_properties(attached, _OTHER))
        elif depth < DEEPEST:
            items.append(_item(inner[0], _EMBEDDED, depth + 1))
        else:
            is_whole = False
    recipients = [_properties(one, _OTHER) for one in storage.iter_recipient_storages()]
    return item(_properties(storage, header), recipients, files, items, is_whole=is_whole)


def _properties(storage: Storage, header: int) -> Properties:
    from oxmsg.properties import Properties as Stored

    kept: dict[int, bytes | str | int | datetime] = {}
    for one in Stored(storage, header):
        if one.ptyp in (_STRING, _STRING8, _BINARY):
            try:
                raw = storage.property_stream_bytes(one.pid, one.ptyp)
            except KeyError:  # an object of another program lies there in place of bytes
                continue
            kept[one.pid] = raw.decode("utf-16-le", errors="replace") if one.ptyp == _STRING else raw
        elif one.ptyp in _PLAIN and isinstance(one.value, int | datetime):
            kept[one.pid] = one.value
    return kept
