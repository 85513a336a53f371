"""What a schema of Arrow says beside its types: metadata of the table and of its fields."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa


def metadata_in(schema: pa.Schema) -> list[tuple[str, bytes]]:
    """Metadata of a schema and of its fields at any depth, the latter with the way to them before the key."""
    found = [(_key(key), value) for key, value in (schema.metadata or {}).items()]
    return found + [one for field in schema for one in _field_metadata(field, field.name)]


def _field_metadata(field: pa.Field, way: str) -> Iterator[tuple[str, bytes]]:
    yield from ((f"{way}.{_key(key)}", value) for key, value in (field.metadata or {}).items())
    kind = field.type.storage_type if isinstance(field.type, pa.BaseExtensionType) else field.type
    if pa.types.is_nested(kind):
        for at in range(kind.num_fields):
            yield from _field_metadata(kind.field(at), f"{way}.{kind.field(at).name}")


def _key(key: bytes) -> str:
    return key.decode("utf-8", "backslashreplace")
