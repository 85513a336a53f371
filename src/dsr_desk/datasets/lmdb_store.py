"""LMDB stores: every key is a photo, a text, or named with the reason why it is neither. Pickles are never opened."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

import lmdb

from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message
from dsr_desk.datasets import sniff
from dsr_desk.datasets.accounts import ReaderTally
from dsr_desk.datasets.container import MAX_ITEM_BYTES, TOO_LARGE, ContainerEntry, Listed
from dsr_desk.datasets.erasing import Changes
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.lmdb_pages import MAGIC, MANY_VALUES, PageNode, Pages
from dsr_desk.datasets.names import safe_name, without_suffix
from dsr_desk.datasets.records import flatten
from dsr_desk.datasets.rows import found_in

LOOKED_AT = 32
BATCH_BYTES = 4 * 1024 * 1024
SPARE_MAP = 16 * 1024 * 1024

_ABOUT_THE_STORE = re.compile(rb"__\w+__|num[-_]?samples|length|len|size|count|keys|classes|meta(data)?", re.IGNORECASE)
_ROLE = re.compile(r"(?:image|img|photo|label|caption|text|json|meta|info|path)s?[-_:/.](?=.)", re.IGNORECASE)


class StoreNotCopied(DeskError):
    code = "LMDB-NOT-COPIED"
    happened = "{name} {why}, which cannot be written anew."
    means = "Nothing was erased from it."
    todo = "Hand the action to the team that keeps the store, or have its photos put into one without."


@dataclass(frozen=True)
class Value:
    """What a key holds: its bytes, `kind` and `record` as in `ContainerEntry`; `problem` says why it is no item.

    `hidden` is what of its text is not read: kind, reason, bytes.
    """

    kind: ItemKind
    data: bytes
    record: dict[str, str] | None = None
    problem: Message | None = None
    hidden: tuple[tuple[Message, Message, int], ...] = ()


class LmdbStore(FileContainer):
    """Members are the keys. What tells of the store itself (`__len__`, `__keys__`) is listed as not understood.

    Erasing writes a new store key by key, so no free page holds what was erased.
    """

    format: ClassVar[str] = "lmdb"

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        return head[16:20] == MAGIC and not cls.refusal(path, head)

    @classmethod
    def refusal(cls, path: Path, head: bytes) -> Message | None:
        """A store whose first values are all pickles holds nothing that can be read, and neither does one of sets."""
        if head[16:20] != MAGIC:
            return None
        try:
            with path.open("rb") as file:
                pages = Pages(file, path.name)
                if pages.meta.flags & MANY_VALUES:
                    return message("kind.lmdb.several")
                values = _first_values(pages)
        except DeskError:
            return None
        return message("kind.lmdb.pickled") if values and all(map(sniff.is_pickle, values)) else None

    def companions(self) -> Collection[Path]:
        return (self.path.with_name("lock.mdb"), self.path.with_name(self.path.name + "-lock"))

    def belongings(self) -> Collection[Path]:
        """A store that is called as its folder's only one has the lock of that name."""
        lock, other = self.companions()
        return (lock,) if self.path.name == "data.mdb" else (other,)

    def listing(self) -> Iterator[Listed]:
        tally = ReaderTally()
        inside = 0
        with self._opened() as pages:
            for node in pages.nodes():
                value = _value_of(pages, node)
                member = safe_name(node.key.decode("utf-8", "surrogateescape"))
                tally.item()
                yield ContainerEntry(
                    kind=value.kind,
                    member=member,
                    size=node.size,
                    read=partial(self._read, value),
                    hint=node.hint,
                    group=_group_of(member),
                    record=value.record,
                    problem=value.problem,
                )
                for kind, why, size in value.hidden:
                    inside += 1
                    yield tally.unread(member, kind, why, size=size)
            if count := sum(1 for _ in pages.unused()):
                # Bytes of keys that were taken out, or copies of others.
                kind, why = message("kind.free-pages"), message("why.lmdb.free-pages", count=count)
                yield tally.unread("", kind, why, size=count * pages.meta.page_size)
            # A value that was read may hold what was not.
            yield tally.against(pages.meta.entries + inside + bool(count))

    def read_at(self, hint: int) -> tuple[str, bytes] | None:
        with self._opened() as pages:
            try:
                node = pages.node_at(hint)
                if node is None or node.size > MAX_ITEM_BYTES:
                    return None
                return safe_name(node.key.decode("utf-8", "surrogateescape")), pages.value(node)
            except DeskError:
                return None

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        """Keys are put in the order of the old store, so that the new one is as tight as it can be."""
        gone: list[bytes] = []
        told: list[bytes] = []
        with self._opened() as pages:
            if pages.meta.flags:
                raise StoreNotCopied(name=self.name, why=message("why.lmdb.own-order"))
            with _Writer(target, max(pages.meta.map_size, SPARE_MAP)) as out:
                for position, node in enumerate(pages.nodes()):
                    if node.is_tree:
                        raise StoreNotCopied(name=self.name, why=message("why.lmdb.databases"))
                    new = changes.get(position, b"")
                    if new is None:
                        gone.append(node.key)
                        continue
                    out.put(node.key, new or pages.value(node))
                    if _ABOUT_THE_STORE.fullmatch(node.key):
                        told.append(node.key)
        return _notes(gone, told)

    def rest(self, changes: Changes) -> Iterator[bytes]:
        """Keys and values that are no items."""
        with self._opened() as pages:
            for position, node in enumerate(pages.nodes()):
                value = _value_of(pages, node)
                if value.problem and changes.get(position, b"") is not None:
                    yield f"{len(node.key)}:{node.size}".encode() + node.key + value.data

    def _read(self, value: Value) -> bytes:
        return self.refuse(value.problem) if value.problem else value.data

    @contextmanager
    def _opened(self) -> Iterator[Pages]:
        with self.path.open("rb") as file:
            yield Pages(file, self.name)


class _Writer:
    """Puts ascending keys into a new store, some megabytes at a time. The map grows where it must."""

    def __init__(self, target: Path, map_size: int) -> None:
        self._map_size = map_size
        self._target = target
        self._env = lmdb.open(
            str(target), map_size=map_size, subdir=False, lock=False, sync=False, metasync=False, mode=0o600
        )
        self._waiting: list[tuple[bytes, bytes]] = []
        self._weight = 0

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, error: object, *_: object) -> None:
        try:
            if error is None:
                self._flush()
                self._env.sync(True)
        finally:
            self._env.close()
        if error is None:
            self._clear()

    def _clear(self) -> None:
        """Pages that the library used in between hold copies of keys."""
        with self._target.open("r+b") as file:
            pages = Pages(file, self._target.name)
            for _ in pages.nodes():
                pass
            size = pages.meta.page_size
            for number in list(pages.unused()):
                file.seek(number * size)
                file.write(bytes(size))

    def put(self, key: bytes, value: bytes) -> None:
        self._waiting.append((key, value))
        self._weight += len(key) + len(value)
        if self._weight >= BATCH_BYTES:
            self._flush()

    def _flush(self) -> None:
        while True:
            try:
                with self._env.begin(write=True) as transaction:
                    for key, value in self._waiting:
                        transaction.put(key, value, append=True)
                break
            except lmdb.MapFullError:
                self._map_size += max(SPARE_MAP, 2 * self._weight)
                self._env.set_mapsize(self._map_size)
        self._waiting.clear()
        self._weight = 0


def _first_values(pages: Pages) -> list[bytes]:
    values = []
    for node in pages.nodes():
        if not _ABOUT_THE_STORE.fullmatch(node.key) and not node.is_tree and node.size <= MAX_ITEM_BYTES:
            values.append(pages.value(node))
        if len(values) == LOOKED_AT:
            break
    return values


def _value_of(pages: Pages, node: PageNode) -> Value:
    about = bool(_ABOUT_THE_STORE.fullmatch(node.key))
    kind = ItemKind.RECORD if about or node.is_tree else ItemKind.PHOTO
    if node.size > MAX_ITEM_BYTES:
        return Value(kind, b"", problem=TOO_LARGE)
    data = pages.value(node)
    if node.is_tree:
        return Value(kind, data, problem=message("why.lmdb.database"))
    if sniff.photo_kind(data):
        return Value(ItemKind.PHOTO, data)
    if sniff.is_pickle(data):
        return Value(kind, data, problem=sniff.PICKLED)
    if about:
        return Value(kind, data, problem=message("why.lmdb.about-itself"))
    if (fields := _fields_of(data)) is not None:
        found = found_in(fields)
        hidden = [(one.kind, one.why, one.size) for one in found.unread]
        hidden += [
            (message("kind.encoded"), message("why.photo-in-text"), len(item.data)) for item in found.items if item.way
        ]
        return Value(ItemKind.RECORD, data, fields, hidden=tuple(hidden))
    return Value(kind, data, problem=message("why.lmdb.neither"))


def _fields_of(data: bytes) -> dict[str, str] | None:
    """Of JSON or of a text; None where it is neither."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if text[:1] in ("{", "["):
        try:
            return {name: value for name, value in flatten(json.loads(text)).items() if value}
        except (ValueError, RecursionError):
            pass
    return {"text": text.strip()} if text.strip() and text.replace("\n", " ").replace("\t", " ").isprintable() else None


def _group_of(member: str) -> str:
    """`image-0007`, `label-0007` and `0007.json` are one sample: the key without its role and its extension."""
    return without_suffix(_ROLE.sub("", member, count=1) if _ROLE.match(member) else member)


def _notes(gone: list[bytes], told: list[bytes]) -> list[Message]:
    if not gone or not told:
        return []
    names = tuple(safe_name(key.decode("utf-8", "surrogateescape")) for key in told)
    return [message("note.lmdb.about-itself", files=names)]
