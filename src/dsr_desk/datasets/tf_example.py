"""The messages of a TFRecord, as TensorFlow publishes them: an Example is features by name, each a list of one type.

A SequenceExample has further lists of features. Its first field is that of an Example, so one message reads both. Spelt
out for protobuf here, since the classes made of them come with TensorFlow alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

_PACKAGE = "dsr_desk.tfrecord"
_FIELD = descriptor_pb2.FieldDescriptorProto
_TYPES = {
    "bytes": _FIELD.TYPE_BYTES,
    "float": _FIELD.TYPE_FLOAT,
    "int64": _FIELD.TYPE_INT64,
    "string": _FIELD.TYPE_STRING,
}


def _message(file: descriptor_pb2.FileDescriptorProto, name: str, *fields: tuple[str, str, bool]) -> None:
    """Adds a message with fields numbered from 1: name, type (one of `_TYPES` or a message), repeated or not."""
    message = file.message_type.add(name=name)
    for number, (field, kind, many) in enumerate(fields, start=1):
        label = _FIELD.LABEL_REPEATED if many else _FIELD.LABEL_OPTIONAL
        if kind in _TYPES:
            message.field.add(name=field, number=number, label=label, type=_TYPES[kind])
        else:
            message.field.add(
                name=field, number=number, label=label, type=_FIELD.TYPE_MESSAGE, type_name=f".{_PACKAGE}.{kind}"
            )


def _map(file: descriptor_pb2.FileDescriptorProto, name: str, field: str, kind: str) -> None:
    """Adds a message whose only field maps texts to messages."""
    _message(file, name, (field, f"{name}.Entry", True))
    entry = file.message_type[-1].nested_type.add(name="Entry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, label=_FIELD.LABEL_OPTIONAL, type=_FIELD.TYPE_STRING)
    entry.field.add(
        name="value", number=2, label=_FIELD.LABEL_OPTIONAL, type=_FIELD.TYPE_MESSAGE, type_name=f".{_PACKAGE}.{kind}"
    )


def _message_class() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="dsr_desk/tfrecord.proto", package=_PACKAGE, syntax="proto3")
    for kind in ("bytes", "float", "int64"):
        _message(file, f"{kind.title()}List", ("value", kind, True))
    lists = [(f"{kind}_list", f"{kind.title()}List", False) for kind in ("bytes", "float", "int64")]
    _message(file, "Feature", *lists)
    file.message_type[-1].oneof_decl.add(name="kind")
    for field in file.message_type[-1].field:
        field.oneof_index = 0
    _map(file, "Features", "feature", "Feature")
    _message(file, "FeatureList", ("feature", "Feature", True))
    _map(file, "FeatureLists", "feature_list", "FeatureList")
    _message(file, "Example", ("features", "Features", False), ("feature_lists", "FeatureLists", False))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.Example"))


Example = _message_class()


def parsed(data: bytes) -> Any | None:
    """The message in these bytes; None where they are no Example or hold no feature."""
    example = Example()
    try:
        example.ParseFromString(data)
    except DecodeError:
        return None
    return example if example.features.feature or example.feature_lists.feature_list else None


def features_of(example: Any) -> Iterator[tuple[str, Any]]:
    """All features by name, in the order of their names; those of lists with their number, counted from 1."""
    for name in sorted(example.features.feature):
        yield name, example.features.feature[name]
    for name in sorted(example.feature_lists.feature_list):
        for number, feature in enumerate(example.feature_lists.feature_list[name].feature, start=1):
            yield f"{name}.{number}", feature


def count_of(example: Any) -> int:
    """How many features it says that it holds."""
    lists = example.feature_lists.feature_list.values()
    return len(example.features.feature) + sum(len(one.feature) for one in lists)


def values_of(feature: Any) -> list[Any]:
    """Bytes, floats or whole numbers; none where the feature is empty."""
    kind = feature.WhichOneof("kind")
    return list(getattr(feature, kind).value) if kind else []


def spelt(example: Any) -> bytes:
    """The message as bytes, the same for the same content."""
    return bytes(example.SerializeToString(deterministic=True))
