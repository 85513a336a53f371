"""Files of models, by what stands in them: their format, and digests over the tensors that they hold.

Nothing is loaded as a model and nothing is unpickled. What is parsed here comes from outside, so it runs in cells.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import h5py

from dsr_desk.core.codec import prepare
from dsr_desk.datasets import model_graphs, model_pickles, sniff

MOST_TENSORS = 1_000_000
MOST_HEADER = 256 << 20
"""Bytes of a header that are read at once; longer ones are no header."""

_CHUNK = 1 << 20
_PICKLED_BY = (
    (b"sklearn", "scikit-learn"), (b"xgboost", "xgboost"), (b"lightgbm", "lightgbm"), (b"catboost", "catboost"),
    (b"torch", "pytorch"), (b"keras", "keras"), (b"tensorflow", "tensorflow"), (b"insightface", "insightface"),
)  # fmt: skip
"""What stands in a pickle of a model near its beginning: the modules whose classes it names."""


@dataclass(frozen=True)
class ModelFile:
    """`names` is a digest over the names and shapes of its tensors, `contents` over their bytes, whatever their names.

    SHA-256 in hex, "" where that is not read. A prefix that all names share does not count.
    """

    format: str
    tensors: int = 0
    names: str = ""
    contents: str = ""


prepare(ModelFile)


@dataclass(frozen=True)
class Tensor:
    """`digest` is SHA-256 over its bytes in row order (hex), "" where they are not read as they lie."""

    name: str
    shape: tuple[int, ...]
    digest: str = ""


class NoModel(Exception):
    """It begins like a model of this format and is none."""


def examined(path: Path) -> ModelFile | None:
    """What model the file is, None where it is none that is known. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(sniff.HEAD_BYTES)
        for begins, read in _FORMATS:
            if begins(head):
                file.seek(0)
                try:
                    return read(file)
                except _BROKEN:
                    continue
                except OSError as error:
                    if error.errno is not None:  # HDF5's library has none for what is broken
                        raise
    return None


_BROKEN = (
    NoModel, ValueError, KeyError, TypeError, IndexError, AttributeError, EOFError, RuntimeError, OverflowError,
    RecursionError, struct.error, zipfile.BadZipFile, zlib.error, NotImplementedError,
)  # fmt: skip
"""What the readers raise on bytes that are of no such format, or that were made to break them."""


def model_of(format_name: str, tensors: Iterable[Tensor]) -> ModelFile:
    """Raises NoModel for one without tensors, and for one with too many."""
    found: list[Tensor] = []
    for one in tensors:
        found.append(one)
        if len(found) > MOST_TENSORS:
            raise NoModel
    if not found:
        raise NoModel
    shared = _shared_prefix([one.name for one in found])
    lines = sorted(f"{one.name[shared:]} {','.join(map(str, one.shape))}" for one in found)
    names = hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()
    digests = sorted(one.digest for one in found)
    contents = hashlib.sha256("\n".join(digests).encode()).hexdigest() if all(digests) else ""
    return ModelFile(format_name, len(found), names, contents)


def _shared_prefix(names: list[str]) -> int:
    """How many characters all names begin with, up to a dot: `module.` of a model that was trained in parallel."""
    length = 0
    first = names[0]
    while (dot := first.find(".", length)) >= 0 and all(one.startswith(first[: dot + 1]) for one in names):
        length = dot + 1
    return length


def digest_of(file: IO[bytes], start: int, size: int) -> str:
    """Of a part of a file. Raises NoModel where it is shorter."""
    digest = hashlib.sha256()
    file.seek(start)
    while size:
        chunk = file.read(min(size, _CHUNK))
        if not chunk:
            raise NoModel
        digest.update(chunk)
        size -= len(chunk)
    return digest.hexdigest()


# One reader a format


def _safetensors(file: IO[bytes]) -> ModelFile:
    (length,) = struct.unpack("<Q", file.read(8))
    if length > MOST_HEADER:
        raise NoModel
    header = json.loads(file.read(length))

    def tensors() -> Iterator[Tensor]:
        for name, one in header.items():
            if name != "__metadata__":
                begin, end = one["data_offsets"]
                shape = tuple(int(size) for size in one["shape"])
                yield Tensor(name, shape, digest_of(file, 8 + length + int(begin), int(end) - int(begin)))

    return model_of("safetensors", tensors())


def _zipped(file: IO[bytes]) -> ModelFile:
    """What PyTorch and Keras save."""
    with zipfile.ZipFile(file) as archive:
        names = {info.filename: info for info in archive.infolist()}
        if "model.weights.h5" in names and "config.json" in names:
            if names["model.weights.h5"].file_size > MOST_HEADER:
                return ModelFile("keras")
            return model_of("keras", _hdf5_tensors(io.BytesIO(archive.read("model.weights.h5"))))
        pickled = next((name for name in names if name == "data.pkl" or name.endswith("/data.pkl")), None)
        if pickled is None or names[pickled].file_size > MOST_HEADER:
            raise NoModel
        base = pickled.removesuffix("data.pkl")
        kind = "torchscript" if any(name.startswith(f"{base}code/") for name in names) else "pytorch"
        try:
            found = model_pickles.tensors_in(archive.read(pickled))
        except _BROKEN:
            return ModelFile(kind)  # a checkpoint all the same, of a form that is not followed
        known: dict[tuple[str, int, int], str] = {}

        def tensors() -> Iterator[Tensor]:
            for one in found:
                if not one.contiguous:
                    yield Tensor(one.name, one.shape)
                    continue
                place = one.storage, one.offset * one.item_size, math.prod(one.shape) * one.item_size
                if place not in known:
                    with archive.open(f"{base}data/{one.storage}") as data:
                        known[place] = digest_of(data, place[1], place[2])
                yield Tensor(one.name, one.shape, known[place])

        return model_of(kind, tensors()) if found else ModelFile(kind)


def _hdf5(file: IO[bytes]) -> ModelFile:
    """Of Keras alone: what else HDF5 holds is data."""
    with h5py.File(file, "r") as opened:
        marks = {"keras_version", "model_config", "layer_names"} & set(opened.attrs)
        if not marks and not {"model_weights", "layers", "_layer_checkpoint_dependencies"} & set(opened):
            raise NoModel
    file.seek(0)
    return model_of("keras-h5", _hdf5_tensors(file))


def _hdf5_tensors(file: IO[bytes]) -> Iterator[Tensor]:
    with h5py.File(file, "r") as opened:
        found: list[tuple[str, Any]] = []
        opened.visititems(lambda name, one: found.append((name, one)) if isinstance(one, h5py.Dataset) else None)
        for name, one in found:
            if one.dtype.kind in "fiub" and not one.is_virtual and not one.external:
                values = one[()]
                yield Tensor(name.replace("/", "."), tuple(one.shape), hashlib.sha256(values.tobytes()).hexdigest())


def _gguf(file: IO[bytes]) -> ModelFile:
    return model_of("gguf", (Tensor(*one) for one in model_graphs.gguf_tensors(file, digest_of)))


def _onnx(file: IO[bytes]) -> ModelFile:
    found = model_graphs.onnx_tensors(file)
    if found is None:
        raise NoModel
    return model_of("onnx", (Tensor(*one) for one in found)) if found else ModelFile("onnx")


def _tflite(file: IO[bytes]) -> ModelFile:
    del file  # its tensors are in a form of their own
    return ModelFile("tflite")


def _tensorflow(file: IO[bytes]) -> ModelFile:
    """A saved graph; of a SavedModel the weights lie in files beside it."""
    kind = model_graphs.tensorflow_kind(file)
    if not kind:
        raise NoModel
    return ModelFile(kind)


def _begins_pickle(head: bytes) -> bool:
    return head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")


def _pickled(file: IO[bytes]) -> ModelFile:
    """By the modules that are named near the beginning; what else is pickled is no model that anybody knows."""
    head = file.read(1 << 16)
    if head[:1] == b"\x78":
        head = zlib.decompressobj().decompress(head, 1 << 16)
    if not _begins_pickle(head):
        raise NoModel
    for mark, library in _PICKLED_BY:
        if mark in head:
            return ModelFile(f"pickle-{library}")
    raise NoModel


_FORMATS: tuple[tuple[Callable[[bytes], bool], Callable[[IO[bytes]], ModelFile]], ...] = (
    (lambda head: head[8:9] == b"{" and head[:8] > b"\0" * 8 and head[6:8] == b"\0\0", _safetensors),
    (lambda head: head.startswith(b"PK\x03\x04"), _zipped),
    (lambda head: head.startswith(b"\x89HDF\r\n\x1a\n"), _hdf5),
    (lambda head: head.startswith(b"GGUF"), _gguf),
    (lambda head: head[4:8] == b"TFL3", _tflite),
    (lambda head: head.startswith((b"\x08\x01\x12", b"\x0a")), _tensorflow),
    (lambda head: head.startswith(b"\x08"), _onnx),
    (lambda head: _begins_pickle(head) or head[:1] == b"\x78", _pickled),
)
"""By their first bytes; a file that begins like several is asked of each."""
