"""Files of a small model as its makers' libraries write them, byte by byte: none of these libraries is needed here."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
from collections.abc import Mapping

import h5py
import numpy as np
from numpy.typing import NDArray

Tensors = Mapping[str, NDArray[np.generic]]


def weights(seed: int = 1, dtype: str = "<f4") -> dict[str, NDArray[np.generic]]:
    """Three tensors of a small network; the same seed gives the same values."""
    random = np.random.default_rng(seed)
    shapes = {"conv.weight": (4, 3, 3, 3), "fc.weight": (5, 16), "fc.bias": (5,)}
    return {name: random.standard_normal(shape).astype("<f4").astype(dtype) for name, shape in shapes.items()}


def safetensors(tensors: Tensors, **metadata: str) -> bytes:
    kinds = {"<f4": "F32", "<f2": "F16"}
    header: dict[str, object] = {"__metadata__": metadata} if metadata else {}
    data = b""
    for name, one in tensors.items():
        raw = one.tobytes()
        offsets = [len(data), len(data) + len(raw)]
        header[name] = {"dtype": kinds[one.dtype.str], "shape": list(one.shape), "data_offsets": offsets}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


class _Storage:
    """What lies beside the pickle of a checkpoint."""

    def __init__(self, key: str, kind: str, count: int) -> None:
        self.said = ("storage", _Class("torch", kind), key, "cpu", count)


class _Class:
    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


class _Call:
    def __init__(self, what: _Class, args: tuple[object, ...]) -> None:
        self.what, self.args = what, args


class _Checkpoint(pickle._Pickler):
    """Spells calls and storages as PyTorch does, without PyTorch."""

    def persistent_id(self, one: object) -> object:
        return one.said if isinstance(one, _Storage) else None

    def save(self, obj: object, save_persistent_id: bool = True) -> None:
        if isinstance(obj, _Class):
            self.write(pickle.GLOBAL + f"{obj.module}\n{obj.name}\n".encode())
        elif isinstance(obj, _Call):
            self.save(obj.what)
            self.save(obj.args)
            self.write(pickle.REDUCE)
        else:
            super().save(obj, save_persistent_id)


def checkpoint(tensors: Tensors, *, prefix: str = "", extra: object = None, script: bool = False) -> bytes:
    """As `torch.save` writes it; `extra` is one more object in its pickle."""
    storages: dict[str, bytes] = {}
    state: dict[str, object] = {}
    for name, one in tensors.items():
        key = str(len(storages))
        storages[key] = one.tobytes()
        storage = _Storage(key, {"<f4": "FloatStorage", "<f2": "HalfStorage"}[one.dtype.str], one.size)
        strides = tuple(step // one.itemsize for step in one.strides)
        hooks = _Call(_Class("collections", "OrderedDict"), ())
        args = (storage, 0, tuple(one.shape), strides, False, hooks)
        state[prefix + name] = _Call(_Class("torch._utils", "_rebuild_tensor_v2"), args)
    pickled = io.BytesIO()
    _Checkpoint(pickled, 2).dump({"state_dict": state, "epoch": 3, "more": extra})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("net/data.pkl", pickled.getvalue())
        archive.writestr("net/version", "3\n")
        if script:
            archive.writestr("net/code/net.py", "def forward(self): pass\n")
        for key, raw in storages.items():
            archive.writestr(f"net/data/{key}", raw)
    return out.getvalue()


def calling(marker: str) -> _Call:
    """What would make a file if the pickle that holds it were carried out."""
    return _Call(_Class("os", "mkdir"), (marker,))


def gguf(tensors: Tensors, **metadata: str) -> bytes:
    def text(said: str) -> bytes:
        return struct.pack("<Q", len(said)) + said.encode()

    head = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(metadata))
    for key, said in metadata.items():
        head += text(key) + struct.pack("<I", 8) + text(said)
    data = b""
    for name, one in tensors.items():
        kind = {"<f4": 0, "<f2": 1}[one.dtype.str]
        shape = struct.pack(f"<{one.ndim}Q", *reversed(one.shape))
        head += text(name) + struct.pack("<I", one.ndim) + shape + struct.pack("<IQ", kind, len(data))
        data += one.tobytes() + b"\0" * (-one.nbytes % 32)
    return head + b"\0" * (-len(head) % 32) + data


def keras(tensors: Tensors) -> bytes:
    out = io.BytesIO()
    with h5py.File(out, "w") as file:
        file.attrs["keras_version"] = "2.15.0"
        for name, one in tensors.items():
            file[f"model_weights/{name.replace('.', '/')}"] = one
    return out.getvalue()


def onnx(tensors: Tensors) -> bytes:
    def field(number: int, data: bytes) -> bytes:
        return _varint(number << 3 | 2) + _varint(len(data)) + data

    def whole(number: int, value: int) -> bytes:
        return _varint(number << 3) + _varint(value)

    graph = b""
    for name, one in tensors.items():
        kind = {"<f4": 1, "<f2": 10}[one.dtype.str]
        tensor = b"".join(whole(1, size) for size in one.shape) + whole(2, kind)
        graph += field(5, tensor + field(8, name.encode()) + field(9, one.tobytes()))
    return whole(1, 8) + field(2, b"pytorch") + field(7, graph) + field(8, whole(2, 17))


def _varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


TFLITE = b"\x1c\0\0\0TFL3" + bytes(64)
SAVED_MODEL = b"\x08\x01\x12\x10" + b"\x12\x0eNoOp serving  "[:16]
SCIKIT = pickle.dumps({"model": "sklearn.ensemble._forest RandomForestClassifier"}, 4)
"""Beginnings that tell a format of which no tensors are read."""
