"""COCO annotation files: an image with all that is annotated on it is one record, so that neither is left alone.

Layout: an object with a list `images` (each with `id` and `file_name`) and a list `annotations` (each with `image_id`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, ClassVar

from dsr_desk.datasets.erasing import CHUNK
from dsr_desk.datasets.json_around import Frame, Span
from dsr_desk.datasets.json_table import JsonDocument, JsonRow, spelt_json
from dsr_desk.datasets.jsonl import BOM
from dsr_desk.datasets.row_file import FileRow
from dsr_desk.datasets.rows import RowItem

ID, IMAGE, FILE, ON_IT = "id", "image_id", "file_name", "annotations"

_BEGINS = re.compile(rb'"(?:info|licenses|images|annotations|categories)"')
_HOLDS = (b'"images"', b'"annotations"', b'"image_id"', b'"file_name"')
_OF_ONE = re.compile(rf"{ON_IT}\.\d+\.(.+)")
_LETTERS = re.compile(r"[^\W\d_]")


class CocoFile(JsonDocument):
    """Erasing an image takes its annotations along. Annotations of images that are not listed are records too."""

    format: ClassVar[str] = "coco"

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        if head.removeprefix(BOM).lstrip()[:1] != b"{" or not _BEGINS.search(head):
            return False
        missing = set(_HOLDS)
        before = b""
        with path.open("rb") as file:
            while missing and (chunk := file.read(CHUNK)):
                window = before + chunk
                missing = {word for word in missing if word not in window}
                before = chunk[-32:]
        return not missing

    def items_in(self, row: FileRow) -> list[RowItem]:
        return [
            replace(item, record=_joined(item.record)) if item.record is not None else item
            for item in super().items_in(row)
        ]

    def _rows(self, file: IO[bytes], frame: Frame) -> Iterator[JsonRow]:
        images: dict[Any, Span] = {}
        on_them: dict[Any, list[Span]] = {}
        for row in super()._rows(file, frame):
            values = row.values or {}
            if row.loose is None and FILE in values and _is_key(values.get(ID)) and values[ID] not in images:
                images[values[ID]] = row.spans[0]
            elif row.loose is None and _is_key(values.get(IMAGE)):
                on_them.setdefault(values[IMAGE], []).append(row.spans[0])
            else:
                yield row
        with self.path.open("rb") as source:
            for key, span in images.items():
                spans = (span, *on_them.pop(key, ()))
                yield self._merged(spans, [self.values_of(_at(source, one)) for one in spans])
            for spans_left in on_them.values():
                for span in spans_left:
                    raw = _at(source, span)
                    yield JsonRow(span.start, raw, b"", self.values_of(raw), (span,))

    def _merged(self, spans: tuple[Span, ...], parts: list[Mapping[str, Any]]) -> JsonRow:
        values = {**parts[0], ON_IT: parts[1:]} if len(parts) > 1 else dict(parts[0])
        return JsonRow(spans[0].start, spelt_json(values, plain=True), b"", values, spans)

    def _changed_parts(self, row: JsonRow, new: bytes) -> list[tuple[Span, bytes | None]]:
        if len(row.spans) == 1:
            return super()._changed_parts(row, new)
        values = json.loads(new)
        image = {name: value for name, value in values.items() if name != ON_IT}
        parts = [image, *values[ON_IT]]
        return [(span, spelt_json(part, plain=True)) for span, part in zip(row.spans, parts, strict=True)]


def _joined(record: Mapping[str, str]) -> dict[str, str]:
    """One field for each kind of annotation, however many there are; numbers of annotations name nobody."""
    found: dict[str, list[str]] = {}
    for name, text in record.items():
        match = _OF_ONE.fullmatch(name)
        if match is None:
            found[name] = [text]
        elif _LETTERS.search(text):
            found.setdefault(f"annotation.{match[1]}", []).append(text)
    return {name: "\n".join(dict.fromkeys(texts)) for name, texts in found.items()}


def _is_key(value: Any) -> bool:
    return isinstance(value, int | str)


def _at(source: IO[bytes], span: Span) -> bytes:
    source.seek(span.start)
    return source.read(span.end - span.start)
