"""What one value of a row holds: photos in whatever form, a text, a label that names nobody, or what is not read."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import partial
from typing import Any

import numpy as np

from dsr_desk.core.message import Message, message
from dsr_desk.datasets import sniff
from dsr_desk.datasets.cell_containers import OpenedCell, may_be_one, opened
from dsr_desk.datasets.cell_containers import changed as changed_container
from dsr_desk.datasets.odd_texts import as_printed, is_no_text, may_be_odd, printed_bytes

SHORT = 16
"""So many numbers in a row may be an address, a box or telephone numbers; more may be pixels or an embedding."""

ENCODED = 64
"""Fewer letters hold no photo in base64 or hex."""

OPAQUE = 256
"""So many letters without a blank that are base64 or hex are no text."""

SHORTEST_LIST = 2 * SHORT + 1
"""Fewer letters are no long list of numbers."""

MOST_ODD = 0.02
"""Bytes are text where no more of their characters are unprintable."""

_LETTERS = "A-Za-z0-9+/_-"
_RUN = re.compile(rf"[{_LETTERS}]{{{ENCODED},}}(?:\r?\n[{_LETTERS}]{{{ENCODED - 4},}})*(?:\r?\n[{_LETTERS}]+)?={{0,2}}")
_LONG_RUN = re.compile(rf"[{_LETTERS}]{{{ENCODED}}}")
"""Of what may be base64 or hex."""
_HEX = re.compile(r"(?:0x|\\x)?(?:[0-9a-fA-F]{2}){32,}")
_NUMBERS = {int, float, bool, type(None)}
_LIST = re.compile(r"[\s\[({]*[-+]?[0-9.]")
_BETWEEN = re.compile(r"[\s,;\[\](){}]+")
_DATA_URL = re.compile(r"\s*(?:data:[^,\s]*,)?\s*")


class Answer(IntEnum):
    """What a reader says of a place; of several values at one place the highest counts."""

    LABEL = 0
    TEXT = 1
    ITEM = 2
    UNREAD = 3


Changed = Callable[[Sequence[bytes | None], bool], Any]
"""The value with other bytes in place of its photos, in the same form; for None a photo is taken out. The text around
photos stays where the second is True. The value itself is None where nothing is left of it."""


@dataclass(frozen=True)
class CellSeen:
    """`text` is what of the value names a person, `photos` are its photos' bytes, `kind` and `why` say what is not
    read of it, `size` so many bytes. Of a container, `inside` tells what lies in it, and `photos` are all its items."""

    answer: Answer
    text: Any = None
    photos: tuple[bytes, ...] = ()
    changed: Changed | None = None
    kind: Message | None = None
    why: Message | None = None
    size: int = 0
    inside: OpenedCell | None = None


EMPTY = CellSeen(Answer.LABEL)
NOT_COMPARED = message("why.cell.numbers")
NOT_OPENED = message("why.cell.not-opened")
NO_PHOTO = message("why.cell.bytes")
BYTES = message("kind.bytes")


def seen(value: Any) -> CellSeen:
    """What a value holds that is no mapping and no list of anything but numbers."""
    if value is None:
        return EMPTY
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return _bytes(bytes(value))
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, list | tuple):
        return _numbers(value)
    return CellSeen(Answer.TEXT, value)


def is_text_alone(text: str) -> bool:
    """Whether a text is one and no more to `seen`. Cheap, since every cell of a table is asked."""
    if len(text) < SHORTEST_LIST:
        return True
    if _LIST.match(text) and _listed(text) is not None:
        return False
    return len(text) < ENCODED or (_LONG_RUN.search(text) is None and not may_be_odd(text))


def is_numbers(value: Any) -> bool:
    """Whether a list holds numbers alone, or lists of them that are no photos."""
    kinds = set(map(type, value))
    if kinds <= _NUMBERS:
        return True
    if not kinds <= _NUMBERS | {list, tuple}:
        return False
    return all(
        one is None
        or isinstance(one, int | float)
        or (isinstance(one, list | tuple) and not _begins_photo(one) and is_numbers(one))
        for one in value
    )


def opaque(data: bytes) -> CellSeen:
    """Bytes that are neither a photo nor a text: a container, or what is not read."""
    found = opened(data) if len(data) >= SHORT and may_be_one(data) else None
    if isinstance(found, OpenedCell):
        answer = Answer.ITEM if found.items else Answer.LABEL
        photos = tuple(one.data for one in found.items)
        return CellSeen(answer, photos=photos, changed=partial(_in_container, data, found), inside=found)
    kind = sniff.unread_kind(data[: sniff.HEAD_BYTES]) if len(data) >= SHORT else None
    if found is not None:
        return CellSeen(Answer.UNREAD, kind=kind or message("kind.nested"), why=found, size=len(data))
    why = NO_PHOTO if kind is None else NOT_OPENED
    return CellSeen(Answer.UNREAD, kind=kind or BYTES, why=why, size=len(data))


def _in_container(data: bytes, found: OpenedCell, photos: Sequence[bytes | None], around: bool) -> bytes | None:
    """A container without items goes with what stands around it."""
    return changed_container(data, found.items, photos) if around or photos else None


def _text(text: str) -> CellSeen:
    if not text or text.isspace():
        return EMPTY
    if len(text) >= SHORTEST_LIST and _LIST.match(text) and (listed := _listed(text)) is not None:
        return listed
    if len(text) < ENCODED:
        return CellSeen(Answer.TEXT, text)
    if (printed := printed_bytes(text)) is not None:
        found_in = _bytes(printed)
        return replace(found_in, changed=found_in.changed and partial(as_printed, found_in.changed))
    whole = text.strip()
    if _HEX.fullmatch(whole):
        return _hex(text, whole)
    pieces: list[str] = []
    found: list[_Base64] = []
    hidden: CellSeen | None = None
    done = 0
    for run in _RUN.finditer(text):
        packed = _Base64.of(run.group())
        if packed is None:
            continue
        if sniff.photo_kind(packed.data[: sniff.TELLING_BYTES]):
            pieces.append(text[done : run.start()])
            found.append(packed)
            done = run.end()
        elif hidden is None and _is_opaque(packed, text, run):
            hidden = _encoded(packed.data)
    pieces.append(text[done:])
    beside = _joined(pieces)
    if found:
        photos = tuple(one.data for one in found)
        return CellSeen(Answer.ITEM, beside, photos, partial(_with_photos, tuple(pieces), tuple(found)))
    if hidden is not None:
        alone = _RUN.fullmatch(whole) is not None
        if hidden.inside is not None:
            return _packed_container(text, whole, hidden)
        return CellSeen(Answer.UNREAD, None if alone else text, kind=hidden.kind, why=hidden.why, size=hidden.size)
    if is_no_text(text):
        return CellSeen(Answer.UNREAD, text, kind=message("kind.encoded"), why=NO_PHOTO, size=len(text))
    return CellSeen(Answer.TEXT, text)


def _packed_container(text: str, whole: str, hidden: CellSeen) -> CellSeen:
    """A container in base64 that is all of a text; one among other words is not opened, since it may be one of many."""
    form = _Base64.of(whole)
    if form is None or _RUN.fullmatch(whole) is None or hidden.changed is None:
        kind, why = message("kind.nested"), message("why.cell.among-words")
        return CellSeen(Answer.UNREAD, text, kind=kind, why=why, size=len(text))
    return replace(hidden, changed=partial(_respelt, form, hidden.changed))


def _respelt(form: _Base64, changed: Changed, photos: Sequence[bytes | None], around: bool) -> str | None:
    new = changed(photos, around)
    return None if new is None else form.spelt(new)


def _listed(text: str) -> CellSeen | None:
    """A long list of numbers that is written as a text, as NumPy and pandas write arrays; None for any other text."""
    words = [word for word in _BETWEEN.split(text) if word]
    if len(words) <= SHORT:
        return None
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        return None
    fractions = not all(number.is_integer() for number in numbers) or any("." in word for word in words)
    kind = message(_kind_of_numbers(1, fractions=fractions))
    return CellSeen(Answer.UNREAD, kind=kind, why=NOT_COMPARED, size=len(text))


def _is_opaque(packed: _Base64, text: str, run: re.Match[str]) -> bool:
    """Long runs of letters; shorter ones that say of themselves that they are base64, or begin as a container does."""
    says_so = text[: run.start()].endswith(";base64,") or may_be_one(packed.data)
    return (says_so or len(run.group()) >= OPAQUE) and _as_text(packed.data) is None


def _encoded(data: bytes) -> CellSeen:
    found = opaque(data)
    return found if found.kind is not BYTES else replace(found, kind=message("kind.encoded"))


@dataclass(frozen=True)
class _Base64:
    """Bytes in base64, and how they were spelt."""

    data: bytes
    url_safe: bool
    padded: bool
    width: int
    newline: str

    @classmethod
    def of(cls, text: str) -> _Base64 | None:
        newline = "\r\n" if "\r\n" in text else "\n"
        first, *more = text.split(newline)
        letters = "".join((first, *more)).rstrip("=")
        url_safe = "-" in letters or "_" in letters
        if url_safe and ("+" in letters or "/" in letters):
            return None
        usual = letters.translate(_USUAL) if url_safe else letters
        try:
            data = binascii.a2b_base64(usual[: len(usual) - (len(usual) % 4 == 1)] + "==")
        except binascii.Error:
            return None
        padded = text.endswith("=") or len(letters) % 4 == 0
        return cls(data, url_safe, padded, len(first) if more else 0, newline)

    def spelt(self, data: bytes) -> str:
        text = (base64.urlsafe_b64encode if self.url_safe else base64.b64encode)(data).decode()
        text = text if self.padded else text.rstrip("=")
        if not self.width:
            return text
        return self.newline.join(text[at : at + self.width] for at in range(0, len(text), self.width))


_USUAL = str.maketrans("-_", "+/")


def _with_photos(
    pieces: Sequence[str], forms: Sequence[_Base64], photos: Sequence[bytes | None], around: bool
) -> str | None:
    """Text around photos, with these in their places."""
    if not around:
        pieces = [piece if _DATA_URL.fullmatch(piece) else " " for piece in pieces]
    new = ["" if data is None else form.spelt(data) for form, data in zip(forms, photos, strict=True)]
    if not any(new):
        return _joined(pieces)
    return pieces[0] + "".join(one + piece for one, piece in zip(new, pieces[1:], strict=True))


def _joined(pieces: Sequence[str]) -> str | None:
    """What stands around photos; None where that says nothing but that a photo comes."""
    return None if all(_DATA_URL.fullmatch(piece) for piece in pieces) else "".join(pieces)


def _hex(text: str, whole: str) -> CellSeen:
    begins = 2 if whole[:2] in ("0x", "\\x") else 0
    data = bytes.fromhex(whole[begins:])
    if sniff.photo_kind(data[: sniff.TELLING_BYTES]):
        upper = whole[begins:].upper() == whole[begins:]

        def changed(photos: Sequence[bytes | None], around: bool) -> str | None:
            del around
            (new,) = photos
            return None if new is None else whole[:begins] + (new.hex().upper() if upper else new.hex())

        return CellSeen(Answer.ITEM, photos=(data,), changed=changed)
    if len(whole) < OPAQUE:
        return CellSeen(Answer.TEXT, text)
    found = _encoded(data)
    return found if found.inside is None else CellSeen(Answer.UNREAD, kind=message("kind.nested"), why=NOT_OPENED)


def _bytes(data: bytes) -> CellSeen:
    if not data:
        return EMPTY
    if sniff.photo_kind(data[: sniff.TELLING_BYTES]):
        return CellSeen(Answer.ITEM, photos=(data,), changed=_alone)
    text = _as_text(data)
    if text is None:
        return opaque(data)
    found = _text(text)
    if found.changed is None:
        return found
    return CellSeen(found.answer, found.text, found.photos, partial(_as_bytes, found.changed))


def _alone(photos: Sequence[bytes | None], around: bool) -> bytes | None:
    del around
    (new,) = photos
    return new


def _as_bytes(changed: Changed, photos: Sequence[bytes | None], around: bool) -> bytes | None:
    new = changed(photos, around)
    return None if new is None else str(new).encode()


def _as_text(data: bytes) -> str | None:
    """Bytes that are a text in UTF-8."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    odd = sum(not (char.isprintable() or char.isspace()) for char in text[:OPAQUE])
    return text if "\0" not in text and odd <= MOST_ODD * len(text[:OPAQUE]) else None


def _numbers(numbers: Sequence[Any]) -> CellSeen:
    """A list of numbers: a photo byte by byte, few enough to name something, or not read."""
    if not numbers:
        return EMPTY
    depth = _depth(numbers)
    flat = numbers if depth == 1 else list(_flat(numbers))
    if _begins_photo(numbers) and _are_bytes(flat):
        return CellSeen(Answer.ITEM, photos=(bytes(flat),), changed=_as_numbers)
    if len(flat) <= SHORT:
        return EMPTY if all(one is None for one in flat) else CellSeen(Answer.TEXT, numbers)
    fractions = float in set(map(type, flat))
    kind = message(_kind_of_numbers(depth, fractions=fractions))
    return CellSeen(Answer.UNREAD, kind=kind, why=NOT_COMPARED)


def _array(array: np.ndarray[Any, Any]) -> CellSeen:
    if array.dtype == np.uint8 and array.ndim == 1 and sniff.photo_kind(array[: sniff.TELLING_BYTES].tobytes()):
        return CellSeen(Answer.ITEM, photos=(array.tobytes(),), changed=_as_array)
    if array.size <= SHORT:
        return _numbers(np.atleast_1d(array).tolist())
    kind = message(_kind_of_numbers(array.ndim, fractions=array.dtype.kind == "f"))
    return CellSeen(Answer.UNREAD, kind=kind, why=NOT_COMPARED, size=array.nbytes)


def _kind_of_numbers(depth: int, *, fractions: bool) -> str:
    if fractions and depth <= 2:
        return "kind.embedding"
    return "kind.number-list" if depth == 1 else "kind.number-grid"


def _begins_photo(numbers: Sequence[Any]) -> bool:
    head = numbers[: sniff.TELLING_BYTES]
    return bool(head) and isinstance(head[0], int) and _are_bytes(head) and bool(sniff.photo_kind(bytes(head)))


def _as_numbers(photos: Sequence[bytes | None], around: bool) -> list[int] | None:
    del around
    (new,) = photos
    return None if new is None else list(new)


def _as_array(photos: Sequence[bytes | None], around: bool) -> np.ndarray[Any, Any] | None:
    del around
    (new,) = photos
    return None if new is None else np.frombuffer(new, np.uint8)


def _are_bytes(numbers: Collection[Any]) -> bool:
    return all(isinstance(one, int) and 0 <= one <= 255 for one in numbers)


def _flat(numbers: Sequence[Any]) -> Iterator[Any]:
    for one in numbers:
        if isinstance(one, list | tuple):
            yield from _flat(one)
        else:
            yield one


def _depth(numbers: Sequence[Any]) -> int:
    if set(map(type, numbers)) <= _NUMBERS:
        return 1
    return 1 + _depth(next(one for one in numbers if isinstance(one, list | tuple)))
