"""Changes of sealed bundles, drawn at random: of single bytes, and of what a wrapper is made of, put together again."""

from __future__ import annotations

import base64
import io
import random
import re
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")
Mutate = Callable[[random.Random, bytes], bytes]
Files = dict[str, bytes]
_PDF_PARTS = re.compile(
    rb"(\nstream\n|\nendstream\n|\nendobj\n|[0-9]+ 0 obj\n|/[A-Za-z0-9]+ ?|<<|>>|trailer|xref\n|[0-9]{10} 00000 n \n)"
)


def mutations(
    genuine: T, ways: Sequence[Callable[[random.Random, T], T]], count: int, seed: int
) -> Iterator[tuple[str, T]]:
    """So many that are changed, the ways in turn, each with how it is found again."""
    number = 0
    while count:
        changed = ways[number % len(ways)](random.Random(seed * 1_000_003 + number), genuine)
        if changed != genuine:
            yield f"seed {seed}, change {number}", changed
            count -= 1
        number += 1


def of_bytes(chance: random.Random, data: bytes) -> bytes:
    """Bits turned, pieces cut out, put in, doubled, swapped, blanked; the ends are hit more often than the rest."""
    start = _place(chance, len(data))
    end = min(len(data), start + int(2 ** chance.uniform(0, 11)))
    other = _place(chance, len(data))
    made = [
        lambda: _turned(chance, data, start),
        lambda: _turned(chance, data, start),
        lambda: data[:start] + data[end:],
        lambda: data[:start] + chance.randbytes(end - start) + data[start:],
        lambda: data[:start] + data[start:end] + data[start:],
        lambda: data[:start] + bytes(end - start) + data[end:],
        lambda: data[:other] + data[start:end] + data[other + end - start :],
        lambda: data[:start],
        lambda: data + chance.choice([b"\0", b"\n", b" ", data[start:end], chance.randbytes(30)]),
        lambda: chance.choice([b"\0", b"\n", b" ", b"\xef\xbb\xbf", data[start:end]]) + data,
    ]
    return chance.choice(made)()


def of_pieces(chance: random.Random, pieces: list[bytes]) -> bytes:
    """A piece left out, doubled, moved, put in another's place, or changed by a byte."""
    pieces = list(pieces)
    here, there = chance.randrange(len(pieces)), chance.randrange(len(pieces))
    what = chance.randrange(6)
    if what == 0:
        del pieces[here]
    elif what == 1:
        pieces.insert(here, pieces[here])
    elif what == 2:
        pieces[here], pieces[there] = pieces[there], pieces[here]
    elif what == 3:
        pieces[here] = pieces[there]
    elif what == 4:
        pieces.insert(here, pieces[there])
    else:
        pieces[here] = of_bytes(chance, pieces[here]) if pieces[here] else b" "
    return b"".join(pieces)


def of_page(chance: random.Random, data: bytes) -> bytes:
    """Tags and texts of a page; settings and encrypted part said in another way."""
    pieces = [one for one in re.split(rb"(<[^>]*>)", data) if one]
    if chance.random() < 0.7:
        return of_pieces(chance, pieces)
    box = max(pieces, key=len)
    head = next(one for one in pieces if one.startswith(b'{"cipher"'))
    said = [
        (box, b"\n".join(box[at : at + 76] for at in range(0, len(box), 76))),
        (box, base64.b64encode(of_bytes(chance, base64.b64decode(box)))),
        (box, box.rstrip(b"=") + chance.choice([b"", b"=", b"==", b"===="])),
        (head, head.replace(b",", b", ", chance.randrange(1, 5))),
        (head, re.sub(rb'"iterations":\d+', b'"iterations":%d' % chance.choice([1, 11, 10**7, 10**12]), head)),
        (head, head.replace(b"}", b',"more":1}')),
        (head, head.replace(b'"salt":"', b'"salt":"AAAA')),
        (b"default-src 'none'", chance.choice([b"default-src *", b"default-src 'self'"])),
        (b"</body>", chance.choice([b"<script>alert(1)</script></body>", b"<img src=x></body>", b"\n</body>"])),
        (b"<form ", b'<form action="https://elsewhere.example" '),
    ]
    old, new = chance.choice(said)
    return data.replace(old, new, 1)


def of_age(chance: random.Random, data: bytes) -> bytes:
    """Lines of the header, and the encrypted chunks behind it."""
    end = data.index(b"\n", data.index(b"\n--- ") + 1) + 1
    nonce, body = data[end : end + 16], data[end + 16 :]
    size = (64 << 10) + 16
    chunks = [body[at : at + size] for at in range(0, len(body), size)]
    if chance.random() < 0.3:
        return data[:end] + nonce + of_pieces(chance, chunks)
    return of_pieces(chance, [*re.split(rb"(?<=[ \n])", data[:end]), nonce, *chunks])


def of_der(chance: random.Random, data: bytes) -> bytes:
    """Values of a CMS file left out, doubled, swapped, of another kind or content; lengths around them are right."""
    tree = der_values(data)
    parents = [tree, *_parents(tree)]
    inside = chance.choice(parents)
    here, there = chance.randrange(len(inside)), chance.randrange(len(inside))
    tag, content = inside[here]
    what = chance.randrange(7)
    if what == 0:
        del inside[here]
    elif what == 1:
        inside.insert(there, inside[here])
    elif what == 2:
        inside[here], inside[there] = inside[there], inside[here]
    elif what == 3:
        inside[here] = (chance.randrange(1, 256), content)
    elif what == 4:
        inside.insert(here, chance.choice([(5, b""), (2, b"\0"), (0xA1, b""), (4, chance.randbytes(5))]))
    elif what == 5 and isinstance(content, bytes):
        inside[here] = (tag, of_bytes(chance, content) if content else b"\0")
    else:
        return der(tree, long_from=chance.randrange(20))
    return der(tree)


def of_zip(chance: random.Random, data: bytes) -> bytes:
    """An archive written by another program, with other members, other contents, another order, or something more."""
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        members = [(entry, found.read(entry)) for entry in found.infolist()]
    if chance.random() < 0.4:
        return of_pieces(chance, _zip_pieces(data))
    here, there = chance.randrange(len(members)), chance.randrange(len(members))
    entry, content = members[here]
    field, value = chance.choice(
        [
            ("date_time", (2026, 3, 12, 4, 5, 6)),
            ("comment", b"more"),
            ("extra", b"\xfe\xca\x02\x00ab"),
            ("external_attr", 0o100755 << 16),
            ("create_system", 0),
            ("filename", chance.choice(["../climbs", "data/more", "/etc/passwd", "a", "VERIFY.txt", ".hidden"])),
            ("compress_type", zipfile.ZIP_DEFLATED),
            ("internal_attr", 1),
            ("content", of_bytes(chance, content) if content else b" "),
            ("content", members[there][1]),
            ("left out", None),
            ("swapped", None),
            ("added", None),
            ("commented", None),
        ]
    )
    if field == "content":
        members[here] = (entry, value)  # type: ignore[assignment]
    elif field == "left out":
        del members[here]
    elif field == "swapped":
        members[here], members[there] = members[there], members[here]
    elif field == "added":
        members.append((zipfile.ZipInfo(chance.choice(["succession.jsonl", "check_bundle.py", "more"])), content[:50]))
    elif field != "commented":
        setattr(entry, field, value)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for one, said in members:
            made.writestr(one, said, one.compress_type)
        made.comment = b"more" if field == "commented" else b""
    return buffer.getvalue()


def of_pdf(chance: random.Random, data: bytes) -> bytes:
    """Objects, names and streams of a PDF; its table of places is made right again more often than not."""
    what = chance.randrange(5)
    if what == 0:
        return _revised(chance, data)
    if what == 1:
        streams = [found.span(1) for found in re.finditer(rb"\nstream\n(.*?)\nendstream\n", data, re.DOTALL)]
        (start, end), (other, last) = chance.choice(streams), chance.choice(streams)
        inside = chance.choice([chance.randbytes(end - start), data[other:last], data[start:end][::-1]])
        return _placed(data[:start] + inside + data[end:])
    changed = of_pieces(chance, [one for one in _PDF_PARTS.split(data) if one])
    return _placed(changed) if chance.random() < 0.7 else changed


def of_folder(chance: random.Random, files: Mapping[str, bytes]) -> Files:
    """The files of a saved bundle: one changed, left out, added, or in another's place."""
    made, names = dict(files), sorted(files)
    here, there = chance.choice(names), chance.choice(names)
    what = chance.randrange(8)
    if what == 0:
        del made[here]
    elif what == 1:
        made[here] = files[there]
    elif what == 2:
        made["succession.jsonl"] = chance.choice([b"", b"{}\n", files[there][:200]])
    elif what == 3 and here.endswith(".p7s"):
        made[here] = of_der(chance, files[here])
    elif what == 4 and here.endswith(".zip"):
        made[here] = of_zip(chance, files[here])
    else:
        made[here] = of_bytes(chance, files[here])
    return made


def _place(chance: random.Random, size: int) -> int:
    end = min(1024, size)
    return chance.choice(
        [chance.randrange(size), chance.randrange(size), chance.randrange(end), size - 1 - chance.randrange(end)]
    )


def _turned(chance: random.Random, data: bytes, place: int) -> bytes:
    changed = bytearray(data)
    changed[place] ^= 1 << chance.randrange(8)
    return bytes(changed)


Value = tuple[int, "bytes | list[Value]"]


def der_values(data: bytes) -> list[Value]:
    """Values of DER with what is inside constructed ones."""
    found: list[Value] = []
    at = 0
    while at < len(data):
        tag, length, start = data[at], data[at + 1], at + 2
        if length & 0x80:
            count = length & 0x7F
            length, start = int.from_bytes(data[start : start + count], "big"), start + count
        content = data[start : start + length]
        found.append((tag, der_values(content) if tag & 0x20 else content))
        at = start + length
    return found


def _parents(tree: list[Value]) -> Iterator[list[Value]]:
    for _, content in tree:
        if isinstance(content, list) and content:
            yield content
            yield from _parents(content)


def der(tree: list[Value], long_from: int = 1 << 30) -> bytes:
    """As DER; the lengths of values from so many on are written longer than they are."""
    made = []
    for number, (tag, content) in enumerate(tree):
        inner = der(content, long_from - number) if isinstance(content, list) else content
        size = len(inner).to_bytes(max(1, (len(inner).bit_length() + 7) // 8), "big")
        short = len(inner) < 0x80 and number < long_from
        length = bytes([len(inner)]) if short else bytes([0x80 | len(size)]) + size
        made.append(bytes([tag]) + length + inner)
    return b"".join(made)


def _zip_pieces(data: bytes) -> list[bytes]:
    """Each field of each head, names and contents."""
    pieces, at = [], 0
    for begin, widths, sizes in (
        (b"PK\x03\x04", (4, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2), (26, 28)),
        (b"PK\x01\x02", (4, 1, 1, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2, 2, 2, 2, 4, 4), (28, 30)),
        (b"PK\x05\x06", (4, 2, 2, 2, 2, 4, 4, 2), ()),
    ):
        while data[at : at + 4] == begin:
            head = at
            for width in widths:
                pieces.append(data[at : at + width])
                at += width
            named = sum(struct.unpack_from("<H", data, head + place)[0] for place in sizes)
            inside = struct.unpack_from("<L", data, head + 22)[0] if begin == b"PK\x03\x04" else 0
            for width in (named, inside):
                pieces.append(data[at : at + width])
                at += width
    return [one for one in (*pieces, data[at:]) if one]


def _placed(data: bytes) -> bytes:
    """The table of places, and where it begins, as they are now."""
    last = data.rfind(b"\nxref\n") + 1
    if not last:
        return data
    places = {int(found[1]): found.start(1) for found in re.finditer(rb"(?<=\n)([0-9]+) 0 obj\n", data)}
    size = max(places, default=0) + 1
    lines = [b"%010d 00000 n \n" % places.get(number, 0) for number in range(1, size)]
    table = b"xref\n0 %d\n0000000000 65535 f \n" % size + b"".join(lines)
    rest = data[data.find(b"trailer", last) :] if b"trailer" in data[last:] else b"trailer << >>\nstartxref\n0\n%%EOF\n"
    rest = re.sub(rb"/Size [0-9]+", b"/Size %d" % size, rest)
    return data[:last] + table + re.sub(rb"startxref\n[0-9]+", b"startxref\n%d" % last, rest)


def _revised(chance: random.Random, data: bytes) -> bytes:
    """With a revision behind it that puts one object in another's place, or holds one that nobody asked for."""
    objects = list(re.finditer(rb"(?<=\n)([0-9]+) 0 obj\n.*?\nendobj\n", data, re.DOTALL))
    trailer = re.search(rb"trailer << (.*) >>\nstartxref\n([0-9]+)\n", data)
    if not objects or trailer is None:
        return data
    one, other = chance.choice(objects), chance.choice(objects)
    again = one[1] + other[0][len(other[1]) :]
    table = b"xref\n%s 1\n%010d 00000 n \n" % (one[1], len(data))
    end = b"trailer << %s /Prev %s >>\nstartxref\n%d\n%%%%EOF\n" % (trailer[1], trailer[2], len(data) + len(again))
    return data + again + table + end
