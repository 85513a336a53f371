"""Messages as Outlook keeps them, made here: compound files (.msg), winmail.dat, opaque signed parts."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

Tree = Mapping[str, Any]
_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def _padded(data: bytes, size: int) -> bytes:
    return data + bytes(-len(data) % size)


def compound(tree: Tree) -> bytes:
    """A compound file (MS-CFB, version 3) with streams and folders of streams."""
    entries: list[list[Any]] = [["Root Entry", 5, None, b""]]
    below: dict[int, list[int]] = {}

    def lay(held: Tree, parent: int) -> None:
        for name, value in sorted(held.items(), key=lambda one: (len(one[0]), one[0].upper())):
            entries.append([name, 1 if isinstance(value, Mapping) else 2, None, value])
            number = len(entries) - 1
            below.setdefault(parent, []).append(number)
            if isinstance(value, Mapping):
                lay(value, number)

    lay(tree, 0)
    mini, mini_fat, sectors, fat = bytearray(), [], [], []

    def chain(count: int, table: list[int]) -> int:
        first = len(table)
        table.extend([*range(first + 1, first + count), _END] if count else [])
        return first if count else _END

    def store(data: bytes) -> int:
        pieces = [_padded(data, _SECTOR)[at : at + _SECTOR] for at in range(0, len(data), _SECTOR)]
        first = chain(len(pieces), fat)
        sectors.extend(pieces)
        return first

    starts: dict[int, tuple[int, int]] = {}
    for number, (_, kind, _, value) in enumerate(entries):
        if kind == 2 and len(value) < _CUTOFF:
            starts[number] = (chain(-(-len(value) // _MINI), mini_fat), len(value))
            mini += _padded(value, _MINI)
        elif kind == 2:
            starts[number] = (store(value), len(value))
    starts[0] = (store(bytes(mini)), len(mini))
    fat_of_mini = store(struct.pack(f"<{len(mini_fat)}I", *mini_fat).ljust(-(-len(mini_fat) * 4 // _SECTOR) * _SECTOR,
                                                                          b"\xff"))  # fmt: skip
    directory = b""
    for number, (name, kind, _, _) in enumerate(entries):
        kids = below.get(number, [])
        after = next((row[row.index(number) + 1] for row in below.values() if number in row[:-1]), _FREE)
        coded = name.encode("utf-16-le") + b"\0\0"
        start, size = starts.get(number, (0, 0))
        directory += struct.pack(
            "<64sHBBIII16sIQQIQ", coded, len(coded), kind, 1, _FREE, after, kids[0] if kids else _FREE,
            b"", 0, 0, 0, start, size,
        )  # fmt: skip
    first_directory = store(_padded(directory, _SECTOR))
    tables = 1
    while (len(fat) + tables) * 4 > tables * _SECTOR:
        tables += 1
    first_table = len(fat)
    fat += [_FAT] * tables
    sectors += [struct.pack("<128I", *(fat[at : at + 128] + [_FREE] * 128)[:128]) for at in range(0, tables * 128, 128)]
    head = struct.pack(
        "<8s16sHHHHH6sIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"",
        0, tables, first_directory, 0, _CUTOFF, fat_of_mini, -(-len(mini_fat) * 4 // _SECTOR), _END, 0, first_table,
    )  # fmt: skip
    head += struct.pack(f"<{tables - 1}I", *range(first_table + 1, first_table + tables))
    return head.ljust(_SECTOR, b"\xff") + b"".join(sectors)


def properties(values: Mapping[int, Any], header: int = 8) -> dict[str, Any]:
    """Streams for properties by number: str as UTF-16, bytes, int, or (type, eight bytes)."""
    streams: dict[str, Any] = {}
    listed = bytes(header)
    for number, value in values.items():
        if isinstance(value, int):
            listed += struct.pack("<HHIQ", 3, number, 6, value)
        elif isinstance(value, tuple):
            listed += struct.pack("<HHI8s", value[0], number, 6, value[1])
        else:
            kind, raw = (0x1F, value.encode("utf-16-le")) if isinstance(value, str) else (0x102, value)
            streams[f"__substg1.0_{number:04X}{kind:04X}"] = raw
            listed += struct.pack("<HHIII", kind, number, 6, len(raw) + (2 if kind == 0x1F else 0), 0)
    return {**streams, "__properties_version1.0": listed}


def message(
    values: Mapping[int, Any],
    recipients: Sequence[Mapping[int, Any]] = (),
    files: Sequence[Mapping[int, Any]] = (),
    messages: Sequence[Tree] = (),
    header: int = 32,
) -> dict[str, Any]:
    """The tree of a message; with `header` 24 one that lies in another."""
    tree = properties(values, header)
    for number, one in enumerate(recipients):
        tree[f"__recip_version1.0_#{number:08X}"] = properties(one)
    for number, one in enumerate(files):
        tree[f"__attach_version1.0_#{number:08X}"] = properties(one)
    for number, inner in enumerate(messages, len(files)):
        tree[f"__attach_version1.0_#{number:08X}"] = {**properties({0x3705: 5}), "__substg1.0_3701000D": inner}
    return tree


def winmail(attributes: Sequence[tuple[int, bytes]]) -> bytes:
    """winmail.dat with these attributes in this order."""
    data = b"\x78\x9f\x3e\x22\x01\x00"
    for number, value in attributes:
        data += struct.pack("<BII", 2 if number >= 0x9000 and number != 0x9003 else 1, number, len(value))
        data += value + struct.pack("<H", sum(value) & 0xFFFF)
    return data


def packed(values: Mapping[int, str | bytes]) -> bytes:
    """Properties as winmail.dat packs them."""
    data = struct.pack("<I", len(values))
    for number, value in values.items():
        raw = value.encode("utf-16-le") + b"\0\0" if isinstance(value, str) else value
        data += struct.pack("<HHII", 0x1F if isinstance(value, str) else 0x102, number, 1, len(raw))
        data += _padded(raw, 4)
    return data


def der(tag: int, *inside: bytes) -> bytes:
    """One value of ASN.1 with what is inside it."""
    held = b"".join(inside)
    length = bytes([len(held)]) if len(held) < 0x80 else b"\x82" + struct.pack(">H", len(held))
    return bytes([tag]) + length + held


def signed(content: bytes, *, kind: str = "2a864886f70d010702", open_ended: bool = False) -> bytes:
    """Signed data (RFC 5652) around a message, without a signer; `open_ended` as programs write that stream."""
    data = der(0x06, bytes.fromhex("2a864886f70d010701"))
    octets = der(0x04, content)
    if open_ended:
        pieces = b"".join(der(0x04, content[at : at + 100]) for at in range(0, len(content), 100))
        octets = b"\x24\x80" + pieces + b"\0\0"
    held = der(0x30, der(0x02, b"\1"), der(0x31), der(0x30, data, der(0xA0, octets)), der(0x31))
    return der(0x30, der(0x06, bytes.fromhex(kind)), der(0xA0, held))
